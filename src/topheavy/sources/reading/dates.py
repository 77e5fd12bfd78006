"""A column of days, however it is written: read where it can mean one thing only, else refused with what to say.

A moment with a zone means the exchange's date: midnight in the zone it is written in is that date, any other moment
is the date that the exchange's clock shows. Numbers are days written as one (20241202) or time since 1970, told
apart by their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from topheavy.core.clock import NEW_YORK
from topheavy.core.epoch import PER_SECOND, unit_of
from topheavy.sources.reading.day_text import Unread, Written, read_texts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHTS = tuple(ZoneInfo(name) for name in ("Europe/London", "Europe/Paris", "Asia/Tokyo", "Asia/Hong_Kong"))
"""Zones of other exchanges: a UTC moment that is midnight there may mean the day that begins, not New York's."""

NIGHT = time(5)
"""A clock without a zone that shows an hour from midnight to this: in UTC it would still be the day before."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a manifest says of a file's days: how they are written, which clock they show, where the exchange is."""

    form: str = ""
    clock: str = ""
    zone: str = NEW_YORK.key


def read_days(values: pl.Series, told: Dates) -> pl.Series:
    """Return a column of any type as days.

    Raises:
        Unread: when it may mean several days, or none; the message says which manifest key decides.
    """
    if values.dtype == pl.Date or values.dtype == pl.Null:
        return values.cast(pl.Date)
    distinct = _plain(values)
    cells = distinct.drop_nulls().unique()
    try:
        days = _days_of(cells, told)
    except OverflowError:
        raise Unread(f"'{values.name}' has moments beyond every calendar") from None
    read = pl.Series(days, dtype=pl.Date)
    return distinct.replace_strict(cells, read, default=None, return_dtype=pl.Date)


def _plain(values: pl.Series) -> pl.Series:
    """Return categories, bytes and whole decimals as what they stand for."""
    kind = values.dtype
    if isinstance(kind, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if kind == pl.Binary:
        return values.cast(pl.String, strict=False)
    if isinstance(kind, pl.Decimal) or kind.is_float():
        values = values.cast(pl.Float64).fill_nan(None)
        if (values != values.round(0)).any():
            raise Unread(
                f"'{values.name}' has numbers with a fraction, first {values.filter(values != values.round(0))[0]}"
            )
        return values.cast(pl.Int64, strict=False)
    if kind.is_integer():
        return values.cast(pl.Int64, strict=False)
    if kind == pl.String or isinstance(kind, pl.Datetime):
        return values
    raise Unread(f"'{values.name}' is a column of {kind}, which holds no days")


def _days_of(cells: pl.Series, told: Dates) -> list[date]:
    if not cells.len():
        return []
    if isinstance(cells.dtype, pl.Datetime):
        zone = _own_zone(cells.dtype.time_zone)
        moments = [EPOCH + timedelta(microseconds=count) for count in cells.dt.epoch("us").to_list()]
        return _of_moments([_shown(moment, zone) for moment in moments], told)
    if cells.dtype.is_integer():
        return _of_numbers(cells.to_list(), told)
    texts = cells.to_list()
    if all(text.removesuffix(".0").isdecimal() for text in texts):
        return _of_numbers([int(text.removesuffix(".0")) for text in texts], told)
    return _of_moments(read_texts(texts, told.form), told)


def _shown(moment: datetime, zone: tzinfo | None) -> Written:
    """Return a moment as its own clock showed it; without a zone the count since 1970 is what a clock showed."""
    if zone is None:
        return Written(moment.replace(tzinfo=None), timed=True)
    return Written(moment.astimezone(zone), timed=True)


def _of_numbers(counts: Sequence[int], told: Dates) -> list[date]:
    """Read 20241202, or time since 1970."""
    if all(19000101 <= count <= 21001231 for count in counts):
        return [_of_digits(count) for count in counts]
    unit = unit_of(min(counts), max(counts))
    if unit is None:
        raise Unread(
            f"{min(counts)} … {max(counts)} are neither days such as 20241202 nor seconds, milliseconds, microseconds "
            "or nanoseconds since 1970: write the days as YYYY-MM-DD"
        )
    size = PER_SECOND[unit]
    moments = [EPOCH + timedelta(microseconds=count * 10**6 // size) for count in counts]
    return _of_moments([Written(moment, timed=True) for moment in moments], told)


def _of_digits(count: int) -> date:
    try:
        return date(count // 10_000, count // 100 % 100, count % 100)
    except ValueError:
        raise Unread(f"{count} is no day written as YYYYMMDD") from None


def _of_moments(written: Sequence[Written], told: Dates) -> list[date]:
    """Return the session's date of each; days without a time are dates as they stand."""
    clock = _zone(told.clock, "clock") if told.clock else None
    exchange = _zone(told.zone, "zone")
    if clock:
        written = [_with_clock(item, clock) for item in written]
    bare = [item for item in written if item.timed and item.at.tzinfo is None]
    if night := next((item.at for item in bare if time() < item.at.time() < NIGHT), None):
        raise Unread(
            f"{night} has no zone, and in UTC it would be the day before in New York: say which clock it shows in the "
            'manifest, clock = "UTC" or clock = "America/New_York"'
        )
    if all(item.at.time() == time() for item in written):
        return [item.at.date() for item in written]
    in_utc = [item.at for item in written if item.at.tzinfo is not None and item.at.utcoffset() == timedelta()]
    if not told.clock and exchange == NEW_YORK:
        _refuse_other_midnight(in_utc)
    return [_session_day(item, exchange) for item in written]


def _session_day(item: Written, exchange: ZoneInfo) -> date:
    if item.at.tzinfo is None or (item.at.time() == time() and item.at.utcoffset() != timedelta()):
        return item.at.date()
    return item.at.astimezone(exchange).date()


def _with_clock(item: Written, clock: ZoneInfo) -> Written:
    if not item.timed or item.at.tzinfo is not None:
        return item
    return Written(item.at.replace(tzinfo=clock), timed=True)


def _refuse_other_midnight(moments: Sequence[datetime]) -> None:
    """Refuse UTC moments that are all midnight of another exchange's day, where New York's is the day before."""
    for zone in MIDNIGHTS if moments else ():
        there = [moment.astimezone(zone) for moment in moments]
        if all(at.time() == time() for at in there) and any(
            at.date() != moment.astimezone(NEW_YORK).date() for at, moment in zip(there, moments, strict=True)
        ):
            raise Unread(
                f"{moments[0]:%Y-%m-%d %H:%M} UTC is midnight of {there[0]:%Y-%m-%d} in {zone.key} and still "
                f"{moments[0].astimezone(NEW_YORK):%Y-%m-%d} in New York: say whose day is meant in the manifest, "
                f'zone = "{zone.key}", or clock = "UTC" for New York\'s'
            )


def _own_zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # a zone this machine does not know: the moment itself is in UTC
        return UTC


def _zone(name: str, key: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unread(f"{key} = '{name}' in the manifest is no time zone: write one such as America/New_York") from None
