"""A question says what it asks, per what, of which tables; and keeps to the SQL that other engines share."""

import re
from functools import cache

import pyarrow as pa
import pytest

from support.metric_market import (
    FRIDAY,
    MONDAY,
    TINY,
    count,
    dividend,
    doubt,
    failure,
    holding,
    in_group,
    market,
    member,
    repair,
)
from topheavy.core.errors import MetricError
from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.metrics.questions import GIVEN, QuestionKind, in_order, question, questions, read_question, tables_behind

QUESTIONS = questions()
NAMES = sorted(QUESTIONS)

FORBIDDEN = {
    "MEDIAN": r"\bMEDIAN\s*\(",
    "GROUP BY ALL": r"\bGROUP\s+BY\s+ALL\b",
    "ORDER BY ALL": r"\bORDER\s+BY\s+ALL\b",
    "EXCLUDE": r"\bEXCLUDE\b",
    "* REPLACE": r"\*\s*REPLACE\b",
    "COLUMNS(": r"\bCOLUMNS\s*\(",
    "ASOF": r"\bASOF\b",
    "QUALIFY": r"\bQUALIFY\b",
    "POSITIONAL": r"\bPOSITIONAL\b",
    "SAMPLE": r"\b(USING|TABLE)\s*SAMPLE\b",
    "BY NAME": r"\bBY\s+NAME\b",
    "SEMI or ANTI": r"\b(SEMI|ANTI)\s+JOIN\b",
    "PIVOT": r"\b(UN)?PIVOT\b",
    "a negative index": r"\[\s*-",
    "::": r"::",
    "//": r"//",
    "a lambda": r"->",
    "a list or struct": r"(?<![\w\"])[\[{]",
    "FROM first": r"^\s*FROM\b",
    "a semicolon": r";",
}
"""What DuckDB understands and Spark does not, or not alike."""

RING = "-- question: q\n-- kind: step\n-- grain: a\n-- inputs: {}\n-- unit: 1\nSELECT 1 AS a"


def bare(sql: str) -> str:
    """SQL without its comments and strings."""
    return re.sub(r"'[^']*'", "''", re.sub(r"--[^\n]*", "", sql))


def read_by(sql: str) -> set[str]:
    """The tables a query reads, by plain text: what follows FROM or JOIN and is not made in the query itself."""
    text = bare(sql)
    made = set(re.findall(r"(?:WITH|,)\s*(\w+)\s+AS\s*\(", text, re.IGNORECASE))
    return set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", text, re.IGNORECASE)) - made


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_header_is_complete(name: str) -> None:
    asked = QUESTIONS[name]
    assert asked.text.endswith("?") or "?" in asked.text, f"{name}: a question ends with a question mark"
    assert asked.grain
    assert asked.inputs
    assert asked.unit
    assert bool(asked.advice) == (asked.kind is QuestionKind.CHECK), f"{name}: a check, and only a check, has an advice"
    assert name.startswith("check_") == (asked.kind is QuestionKind.CHECK)


def test_its_inputs_are_exactly_the_tables_it_reads(name: str) -> None:
    asked = QUESTIONS[name]
    assert len(set(asked.inputs)) == len(asked.inputs)
    assert read_by(asked.sql) == set(asked.inputs)


