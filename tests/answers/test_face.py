"""The package's face: few names, imported when used, each with an example that runs, errors that are typed."""

import doctest
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import topheavy
from support.own_files import BARS, place_in, run_files, write
from support.small_warehouse import LAST, publish_small
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.home import open_home

PUBLIC = [name for name in topheavy.__all__ if name != "__version__"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the small warehouse in it."""
    path = tmp_path_factory.mktemp("face") / "home"
    with open_home(read_settings(path, {})) as place:
        place.lake.folder.settle(SourceKind.FILE)
    return publish_small(path)


@pytest.fixture
def home(path: Path) -> Iterator[topheavy.OpenHome]:
    with topheavy.open(path) as opened:
        yield opened


def documented() -> Iterator[tuple[str, Any]]:
    """Every public name, and every public method of a public class that is defined there."""
    for name in PUBLIC:
        thing = getattr(topheavy, name)
        yield name, thing
        if inspect.isclass(thing):
            own = ((part, item) for part, item in vars(thing).items() if not part.startswith("_"))
            yield from ((f"{name}.{part}", item) for part, item in own if inspect.isfunction(item))


@pytest.mark.parametrize(("name", "thing"), list(documented()), ids=[name for name, _ in documented()])
def test_every_public_name_has_an_example_that_runs(name: str, thing: Any, path: Path, tmp_path: Path) -> None:
    with open_home(read_settings(tmp_path / "empty", {})):
        pass
    with topheavy.open(path) as home:
        known = {"topheavy": topheavy, "path": path, "home": home, "empty": tmp_path / "empty"}
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
        example = parser.get_doctest(inspect.getdoc(thing) or "", known, name, None, 0)
        assert example.examples, f"{name} has no example"
        assert runner.run(example).failed == 0, f"the example of {name} says something else"


def test_the_face_is_small_and_starts_nothing() -> None:
    assert len(topheavy.__all__) <= 10
    script = "import sys, topheavy; print(sorted(n for n in sys.modules if n.split('.')[0] in ('pyarrow', 'duckdb')"
    script += " or n.startswith('topheavy.')))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_home_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(topheavy.TopheavyError, match="nowhere"):
        topheavy.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists(), "opening to read makes nothing"


def test_the_home_is_that_of_the_environment_where_none_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPHEAVY_HOME", str(path))
    home = topheavy.open()
    assert home.ask("concentration").table["hhi"].to_pylist() == pytest.approx([4250])
    home.close()


def test_dates_are_dates_or_text(home: topheavy.OpenHome) -> None:
    assert home.ask("weights", on=LAST).rows() == home.ask("weights", on="2024-04-01").rows()
    with pytest.raises(topheavy.UsageError, match="since is 'spring', which is not a date"):
        home.ask("weights", since="spring")
    with pytest.raises(topheavy.UsageError, match="give 0 or more"):
        home.ask("weights", limit=-1)


@pytest.mark.parametrize(
    ("narrowing", "says"),
    [
        ({"index": "sp500"}, "no index is called 'sp500': did you mean 'SP500'?"),
        ({"level": "share"}, "no level is called 'share': there are: issuer, line"),
        ({"colour": "red"}, "weights: no narrowing is called 'colour'"),
        ({"on": "2024-03-30"}, "2024-03-30 is no session (weekend): the nearest day with figures is 2024-03-28"),
        ({"on": "2020-01-02"}, "no figures of SP500 on 2020-01-02: the nearest day with figures is 2024-03-25"),
    ],
)
def test_a_mistake_is_one_line_that_suggests_the_nearest(
    home: topheavy.OpenHome, narrowing: dict[str, str], says: str
) -> None:
    with pytest.raises(topheavy.UsageError) as told:
        home.ask("weights", **narrowing)  # type: ignore[arg-type]
    assert says in str(told.value)
    assert "\n" not in str(told.value)


def test_sql_tells_units_of_the_tables_it_names(home: topheavy.OpenHome) -> None:
    answer = home.sql("SELECT total, top1, 1 AS one FROM concentration WHERE session = DATE '2024-04-01'")
    assert (answer.units["total"], answer.units["top1"]) == ("currency", "1")
    assert "one" not in answer.units
    assert answer.evidence.fingerprint == "small-real"


def test_where_there_is_no_sp500_the_first_index_is_meant(tmp_path: Path) -> None:
    members = "index,symbol,since,until\nOWN,AAA,2020-01-02,\nOWN,BBB,2020-01-02,\n"
    manifest = write(tmp_path / "in", constituents=members)
    manifest.write_text(manifest.read_text().replace('[[file]]\npath = "groups.csv"\ndataset = "groups"\n', ""))
    with place_in(tmp_path) as place:
        assert run_files(place, manifest).failures == []
    with topheavy.open(tmp_path / "home") as home:
        answer = home.ask("concentration")
        assert answer.narrowed["index"] == "OWN"
        assert answer.rows()[0]["group"] is None, "no member of the group is in the index"
        assert answer.rows()[0]["top1"] == pytest.approx(23 / 36)


def test_a_table_is_read_as_it_was(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in")).failures == []
    before = datetime.now(UTC)
    with place_in(tmp_path) as place:
        changed = BARS.replace("2024-06-11,CCC,32,33,31,33", "2024-06-11,CCC,32,34,31,34")
        assert run_files(place, write(tmp_path / "in", bars=changed)).failures == []
    with topheavy.open(tmp_path / "home") as home:
        day = {"since": date(2024, 6, 11), "until": "2024-06-11"}
        was, now = home.table("bars", as_of=before), home.table("bars")
        closes = [dict(zip(t["security"].to_pylist(), t["close"].to_pylist(), strict=True))
                  for t in (of_day(was.table), of_day(now.table))]  # fmt: skip
        assert [close["CCC"] for close in closes] == [33.0, 34.0]
        assert was.evidence.as_of == before
        assert now.units["close"] == "currency"
        assert of_day(home.table("bars", **day).table).num_rows == 3  # type: ignore[arg-type]
        with pytest.raises(topheavy.TopheavyError, match="did not exist at"):
            home.table("bars", as_of=datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(topheavy.UsageError, match="no dataset is called 'barz': did you mean 'bars'"):
            home.table("barz")
        with pytest.raises(topheavy.UsageError, match="is a view"):
            home.table("daily_trading")
        with pytest.raises(topheavy.UsageError, match="not divided by time"):
            home.table("groups", since="2024-06-06")


def of_day(table: pa.Table) -> pa.Table:
    return table.filter([day == date(2024, 6, 11) for day in table["session"].to_pylist()])


def test_the_analysts_script_runs(path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "analyst.py"
    told = subprocess.run([sys.executable, str(example), str(path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == "SP500 on 2024-04-01, real, coverage 100.0 %"
    assert json.loads(lines[-1])["hhi"] == pytest.approx(4250)


def test_all_stands_for_every_index_level_and_group(home: topheavy.OpenHome) -> None:
    answer = home.ask("index-figures", index="all", level="all", on="2024-03-28")
    assert [(row["index"], row["level"]) for row in answer.rows()] == [
        (index, level) for index in ("FND", "SP500", "WTS") for level in ("issuer", "line")
    ]
    assert answer.narrowed == {"on": "2024-03-28"}
    assert answer.evidence.coverage is None, "no one index's"


def test_what_is_withheld_and_missing_is_asked_like_all_else(home: topheavy.OpenHome) -> None:
    (withheld,) = home.ask("withheld").rows()
    assert (withheld["session"], withheld["index"]) == (date(2024, 3, 27), "SP500")
    assert withheld["reason"] == "coverage 60.0 % is below the floor of 70.0 %"
    found = [(row["security"], row["sessions"], row["reason"]) for row in home.ask("missing-periods").rows()]
    assert found == [
        ("CCC.A", 1, "no share count"),
        ("DDD", 1, "failed: HTTP 503 from the vendor"),
        ("DDD", 1, "no bar"),
    ]
