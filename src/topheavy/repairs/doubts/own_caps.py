"""Own caps: what this home says a company is worth on a day, to be held against what a fund says."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from topheavy.repairs.rule import Count, Frames, count_series, later_factor, splits_of

NEAREST = timedelta(days=5)
"""A fund's file may be of a weekend: the last close before it is meant."""


@dataclass(frozen=True, slots=True)
class OwnCap:
    """A security's close as traded, and its company's cap where every class held has a count."""

    security: str
    issuer: str
    session: date
    close: float
    cap: float | None
    counted_on: date
    next_count: date | None
    whole: bool = False


def own_caps(frames: Frames, day: date, securities: set[str]) -> dict[str, OwnCap]:
    """Return security → its close and its company's cap on a day, of those that have a bar near it."""
    issuers = dict(frames["securities"].select("security", "issuer").iter_rows())
    splits, counts = splits_of(frames), _on(count_series(_only(frames, securities)), day)
    every = frames["splits"].filter(pl.col("security").is_in(list(securities)))
    prices: dict[str, list[tuple[date, float]]] = {}
    for security, effective, ratio in every.select("security", "effective", "ratio").iter_rows():
        prices.setdefault(security, []).append((effective, ratio))
    near = (
        frames["bars"]
        .filter(pl.col("security").is_in(list(securities)), pl.col("session").is_between(day - NEAREST, day))
        .sort("session")
        .unique("security", keep="last", maintain_order=True)
    )
    classes = []
    for security, session, close, basis in near.select("security", "session", "close", "basis").iter_rows():
        own = prices.get(security, [])
        paid = close * later_factor(own, session) / later_factor(own, basis)
        count, after, whole = counts.get(security, (None, None, False))
        shares = count.level / later_factor(splits.get(security, []), session) if count else None
        cap = paid * shares if shares else None
        counted_on = count.effective if count else session
        issuer = issuers.get(security, security)
        classes.append(OwnCap(security, issuer, session, paid, cap, counted_on, after, whole))
    return _by_company(classes)


def _by_company(classes: list[OwnCap]) -> dict[str, OwnCap]:
    companies: dict[str, list[OwnCap]] = {}
    for own in classes:
        companies.setdefault(own.issuer, []).append(own)
    found: dict[str, OwnCap] = {}
    for members in companies.values():
        whole = next((own.cap for own in members if own.whole), None)
        sum_of_classes = sum(own.cap or 0.0 for own in members) if all(own.cap for own in members) else None
        found |= {own.security: replace(own, cap=whole or sum_of_classes) for own in members}
    return found


def _on(series: dict[tuple[str, str], list[Count]], day: date) -> dict[str, tuple[Count | None, date | None, bool]]:
    """Return security → the count in use on a day, the day of the next, and whether it counts the whole company."""
    found: dict[str, tuple[Count | None, date | None, bool]] = {}
    for (security, covers), items in sorted(series.items()):  # "issuer" comes after "class" and is preferred
        place = bisect_right([item.effective for item in items], day)
        if place:
            after = items[place].effective if place < len(items) else None
            found[security] = items[place - 1], after, covers == "issuer"
    return found


def _only(frames: Frames, securities: set[str]) -> Frames:
    return {**frames, "shares": frames["shares"].filter(pl.col("security").is_in(list(securities)))}
