"""A vendor's list routes: filters, order, pages, and the address of the next page."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, itemgetter, le, lt
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException

Row = Mapping[str, Any]

LARGEST_PAGE = 1000
_MARKER = "page_marker"
_SECRETS = frozenset({"apiKey", "apikey", "cursor"})
_TESTS = (("", eq), ("gte", ge), ("gt", gt), ("lte", le), ("lt", lt))


@dataclass(frozen=True, slots=True)
class Listing:
    """A list route: the fields it filters by, its usual order and page size."""

    fields: tuple[str, ...]
    sort: str
    order: str
    limit: int

    def page(self, rows: Iterable[Row], params: Mapping[str, str]) -> tuple[list[Row], str]:
        """Return the rows of the page asked for and the cursor of the next one (empty: this is the last).

        Raises:
            HTTPException: 400 when the limit or the cursor cannot be read.
        """
        query = asked_of(params)
        limit = min(_whole(query, "limit", self.limit), LARGEST_PAGE)
        start = _whole(query, _MARKER, 0)
        tests = self._tests(query)
        selected = [row for row in rows if all(test(row[field], value) for field, test, value in tests)]
        self._sort(selected, query)
        more = start + limit < len(selected)
        return selected[start : start + limit], _cursor(query, start + limit) if more else ""

    def _tests(self, query: Mapping[str, str]) -> list[tuple[str, Callable[[Any, Any], bool], str]]:
        """Return what the filters asked for demand: a field, a comparison, a value (dates compare as text)."""
        named = ((f"{field}.{operator}".rstrip("."), field, test) for field in self.fields for operator, test in _TESTS)
        return [(field, test, query[name]) for name, field, test in named if name in query]

    def _sort(self, rows: list[Row], query: Mapping[str, str]) -> None:
        field, down = query.get("sort", self.sort), query.get("order", self.order) == "desc"
        if field not in self.fields:
            raise HTTPException(400, f"cannot sort by '{field}'")
        rows.sort(key=itemgetter("ticker"))
        rows.sort(key=itemgetter(field), reverse=down)


def asked_of(params: Mapping[str, str]) -> dict[str, str]:
    """Return what was asked: the query itself, or the one its cursor carries."""
    if "cursor" not in params:
        return {name: value for name, value in params.items() if name not in _SECRETS}
    try:
        cursor = params["cursor"]
        opened = b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        return dict(parse_qsl(opened, strict_parsing=True))
    except (NotBase64, ValueError) as error:
        raise HTTPException(400, "the cursor cannot be read") from error


def _cursor(params: Mapping[str, str], start: int) -> str:
    query = urlencode(sorted({**params, _MARKER: str(start)}.items()))
    return urlsafe_b64encode(query.encode()).decode().rstrip("=")


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or (name == "limit" and int(text) == 0):
        raise HTTPException(400, f"'{name}' must be a whole number above zero, not '{text}'")
    return int(text)
