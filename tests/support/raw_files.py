"""The raw market files read once more, in plain Python: csv, and pyarrow for the one Parquet file.

For the oracle: no data frames and no code of the package. Besides the raw files it reads the packaged facts, as CSV.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

QUOTED_ON = date(2024, 12, 18)
"""The day whose share unit and whose names the files of prices and counts use."""

CLASS, ISSUER = "class", "issuer"


@dataclass(frozen=True, slots=True)
class Bar:
    session: date
    security: str
    close: float


@dataclass(frozen=True, slots=True)
class Count:
    security: str
    covers: str
    day: date
    count: float
    vendors_cap: float | None = None


@dataclass(frozen=True, slots=True)
class Split:
    security: str
    day: date
    ratio: Fraction
    moves_counts: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """A membership of an index or a group: ``until`` is the first day no longer a member."""

    name: str
    security: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of the list of corrections; ``after`` of ``None``: the value is not used."""

    dataset: str
    security: str
    day: date
    covers: str
    field: str
    before: float
    after: float | None


@dataclass(frozen=True, slots=True)
class Raw:
    """What is known before anything is computed."""

    sessions: list[date]
    bars: list[Bar]
    counts: list[Count]
    splits: list[Split]
    members: list[Spell]
    groups: list[Spell]
    issuers: Mapping[str, str]
    funds: list["FundFile"]


@dataclass(frozen=True, slots=True)
class FundFile:
    """What a fund says it holds of equities: security → market value, or weight where it prints no values."""

    fund: str
    as_of: date
    held: Mapping[str, float]


class Names:
    """Which security a symbol means on a day, or in a period: who bore it then, else who bore it nearest."""

    def __init__(self, known: Path) -> None:
        self.bearers: dict[str, list[tuple[date, date, str]]] = {}
        for row in rows_of(known / "symbols.csv"):
            bearer = day_of(row["since"]), day_of(row["until"]), row["security"]
            self.bearers.setdefault(row["symbol"], []).append(bearer)

    def on(self, symbol: str, day: date) -> str:
        return self.within(symbol, day, day + timedelta(days=1))

    def within(self, symbol: str, first: date, after: date) -> str:
        """Of the bearers nearest to the period, the latest."""
        bearers = self.bearers.get(spelt(symbol), [])
        latest_first = sorted(bearers, reverse=True)
        last = after - timedelta(days=1)
        nearest = min(latest_first, key=lambda b: max((b[0] - last).days, (first - b[1]).days, 0), default=None)
        return nearest[2] if nearest else spelt(symbol)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def spelt(symbol: str) -> str:
    """A class letter stands behind a dot; funds print some without any separator."""
    plain = {"BRKB": "BRK.B", "BFB": "BF.B", "LENB": "LEN.B"}.get(symbol.strip(), symbol.strip())
    return re.sub(r"[-/ ]([A-Z])$", r".\1", plain)


def day_of(text: str) -> date:
    """An empty cell is an open end."""
    return date.fromisoformat(text) if text else date.max


def read_raw(market: Path, known: Path) -> Raw:
    names = Names(known)
    bars = _bars(market / "bars_2020-11-30_2023-12-29.parquet", names)
    return Raw(
        sessions=sorted({bar.session for bar in bars}),
        bars=bars,
        counts=[
            *_counts(market / "shares_outstanding.csv", "shares", CLASS, names),
            *_counts(market / "issuer_shares.csv", "shares_all_classes", ISSUER, names),
        ],
        splits=_splits(market / "splits.csv", known / "splits.csv", names),
        members=_members(market / "constituents" / "sp500_ticker_start_end.csv", names),
        groups=[
            Spell(row["group"], names.within(row["symbol"], date.min, date.max), date.min, date.max)
            for row in rows_of(known / "groups.csv")
        ],
        issuers=read_issuers(known),
        funds=read_funds(market / "holdings", names),
    )


def read_issuers(known: Path) -> dict[str, str]:
    """Security → its company, where it has more than one share class."""
    return {row["security"]: row["issuer"] for row in rows_of(known / "securities.csv")}


def _bars(path: Path, names: Names) -> list[Bar]:
    table = pq.read_table(path, columns=["date", "ticker", "close"])
    securities = {symbol: names.on(symbol, QUOTED_ON) for symbol in set(table["ticker"].to_pylist())}
    cells = zip(*(table[name].to_pylist() for name in ("date", "ticker", "close")), strict=True)
    return [Bar(date(day.year, day.month, day.day), securities[symbol], close) for day, symbol, close in cells]


