"""Days and moments written as text: which spelling a column uses is told by all of its rows together."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*\.?"
_TIME = (
    r"(?:(?:T|,? +)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?: ?(?P<half>[AP]M))?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)
_NAMED = (
    re.compile(rf"{_MONTH} +(?P<day>\d{{1,2}}),? +(?P<year>\d{{4}}){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})[-/ ]{_MONTH}[-/ ](?P<year>\d{{4}}){_TIME}", re.IGNORECASE),
    re.compile(rf"(?P<year>\d{{4}})[-/ ]{_MONTH}[-/ ](?P<day>\d{{1,2}}){_TIME}", re.IGNORECASE),
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})(?P<sign>[-/.]?)(?P<month>\d{{2}})(?P=sign)(?P<day>\d{{2}}){_TIME}", re.I)
_LOOSE = re.compile(rf"(?P<year>\d{{4}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){_TIME}", re.I)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<sign>[-/.])(?P<other>\d{{1,2}})(?P=sign)(?P<year>\d{{4}}){_TIME}", re.I
)

FORMS = ("YYYY-MM-DD", "MM/DD/YYYY", "DD/MM/YYYY")
"""What a manifest may say of days: the order counts, not the sign between."""


class Unread(ValueError):
    """A column's cells mean no day, or could mean several; the message says what would decide."""


@dataclass(frozen=True, slots=True)
class Written:
    """A day or a moment as written, with its zone where it is written too; ``timed`` where a time stands beside it."""

    at: datetime
    timed: bool = False


def read_texts(texts: Sequence[str], form: str = "") -> list[Written]:
    """Return each text as a day or moment.

    Raises:
        Unread: when a text is none, or the rows do not tell whether the month or the day comes first.
    """
    if form and form not in FORMS:
        raise Unread(f"dates = '{form}' in the manifest is not known: write one of {', '.join(FORMS)}")
    found = [_match(text.strip()) for text in texts]
    if None in found:
        wrong = [text for text, match in zip(texts, found, strict=True) if match is None]
        raise Unread(f"{len(wrong):,} distinct cells cannot be read as a date (YYYY-MM-DD), first '{wrong[0]}'")
    matches = [match for match in found if match is not None]
    month_first = _month_first([match for match in matches if match.re is _YEAR_LAST], form)
    return [_written(match, month_first=month_first) for match in matches]


def _match(text: str) -> re.Match[str] | None:
    matches = (pattern.fullmatch(text) for pattern in (_YEAR_FIRST, _LOOSE, _YEAR_LAST, *_NAMED))
    return next((match for match in matches if match is not None), None)


def _month_first(matches: Sequence[re.Match[str]], form: str) -> bool:
    """Say whether 12/02/2024 is a day of December: by the manifest, by a number above twelve, by dots."""
    if not matches or form.startswith("MM"):
        return True
    if form.startswith("DD"):
        return False
    firsts, others = {int(match["first"]) for match in matches}, {int(match["other"]) for match in matches}
    if max(firsts) > 12 and max(others) > 12:
        raise Unread(
            f"some rows write the day first ({_first(matches, 'first')}) and some the month "
            f"({_first(matches, 'other')}): write all days as YYYY-MM-DD"
        )
    if max(firsts) > 12 or max(others) > 12:
        return max(others) > 12
    if all(match["sign"] == "." for match in matches) or all(match["first"] == match["other"] for match in matches):
        return False  # dots are never American; and the fifth of May reads the same both ways
    raise Unread(
        f"'{matches[0].string}' may begin with the month or with the day, and no row decides: say which in the "
        'manifest, dates = "MM/DD/YYYY" or dates = "DD/MM/YYYY"'
    )


def _first(matches: Iterable[re.Match[str]], place: str) -> str:
    return next(match.string for match in matches if int(match[place]) > 12)


def _written(match: re.Match[str], *, month_first: bool) -> Written:
    part = match.groupdict()
    year = int(part["year"])
    if match.re is _YEAR_LAST:
        first, other = int(part["first"]), int(part["other"])
        month, day = (first, other) if month_first else (other, first)
    else:
        day = int(part["day"])
        month = MONTHS.index(part["name"].lower()) + 1 if part.get("name") else int(part["month"])
    try:
        moment = datetime(year, month, day, *_clock(part), tzinfo=_offset(part["zone"]))
    except ValueError:
        raise Unread(f"'{match.string}' is no date (YYYY-MM-DD)") from None
    return Written(moment, timed=part["hour"] is not None)


def _clock(part: dict[str, str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    if part["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a clock with two halves")
        hour = hour % 12 + (12 if part["half"].upper() == "PM" else 0)
    return hour, minute, second


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    return timezone((-1 if zone[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
