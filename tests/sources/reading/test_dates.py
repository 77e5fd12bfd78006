"""Days as files hold them: each spelling against the day a person would read, and what can mean two days is refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from topheavy.sources.reading.dates import Dates, read_days
from topheavy.sources.reading.day_text import Unread

MONDAY, TUESDAY = date(2024, 12, 2), date(2024, 12, 3)
PARIS, NEW_YORK, TOKYO = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Asia/Tokyo"))


def moments(zone: ZoneInfo | None, *hours: tuple[int, int, int], unit: str = "us") -> pl.Series:
    """Moments of December 2024 as a zone's clock shows them: (day, hour, minute)."""
    shown = [datetime(2024, 12, day, hour, minute, tzinfo=zone) for day, hour, minute in hours]
    return pl.Series("date", shown, dtype=pl.Datetime(unit, zone.key if zone else None))


def read(values: pl.Series, **told: str) -> list[date]:
    return read_days(values, Dates(**told)).to_list()


COLUMNS = {
    "midnight in Paris": moments(PARIS, (2, 0, 0), (3, 0, 0)),
    "midnight in New York, in nanoseconds": moments(NEW_YORK, (2, 0, 0), (3, 0, 0), unit="ns"),
    "the close in New York": moments(NEW_YORK, (2, 16, 0), (3, 16, 0)),
    "New York's close, on a clock in Tokyo": moments(TOKYO, (3, 6, 0), (4, 6, 0)),
    "an evening in New York, in UTC": pl.Series(["2024-12-03T01:00:00Z", "2024-12-04T01:00:00Z"]),
    "an evening in New York, with its offset": pl.Series(["2024-12-02T20:00:00-05:00", "2024-12-03T20:00:00-05:00"]),
    "midnight in Paris, with its offset": pl.Series(["2024-12-02 00:00:00+01:00", "2024-12-03 00:00:00+0100"]),
    "midnight in UTC": pl.Series(["2024-12-02T00:00:00Z", "2024-12-03T00:00:00.000Z"]),
    "midnight in New York, in UTC": pl.Series(["2024-12-02 05:00:00+00:00", "2024-12-03 05:00:00+00:00"]),
    "no zone, midnight": moments(None, (2, 0, 0), (3, 0, 0), unit="ns"),
    "no zone, the close": moments(None, (2, 16, 0), (3, 16, 0)),
    "numbers": pl.Series([20241202, 20241203]),
    "numbers, with a point": pl.Series([20241202.0, 20241203.0]),
    "numbers, of decimals": pl.Series([20241202, 20241203]).cast(pl.Decimal(10, 0)),
    "numbers, as text": pl.Series(["20241202", "20241203"]),
    "seconds": pl.Series([1733097600, 1733184000]),  # midnight in UTC
    "seconds, of the opening": pl.Series([1733149800, 1733236200]),  # 14:30 in UTC
    "milliseconds": pl.Series([1733097600000, 1733184000000]),
    "microseconds": pl.Series([1733097600000000, 1733184000000000]),
    "nanoseconds": pl.Series([1733097600 * 10**9, 1733184000 * 10**9]),
    "milliseconds, an evening in New York": pl.Series([1733187600000, 1733274000000]),  # 01:00 in UTC on the 3rd, 4th
    "categories": pl.Series(["2024-12-02", "2024-12-03"], dtype=pl.Categorical),
    "categories of an enumeration": pl.Series(
        ["2024/12/02", "2024/12/03"], dtype=pl.Enum(["2024/12/02", "2024/12/03"])
    ),
    "bytes": pl.Series([b"2024-12-02", b"2024-12-03"]),
    "slashes, year first": pl.Series(["2024/12/02", "2024/12/3"]),
    "dots": pl.Series(["02.12.2024", "03.12.2024"]),
    "an English month": pl.Series(["Dec 2, 2024", "December 3, 2024"]),
    "an English month between": pl.Series(["02-Dec-2024", "3 Dec 2024"]),
    "days": pl.Series([MONDAY, TUESDAY]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_day_is_read_however_it_is_written(kind: str) -> None:
    assert read(COLUMNS[kind]) == [MONDAY, TUESDAY]


def test_an_empty_cell_stays_empty() -> None:
    assert read(pl.Series([20241202, None])) == [MONDAY, None]
    assert read(pl.Series([None, None])) == [None, None]


def test_rows_tell_whether_the_month_comes_first() -> None:
    assert read(pl.Series(["12/02/2024", "12/13/2024"])) == [MONDAY, date(2024, 12, 13)]
    assert read(pl.Series(["02/12/2024", "13/12/2024"])) == [MONDAY, date(2024, 12, 13)]
    assert read(pl.Series(["12-02-2024 16:00", "12-13-2024 4:00:00 PM"])) == [MONDAY, date(2024, 12, 13)]
    assert read(pl.Series(["05/05/2024"])) == [date(2024, 5, 5)]


def test_a_manifest_tells_it_where_no_row_does() -> None:
    assert read(pl.Series(["12/02/2024"]), form="MM/DD/YYYY") == [MONDAY]
    assert read(pl.Series(["02/12/2024"]), form="DD/MM/YYYY") == [MONDAY]


def test_a_manifest_tells_whose_midnight_and_whose_clock_is_meant() -> None:
    assert read(pl.Series(["2024-12-01T23:00:00Z", "2024-12-02T23:00:00Z"]), zone="Europe/Paris") == [MONDAY, TUESDAY]
    assert read(pl.Series(["2024-12-03 01:00:00"]), clock="UTC") == [MONDAY]
    assert read(pl.Series(["2024-12-03 01:00:00"]), clock="America/New_York") == [TUESDAY]


REFUSED = {
    "the month or the day": (pl.Series(["12/02/2024", "02/12/2024"]), 'dates = "MM/DD/YYYY"'),
    "both at once": (pl.Series(["13/12/2024", "12/13/2024"]), "YYYY-MM-DD"),
    "midnight in Paris or an evening in New York": (
        pl.Series(["2024-12-01T23:00:00Z"]),
        'zone = "Europe/London"|Paris',
    ),
    "a clock of the night without a zone": (pl.Series(["2024-12-03 01:00:00"]), 'clock = "UTC"'),
    "small numbers": (pl.Series([45628, 45629]), "45628"),
    "numbers of two kinds": (pl.Series([20241202, 1733097600]), "neither"),
    "a number that is no day": (pl.Series([20241302]), "YYYYMMDD"),
    "fractions": (pl.Series([1733097600.5]), "fraction"),
    "a thirteenth month": (pl.Series(["2024-13-02"]), "2024-13-02"),
    "two digits of a year": (pl.Series(["02-Dec-24"]), "02-Dec-24"),
    "a word": (pl.Series(["2024-12-02", "yesterday"]), "yesterday"),
    "a list": (pl.Series([[1], [2]]), "List"),
    "yes and no": (pl.Series([True, False]), "Boolean"),
    "moments beyond every calendar": (pl.Series([2**62]).cast(pl.Datetime("us")), "beyond"),
    "a manifest with a zone that is none": (pl.Series(["2024-12-02T20:00:00Z"]), ""),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_could_mean_two_days_or_none_is_refused_in_one_line(kind: str) -> None:
    values, says = REFUSED[kind]
    zone = "Mars/Olympus" if not says else "America/New_York"
    with pytest.raises(Unread) as caught:
        read(values, zone=zone)
    assert "\n" not in str(caught.value)
    assert any(part in str(caught.value) for part in says.split("|"))


def test_every_moment_of_a_year_is_the_date_on_new_yorks_clock() -> None:
    hours = [datetime(2024, 1, 1, 1, tzinfo=UTC).timestamp() + 3600 * place for place in range(366 * 24)]
    expected = [datetime.fromtimestamp(moment, NEW_YORK).date() for moment in hours]
    assert read(pl.Series([int(moment) for moment in hours])) == expected
