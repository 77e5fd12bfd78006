"""Whatever happened to the tables, they are made anew from the lake, and every figure is the same."""

import shutil
from pathlib import Path

import pytest

from support.own_files import SHARES, TABLES_OF_A_RUN, contents, place_in, run_files, write
from topheavy.core.errors import TableError
from topheavy.home import Home
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.publish.repairs import switch
from topheavy.jobs.publish.verify import verify
from topheavy.jobs.refine.refine import refine

WITH_A_FAULT = SHARES + "AAA,2024-05-15,101,class\nAAA,2024-06-03,10,class\n"
"""AAA's newest count is a tenth of those before: a repair."""


def first_file(home: Path, table: str, ending: str) -> Path:
    return sorted((home / "tables" / "market" / table).rglob(f"*{ending}"))[-1]


def _cut(home: Path) -> None:
    path = first_file(home, "bars", ".parquet")
    path.write_bytes(path.read_bytes()[:100])


def _lost(home: Path) -> None:
    first_file(home, "shares", ".parquet").unlink()


def _empty(home: Path) -> None:
    first_file(home, "weights", ".metadata.json").write_bytes(b"")


def _gone(home: Path) -> None:
    shutil.rmtree(home / "tables" / "market" / "bars")


DAMAGE = {"a file cut short": _cut, "a file lost": _lost, "an empty file": _empty, "a table gone": _gone}
WHERE = {"a file cut short": "bars", "a file lost": "shares", "an empty file": "weights", "a table gone": "bars"}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with a home whose only repair someone has switched off."""
    with place_in(tmp_path) as place:
        assert run_files(place, write(tmp_path / "in", shares=WITH_A_FAULT)).failures == []
        (repair,) = place.warehouse.rows("SELECT id FROM repairs")
        switch(place, repair["id"], active=False)
        publish(place)
    return tmp_path


def figures(place: Home) -> dict[str, list[tuple[object, ...]]]:
    return contents(place, *TABLES_OF_A_RUN, "repairs")


def cap(place: Home) -> float:
    """The cap of AAA, close 13, by the count that is a tenth and was switched to count."""
    (row,) = place.warehouse.rows("SELECT market_cap FROM market_caps WHERE issuer = 'AAA' AND session = '2024-06-11'")
    return float(row["market_cap"])


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_tables_are_named_and_made_anew(published: Path, damage: str) -> None:
    with place_in(published) as place:
        expected = figures(place)
        assert cap(place) == 130.0
    DAMAGE[damage](published / "home")
    with place_in(published) as place:
        wrong = {finding.what: finding.wrong for finding in verify(place) if finding.wrong}
        files = [what for what in wrong if what.startswith("file ")]
        assert [what for what in wrong if what not in files] == [WHERE[damage]]
        assert all(what.startswith(f"file tables/market/{WHERE[damage]}/") for what in files)
        assert "topheavy refine --again" in wrong[WHERE[damage]]
        assert "\n" not in wrong[WHERE[damage]]
        assert figures(place) == expected, "what was published is still there"
        assert refine(place, again=True).rows["bars"] == 12
        publish(place)
        assert [finding for finding in verify(place) if finding.wrong] == []
        assert figures(place) == expected
        assert cap(place) == 130.0, "what was switched off stays off"


def test_again_without_damage_ends_the_same(published: Path) -> None:
    with place_in(published) as place:
        expected = figures(place)
        assert refine(place, again=True).answers == refine(place, again=True).answers == 8
        publish(place)
        assert figures(place) == expected
        assert refine(place).answers == 0


def test_publishing_from_a_damaged_table_says_what_to_do(published: Path) -> None:
    _lost(published / "home")
    with place_in(published) as place:
        switch(place, place.warehouse.rows("SELECT id FROM repairs")[0]["id"], active=True)
        with pytest.raises(TableError, match=r"^shares cannot be read: .*refine --again$"):
            publish(place)
