"""Every question that may be asked keeps one contract: what its header says is true of its answer, wherever asked."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import topheavy
from support.own_files import place_in, run_files, write
from topheavy.answers.catalogue.catalogue import catalogue
from topheavy.metrics.questions import Question

FAR = timedelta(days=365)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[topheavy.OpenHome]:
    folder = tmp_path_factory.mktemp("asked")
    with place_in(folder) as place:
        assert run_files(place, write(folder / "in")).failures == []
    with topheavy.open(folder / "home") as opened:
        yield opened


@pytest.fixture(params=sorted(catalogue()))
def asked(request: pytest.FixtureRequest) -> Question:
    return catalogue()[str(request.param)]


def whole(home: topheavy.OpenHome, asked: Question) -> topheavy.Answer:
    """The answer for all time, as little narrowed as can be."""
    if asked.day:
        return home.ask(asked.title, since=date.min, until=date.max)
    return home.ask(asked.title)


def test_what_its_header_names_is_in_its_answer(home: topheavy.OpenHome, asked: Question) -> None:
    columns = set(home.ask(asked.title).table.column_names)
    named = {*asked.grain, *asked.narrowed_by, *asked.units, *(part.split()[0] for part in asked.order)}
    assert named <= columns
    if asked.day:
        assert home.ask(asked.title).table.schema.field(asked.day).type == pa.date32()


def test_every_figure_has_a_unit(home: topheavy.OpenHome, asked: Question) -> None:
    answer = home.ask(asked.title)
    figures = {f.name for f in answer.table.schema if pa.types.is_floating(f.type) or pa.types.is_decimal(f.type)}
    assert not {name for name in figures if not answer.units.get(name)}, "say it in the header: '-- units: …'"


def test_its_rows_come_in_its_order_page_by_page(home: topheavy.OpenHome, asked: Question) -> None:
    every = whole(home, asked)
    assert every.total == len(every)
    keys = [part.split() for part in asked.order]
    for before, after in zip(every.rows(), every.rows()[1:], strict=False):
        for column, *descending in keys:
            if before[column] != after[column]:
                assert (before[column] > after[column]) == bool(descending)
                break
    period = {"since": date.min, "until": date.max} if asked.day else {}
    pages = [home.ask(asked.title, limit=2, offset=offset, **period) for offset in range(0, every.total, 2)]  # type: ignore[arg-type]
    assert [row for page in pages for row in page.rows()] == every.rows()
    assert {page.total for page in pages} <= {every.total}


def test_its_day_narrows_it(home: topheavy.OpenHome, asked: Question) -> None:
    if not asked.day:
        with pytest.raises(topheavy.UsageError, match="has no day"):
            home.ask(asked.title, on="2024-06-10")
        return
    days = set(home.ask(asked.title, on="2024-06-10").table[asked.day].to_pylist())
    assert days <= {date(2024, 6, 10)}
    assert days or not {date(2024, 6, 10)} & set(whole(home, asked).table[asked.day].to_pylist())
    with pytest.raises(topheavy.UsageError, match="swap since and until"):
        home.ask(asked.title, since="2024-06-11", until="2024-06-10")


def test_its_narrowings_take_what_is_there_and_refuse_what_is_not(home: topheavy.OpenHome, asked: Question) -> None:
    rows = whole(home, asked).rows()
    for column in asked.choices:
        for value in {row[column] for row in rows if row[column] is not None}:
            found = home.ask(asked.title, since=date.min, until=date.max, **{column: str(value)}).rows()  # type: ignore[arg-type]
            assert found
            assert {row[column] for row in found} <= {value, None}
        with pytest.raises(topheavy.UsageError, match="is called 'never-heard-of'"):
            home.ask(asked.title, **{column: "never-heard-of"})
    with pytest.raises(topheavy.UsageError, match="no narrowing is called 'colour'"):
        home.ask(asked.title, colour="blue")


def test_its_evidence_stands_beside_it(home: topheavy.OpenHome, asked: Question) -> None:
    evidence = home.ask(asked.title).evidence
    assert evidence.world == "real"
    assert evidence.fingerprint
    assert evidence.published_at
    assert evidence.coverage == (1.0 if "index" in asked.choices else None)


def test_it_becomes_a_frame(home: topheavy.OpenHome, asked: Question, tmp_path: Path) -> None:
    answer = home.ask(asked.title)
    assert list(answer.to_pandas().columns) == answer.to_polars().columns == answer.table.column_names
    assert len(answer.to_pandas()) == answer.to_polars().height == len(answer)
