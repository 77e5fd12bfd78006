"""The lines of a Form N-PORT: every holding, security or derivative, under the names of the dataset's columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from types import MappingProxyType
from xml.etree.ElementTree import Element

from topheavy.core.errors import Malformed
from topheavy.core.symbols import normal
from topheavy.core.units import Unit
from topheavy.sources.fundfile.lines import Holding
from topheavy.sources.fundfile.printed import CASH, EQUITY, FUTURE, OTHER, cusip, isin
from topheavy.sources.vendor import LeftOut
from topheavy.sources.wire import day

FUND, BOND, LOAN, FORWARD, OPTION, SWAP = "fund", "bond", "loan", "forward", "option", "swap"

_ASSETS: Mapping[str, str] = MappingProxyType(
    {
        "EC": EQUITY,
        "EP": EQUITY,
        "DBT": BOND,
        "LON": LOAN,
        "SN": BOND,
        "STIV": CASH,
        "RA": CASH,
    }
)
"""The form's categories of assets: common and preferred equity, debt, loans, notes, short-term vehicles, repos; what
begins with ABS is asset-backed debt."""

_DERIVATIVES: Mapping[str, str] = MappingProxyType(
    {"FUT": FUTURE, "FWD": FORWARD, "OPT": OPTION, "SWO": OPTION, "WAR": OPTION, "SWP": SWAP}
)
_FUND_ISSUERS = frozenset({"RF", "PF"})
"""Registered and private funds, by the form's categories of issuers."""

_NO_NUMBER = frozenset({"", "N/A", "NA", "000000000", "XXXX"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a filing says of itself: of which series, as of when, and its net assets in US dollars."""

    series: str
    name: str
    as_of: date
    net_assets: float | None


def report_of(root: Element, unit: Unit) -> Report:
    """Read what a filing says of itself.

    Raises:
        Malformed: when it is no N-PORT, or does not say its date.
    """
    if _local(root.tag) != "edgarSubmission" or not _text(root, "submissionType").startswith("NPORT"):
        raise Malformed(f"{unit.id}: this is no Form N-PORT; its bytes are kept")
    as_of = day(_text(root, "repPdDate")) or day(_text(root, "repPdEnd"))
    if as_of is None:
        raise Malformed(f"{unit.id}: the filing does not say the date of its holdings")
    general = next((item for item in root.iter() if _local(item.tag) == "genInfo"), root)
    return Report(
        _text(general, "seriesId"), _text(general, "seriesName"), as_of, _number(_text(root, "netAssets"), "netAssets")
    )


def read_lines(root: Element) -> tuple[list[Holding], list[LeftOut]]:
    """Read every holding; one whose numbers cannot be read is left out, with the reason."""
    kept: list[Holding] = []
    left_out: list[LeftOut] = []
    for place, item in enumerate(_holdings(root), 1):
        try:
            kept.append(_holding(item))
        except ValueError as error:
            left_out.append(LeftOut(f"holding {place}", str(error)))
    return kept, left_out


def _holdings(root: Element) -> Iterator[Element]:
    return (item for item in root.iter() if _local(item.tag) == "invstOrSec")


def _holding(item: Element) -> Holding:
    own = {_local(part.tag): part for part in item}
    told = {name: (part.text or "").strip() for name, part in own.items()}
    value, weight = _number(told.get("valUSD", ""), "valUSD"), _number(told.get("pctVal", ""), "pctVal")
    if value is None and weight is None:
        raise ValueError("neither a value nor a percentage of net assets")
    kind = _kind(own, told)
    sign = -1.0 if told.get("payoffProfile") == "Short" and (value or weight or 0.0) > 0 else 1.0
    numbers = _identifiers(own.get("identifiers"))
    name = told.get("title") if kind not in (EQUITY, FUND) else told.get("name")
    return Holding(
        symbol=normal(numbers["ticker"]) if numbers.get("ticker") else None,
        name=name or told.get("name") or told.get("title") or None,
        isin=isin(numbers.get("isin", "")),
        cusip=cusip(told["cusip"]) if told.get("cusip", "").upper() not in _NO_NUMBER else None,
        asset_class=kind,
        sector=None,
        currency=_currency(own, told),
        weight=None if weight is None else sign * weight / 100,
        quantity=_number(told.get("balance", ""), "balance"),
        price=None,
        value=None if value is None else sign * value,
    )


def _kind(own: Mapping[str, Element], told: Mapping[str, str]) -> str:
    if "derivativeInfo" in own:
        categories = (part.get("derivCat") for part in own["derivativeInfo"])
        return _DERIVATIVES.get(next((category for category in categories if category), ""), OTHER)
    category = told.get("assetCat", "")
    issuer = told.get("issuerCat", "")
    if issuer in _FUND_ISSUERS and category in ("EC", "STIV"):
        return FUND
    return BOND if category.startswith("ABS") else _ASSETS.get(category, OTHER)


def _identifiers(part: Element | None) -> dict[str, str]:
    """Return the identifiers that are stated, by their kind."""
    found = {_local(item.tag): item.get("value", "").strip() for item in part or ()}
    return {name: value for name, value in found.items() if value.upper() not in _NO_NUMBER}


def _currency(own: Mapping[str, Element], told: Mapping[str, str]) -> str | None:
    conditional = own.get("currencyConditional")
    named = told.get("curCd", "") or (conditional.get("curCd") or "" if conditional is not None else "")
    return named if len(named) == 3 and named.isalpha() else None


def _number(text: str, what: str) -> float | None:
    """Return a number, ``None`` where nothing is stated."""
    if text.upper() in ("", "N/A"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{what} is '{text[:30]}', which is not a number") from None
    if not isfinite(value):
        raise ValueError(f"{what} is '{text[:30]}', which is not a number")
    return value


def _text(root: Element, name: str) -> str:
    found = next((item for item in root.iter() if _local(item.tag) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
