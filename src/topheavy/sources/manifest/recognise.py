"""What a file is, by its columns: a vendor's layout, a fund's holdings, or rows of a dataset under other names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from topheavy.core.errors import Malformed
from topheavy.core.plugins import SOURCES, load
from topheavy.core.units import Answer
from topheavy.datasets.schema import dataset
from topheavy.sources.fundfile.source import FundFile
from topheavy.sources.fundfile.table import find_table, read_lines
from topheavy.sources.manifest.presets import PRESETS

ORDER = ("bars", "shares", "dividends", "splits", "rates", "constituents", "groups", "symbols", "securities")
"""Datasets from the one that asks most of a file to those that almost any would fit."""

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "session": ("session", "date", "day", "tradingdate", "tradedate", "timestamp", "datetime", "time"),
        "effective": ("effective", "exdate", "exdividenddate", "executiondate", "effectivedate", "date"),
        "symbol": ("symbol", "ticker", "sym", "code"),
        "security": ("security", "symbol", "ticker"),
        "open": ("open", "o", "openprice"),
        "high": ("high", "h", "highprice"),
        "low": ("low", "l", "lowprice"),
        "close": ("close", "c", "closeprice", "last"),
        "volume": ("volume", "vol", "v"),
        "vwap": ("vwap", "vw"),
        "count": ("count", "shares", "sharesoutstanding", "outstanding"),
        "amount": ("amount", "dividend", "dividends", "cashamount"),
        "ratio": ("ratio", "splitratio", "split", "stocksplits", "splitfactor"),
        "since": ("since", "start", "from", "startdate", "dateadded"),
        "until": ("until", "end", "to", "enddate", "dateremoved"),
        "issuer": ("issuer", "cik"),
        "index": ("index", "indexname"),
    }
)
GIVEN = frozenset({"basis", "dividend_basis", "known", "kind"})
"""Required columns that a manifest says, or that follow from others."""

CONSTANTS: Mapping[str, str] = MappingProxyType(
    {
        "index": "which index are these the members of?",
        "group": "what is this group called?",
        "covers": "does a count cover this share class (class) or the whole company (issuer)?",
        "currency": "which currency are these the rates of?",
    }
)
"""Required columns that one word for all rows may stand for, and the question for it."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is: keys of a manifest's entry, and what only a person knows, by the key that would say it."""

    keys: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    symbol_from_name: bool = False


def by_header(header: Sequence[str]) -> Recognised | None:
    """Recognise a vendor's layout or a dataset by a table's column names; ``None`` where it is neither."""
    for name, preset in PRESETS.items():
        if set(preset.header) <= set(header):
            asks = {"basis": preset.asks} if preset.asks else {}
            return Recognised({"preset": name}, asks=asks, symbol_from_name="symbol" not in preset.columns)
    return next((found for name in ORDER if (found := _as_dataset(name, header))), None)


def _as_dataset(name: str, header: Sequence[str]) -> Recognised | None:
    about = dataset(name)
    plain = {re.sub(r"[^a-z]", "", given.lower()): given for given in reversed(header)}
    columns: dict[str, str] = {}
    for column in about.parsed_columns:
        words = WORDS.get(column.name, (column.name,))
        given = next((plain[word] for word in words if word in plain and plain[word] not in columns.values()), None)
        if given is not None and column.name not in GIVEN:
            columns[column.name] = given
    lacking = [c.name for c in about.parsed_columns if not c.optional and c.name not in {*columns, *GIVEN}]
    from_name = name == "bars" and "symbol" in lacking
    constants = {column: "?" for column in lacking if column in CONSTANTS}
    if set(lacking) - set(constants) - ({"symbol"} if from_name else set()) or not columns:
        return None
    mapped = {ours: given for ours, given in columns.items() if ours != given}
    asks = {column: CONSTANTS[column] for column in constants}
    if name == "bars":
        asks["basis"] = "are these prices as traded, or divided by later splits (and dividends), and up to which day?"
    return Recognised({"dataset": name}, mapped, constants, asks, symbol_from_name=from_name)


def as_holdings(answer: Answer) -> Recognised | None:
    """Recognise a fund's holdings file by the issuer whose columns it has most of."""
    best: tuple[tuple[int, int], FundFile] | None = None
    for source in load(SOURCES).values():
        if not isinstance(source, FundFile):
            continue
        try:
            table = find_table(read_lines(answer), source.columns, source.orders)
        except Malformed:
            return None
        if table is None or "weight" not in table.places:
            continue
        spelled = sum(table.heading(column) in source.columns[column] for column in table.places)
        if best is None or (spelled, len(table.places)) > best[0]:
            best = (spelled, len(table.places)), source
    if best is None:
        return None
    asks: dict[str, str] = {}
    try:
        best[1].parse(answer)
    except Malformed as error:
        asks = {key: word for key, word in _ASKS.items() if word in str(error)}
        if not asks:
            return None
        asks = {key: {"as_of": "of which day are these holdings?", "fund": "of which fund?"}[key] for key in asks}
    return Recognised({"source": best[1].name}, asks=asks)


_ASKS: Mapping[str, str] = MappingProxyType({"as_of": "no as-of date", "fund": "which fund it is"})
