"""A plug-in is found in its room's folder or by entry point, under one name, and asked for by that name."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from topheavy.core.errors import UsageError
from topheavy.core.plugins import (
    DATASETS,
    DOUBTS,
    ENGINES,
    FEEDS,
    FORMATS,
    KINDS,
    MODELS,
    PAGES,
    PROCESSORS,
    RULES,
    SOURCES,
    Kind,
    load,
    pick,
    scan,
    unknown,
)

Room = Callable[..., Kind]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Makes a package of the given files, as a room somebody might write, and the kind that is found in it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(package: str, **files: str) -> Kind:
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text('"""A room."""\n')
        for name, content in files.items():
            (folder / f"{name}.py").write_text(dedent(content))
        return Kind(package, package, "PLUGIN")

    return make


def declaring(name: str) -> str:
    return f"from types import SimpleNamespace\nPLUGIN = SimpleNamespace(name={name!r})\n"


def entry_point(folder: Path, group: str, value: str) -> None:
    """Install a distribution into ``folder``, as pip would leave it there."""
    info = folder / "somebody_elses-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody-elses\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nanything = {value}\n")


def test_a_file_that_declares_itself_is_found(room: Room) -> None:
    kind = room("fruit", apple=declaring("apple"), words="'''No plug-in here.'''\n", pear=declaring("a pear"))
    found = [(item.kind, item.name, item.module) for item in scan(kind)]
    assert found == [("fruit", "apple", "fruit.apple"), ("fruit", "a pear", "fruit.pear")]
    assert sorted(load(kind)) == ["a pear", "apple"]
    assert pick(kind, "apple").name == "apple"


def test_a_stranger_is_found_by_its_entry_point(room: Room, tmp_path: Path) -> None:
    kind = room("tree", oak=declaring("oak"))
    room("elsewhere", beech=declaring("beech"))
    entry_point(tmp_path, "topheavy.tree", "elsewhere.beech:PLUGIN")
    assert [(item.name, item.module) for item in scan(kind)] == [
        ("oak", "tree.oak"),
        ("beech", "elsewhere.beech:PLUGIN"),
    ]
    assert pick(kind, "beech").name == "beech"


def test_two_of_one_name_are_refused_and_both_named(room: Room, tmp_path: Path) -> None:
    kind = room("bird", crow=declaring("crow"))
    room("flock", other=declaring("crow"))
    entry_point(tmp_path, "topheavy.bird", "flock.other:PLUGIN")
    with pytest.raises(
        UsageError, match=r"two birds are called 'crow': bird\.crow and flock\.other:PLUGIN; rename one"
    ):
        load(kind)


def test_two_files_of_one_room_may_not_share_a_name(room: Room) -> None:
    kind = room("metal", iron=declaring("iron"), steel=declaring("iron"))
    with pytest.raises(UsageError, match=r"metal\.iron and metal\.steel"):
        load(kind)


def test_an_empty_room_has_no_plugins(room: Room) -> None:
    kind = room("void")
    assert not load(kind)
    with pytest.raises(UsageError, match="no void is called 'x'"):
        pick(kind, "x")


def test_what_was_found_cannot_be_changed(room: Room) -> None:
    found = load(room("stone", flint=declaring("flint")))
    with pytest.raises(TypeError):
        found["other"] = None  # type: ignore[index]


def test_a_near_miss_is_met_with_the_nearest_name() -> None:
    assert unknown("source", "polygn", ["sec", "polygon", "yahoo"]) == (
        "no source is called 'polygn': did you mean 'polygon'?"
    )
    with pytest.raises(UsageError, match="did you mean 'daily_trading'"):
        pick(DATASETS, "dayly_trading")


def test_a_far_miss_is_met_with_all_names() -> None:
    assert unknown("source", "zzz", ["sec", "ark"]) == "no source is called 'zzz': there are: ark, sec"


@pytest.mark.parametrize(
    ("kind", "name"),
    [(DATASETS, "bars"), (SOURCES, "polygon"), (SOURCES, "sec"), (RULES, "split_mismatch"), (ENGINES, "duckdb")],
)
def test_the_packages_own_plugins_are_found_the_same_way(kind: Kind, name: str) -> None:
    assert pick(kind, name).name == name
    assert name in {item.name for item in scan(kind)}


def test_every_kind_has_its_own_room() -> None:
    assert set(KINDS) == {DATASETS, SOURCES, RULES, DOUBTS, ENGINES, FEEDS, PROCESSORS, MODELS, FORMATS, PAGES}
    assert len({kind.package for kind in KINDS}) == len({kind.declares for kind in KINDS}) == len(KINDS)
