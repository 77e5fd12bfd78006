"""Answers are kept once, read back byte for byte, and nothing that came is ever overwritten."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from support.responses import FRIDAY, NOON, answer
from topheavy.core.errors import LakeError
from topheavy.core.http.client import Client
from topheavy.core.units import Answer, Outcome, Unit
from topheavy.lake.folder import HomeFolder
from topheavy.lake.raw import Lake
from topheavy.lake.records import Attempt

BODIES = st.lists(st.binary(max_size=200), max_size=3)
NUMBERED = iter(range(1_000_000))


@given(bodies=BODIES, facts=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2), subject=st.text())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_comes_back_as_it_came(lake: Lake, bodies: list[bytes], facts: dict[str, str], subject: str) -> None:
    unit = Unit("files", "file", subject=f"{subject}/{next(NUMBERED)}")
    kept = answer(*bodies, unit=unit, facts=facts, hours=0.123456)
    entry, is_new = lake.keep(kept)
    assert is_new
    assert lake.read(entry) == kept


def test_the_same_answer_is_kept_once(lake: Lake) -> None:
    first, new = lake.keep(answer(b"one", b"two"))
    files = sorted(lake.store.list())
    again, new_again = lake.keep(answer(b"one", b"two", hours=5))
    assert (new, new_again) == (True, False)
    assert sorted(lake.store.list()) == files
    assert again.envelope == first.envelope
    assert [entry.version for entry in lake.ledger.latest()] == [first.version]


def test_a_republished_answer_is_a_second_version_and_both_stay_readable(lake: Lake) -> None:
    first, _ = lake.keep(answer(b"as first published"))
    second, is_new = lake.keep(answer(b"as corrected", hours=1))
    assert is_new
    assert first.version != second.version
    assert [entry.version for entry in lake.ledger.latest()] == [second.version]
    assert lake.read(first) == answer(b"as first published")
    assert lake.read(second) == answer(b"as corrected", hours=1)


def test_a_vendor_that_changes_its_mind_back_is_followed(lake: Lake) -> None:
    first, _ = lake.keep(answer(b"A"))
    lake.keep(answer(b"B", hours=1))
    back, is_new = lake.keep(answer(b"A", hours=2))
    assert not is_new
    latest = lake.ledger.latest()
    assert [entry.version for entry in latest] == [first.version]
    assert latest[0].received_at == back.received_at
    lake.keep(answer(b"B", hours=3))
    assert lake.read(lake.ledger.latest()[0]).pages[0].content == b"B"


def test_other_facts_about_the_same_bytes_are_another_version(lake: Lake) -> None:
    lake.keep(answer(b"x", facts={"basis": "as traded"}))
    entry, is_new = lake.keep(answer(b"x", facts={"basis": "2024-12-18"}, hours=1))
    assert is_new
    assert lake.read(entry).facts == {"basis": "2024-12-18"}


def test_an_answer_without_a_page_is_an_answer(lake: Lake) -> None:
    entry, is_new = lake.keep(answer())
    assert is_new
    assert entry.bytes == 0
    assert lake.read(entry).pages == ()


def test_sizes_are_those_of_the_bytes(lake: Lake) -> None:
    entry, _ = lake.keep(answer(b"12345", b"", b"678"))
    assert entry.bytes == 8
    assert lake.ledger.latest()[0].bytes == 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Unit("s", "r", subject="all"), Unit("s", "r")),
        (Unit("s", "r", subject="a/b"), Unit("s", "r", subject="b")),
        (Unit("s", "r", subject="a b"), Unit("s", "r", subject="a_b")),
        (Unit("s", "r", subject="x" * 100), Unit("s", "r", subject="x" * 101)),
        (Unit("s", "r", FRIDAY.session, "A"), Unit("s", "r", None, "A")),
    ],
)
def test_units_with_the_same_bytes_are_kept_apart(lake: Lake, one: Unit, other: Unit) -> None:
    """Two companies may well have the same empty answer; each keeps its own."""
    kept = [lake.keep(answer(b"[]", unit=unit)) for unit in (one, other)]
    assert [is_new for _, is_new in kept] == [True, True]
    assert [lake.read(entry).unit for entry, _ in kept] == [one, other]
    assert {found.unit for _, found in lake.every()} == {one, other}


def test_every_lists_each_answer_once(lake: Lake) -> None:
    for number in range(3):
        lake.keep(answer(b"body %d" % number, hours=number))
    found = dict(lake.every())
    assert sorted(item.pages[0].content for item in found.values()) == [b"body 0", b"body 1", b"body 2"]
    assert all(path.endswith(".answer.json") for path in found)


# damage


@pytest.fixture
def folder_lake(home: HomeFolder) -> Iterator[Lake]:
    opened = Lake(home)
    yield opened
    opened.close()


def flip(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


@pytest.mark.parametrize("damage", [flip, lambda content: content[:-1], lambda _: b"", lambda c: c + b"!"])
def test_a_damaged_page_is_noticed(folder_lake: Lake, damage: Callable[[bytes], bytes]) -> None:
    entry, _ = folder_lake.keep(answer(b"date,close\n2024-12-06,242.84\n"))
    page = next(Path(folder_lake.store.root).rglob("*.0.csv"))
    page.write_bytes(damage(page.read_bytes()))
    for asked in (lambda: folder_lake.read(entry), lambda: list(folder_lake.every())):
        with pytest.raises(
            LakeError, match=r"\.0\.csv is damaged \(its hash differs\): delete it and collect it with --again"
        ):
            asked()


def test_a_lost_page_is_noticed(folder_lake: Lake) -> None:
    entry, _ = folder_lake.keep(answer(b"one", b"two"))
    next(Path(folder_lake.store.root).rglob("*.1.csv")).unlink()
    with pytest.raises(LakeError, match=r"\.1\.csv cannot be read"):
        folder_lake.read(entry)


@pytest.mark.parametrize(
    "left", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"unit": {}, "pages": [{}]}', b'{"unit": 1']
)
def test_a_damaged_envelope_is_noticed(folder_lake: Lake, left: bytes) -> None:
    entry, _ = folder_lake.keep(answer(b"one"))
    (Path(folder_lake.store.root) / entry.envelope).write_bytes(left)
    for asked in (lambda: folder_lake.read(entry), lambda: list(folder_lake.every())):
        with pytest.raises(LakeError, match=r"\.answer\.json is damaged"):
            asked()


# secrets


def test_no_file_of_a_home_holds_a_key(lake: Lake, home: HomeFolder, httpserver: HTTPServer) -> None:
    """From the network to the disk: what was asked is written down, the key it was asked with is not."""
    httpserver.expect_request("/bars").respond_with_data(b"body")
    with Client() as client:
        reply = client.get(httpserver.url_for("/bars?apiKey=s3cret-1"), {"token": "s3cret-2", "limit": "5"})
    entry, _ = lake.keep(Answer(FRIDAY, (reply.page,), NOON, reply.kind))
    lake.ledger.note_attempt(Attempt(FRIDAY, Outcome.OK, None, 0.0, entry.bytes, NOON))
    request = lake.read(entry).pages[0].request
    assert "limit=5" in request
    assert "s3cret" not in request
    written = [path.read_bytes() for path in home.path.rglob("*") if path.is_file()]
    assert written
    assert not [content for content in written if b"s3cret" in content]
