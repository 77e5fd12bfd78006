"""A body as it arrives: unpacked within bounds, and its first bytes kept as evidence should it prove unreadable."""

import zlib

from topheavy.core.errors import Malformed, SourceBusy, one_line
from topheavy.core.units import Page

EVIDENCE = 1024 * 1024
"""Bytes kept of a body that cannot be read, as they came over the wire."""

_GZIP = 31
"""zlib's word for a gzip stream with its header."""


class Body:
    """Takes pieces, gives the whole; never holds more than ``most`` bytes and the evidence."""

    def __init__(self, asked: str, media_type: str, encoding: str, most: int) -> None:
        self._asked, self._media_type, self._most = asked, media_type, most
        self._encoding = encoding.strip().lower()
        self._content, self._evidence = bytearray(), bytearray()
        self._stream = zlib.decompressobj(_GZIP)
        self.received = 0

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            Malformed: when it cannot be unpacked or is too much; the error carries what came.
        """
        self.received += len(piece)
        self._evidence += piece[: EVIDENCE - len(self._evidence)]
        if self._encoding in {"", "identity"}:
            self._content += piece
        elif self._encoding in {"gzip", "x-gzip"}:
            self._unpack(piece)
        else:
            raise self._malformed(f"the body is packed as '{self._encoding}', which was not asked for")
        if len(self._content) > self._most:
            raise self._malformed(f"more than {self._most:,} bytes came, no known route sends so much")

    def whole(self) -> Page:
        """Return the body, all of which has come.

        Raises:
            SourceBusy: when it ends before its end: a connection cut short, which another attempt may spare us.
        """
        if self.received and self._encoding in {"gzip", "x-gzip"} and not self._stream.eof:
            raise SourceBusy(f"{self._asked}: the body was cut short within its gzip stream")
        return Page(self._asked, bytes(self._content), self._media_type)

    def _unpack(self, piece: bytes) -> None:
        """Unpack a byte more than allowed at most; a stream may be followed by another, says RFC 1952."""
        while piece and len(self._content) <= self._most:
            if self._stream.eof:
                self._stream = zlib.decompressobj(_GZIP)
            try:
                self._content += self._stream.decompress(piece, self._most + 1 - len(self._content))
            except zlib.error as error:
                raise self._malformed(f"the body cannot be decoded ({one_line(error)})") from error
            piece = self._stream.unconsumed_tail or self._stream.unused_data

    def _malformed(self, why: str) -> Malformed:
        return Malformed(f"{self._asked}: {why}", (Page(self._asked, bytes(self._evidence), self._media_type),))
