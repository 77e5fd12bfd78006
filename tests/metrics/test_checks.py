"""Every check finds a planted fault, and nothing in a sound market."""

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from support.metric_market import FILED, FRIDAY, THURSDAY, TINY, ask, bar, count, in_group, market, member, on
from topheavy.datasets.schema import dataset, datasets
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.metrics.questions import QuestionKind, questions

Row = dict[str, Any]
CHECKS = sorted(item.name for item in questions().values() if item.kind is QuestionKind.CHECK)

SHARED = {"session": THURSDAY, "index": "SP500"}
SOUND: Row = SHARED | {
    "level": "issuer",
    "status": "ok",
    "reason": None,
    "members": 4,
    "measured": 4,
    "coverage": 1.0,
    "measured_total": 100.0,
    "total": 100.0,
    "top1": 0.4,
    "top5": 1.0,
    "top10": 1.0,
    "hhi": 3000.0,
    "effective_n": 10 / 3,
    "entropy_n": 3.6,
    "gini": 0.25,
}
"""Weights .4 .3 .2 .1: HHI 1600 + 900 + 400 + 100; Gini (−.3 − .2 + .3 + 1.2) ÷ 4."""

WEIGHT: Row = SHARED | {"level": "issuer", "member": "A", "security": "A", "name": "A", "reason": None}


def run(name: str, **inputs: list[Row]) -> list[Row]:
    """Run one check over rows of its own inputs, in the database that runs it at publication."""
    with duckdb.connect() as session:
        for table, rows in inputs.items():
            session.register(table, pa.Table.from_pylist(rows, schema=schema(table)))
        found: list[Row] = session.sql(questions()[name].sql).to_arrow_table().to_pylist()
        return found


ANSWERS = DuckDB().answer(["group_share", "group_members", "member_issuers"], market({}))
"""No rows, and the columns that these questions answer with."""


def schema(table: str) -> pa.Schema:
    """The columns of a dataset, or of a question's answer, any of them empty where a test says nothing of it."""
    if table == "sessions":
        return pa.schema({"session": pa.date32()})
    known = dataset(table).schema if table in datasets() else ANSWERS[table].schema
    return pa.schema([field.with_nullable(True) for field in known])


@pytest.mark.parametrize("groups", [TINY["groups"], [in_group("GONE"), in_group("BIG")], []])
def test_a_sound_market_passes_every_check(groups: list[Row]) -> None:
    found = DuckDB().answer(CHECKS, market(groups=groups))
    assert {name: rows.num_rows for name, rows in found.items()} == dict.fromkeys(CHECKS, 0)


def test_every_check_says_what_to_do() -> None:
    assert CHECKS
    assert all(questions()[name].advice for name in CHECKS)
    planted = {"extremes", "group_complete", "min_max", "sessions_covered", "stored_share"}
    assert {name.removeprefix("check_") for name in CHECKS} == planted, "a new check needs a planted fault below"


# check_extremes


@pytest.mark.parametrize(
    ("fault", "members", "found"),
    [
        ({"value": 10.0, "weight": 0.1, "how": "measured"}, 500, False),
        ({"value": 0.0, "weight": 0.0, "how": "measured"}, 500, True),
        ({"value": -1.0, "weight": -0.1, "how": "measured"}, 5, True),
        ({"value": 10.0, "weight": 0.26, "how": "measured"}, 500, True),
        ({"value": 10.0, "weight": 0.26, "how": "measured"}, 50, True),
        ({"value": 10.0, "weight": 0.26, "how": "measured"}, 49, False),  # few companies are each a large part
        ({"value": 10.0, "weight": 0.25, "how": "measured"}, 500, False),
        ({"value": -1.0, "weight": -0.1, "how": "fund"}, 500, False),  # a short position
        ({"value": 10.0, "weight": 0.26, "how": "measured", "level": "line"}, 500, False),
    ],
)
def test_an_extreme_is_found(fault: Row, members: int, found: bool) -> None:
    about = [SOUND | {"level": level, "members": members} for level in ("issuer", "line")]
    assert bool(run("check_extremes", weights=[WEIGHT | fault], concentration=about)) == found


def test_a_count_a_thousand_times_too_large_is_an_extreme_of_a_large_index() -> None:
    """Sixty equals, one of them with a thousand times its shares: 1,000 of 1,059."""
    names = [f"C{number}" for number in range(60)]
    inputs = market(
        bars=[bar(FRIDAY, name, 10) for name in names],
        shares=[count(name, FILED, 10_000 if name == "C7" else 10) for name in names],
        constituents=[member(name) for name in names],
    )
    (found,) = ask("check_extremes", inputs)
    assert (found["session"], found["member"]) == (FRIDAY, "C7")
    assert found["weight"] == pytest.approx(1000 / 1059)