def test_its_sql_is_that_of_other_engines_too(name: str) -> None:
    text = bare(QUESTIONS[name].sql)
    assert not [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_what_is_forbidden_is_recognised(what: str) -> None:
    examples = {
        "MEDIAN": "SELECT median (x) FROM t",
        "GROUP BY ALL": "SELECT a, SUM(x) FROM t group by all",
        "ORDER BY ALL": "SELECT a FROM t ORDER BY ALL",
        "EXCLUDE": "SELECT * EXCLUDE (a) FROM t",
        "* REPLACE": "SELECT * REPLACE (1 AS a) FROM t",
        "COLUMNS(": "SELECT COLUMNS('a.*') FROM t",
        "ASOF": "SELECT 1 FROM a ASOF JOIN b USING (x)",
        "QUALIFY": "SELECT 1 FROM a QUALIFY ROW_NUMBER() OVER () = 1",
        "POSITIONAL": "SELECT 1 FROM a POSITIONAL JOIN b",
        "SAMPLE": "SELECT 1 FROM a USING SAMPLE 3",
        "BY NAME": "SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS a",
        "SEMI or ANTI": "SELECT 1 FROM a ANTI JOIN b USING (x)",
        "PIVOT": "PIVOT t ON a",
        "a negative index": "SELECT list(x)[-1] FROM t",
        "::": "SELECT a::DATE FROM t",
        "//": "SELECT a // 2 FROM t",
        "a lambda": "SELECT list_transform(l, x -> x + 1) FROM t",
        "a list or struct": "SELECT [1, 2] AS l",
        "FROM first": "FROM t",
        "a semicolon": "SELECT 1;",
    }
    assert re.search(FORBIDDEN[what], bare(examples[what]), re.IGNORECASE)


FUND = {"BIG": 60.0, "ALFA": 30.0, "ALFB": 10.0, "GONE": 5.0}


@cache
def answers() -> dict[str, pa.Table]:
    """Every answer over a market with everything in it: two groups, a fund, repairs, failures."""
    inputs = market(
        floor=0.5,
        groups=[*TINY["groups"], in_group("ALFA"), in_group("SML", "small")],
        holdings=[holding(n, name, value) for n, (name, value) in enumerate(FUND.items(), 1)],
        repairs=[repair("SML", FRIDAY, "close", 100.0, 101.0), repair("SML", FRIDAY, "low", 100.0, 99.0)],
        runs=[failure(MONDAY, "HTTP 500"), failure(MONDAY, "HTTP 503") | {"unit": "another"}],
        shares=[*TINY["shares"], count("SML", FRIDAY, 12)],
        constituents=[*TINY["constituents"], member("GONE") | {"index": "WITHHELD"}],
        dividends=[dividend("SML", FRIDAY, 1.0)],
        doubts=[doubt("SML", FRIDAY)],
    )
    return DuckDB().answer(NAMES, inputs)


def test_its_answer_has_one_row_for_each_of_its_grain(name: str) -> None:
    rows = answers()[name].to_pylist()
    assert rows or QUESTIONS[name].kind is QuestionKind.CHECK, f"{name}: no answer, so nothing is tested"
    keys = [tuple(row[part] for part in QUESTIONS[name].grain) for row in rows]
    assert len(set(keys)) == len(keys)


def test_what_is_stored_and_what_is_viewed_are_declared_datasets() -> None:
    for name, asked in QUESTIONS.items():
        if asked.kind is QuestionKind.TABLE:
            assert dataset(name).layer is Layer.DERIVED
            assert dataset(name).key == asked.grain, "its answer comes in the order its table keeps"
    views = {name for name, item in datasets().items() if item.layer is Layer.VIEW}
    assert views <= {name for name, asked in QUESTIONS.items() if asked.kind is QuestionKind.VIEW}


def test_no_question_has_the_name_of_something_stored_else() -> None:
    stored = {name for name, item in datasets().items() if item.layer in {Layer.PARSED}} | GIVEN
    assert not stored & set(QUESTIONS)


# the order of answering


def test_what_a_question_stands_on_comes_before_it(name: str) -> None:
    order = [item.name for item in in_order([name])]
    assert order[-1] == name
    assert len(set(order)) == len(order)
    for place, earlier in enumerate(order):
        answered = set(order[:place])
        assert set(QUESTIONS[earlier].inputs) & set(QUESTIONS) <= answered


def test_what_is_read_from_outside_is_stored_or_given() -> None:
    assert tables_behind(["daily_trading"]) == {"bars", "repairs", "splits"}
    for name in NAMES:
        parsed = {item for item, about in datasets().items() if about.layer is Layer.PARSED}
        assert tables_behind([name]) <= parsed | GIVEN | {"repairs", "doubts", "runs"}


def test_an_unknown_question_is_met_with_the_nearest() -> None:
    with pytest.raises(MetricError, match="no question is called 'wieghts': did you mean 'weights'"):
        question("wieghts")


@pytest.mark.parametrize("part", ["question", "kind", "grain", "inputs", "unit"])
def test_a_header_without_a_line_is_named(part: str) -> None:
    lines = [line for line in RING.format("bars").splitlines() if not line.startswith(f"-- {part}:")]
    with pytest.raises(MetricError, match=f"broken.sql has no '-- {part}: …' line in its header: add it"):
        read_question("broken", "\n".join(lines))


def test_a_header_of_an_unknown_kind_is_named() -> None:
    with pytest.raises(
        MetricError, match=r"broken\.sql, line 2: no kind of question is called 'tabel': did you mean 'table'"
    ):
        read_question("broken", RING.format("bars").replace("kind: step", "kind: tabel"))


ASKABLE = RING.replace("step", "view") + "\n-- narrowed by: a, session\n-- day: session\n-- order: session, a DESC"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-- narowed by: index", "line 6: no line of a header is called 'narowed by': did you mean 'narrowed by'"),
        ("-- unit: 2", "line 6: '-- unit: …' stands on line 5 already"),
        ("-- shown as:", "line 6: '-- shown as:' says nothing"),
        ("-- narrowed by: index, Level", "line 6: 'Level' is no column's name"),
        ("-- order: session DSC", "line 6: 'session DSC' is no column, perhaps with DESC"),
        ("-- units: share", "line 6: 'share' is not a column and its unit, as in 'share 1'"),
        ("-- without a date: newst", "line 6: no way without a date is called 'newst': did you mean 'newest'"),
    ],
)
def test_a_malformed_line_is_named_with_its_number(line: str, says: str) -> None:
    header, sql = RING.format("bars").rsplit("\n", 1)
    with pytest.raises(MetricError, match=re.escape(f"broken.sql, {says}")):
        read_question("broken", f"{header}\n{line}\n{sql}")


