"""Every question that may be asked keeps one contract: what its header says is true of its answer, wherever asked."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from pyarrow import csv, ipc

import topheavy
from support.own_files import place_in, run_files, write
from topheavy.answers.catalogue.catalogue import catalogue
from topheavy.cli.app import app
from topheavy.metrics.questions import Question
from topheavy.web.api.questions import OLDER
from topheavy.web.app import make_app

FAR = timedelta(days=365)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    with place_in(folder) as place:
        assert run_files(place, write(folder / "in")).failures == []
    return folder / "home"


@pytest.fixture(scope="module")
def home(folder: Path) -> Iterator[topheavy.OpenHome]:
    with topheavy.open(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(make_app(folder)) as client:
        yield client


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


def period(asked: Question) -> dict[str, str]:
    return {"since": "2024-01-01", "until": "2024-12-31"} if asked.day else {}


def test_it_is_answered_as_json(home: topheavy.OpenHome, client: TestClient, asked: Question) -> None:
    answer = client.get(f"/api/{asked.title}", params={"format": "json", **period(asked)})
    assert answer.status_code == 200, answer.text
    page, same = answer.json(), whole(home, asked)
    assert (page["question"], page["total"], page["world"]) == (asked.title, same.total, "real")
    assert page["fingerprint"] == same.evidence.fingerprint
    assert {item["name"]: item["unit"] for item in page["columns"]} == {
        name: same.units.get(name, "") for name in same.table.column_names
    }
    shown = [{name: str(v) if isinstance(v, date) else v for name, v in row.items()} for row in same.rows()]
    assert page["rows"] == shown


def test_it_is_answered_as_csv(home: topheavy.OpenHome, client: TestClient, asked: Question) -> None:
    answer = client.get(f"/api/{asked.title}", params=period(asked), headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    same = whole(home, asked).table
    kinds = csv.ConvertOptions(column_types={field.name: field.type for field in same.schema}, strings_can_be_null=True)
    assert csv.read_csv(BytesIO(answer.content), convert_options=kinds).to_pylist() == same.to_pylist()


def test_it_is_answered_as_arrow(home: topheavy.OpenHome, client: TestClient, asked: Question) -> None:
    answer = client.get(f"/api/{asked.title}", params={"format": "arrow", **period(asked)})
    assert answer.status_code == 200, answer.text
    read, same = ipc.open_stream(answer.content).read_all(), whole(home, asked)
    assert read.equals(same.table)
    assert read.schema.metadata[b"world"] == b"real"
    assert read.schema.metadata[b"fingerprint"].decode() == same.evidence.fingerprint
    for name, unit in same.units.items():
        if unit and name in read.column_names:
            assert read.schema.field(name).metadata == {b"unit": unit.encode()}


@pytest.mark.parametrize("form", ["json", "csv", "arrow"])
def test_its_pages_follow_each_other_and_are_sent_once(client: TestClient, asked: Question, form: str) -> None:
    first = client.get(f"/api/{asked.title}", params={"format": form, "limit": "1", **period(asked)})
    total = int(first.headers["X-Total-Count"])
    assert ("next" in first.links) == (total > 1)
    if total > 1:
        second = client.get(first.links["next"]["url"])
        assert (second.status_code, second.headers["X-Total-Count"]) == (200, str(total))
        assert second.content != first.content
    again = client.get(str(first.request.url), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


def test_it_is_described(client: TestClient, asked: Question) -> None:
    described = client.get("/openapi.json").json()["paths"][f"/api/{asked.title}"]["get"]
    if asked.title in OLDER:
        assert "With a format named" in described["description"]
    else:
        names = {parameter["name"] for parameter in described["parameters"]}
        assert described["description"] == asked.text
        assert names == {*asked.choices, *(("on", "since", "until") if asked.day else ()), "limit", "offset", "format"}


def test_it_is_shown(
    home: topheavy.OpenHome, folder: Path, asked: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [word for name, day in period(asked).items() for word in (f"--{name}", day)]
    app(["show", asked.title, "--home", str(folder), "--json", *days], standalone_mode=False)
    shown, same = json.loads(capsys.readouterr().out), whole(home, asked)
    assert (shown["metric"], shown["world"], shown["total"]) == (asked.title, "real", same.total)
    assert len(shown["rows"]) == same.total
    app(["show", asked.title, "--home", str(folder), *days], standalone_mode=False)
    assert capsys.readouterr().out.strip()
