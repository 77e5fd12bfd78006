"""What a line names: by its symbol on its date, by CUSIP or ISIN, and last by its name; and whose share class it is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from topheavy.core.text import company

FUND_NAME = re.compile(
    r"\b(?:etfs?|funds?|ucits|index trust|money market|ishares|spdr|vanguard .* trust)\b",
    re.IGNORECASE,
)
"""A name only funds have."""

_SECTORS = {"Communication": "Communication Services"}
"""Sectors of one classification that issuers shorten."""

# The first eight characters of a CUSIP stand in ISINs of these countries from the third on.
_IDENTIFIER = """
CASE
  WHEN LENGTH(cusip) >= 8 THEN SUBSTR(cusip, 1, 8)
  WHEN SUBSTR(isin, 1, 2) IN ('US', 'CA', 'KY', 'BM', 'VG', 'PR', 'PA', 'MH', 'LR') THEN SUBSTR(isin, 3, 8)
  ELSE isin
END
"""

_LINES = f"""
newest AS (
  SELECT fund, MAX(as_of) AS as_of FROM holdings WHERE as_of <= $on GROUP BY fund
),
identified AS (
  SELECT {_IDENTIFIER} AS identifier, security, asset_class, as_of FROM holdings WHERE security IS NOT NULL
),
crosswalk AS (
  SELECT identifier, MAX_BY(security, as_of) AS security
  FROM identified
  WHERE identifier IS NOT NULL
  GROUP BY identifier
),
printed AS (
  SELECT
    h.fund, h.line, h.security, h.name, h.sector, h.asset_class, h.weight, h.value, {_IDENTIFIER} AS identifier
  FROM holdings AS h
  JOIN newest AS n ON n.fund = h.fund AND n.as_of = h.as_of
),
lines AS (
  SELECT
    p.fund, p.line, p.name, p.sector, p.asset_class, p.weight, p.value, p.identifier,
    COALESCE(p.security, c.security, p.identifier, UPPER(p.name), '') AS member
  FROM printed AS p
  LEFT JOIN crosswalk AS c ON c.identifier = p.identifier
)
"""

CROSSWALK = f"""
WITH identified AS (
  SELECT {_IDENTIFIER} AS identifier, security, as_of FROM holdings WHERE security IS NOT NULL
)
SELECT identifier, MAX_BY(security, as_of) AS security FROM identified WHERE identifier IS NOT NULL GROUP BY identifier
"""

FILES = """
WITH newest AS (
  SELECT fund, MAX(as_of) AS as_of FROM holdings WHERE as_of <= $on GROUP BY fund
),
sums AS (
  SELECT
    h.fund, h.as_of, MIN(h.source) AS source, MIN(h.source_kind) AS source_kind, COUNT(*) AS lines,
    COUNT(h.weight) AS weights, COUNT(h.value) AS values_, SUM(h.weight) AS stated, SUM(h.value) AS value,
    MAX(ABS(h.weight * 100000 - ROUND(h.weight * 100000))) AS finest
  FROM holdings AS h
  JOIN newest AS n ON n.fund = h.fund AND n.as_of = h.as_of
  GROUP BY h.fund, h.as_of
),
gaps AS (
  SELECT h.fund, MAX(ABS(h.weight - h.value / s.value)) AS apart
  FROM holdings AS h
  JOIN sums AS s ON s.fund = h.fund AND s.as_of = h.as_of
  WHERE s.value > 0
  GROUP BY h.fund
)
SELECT s.*, g.apart FROM sums AS s LEFT JOIN gaps AS g ON g.fund = s.fund ORDER BY s.fund
"""

LINES = f"""
WITH {_LINES}
SELECT
  fund, asset_class, member,
  COALESCE(weight, CAST('NaN' AS DOUBLE)) AS weight, COALESCE(value, CAST('NaN' AS DOUBLE)) AS value
FROM lines
ORDER BY fund, line
"""

MEMBERS = f"""
WITH {_LINES}
SELECT
  l.member, MIN(l.name) AS name, MIN(l.sector) AS sector, MIN(l.identifier) AS identifier,
  MIN(s.issuer) AS issuer, MIN(s.name) AS known_name, MIN(s.sector) AS known_sector
FROM lines AS l
LEFT JOIN securities AS s ON s.security = l.member
GROUP BY l.member
ORDER BY l.member
"""

SECURITIES = "SELECT security, issuer, name FROM securities ORDER BY security"


@dataclass(frozen=True, slots=True)
class Member:
    """What lines name: a security, whose issuer it is of and how that is known (record, cusip, name), or a fund."""

    member: str
    issuer: str
    name: str
    sector: str | None
    how: str


Row = Mapping[str, Any]


def joined(members: Sequence[Row], securities: Sequence[Row]) -> tuple[Member, ...]:
    """Return the members with their issuers.

    A security's own record decides; where it stands for itself alone, the six characters of its CUSIP that name the
    issuer; where it has neither, a company's whole name, if exactly one company bears it.
    """
    by_number = _issuers_by_number(members)
    by_name = _issuers_by_name(securities)
    return tuple(_member(row, by_number, by_name) for row in members)


def _member(row: Row, by_number: Mapping[str, str], by_name: Mapping[str, str]) -> Member:
    member, name = row["member"], row["known_name"] or row["name"] or row["member"]
    issuer, how = row["issuer"] or "", "record"
    number = _number(row)
    if FUND_NAME.search(name) and not issuer.isdigit():
        how = "fund"
    elif not issuer or issuer == member:
        named = by_name.get(plain(name), "") if not issuer else ""
        if number in by_number:
            issuer, how = by_number[number], "cusip"
        elif named:
            issuer, how = named, "name"
    return Member(member, issuer or (f"CUSIP {number}" if number else member), name, _sector(row), how)


def _sector(row: Row) -> str | None:
    printed = row["known_sector"] or row["sector"]
    return _SECTORS.get(printed, printed)


def _number(row: Row) -> str:
    """Return a CUSIP's six characters that name the issuer; of a fund they name the trust, and say nothing."""
    identifier = row["identifier"] or ""
    return identifier[:6] if len(identifier) == 8 and not FUND_NAME.search(row["name"] or "") else ""


def _issuers_by_number(members: Sequence[Row]) -> dict[str, str]:
    """Return the issuer that a CUSIP's first six characters mean, where a security's record says it."""
    found: dict[str, set[str]] = {}
    for row in members:
        if (number := _number(row)) and row["issuer"]:
            found.setdefault(number, set()).add(row["issuer"])
    return {number: min(issuers, key=_rank) for number, issuers in found.items()}


def _rank(issuer: str) -> tuple[bool, str]:
    """Order issuers so that one that is known by its number comes before one that is a symbol standing in."""
    return not issuer.isdigit(), issuer


def _issuers_by_name(securities: Sequence[Row]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for row in securities:
        found.setdefault(plain(row["name"] or ""), set()).add(row["issuer"])
    return {name: issuers.pop() for name, issuers in found.items() if name and len(issuers) == 1}


@cache
def plain(name: str) -> str:
    """Return a company's name as it can be compared: no legal tail, no marks, no case."""
    return re.sub(r"[^A-Z0-9]", "", company(name, "").upper().removeprefix("THE "))


def identifiers(cusip: str, isin: str) -> Iterator[str]:
    """Yield what a position's CUSIP and ISIN are called among the members."""
    if cusip:
        yield cusip[:8]
    if isin:
        yield isin[2:10] if isin[:2] in {"US", "CA", "KY", "BM", "VG", "PR", "PA", "MH", "LR"} else isin
