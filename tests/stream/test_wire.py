"""A trade on the wire: there and back, small, and a poison message costs only itself."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topheavy.core.errors import StreamError
from topheavy.stream.wire.format import TRADE, decode, encode, pack, to_json

LARGEST = 2**63 - 1


def trades(count: int = 3, **columns: list[object]) -> pa.Table:
    usual: dict[str, list[object]] = {
        "feed": ["a"] * count,
        "sequence": list(range(count)),
        "security": ["SPY"] * count,
        "event_time": [1_381_000_000_000_000 + n for n in range(count)],
        "price": [167.41] * count,
        "size": [100.0] * count,
        "venue": [None if n % 3 == 2 else "PQ"[n % 3] for n in range(count)],
        "source_kind": ["file"] * count,
    }
    return pa.table([pa.array((usual | columns)[f.name], f.type) for f in TRADE], schema=TRADE)


def test_one_message_carries_a_batch_there_and_back() -> None:
    table = trades(1000)
    value = encode(table)
    came = decode([value])
    assert came.table.equals(table)
    assert came.dead == []
    assert len(value) < 33 * 1000 + 40


def test_a_single_trade_is_small() -> None:
    assert len(encode(trades(1))) < 55 < len(to_json(trades(1))) / 2


rows = st.fixed_dictionaries(
    {
        "feed": st.sampled_from(["a", "ü/b"]),
        "sequence": st.integers(-LARGEST - 1, LARGEST),
        "security": st.sampled_from(["SPY", "BRK.B", "株"]),
        "event_time": st.integers(0, 4_000_000_000_000_000),
        "price": st.floats(1e-9, 1e12),
        "size": st.floats(0, 1e15),
        "venue": st.none() | st.sampled_from(["", "N", "Nasdaq OMX"]),
        "source_kind": st.sampled_from(["vendor", "file", "simulated"]),
    }
)


@given(st.lists(rows, min_size=1, max_size=40), st.integers(1, 7))
def test_any_mixture_comes_back_whole(some: list[dict[str, object]], most: int) -> None:
    table = pa.Table.from_pylist([row | {"sequence": n} for n, row in enumerate(some)], schema=TRADE)
    messages = list(pack(table, most))
    came = decode([one.value for one in messages])
    assert came.dead == []
    assert came.table.sort_by("sequence").equals(table)
    assert sum(one.records for one in messages) == table.num_rows
    assert all(one.key.decode() in table["security"].to_pylist() for one in messages)


@given(st.lists(rows, min_size=1, max_size=10))
def test_json_says_the_same(some: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(some, schema=TRADE)
    assert decode([to_json(table)]).table.equals(table)


def test_json_of_others_is_read() -> None:
    one = {"feed": "f", "sequence": 7, "security": "SPY", "price": 1, "size": 2, "source_kind": "vendor"}
    values = [
        json.dumps(one | {"event_time": "2024-12-06T09:30:00-05:00"}).encode(),
        json.dumps([one | {"event_time": 1_733_495_400_000_000, "venue": "N"}]).encode(),
    ]
    came = decode(values)
    assert came.dead == []
    assert came.table["event_time"][0] == came.table["event_time"][1]
    assert came.table["venue"].to_pylist() == [None, "N"]


GOOD = json.loads(to_json(trades(1)))
POISON = {
    "an empty message": b"",
    "neither a message of ours nor JSON": b"\x00\xff",
    "version 02": b"TH\x02" + encode(trades(1))[3:],
    "cut off": encode(trades(2))[:-1],
    "is an object, not int": b"[1]",
    "without a trade": b"[]",
    "lacks price": json.dumps({**GOOD, "price": None}).encode(),
    "no zone": json.dumps({**GOOD, "event_time": "2024-12-06T09:30:00"}).encode(),
    "no moment": json.dumps({**GOOD, "event_time": "soon"}).encode(),
    "not a whole number": json.dumps({**GOOD, "sequence": 1.5}).encode(),
    "is not a number": json.dumps({**GOOD, "size": "many"}).encode(),
    "is not a text": json.dumps({**GOOD, "venue": 4}).encode(),
    "source kind 'rumour'": json.dumps({**GOOD, "source_kind": "rumour"}).encode(),
    "outside the calendar": json.dumps({**GOOD, "event_time": 2**62}).encode(),
    "fit 64 bits": json.dumps({**GOOD, "event_time": 2**63}).encode(),
    "control sign": json.dumps({**GOOD, "venue": "N\x1fQ"}).encode(),
    "a price is not a number above zero": encode(trades(2, price=[1.0, float("nan")])),
    "a size is not a number": encode(trades(2, size=[-1.0, 1.0])),
    "not UTF-8": b"TH\x01\x02\x00\xff\xff" + bytes(33),
    "a venue is not in the head": encode(trades(2))[:-1] + b"\x09",
}


@pytest.mark.parametrize("reason", POISON)
def test_a_poison_message_is_dead_alone_and_says_why(reason: str) -> None:
    good = encode(trades(2))
    came = decode([good, POISON[reason], good])
    assert [index for index, _ in came.dead] == [1]
    assert reason in came.dead[0][1]
    assert came.table.num_rows == 4


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_bytes_break_the_reader(values: list[bytes]) -> None:
    came = decode([*values, b"TH\x01" + b"".join(values)])
    assert came.table.schema.equals(TRADE)


@pytest.mark.parametrize("table", [trades(0), trades(2, security=["A", "B"]), trades(1, source_kind=["rumour"])])
def test_what_is_no_message_is_refused(table: pa.Table) -> None:
    with pytest.raises(StreamError):
        encode(table)
