"""Keeping may be killed between any two steps: nothing is lost, nothing half-kept is listed, and again is well."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.responses import FRIDAY, answer
from topheavy.core.units import Answer
from topheavy.lake.folder import HomeFolder, open_folder
from topheavy.lake.ledger import Ledger
from topheavy.lake.raw import Lake
from topheavy.lake.records import Entry
from topheavy.lake.store import Store

ANSWER = answer(b"page one", b"page two")
STEPS = 3
"""Two pages, then the envelope; the ledger's row comes after."""


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class MortalStore(Store):
    """Dies at one of its writes, before or after it is done."""

    def __init__(self, root: str, at: int, *, done: bool) -> None:
        super().__init__(root)
        self._left = at
        self._done = done

    def put_once(self, path: str, content: bytes) -> bool:
        self._left -= 1
        if self._left:
            return super().put_once(path, content)
        if self._done:
            super().put_once(path, content)
        raise Killed


class MortalLedger(Ledger):
    """Dies before it writes an answer down."""

    def note_answer(self, entry: Entry) -> None:
        raise Killed


@pytest.fixture
def root(tmp_path: Path) -> str:
    return str(tmp_path / "raw")


@pytest.fixture
def home(tmp_path: Path) -> HomeFolder:
    return open_folder(tmp_path / "home")


def killed(home: HomeFolder, store: Store, *, ledger: bool = False) -> None:
    lake = Lake(home, store)
    if ledger:
        lake.ledger.close()
        lake.ledger = MortalLedger(home.path / "ledger.sqlite")
    with pytest.raises(Killed):
        lake.keep(ANSWER)
    lake.close()


@pytest.fixture(params=[*((at, done) for at in range(1, STEPS + 1) for done in (False, True)), "ledger"])
def after_a_kill(request: pytest.FixtureRequest, home: HomeFolder, root: str) -> Iterator[Lake]:
    """A lake opened anew after a kill before or after each write of the first keep."""
    if request.param == "ledger":
        killed(home, Store(root), ledger=True)
    else:
        at, done = request.param
        killed(home, MortalStore(root, at, done=done))
    lake = Lake(home, Store(root))
    yield lake
    lake.close()


def test_no_half_answer_is_listed(after_a_kill: Lake) -> None:
    assert after_a_kill.ledger.latest() == []
    assert [found for _, found in after_a_kill.every()] in ([], [ANSWER])


def test_keeping_again_completes_it(after_a_kill: Lake) -> None:
    entry, _ = after_a_kill.keep(ANSWER)
    assert after_a_kill.read(entry) == ANSWER
    assert after_a_kill.ledger.latest() == [entry]
    assert [found for _, found in after_a_kill.every()] == [ANSWER]
    assert len(list(after_a_kill.store.list())) == STEPS


def test_an_answer_is_there_once_its_envelope_is(home: HomeFolder, root: str) -> None:
    killed(home, MortalStore(root, STEPS, done=False))
    assert answers_in(home, root) == []
    killed(home, MortalStore(root, STEPS, done=True))
    assert answers_in(home, root) == [ANSWER]


def answers_in(home: HomeFolder, root: str) -> list[Answer]:
    with closing(Lake(home, Store(root))) as lake:
        return [found for _, found in lake.every()]


def test_what_was_kept_before_the_kill_is_untouched(home: HomeFolder, root: str) -> None:
    lake = Lake(home, Store(root))
    before, _ = lake.keep(answer(b"an earlier version", hours=-1))
    lake.close()
    killed(home, MortalStore(root, 2, done=True))
    with closing(Lake(home, Store(root))) as again:
        assert again.ledger.latest() == [before]
        assert again.read(before).pages[0].content == b"an earlier version"
        assert again.read(before).unit == FRIDAY
