"""A body in pieces becomes a whole, within bounds, or an error that carries what came."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topheavy.core.errors import Malformed, SourceBusy
from topheavy.core.http.decode import EVIDENCE, Body


def fed(pieces: list[bytes], encoding: str, most: int = 1_000_000) -> Body:
    body = Body("http://v/x?apiKey=***", "text/csv", encoding, most)
    for piece in pieces:
        body.add(piece)
    return body


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(1, 50), st.booleans())
def test_what_was_sent_is_what_is_kept(parts: list[bytes], size: int, packed: bool) -> None:
    wire = b"".join(map(gzip.compress, parts)) if packed else b"".join(parts)
    body = fed(cut(wire, size), " GZip" if packed else "")
    page = body.whole()
    assert (page.content, page.request, page.media_type) == (b"".join(parts), "http://v/x?apiKey=***", "text/csv")
    assert body.received == len(wire)


@given(st.binary(min_size=1, max_size=300), st.data())
def test_a_packed_body_cut_short_is_asked_for_again(content: bytes, data: st.DataObject) -> None:
    wire = gzip.compress(content, mtime=0)
    short = wire[: data.draw(st.integers(1, len(wire) - 1))]
    with pytest.raises(SourceBusy, match="cut short"):
        fed([short], "gzip").whole()


def test_an_empty_body_is_empty_whatever_it_says_of_itself() -> None:
    assert fed([], "gzip").whole().content == b""


@pytest.mark.parametrize("most", [1, 999, 1_000_000])
def test_a_bomb_is_not_unpacked_further_than_allowed(most: int) -> None:
    bomb = gzip.compress(bytes(16 * 1024 * 1024))
    body = Body("x", "", "gzip", most)
    with pytest.raises(Malformed, match=f"more than {most:,} bytes") as caught:
        body.add(bomb)
    assert len(body._content) == most + 1
    assert caught.value.pages[0].content == bomb


def test_just_as_much_as_allowed_is_allowed() -> None:
    assert len(fed([gzip.compress(bytes(999))], "gzip", 999).whole().content) == 999
    assert len(fed([bytes(999)], "", 999).whole().content) == 999


def test_evidence_is_bounded_and_as_it_came() -> None:
    piece = b"0123456789abcdef" * 40_000
    with pytest.raises(Malformed) as caught:
        fed([piece, piece, piece], "", 1_500_000)
    (page,) = caught.value.pages
    assert page.content == (piece + piece)[:EVIDENCE]
    assert page.request == "http://v/x?apiKey=***"


@pytest.mark.parametrize(
    "wire", [b"not gzip at all", gzip.compress(b"a", mtime=0) + b"trailing", b"\x1f\x8b\x08" + b"\xff" * 50]
)
def test_what_cannot_be_unpacked_is_malformed_and_kept(wire: bytes) -> None:
    with pytest.raises(Malformed, match="cannot be decoded") as caught:
        fed([wire], "gzip")
    assert caught.value.pages[0].content == wire


def test_a_packing_we_did_not_ask_for_is_malformed_and_kept() -> None:
    wire = zlib.compress(b"a")
    with pytest.raises(Malformed, match="'br', which was not asked for") as caught:
        fed([wire], "br")
    assert caught.value.pages[0].content == wire
