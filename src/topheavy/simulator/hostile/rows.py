"""Faults of rows: a vendor's JSON can be read, but its rows are not what they were or should be."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from topheavy.simulator.hostile.act import Act, Given
from topheavy.simulator.hostile.call import Answer, Call
from topheavy.simulator.hostile.content import spoiled

Row = dict[str, Any]


def edited(change: Callable[[Call, Any], None]) -> Act:
    """Return the act that changes the JSON of good answers in place; what is no JSON stays as it is."""

    def rewrite(call: Call, answer: Answer) -> Answer:
        if answer.body[:1] not in (b"{", b"["):
            return answer
        body = orjson.loads(answer.body)
        change(call, body)
        return answer.with_body(orjson.dumps(body))

    return spoiled(rewrite)


def rows_of(body: Any) -> list[Row]:
    """Return the rows of a body: its longest list of objects; where it has none, the objects it is made of."""
    longest = max(_lists(body), key=len, default=[])
    if longest or not isinstance(body, dict):
        return longest
    return [value for value in body.values() if isinstance(value, dict)]


def _lists(value: Any) -> Iterator[list[Row]]:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _lists(item)


def drift(settings: Given) -> Act:
    """Change one field of every row: its type, its name, away with it, or a new one beside it."""
    shape = _SHAPES[settings["how"]]

    def change(call: Call, body: Any) -> None:
        rows = rows_of(body)
        fields = sorted({name for row in rows for name in row})
        if fields:
            name = settings["field"] or call.dice.choice(fields)
            for row in rows:
                shape(row, name)

    return edited(change)


def _retype(row: Row, name: str) -> None:
    if name in row:
        row[name] = {"value": row[name]} if isinstance(row[name], str) else str(row[name])


def _rename(row: Row, name: str) -> None:
    if name in row:
        row[f"{name}_v2"] = row.pop(name)


def _add(row: Row, name: str) -> None:
    row[f"{name}_new"] = {"unit": "USD", "values": [1, 2, 3]}


def _drop(row: Row, name: str) -> None:
    row.pop(name, None)


_SHAPES = {"type": _retype, "renamed": _rename, "new": _add, "missing": _drop}


def duplicate(settings: Given) -> Act:
    """Send some rows twice, the second right beside the first; of two that conflict, either may be the true one."""

    def change(call: Call, body: Any) -> None:
        rows = rows_of(body)
        for place in _some(call, rows, settings["rows"]):
            again = dict(rows[place]) if settings["how"] == "identical" else _scaled(rows[place], 1.1)
            rows.insert(place + call.dice.randrange(2), again)

    return edited(change)


def revised(settings: Given) -> Act:
    """Raise the prices of some rows a little, as a correction of the tape does."""

    def change(call: Call, body: Any) -> None:
        rows = rows_of(body)
        for place in _some(call, rows, settings["rows"]):
            rows[place].update(_scaled(rows[place], 1 + settings["by"]))

    return edited(change)


def _some(call: Call, rows: list[Row], count: int) -> list[int]:
    """Draw places, the last first, so that inserting at one does not move the next."""
    return sorted(call.dice.sample(range(len(rows)), min(count, len(rows))), reverse=True)


def _scaled(row: Row, factor: float) -> Row:
    """Return a row whose prices (numbers with decimals; counts and stamps have none) are ``factor`` times as high."""
    return {name: round(value * factor, 4) if isinstance(value, float) else value for name, value in row.items()}