# check_min_max


@pytest.mark.parametrize(
    "fault",
    [
        {"top1": 0.0},
        {"top1": 1.01, "top5": 1.01, "top10": 1.01},
        {"top5": 0.39},
        {"top5": 1.0, "top10": 0.9},
        {"hhi": 2499.0},  # below 10,000 ÷ 4
        {"hhi": 10_001.0},
        {"entropy_n": 3.3},  # below the effective number
        {"entropy_n": 4.1},  # above the number of members
        {"gini": -0.1},
        {"gini": 1.0},
        {"coverage": 0.0},
        {"coverage": 1.1},
    ],
)
def test_a_figure_out_of_its_bounds_is_found(fault: Row) -> None:
    assert run("check_min_max", concentration=[SOUND]) == []
    assert len(run("check_min_max", concentration=[SOUND, SOUND | {"level": "line"} | fault])) == 1
    withheld = SOUND | fault | {"status": "withheld"}
    assert run("check_min_max", concentration=[withheld]) == []


@pytest.mark.parametrize("name", ["top1", "top5", "top10", "hhi", "effective_n", "entropy_n", "gini"])
def test_a_figure_that_is_told_and_empty_is_found(name: str) -> None:
    """An unknown is neither inside nor outside its bounds: SQL's own NOT would let it pass."""
    assert len(run("check_min_max", concentration=[SOUND | {name: None}])) == 1


# check_sessions_covered


def covered(*rows: tuple[date, str]) -> list[Row]:
    return run(
        "check_sessions_covered",
        sessions=[{"session": THURSDAY}, {"session": FRIDAY}],
        constituents=[{"index": "SP500", "security": "A", "since": on("2020-01-02")}],
        concentration=[SOUND | {"session": day, "level": level} for day, level in rows],
    )


def test_a_session_without_its_two_rows_is_found() -> None:
    whole = [(THURSDAY, "issuer"), (THURSDAY, "line"), (FRIDAY, "issuer"), (FRIDAY, "line")]
    assert covered(*whole) == []
    assert covered(*whole[:3]) == [{"session": FRIDAY, "index": "SP500", "rows_found": 1}]
    assert covered(*whole[:2]) == [{"session": FRIDAY, "index": "SP500", "rows_found": 0}]
    assert len(covered(*whole, (FRIDAY, "third"))) == 1


# check_group_complete


def complete(how: str, value: float | None, share: float | None) -> list[Row]:
    group = SHARED | {"group": "magnificent7"}
    known = group | {"issuer": "B", "security": "B", "how": "measured", "value": 5.0}
    return run(
        "check_group_complete",
        group_share=[group | {"share": share}],
        group_members=[known, known | {"issuer": "A", "security": "A", "how": how, "value": value}],
    )


def test_a_share_stated_over_a_guessed_member_is_found() -> None:
    assert complete("measured", 10.0, 0.5) == []
    assert complete("carried", 10.0, 0.5) == []
    for how in ("nearest", "by fund", "typical", "doubtful"):
        assert complete(how, 10.0, None) == []
        assert complete(how, 10.0, 0.5) == [SHARED | {"group": "magnificent7", "missing": "A"}]
    assert complete("measured", None, 0.5) == [SHARED | {"group": "magnificent7", "missing": "A"}]


# check_stored_share


def stored(percent: float | None) -> list[Row]:
    """7,000 of 12,500 is 56 %."""
    return run(
        "check_stored_share",
        concentration_metrics=[{"trading_date": THURSDAY, "mag7_pct_of_sp500": percent}],
        magnificent7_metrics=[
            {"trading_date": THURSDAY, "ticker": "BIG", "market_cap": 4000.0},
            {"trading_date": THURSDAY, "ticker": "ALFB", "market_cap": 3000.0},
        ],
        weights=[
            SHARED | {"level": "issuer", "member": str(number), "value": value}
            for number, value in enumerate((4000.0, 3000.0, 5500.0))
        ]
        + [SHARED | {"level": "line", "member": "0", "value": 4000.0}]
        + [SHARED | {"level": "issuer", "index": "OTHER", "member": "0", "value": 9999.0}],
    )


@pytest.mark.parametrize(("percent", "found"), [(56.0, 0), (56.009, 0), (55.991, 0), (56.011, 1), (54.0, 1), (None, 0)])
def test_a_stored_share_that_its_caps_do_not_give_is_found(percent: float | None, found: int) -> None:
    assert len(stored(percent)) == found
