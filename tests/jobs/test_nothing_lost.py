"""Good figures are not destroyed: by a kill, a lost file, a switch, an empty table, a copy that cannot be read."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import killed_again
from support.own_files import SHARES, TABLES_OF_A_RUN, contents, place_in, run_files, write
from topheavy.core.errors import LakeError, NotPublished
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.publish.repairs import switch
from topheavy.jobs.publish.verify import verify
from topheavy.jobs.refine.refine import refine
from topheavy.tables.catalogs.beside import BESIDE
from topheavy.tables.read import read, rows_of, snapshot_of
from topheavy.tables.write import replace_all

OWN_GROUP = "group,symbol\nmagnificent7,AAA\n"

WITH_A_FAULT = SHARES + "AAA,2024-05-15,101,class\nAAA,2024-06-03,10,class\n"
"""AAA's newest count is a tenth of those before: a repair."""

ROWS_OF_BARS = 12
"""Three securities on four sessions."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with place_in(folder) as place:
        assert run_files(place, write(folder / "in")).failures == []
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    """A folder with a published home of its own."""
    shutil.copytree(made / "home", tmp_path / "home")
    return tmp_path


@pytest.fixture
def place(here: Path) -> Iterator[Home]:
    with place_in(here) as opened:
        yield opened


def figures(place: Home) -> dict[str, list[tuple[object, ...]]]:
    return contents(place, *TABLES_OF_A_RUN)


def wrong(place: Home) -> list[str]:
    return [f"{finding.what}: {finding.wrong}" for finding in verify(place) if finding.wrong]


def pages_of(folder: Path, name: str) -> Path:
    (found,) = [path for path in (folder / "home" / "raw").rglob("*") if path.is_file() and _brought(path, name)]
    return found


def _brought(path: Path, name: str) -> bool:
    return path.suffix != ".json" and path.read_bytes().startswith(name.encode())


# kills


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("moment", killed_again.MOMENTS)
def test_a_kill_leaves_the_old_tables_or_the_new_ones(here: Path, moment: str) -> None:
    with place_in(here) as place:
        expected = figures(place)
    command = [sys.executable, killed_again.__file__, str(here / "home"), moment]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    with place_in(here) as place:
        assert rows_of(place.tables, dataset("bars")) == ROWS_OF_BARS
        publish(place)
        assert figures(place) == expected
        assert wrong(place) == []
        refine(place)
        publish(place)
        assert figures(place) == expected
        refine(place, again=True)
        publish(place)
        assert figures(place) == expected
        assert wrong(place) == []
    assert not list((here / "home").glob(f"{BESIDE}*"))


def test_what_a_kill_left_is_swept_by_the_next(here: Path) -> None:
    folder = here / "home" / "tables" / "market" / "bars" / "data"
    stray = folder / "left-behind.parquet"
    stray.write_bytes(b"half a file")
    with place_in(here) as place:
        refine(place, again=True)
        assert not stray.exists()
        assert read(place.tables, dataset("bars")).num_rows == ROWS_OF_BARS


# a raw file that is gone or damaged


def _gone(path: Path) -> None:
    path.unlink()


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [_gone, _flipped])
def test_a_lost_raw_file_is_refused_by_name_and_changes_nothing(here: Path, harm: object) -> None:
    path = pages_of(here, "session,symbol")
    assert callable(harm)
    harm(path)
    with place_in(here) as place:
        expected, before = figures(place), snapshot_of(place.tables, dataset("bars"))
        refined, remarks = place.lake.ledger.refined(), place.lake.ledger.runs()
        with pytest.raises(LakeError, match=r"would lose what 1 answers brought: .*bars.*--accept-loss") as refusal:
            refine(place, again=True)
        assert "\n" not in str(refusal.value)
        assert snapshot_of(place.tables, dataset("bars")) == before
        assert (place.lake.ledger.refined(), place.lake.ledger.runs()) == (refined, remarks)
        assert refine(place).answers == 0
        publish(place)
        assert figures(place) == expected


def test_a_lost_raw_file_can_be_given_up_and_is_told(here: Path) -> None:
    pages_of(here, "session,symbol").unlink()
    with place_in(here) as place:
        expected = figures(place)
        done = refine(place, again=True, accept_loss=True)
        assert [unit for unit in done.given_up if "bars" in unit] == list(done.given_up)
        assert rows_of(place.tables, dataset("shares")) == 3
        with pytest.raises(NotPublished, match="the tables hold no bars and no holdings"):
            publish(place, accept_loss=True)
        assert figures(place) == expected, "nothing is published in their place"


def test_a_lost_file_of_several_is_given_up_in_both_legs(here: Path) -> None:
    pages_of(here, OWN_GROUP).unlink()
    with place_in(here) as place:
        refine(place, again=True, accept_loss=True)
        with pytest.raises(NotPublished, match=r"1 answers brought: .*\(1 rows of groups\).*--accept-loss"):
            publish(place)
        (given_up,) = publish(place, accept_loss=True).given_up.items()
        assert given_up[1] == "1 rows of groups"
        assert place.warehouse.rows("""SELECT COUNT(*) AS rows FROM groups WHERE security = 'AAA'""") == [{"rows": 0}]
        (line,) = wrong(place)
        assert line.startswith("lake: ")
        assert "groups.csv" in line, "that the file is gone is still said"


def test_an_answer_whose_bytes_are_gone_stops_no_other(here: Path) -> None:
    path = pages_of(here, OWN_GROUP)
    path.unlink()
    with place_in(here) as place:
        place.lake.ledger.forget_refined()
        done = refine(place)
        assert [("groups" in unit, "cannot be read" in cause) for unit, cause in done.unreadable] == [(True, True)]
        assert done.answers == 7
        assert "AAA" in read(place.tables, dataset("groups"))["security"].to_pylist(), "what it brought before stays"
        path.write_text(OWN_GROUP)
        assert refine(place).answers == 1, "it is tried again"


# tables that hold less than what was published


def test_tables_that_shrank_are_not_published(place: Home) -> None:
    expected = figures(place)
    replace_all(place.tables, dataset("shares"), read(place.tables, dataset("shares")).slice(0, 0))
    with pytest.raises(NotPublished, match=r"\(3 rows of shares\).*refine --again"):
        publish(place)
    assert figures(place) == expected


def test_nothing_is_never_published(place: Home) -> None:
    expected = figures(place)
    replace_all(place.tables, dataset("bars"), read(place.tables, dataset("bars")).slice(0, 0))
    with pytest.raises(NotPublished, match="the tables hold no bars and no holdings"):
        publish(place, accept_loss=True)
    assert figures(place) == expected


# a copy that cannot be read


BROKEN = {"cut short": 5000, "empty": 0, "its head alone": 16}


@pytest.mark.parametrize("size", BROKEN.values(), ids=BROKEN)
def test_an_unreadable_copy_is_published_anew(here: Path, size: int) -> None:
    with place_in(here) as place:
        expected = figures(place)
    file = here / "home" / "warehouse.duckdb"
    file.write_bytes(file.read_bytes()[:size])
    with place_in(here) as place:
        assert any("topheavy publish" in line for line in wrong(place))
        publish(place)
        assert figures(place) == expected
        assert wrong(place) == []


def test_garbage_is_no_copy(here: Path) -> None:
    with place_in(here) as place:
        expected = figures(place)
        (here / "home" / "warehouse.duckdb").write_bytes(b"\x8f\x01no database" * 900)
        assert publish(place).rows["bars"] == ROWS_OF_BARS
        assert figures(place) == expected


# switches of repairs


def test_a_switch_is_refused_with_its_publication_and_blocks_nothing(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in", shares=WITH_A_FAULT)).failures == []
        (repair,) = place.warehouse.rows("SELECT id FROM repairs")
        expected = contents(place, "market_caps", "concentration", "repairs")
        switch(place, repair["id"], active=False)
        groups = read(place.tables, dataset("groups"))
        replace_all(place.tables, dataset("groups"), groups.slice(0, 0))
        with pytest.raises(NotPublished, match=rf"rows of groups.*switches of repairs: {repair['id']} \(on again\)"):
            publish(place)
        assert read(place.tables, dataset("repairs"))["active"].to_pylist() == [True]
        replace_all(place.tables, dataset("groups"), groups)
        publish(place)
        assert contents(place, "market_caps", "concentration", "repairs") == expected
        assert wrong(place) == []


def test_a_switch_that_is_published_stays(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in", shares=WITH_A_FAULT)).failures == []
        (repair,) = place.warehouse.rows("SELECT id FROM repairs")
        switch(place, repair["id"], active=False)
        publish(place)
        replace_all(place.tables, dataset("groups"), read(place.tables, dataset("groups")).slice(0, 0))
        with pytest.raises(NotPublished) as refusal:
            publish(place)
        assert "switches" not in str(refusal.value), "none was switched since the last publication"
        assert read(place.tables, dataset("repairs"))["active"].to_pylist() == [False]
