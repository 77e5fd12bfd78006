"""Own portfolios are kept as given, for their owner alone."""

import stat
from pathlib import Path

import pytest

from topheavy.core.errors import UsageError
from topheavy.portfolios.shelf import FOLDER, Shelf


def test_what_is_kept_comes_back_as_given(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.keep("mine", b"60% IVV, 40% AAPL")
    shelf.keep("mine", b"50% IVV, 50% AAPL")
    assert shelf.content("mine") == b"50% IVV, 50% AAPL"
    assert [item.name for item in shelf.names()] == ["mine"]
    assert [item.weight for item in shelf.portfolio("mine").positions] == [0.5, 0.5]


def test_it_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    Shelf(tmp_path).keep("mine", b"100% IVV")
    assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / FOLDER / "mine").stat().st_mode) == 0o600


def test_what_cannot_be_read_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Shelf(tmp_path).keep("mine", b"Date,Action,Symbol,Amount\n2024-01-01,Buy,IVV,5\n")
    assert Shelf(tmp_path).names() == ()


@pytest.mark.parametrize("name", ["", "../etc", "Mine", "a b", ".hidden", "x" * 41])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name to keep by"):
        Shelf(tmp_path).keep(name, b"100% IVV")


def test_forgetting_and_asking_for_what_is_not_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.keep("mine", b"100% IVV")
    shelf.forget("mine")
    with pytest.raises(UsageError, match="no kept portfolio is called 'mine'"):
        shelf.content("mine")
