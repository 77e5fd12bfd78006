"""The order in which rows come, and the threads that add them up, change no digit of a stored figure."""

import random

import pyarrow as pa
import pytest

from support.metric_market import LATER, SESSIONS, bar, count, market, member, security
from topheavy.datasets.schema import dataset
from topheavy.metrics.engines import duckdb
from topheavy.metrics.engines.duckdb import DuckDB

STORED = ["market_caps", "weights", "concentration"]
ISSUERS, CLASSES = 400, 3


def wild(rng: random.Random) -> float:
    """A number whose sums as floats depend on their order."""
    return rng.uniform(1, 10) * 10 ** rng.randint(0, 6)


def big_market() -> dict[str, pa.Table]:
    """Every issuer has three classes, all members, each with a count of its own."""
    rng = random.Random(11)
    names = {f"S{number}": f"I{number // CLASSES}" for number in range(ISSUERS * CLASSES)}
    return market(
        bars=[bar(day, name, wild(rng)) for day in SESSIONS for name in names],
        shares=[count(name, SESSIONS[0], 1000 * wild(rng), basis=LATER) for name in names],
        securities=[security(name, issuer) for name, issuer in names.items()],
        constituents=[member(name) for name in names],
        splits=[],
    )


def shuffled(tables: dict[str, pa.Table], seed: int) -> dict[str, pa.Table]:
    rng = random.Random(seed)
    return {
        name: rows.take(pa.array(rng.sample(range(rows.num_rows), rows.num_rows), pa.int64()))
        for name, rows in tables.items()
    }


def answers(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    found = DuckDB().answer(STORED, tables)
    return {name: found[name].sort_by([(key, "ascending") for key in dataset(name).key]) for name in STORED}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_no_order_and_no_number_of_threads_changes_a_digit(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    tables = big_market()
    first = answers(tables)
    monkeypatch.setitem(duckdb.CONFIGURATION, "threads", threads)
    for name, again in answers(shuffled(tables, threads)).items():
        assert again.num_rows > 0
        assert again.equals(first[name]), name


def test_as_floats_the_order_would_show() -> None:
    """Else the test above could not fail."""
    closes = big_market()["bars"]["close"].to_pylist()
    assert sum(closes) != sum(sorted(closes))
