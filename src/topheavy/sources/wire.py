"""Reading the JSON that vendors send, without trust: every surprise has a name, and every line is accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from topheavy.core.clock import NEW_YORK
from topheavy.core.errors import Malformed, one_line
from topheavy.core.units import Answer, Page, Unit
from topheavy.datasets.schema import dataset, records
from topheavy.sources.vendor import LeftOut


def read_object(page: Page, unit: Unit) -> dict[str, Any]:
    """Return the page's body, a JSON object (NaN and Infinity are not JSON).

    Raises:
        Malformed: when it is anything else; the message names the unit.
    """
    try:
        body = orjson.loads(page.content)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"{unit.id}: {_seems(page.content)} ({one_line(error)}); its bytes are kept") from error
    return as_object(body, unit, "the body")


def as_object(value: object, unit: Unit, what: str) -> dict[str, Any]:
    """Return ``value`` if it is a JSON object, else refuse the answer."""
    if not isinstance(value, dict):
        raise Malformed(f"{unit.id}: {what} is {_kind(value)}, not an object")
    return value


def as_list(value: object, unit: Unit, what: str) -> list[Any]:
    """Return ``value`` if it is a JSON list, else refuse the answer."""
    if not isinstance(value, list):
        raise Malformed(f"{unit.id}: {what} is {_kind(value)}, not a list")
    return value


def number(value: object) -> float | None:
    """Return a finite JSON number; ``None`` for anything else, text and true/false included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None


def text(value: object) -> str:
    """Return a JSON text without padding; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def day(value: object) -> date | None:
    """Return a date written YYYY-MM-DD; ``None`` for anything else.

    >>> day("2024-12-06"), day("20241206"), day("2024-13-01"), day(None)
    (datetime.date(2024, 12, 6), None, None, None)
    """
    if not (isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day_of_stamp(seconds: object, zone: ZoneInfo) -> date | None:
    """Return the date a clock in ``zone`` showed at a Unix time; ``None`` where there is no such moment."""
    moment = number(seconds)
    if moment is None or not -2e9 < moment < 2e10:
        return None
    return datetime.fromtimestamp(moment, zone).date()


def received_day(answer: Answer) -> date:
    """Return the date in New York when the answer came."""
    return answer.received_at.astimezone(NEW_YORK).date()


def period(since: date, until: date) -> str:
    """Return a period as a unit's subject names it: ``2020-11-30..2024-12-13``."""
    return f"{since.isoformat()}..{until.isoformat()}"


def read_period(subject: str, unit: Unit) -> tuple[date, date]:
    """Return the two dates of a period in a unit's subject.

    Raises:
        Malformed: when it holds none.
    """
    since, _, until = subject.partition("..")
    first, last = day(since), day(until)
    if first is None or last is None:
        raise Malformed(f"{unit.id}: '{subject}' is not a period such as 2024-01-02..2024-12-31")
    return first, last


@dataclass
class Rows:
    """The rows of one dataset as they are read: whole ones are kept, every other is left out with its reason."""

    name: str
    kept: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    _by_key: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        about = dataset(self.name)
        present = about.parsed_schema.names
        self._needs = [column.name for column in about.parsed_columns if not column.optional]
        self._key = ["symbol" if k == "security" and k not in present else k for k in about.key if k != "source"]

    def keep(self, where: str, /, **row: Any) -> None:
        """Keep a row, unless a required value is missing or an earlier row has its key."""
        lacking = [name for name in self._needs if row.get(name) in (None, "")]
        if lacking:
            self.leave(where, f"no readable {' or '.join(lacking)}")
            return
        earlier = self._by_key.setdefault(tuple(row.get(name) for name in self._key), row)
        if earlier is row:
            self.kept.append(row)
        else:
            self.leave(where, "printed twice" if earlier == row else "another row says otherwise, the first is kept")

    def leave(self, where: str, reason: str) -> None:
        """Leave a row out."""
        self.left_out.append(LeftOut(where, reason))

    def table(self) -> pa.Table:
        """Return the kept rows in the dataset's parsed schema."""
        names = dataset(self.name).parsed_schema.names
        return records(self.name, {name: [row.get(name) for row in self.kept] for name in names})


def each(items: list[Any], rows: Rows, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every JSON object of a list with its place; leave out what is none."""
    for place, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield f"{where}row {place}", item
        else:
            rows.leave(f"{where}row {place}", f"{_kind(item)} where a row should be")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")


def _seems(content: bytes) -> str:
    start = content.lstrip()[:1]
    if not start:
        return "the body is empty"
    return "the body is a web page, not JSON" if start == b"<" else "the body is not JSON"
