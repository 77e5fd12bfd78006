"""What every store keeps: the same tests over a folder and over an object store in memory."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from topheavy.core.errors import LakeError
from topheavy.lake.store import Store

PATHS = ["a", "a/b", "polygon/bars/session=2024-12-06/all.0123.0.json", "a/b c+d.csv", "a/..b", "a/ü.bin", "a/b%2Fc"]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_put_is_got_under_its_own_name(store: Store, path: str) -> None:
    assert store.put_once(path, b"\x00\xffbytes")
    assert store.get(path) == b"\x00\xffbytes"
    assert list(store.list()) == [path]


@given(body=st.binary(max_size=3000))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back_identical(store: Store, body: bytes) -> None:
    path = f"x/{len(body)}-{hash(body)}"
    store.put_once(path, body)
    assert store.get(path) == body


def test_what_is_there_is_never_written_again(store: Store) -> None:
    assert store.put_once("a/b", b"first")
    assert not store.put_once("a/b", b"second")
    assert store.get("a/b") == b"first"


def test_an_empty_body_is_a_body(store: Store) -> None:
    assert store.put_once("a", b"")
    assert store.get("a") == b""
    assert not store.put_once("a", b"later")


def test_listing_is_by_folder(store: Store) -> None:
    for path in ("a/1", "a/2", "ab/3", "b/c/4"):
        store.put_once(path, b"x")
    assert sorted(store.list()) == ["a/1", "a/2", "ab/3", "b/c/4"]
    assert sorted(store.list("a")) == ["a/1", "a/2"]
    assert list(store.list("b")) == ["b/c/4"]
    assert list(store.list("nowhere")) == []


def test_more_than_one_batch_is_listed(store: Store) -> None:
    names = {f"many/{number:04}" for number in range(1200)}
    for name in names:
        store.put_once(name, b"")
    assert set(store.list()) == names


def test_what_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(LakeError, match=r"/no/such\.json cannot be read"):
        store.get("no/such.json")


@pytest.mark.parametrize("path", ["../outside", "a/../../outside", "/a//b"])
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    store = Store(str(tmp_path / "raw"))
    with pytest.raises(LakeError):
        store.put_once(path, b"x")
    assert not list(tmp_path.rglob("outside"))


def test_a_root_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LakeError, match="file/raw cannot be opened as a raw zone"):
        Store(str(tmp_path / "file" / "raw"))


@pytest.mark.parametrize("root", ["nonsense://bucket/x", "s3://", "http://[bad"])
def test_a_root_that_cannot_be_understood_is_named(root: str) -> None:
    with pytest.raises(LakeError, match="cannot be opened as a raw zone"):
        Store(root)


def test_a_write_that_was_cut_short_is_not_listed(tmp_path: Path) -> None:
    """The folder store writes beside and renames; what a kill leaves beside is no answer, and not in the way."""
    store = Store(str(tmp_path))
    (tmp_path / "a#1").write_bytes(b"hal")
    assert list(store.list()) == []
    assert store.put_once("a", b"half and half")
    assert store.get("a") == b"half and half"
    assert list(store.list()) == ["a"]