@pytest.mark.parametrize("part", ["narrowed by", "order"])
def test_what_can_be_asked_says_how(part: str) -> None:
    lines = [line for line in ASKABLE.format("bars").splitlines() if not line.startswith(f"-- {part}:")]
    with pytest.raises(MetricError, match=f"broken.sql has no '-- {part}: …' line in its header: add it"):
        read_question("broken", "\n".join(lines))


def test_a_day_is_one_of_the_columns_that_narrow() -> None:
    content = ASKABLE.format("bars").replace("narrowed by: a, session", "narrowed by: a")
    with pytest.raises(MetricError, match=r"broken\.sql, line 8: 'session' is not among the columns of 'narrowed by'"):
        read_question("broken", content)


def test_how_it_is_asked_is_read() -> None:
    read = read_question("so_asked", ASKABLE.format("bars") + "\n-- units: a 1, b shares as of the session")
    assert (read.title, read.narrowed_by, read.choices, read.day) == ("so-asked", ("a", "session"), ("a",), "session")
    assert (read.order, read.without_a_date) == (("session", "a DESC"), "newest")
    assert dict(read.units) == {"a": "1", "b": "shares as of the session"}
    named = ASKABLE.format("bars") + "\n-- shown as: other\n-- without a date: all"
    assert (read_question("so_asked", named).title, read_question("so_asked", named).without_a_date) == ("other", "all")


def test_a_header_is_read() -> None:
    read = read_question("sound", RING.format("bars, splits") + "\n-- advice: look again")
    assert (read.name, read.text, read.kind) == ("sound", "q", QuestionKind.STEP)
    assert (read.grain, read.inputs, read.unit, read.advice) == (("a",), ("bars", "splits"), "1", "look again")


# what a mistaken file would say


def test_a_mistaken_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files beside the sound ones: two stand on each other, one on a table there is none of."""
    files = {"hen": "egg", "egg": "hen", "lost": "barz"}
    broken = {name: read_question(name, RING.format(inputs)) for name, inputs in files.items()}
    monkeypatch.setattr("topheavy.metrics.questions.questions", lambda: QUESTIONS | broken)
    with pytest.raises(MetricError, match="stand on each other in a ring: hen → egg → hen"):
        in_order(["hen"])
    with pytest.raises(MetricError, match=r"lost\.sql: no dataset or question is called 'barz': did you mean 'bars'"):
        in_order(["lost"])
