"""Every parser under damage of any kind: records or one clear line, never a traceback, never for long.

``TOPHEAVY_FUZZ`` sets how many damaged answers each source gets.
"""

import gzip
import io
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from topheavy.core.errors import Malformed
from topheavy.core.plugins import SOURCES, load
from topheavy.core.units import Answer
from topheavy.datasets.schema import dataset
from topheavy.sources.files import SOURCE as FILES
from topheavy.sources.reading.guarded import parse_guarded
from topheavy.sources.vendor import Source

TRIALS = int(os.environ.get("TOPHEAVY_FUZZ", "300"))
LONGEST = 5.0
"""Seconds that no answer may take."""

JUNK = (b"", b"\0", b'"', b"\n", b",", b";", b"\t", b"-", b"9" * 40, b"NaN", b"1e999", b"null", b"\xff\xfe", b"<",
        b"{}", b"[]", b"0000-00-00", b"13/13/2024", b"1.234,50", "−7".encode(), b"2024-12-02T25:61:61Z")  # fmt: skip


def flipped(body: bytes, rng: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(body: bytes, rng: random.Random) -> bytes:
    return body[: rng.randrange(len(body))]


def stuffed(body: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(body))
    return body[:at] + rng.choice(JUNK) + body[at + rng.randrange(8) :]


def lines_doubled(body: bytes, rng: random.Random) -> bytes:
    lines = body.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join([*lines[:at], *[lines[at]] * rng.randint(0, 3), *lines[at + 1 :]])


def word_changed(body: bytes, rng: random.Random) -> bytes:
    words = [word for word in body.replace(b'"', b",").replace(b"\n", b",").split(b",") if word.strip()]
    return body.replace(rng.choice(words), rng.choice(JUNK), rng.randint(1, 3)) if words else body


def encoded(body: bytes, rng: random.Random) -> bytes:
    try:
        return body.decode("utf-8-sig").encode(
            rng.choice(["utf-16", "utf-16-le", "utf-16-be", "cp1252"]), errors="replace"
        )
    except UnicodeDecodeError:
        return gzip.compress(body)


def json_changed(body: bytes, rng: random.Random) -> bytes:
    try:
        content = json.loads(body)
    except ValueError:
        return stuffed(body, rng)
    places: list[tuple[object, object]] = []

    def walk(node: object) -> None:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            places.append((node, key))
            walk(value)

    walk(content)
    if places:
        node, key = rng.choice(places)
        odd = [None, True, -1, 1e308, "", "x", [], {}, [None], {"a": 1}, 10**30, "2024-12-02"]
        node[key] = rng.choice(odd)  # type: ignore[index]
    return json.dumps(content).encode()


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, cut, stuffed, lines_doubled, word_changed, encoded, json_changed,
)  # fmt: skip


def bounded(source: Source, answer: Answer) -> None:
    """Read an answer: records in the datasets' columns, or one line that names the unit, and soon."""
    began = time.monotonic()
    refusal, tables = "", {}
    try:
        tables = dict(parse_guarded(source, answer).tables)
    except Malformed as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert not refusal.endswith("other columns than the dataset's")
    assert all(rows.schema.equals(dataset(name).parsed_schema) for name, rows in tables.items())
    assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize("name", sorted(load(SOURCES)))
def test_damaged_answers_are_read_or_refused(name: str) -> None:
    source: Source = load(SOURCES)[name]
    sample, rng = source.sample(), random.Random(name)
    for trial in range(TRIALS):
        page = sample.pages[0]
        body = DAMAGES[trial % len(DAMAGES)](page.content, rng)
        bounded(source, replace(sample, pages=(replace(page, content=body), *sample.pages[1:])))


COLUMNS: dict[str, list[pl.Series]] = {
    "date": [
        pl.Series([20241202, 20241203]),
        pl.Series([1.5, None]),
        pl.Series(["2024-12-02", "x"]),
        pl.Series([True, None]),
        pl.Series([[1], [2]]),
        pl.Series([{"a": 1}, {"a": 2}]),
        pl.Series([b"\xff", b"2024-12-02"]),
        pl.Series([None, None]),
        pl.Series([2**62, -(2**62)]),
        pl.Series([float("nan"), float("inf")]),
        pl.Series([2**62, 0]).cast(pl.Datetime("us")),
        pl.Series([0, 1]).cast(pl.Duration("ms")),
        pl.Series(["", " "]),
        pl.Series([2**64 - 1, 0], dtype=pl.UInt64),
        pl.Series(["2024-12-02", "2024-12-03"], dtype=pl.Categorical),
    ],
    "close": [
        pl.Series(["1,234", "1.234"]),
        pl.Series(["ten", "11"]),
        pl.Series([float("nan"), float("-inf")]),
        pl.Series([None, 1]),
        pl.Series([-1, 0]),
        pl.Series([[1.0], []]),
        pl.Series([True, False]),
        pl.Series([b"1", b"2"]),
        pl.Series([1, 2]).cast(pl.Decimal(38, 0)),
        pl.Series(["1e400", "2"]),
        pl.Series([0, 1]).cast(pl.Time),
    ],
    "ticker": [
        pl.Series([1, 2]),
        pl.Series([None, "A"]),
        pl.Series(["", "\n"]),
        pl.Series([["A"], ["B"]]),
        pl.Series([b"A", b"\xff"]),
        pl.Series([1.5, 2.5]),
        pl.Series(["A" * 10_000, "<img src=x>"]),
        pl.Series(["A", "B"], dtype=pl.Categorical),
    ],
}


def test_columns_of_any_type_are_read_or_refused() -> None:
    rng = random.Random(7)
    sample = FILES.sample()
    entry = {"path": "bars.parquet", "dataset": "bars", "columns": {"session": "date", "symbol": "ticker"}}
    good = {
        "date": pl.Series(["2024-12-02", "2024-12-03"]), "ticker": pl.Series(["AAPX", "BBPX"]),
        **{name: pl.Series([10.0, 20.0]) for name in ("open", "high", "low", "close")},
    }  # fmt: skip
    for _ in range(TRIALS):
        odd = {name: rng.choice(kinds) for name, kinds in COLUMNS.items() if rng.random() < 0.6}
        frame = pl.DataFrame({**good, **odd})
        if rng.random() < 0.2:
            frame = frame.rename({rng.choice(frame.columns): rng.choice(["Close ", "", "x", "DATE"])})
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        body = flipped(buffer.getvalue(), rng) if rng.random() < 0.2 else buffer.getvalue()
        page = replace(sample.pages[0], request="bars.parquet", content=body)
        bounded(FILES, replace(sample, pages=(page,), facts={"manifest": json.dumps(entry)}))
