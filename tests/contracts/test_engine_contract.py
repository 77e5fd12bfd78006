"""What every engine keeps: a new file in ``metrics/engines/`` is held by this suite the moment it exists."""

import pyarrow as pa
import pytest

from support.metric_market import FRIDAY, MONDAY, THURSDAY, count, market
from topheavy.core.errors import MetricError
from topheavy.core.plugins import ENGINES, Found, scan
from topheavy.metrics.engine import Engine
from topheavy.metrics.questions import questions

FOUND = {found.name: found for found in scan(ENGINES)}
EVERY = sorted(questions())


@pytest.fixture(params=sorted(FOUND))
def found(request: pytest.FixtureRequest) -> Found:
    return FOUND[request.param]


@pytest.fixture
def engine(found: Found) -> Engine:
    plugin: Engine = found.plugin
    return plugin


def rows(table: pa.Table) -> list[str]:
    """Rows as text, in one order, figures to ten digits: engines add up in orders of their own."""
    digits = [
        {name: float(f"{value:.10g}") if isinstance(value, float) else value for name, value in row.items()}
        for row in table.to_pylist()
    ]
    return sorted(map(str, digits))


def test_there_are_engines() -> None:
    assert "duckdb" in FOUND


def test_it_declares_itself(found: Found, engine: Engine) -> None:
    if found.module.startswith(ENGINES.package):
        assert engine.name == found.module.rpartition(".")[2], f"{found.module}: name it after its file"
    assert engine.title.strip()


def test_it_answers_exactly_what_is_wanted(engine: Engine) -> None:
    answers = engine.answer(["day_over_day", "market_caps"], market())
    assert list(answers) == ["day_over_day", "market_caps"]
    assert all(isinstance(answer, pa.Table) for answer in answers.values())
    assert engine.answer([], market()) == {}


def test_its_figures_are_those_worked_out_by_hand(engine: Engine) -> None:
    """See ``metrics/test_concentration.py`` for the arithmetic."""
    answers = engine.answer(["market_caps", "concentration", "group_share", "bars_adjusted"], market())
    caps = {(row["session"], row["issuer"]): row["market_cap"] for row in answers["market_caps"].to_pylist()}
    assert [caps[FRIDAY, "BIGCO"], caps[MONDAY, "BIGCO"]] == pytest.approx([4400, 4600])
    (thursday,) = [
        row for row in answers["concentration"].to_pylist() if (row["session"], row["level"]) == (THURSDAY, "issuer")
    ]
    assert [thursday[name] for name in ("hhi", "gini", "total", "coverage")] == pytest.approx(
        [310_000 / 121, 16 / 55, 11_000, 10 / 11]
    )
    shares = {(row["session"], row["group"]): row["share"] for row in answers["group_share"].to_pylist()}
    assert shares[THURSDAY, "magnificent7"] == pytest.approx(7 / 11)
    assert shares[THURSDAY, "lost"] is None
    closes = {(row["session"], row["security"]): row["close"] for row in answers["bars_adjusted"].to_pylist()}
    assert [closes[FRIDAY, "BIG"], closes[MONDAY, "BIG"]] == pytest.approx([11, 11.5])


def test_it_answers_every_question_over_nothing(engine: Engine) -> None:
    answers = engine.answer(EVERY, market({}))
    assert {name: answer.num_rows for name, answer in answers.items() if answer.num_rows} == {}
    assert all(answer.schema.names for answer in answers.values())


def test_all_at_once_is_each_alone(engine: Engine) -> None:
    together = engine.answer(EVERY, market())
    for name in ("weights", "missing_members", "failed_collections", "check_min_max"):
        assert rows(engine.answer([name], market())[name]) == rows(together[name])


def test_the_order_of_rows_is_nothing_to_it(engine: Engine) -> None:
    turned = {name: table.take(pa.array(range(table.num_rows)[::-1], pa.int64())) for name, table in market().items()}
    wanted = ["market_caps", "weights", "concentration", "group_members"]
    first, second = engine.answer(wanted, market()), engine.answer(wanted, turned)
    assert {name: rows(first[name]) for name in wanted} == {name: rows(second[name]) for name in wanted}


def test_an_answers_rows_come_in_the_order_of_its_grain(engine: Engine) -> None:
    turned = {name: table.take(pa.array(range(table.num_rows)[::-1], pa.int64())) for name, table in market().items()}
    for name, answer in engine.answer(EVERY, turned).items():
        grain = questions()[name].grain
        keys = [tuple((row[part] is None, row[part]) for part in grain) for row in answer.to_pylist()]
        assert keys == sorted(keys), name


def test_nothing_is_left_of_an_earlier_question(engine: Engine) -> None:
    engine.answer(["market_caps"], market())
    doubled = market(shares=[count("SML", THURSDAY, 20)])
    (friday,) = [
        row for row in engine.answer(["market_caps"], doubled)["market_caps"].to_pylist() if row["session"] == FRIDAY
    ]
    assert (friday["issuer"], friday["market_cap"]) == ("SML", 2000.0)


def test_its_inputs_stay_as_they_were(engine: Engine) -> None:
    given = market()
    engine.answer(EVERY, given)
    assert all(given[name].equals(table) for name, table in market().items())


def test_an_input_too_many_is_not_looked_at(engine: Engine) -> None:
    extra = market() | {"not_asked_for": pa.table({"a": [1]})}
    assert engine.answer(["daily_trading"], extra)["daily_trading"].num_rows == 22


def test_a_missing_input_is_named(engine: Engine) -> None:
    inputs = market()
    del inputs["splits"]
    with pytest.raises(MetricError, match="no table given for splits: refine it first"):
        engine.answer(["market_caps"], inputs)


def test_an_unknown_question_is_met_with_the_nearest(engine: Engine) -> None:
    with pytest.raises(MetricError, match="no question is called 'market_cap': did you mean 'market_caps'"):
        engine.answer(["market_cap"], market())
    with pytest.raises(MetricError, match="no question is called 'bars'"):
        engine.answer(["bars"], market())


def test_sql_that_fails_is_named_by_its_question(engine: Engine) -> None:
    broken = market() | {"bars": pa.table({"session": [1]})}
    with pytest.raises(MetricError, match=r"^bars_in_use\.sql cannot be answered: ") as refused:
        engine.answer(["market_caps"], broken)
    assert "\n" not in str(refused.value)