def _counts(path: Path, column: str, covers: str, names: Names) -> list[Count]:
    return [
        Count(
            names.on(row["ticker"], QUOTED_ON),
            covers,
            day_of(row["date"]),
            float(row[column]),
            float(row["market_cap"]) if row.get("market_cap") else None,
        )
        for row in rows_of(path)
    ]


def _members(path: Path, names: Names) -> list[Spell]:
    spells = []
    for row in rows_of(path):
        since, until = day_of(row["start_date"]), day_of(row["end_date"])
        spells.append(Spell("SP500", names.within(row["ticker"], since, until), since, until))
    return spells


def _splits(listed: Path, facts: Path, names: Names) -> list[Split]:
    """The list, and over it the facts, which say what kind each is."""
    found = {}
    for row in rows_of(listed):
        ratio, day = Fraction(row["ratio"]), day_of(row["ex_date"])
        security = names.on(row["ticker"], day)
        found[security, day] = Split(security, day, ratio, is_split(ratio))
    for row in rows_of(facts):
        day = day_of(row["effective"])
        security = names.on(row["symbol"], day)
        found[security, day] = Split(security, day, Fraction(row["ratio"]), row["kind"] == "split")
    return list(found.values())


def is_split(ratio: Fraction) -> bool:
    """New for old is a quotient of small integers; anything else is a spin-off's price adjustment."""
    forward = abs(ratio - ratio.limit_denominator(20)) < Fraction(1, 10**6)
    return forward or abs(1 / ratio - round(1 / ratio)) < Fraction(1, 10**4)


def corrected(raw: Raw, corrections: Iterable[Correction]) -> Raw:
    """Return the raw data with the corrections applied: a close replaced, a count replaced or left out."""
    listed = list(corrections)
    counts = {(c.security, c.covers, c.day, c.before): c.after for c in listed if c.dataset == "shares"}
    closes = {(c.security, c.day): c.after for c in listed if c.dataset == "bars" and c.field == "close"}
    mended = [(c, counts.get((c.security, c.covers, c.day, c.count), c.count)) for c in raw.counts]
    return replace(
        raw,
        counts=[replace(item, count=count) for item, count in mended if count is not None],
        bars=[replace(b, close=closes.get((b.security, b.session)) or b.close) if closes else b for b in raw.bars],
    )


def read_funds(folder: Path, names: Names) -> list[FundFile]:
    """The files of five funds; what is no equity has no ticker in them, or is left out by its class."""
    spy, qqq, ark = date(2024, 3, 19), date(2020, 7, 2), date(2023, 12, 28)
    sheet = CalamineWorkbook.from_path(folder / "spdr_SPY_2024-03-19.xlsx").get_sheet_by_index(0).to_python()
    lines = [(str(row[1]), row[4]) for row in sheet if isinstance(row[4], float)]
    invesco = [(r["Holding Ticker"], r["MarketValue"]) for r in rows_of(folder / "invesco_QQQ_2020-07-02.csv")]
    arks = [(r["ticker"], r["market value ($)"]) for r in rows_of(folder / "ark_ARKK_2023-12-29.csv")]
    return [
        *(
            FundFile(fund, day, read_fund(folder / f"ishares_{fund}_{day}.csv", day, names))
            for fund, day in (("IVV", date(2024, 12, 6)), ("OEF", date(2023, 3, 24)))
        ),
        FundFile("SPY", spy, _held(lines, spy, names)),
        FundFile("QQQ", qqq, _held(invesco, qqq, names)),
        FundFile("ARKK", ark, _held(arks, ark, names)),
    ]


def _held(lines: Iterable[tuple[str, object]], day: date, names: Names) -> dict[str, float]:
    held: dict[str, float] = {}
    for ticker, value in lines:
        if ticker and ticker.strip() not in ("", "-") and value:
            security = names.on(ticker, day)
            held[security] = held.get(security, 0.0) + float(str(value).strip("$ ").replace(",", ""))
    return held


def read_fund(path: Path, as_of: date, names: Names) -> dict[str, float]:
    """Security → market value of the equity lines of an iShares file."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        header, *table = [row for row in csv.reader(lines) if len(row) > 4]
    held: dict[str, float] = {}
    for row in (dict(zip(header, cells, strict=True)) for cells in table):
        if row["Asset Class"] == "Equity":
            security = names.on(row["Ticker"], as_of)
            held[security] = held.get(security, 0.0) + float(row["Market Value"].replace(",", ""))
    return held
