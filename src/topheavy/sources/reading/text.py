"""The text of a file and its lines, whatever its encoding and whichever sign parts its cells."""

import csv
import io

BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATORS = (",", ";", "\t", "|")


def decode(body: bytes) -> str:
    """Return a file's text: by its byte order mark, as UTF-16 where every other byte is empty, UTF-8, else cp1252."""
    encoding = next((name for mark, name in BOMS.items() if body.startswith(mark)), None)
    if encoding is None and body[:200:2].count(0) + body[1:200:2].count(0) > len(body[:200]) // 4:
        encoding = "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
    try:
        return body.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return body.decode(encoding or "cp1252", errors="replace")


def separator_of(text: str) -> str:
    """Return the sign that parts the cells: of all, the one with which most of the first lines agree on most cells."""
    sample = text[:20_000]
    return max(SEPARATORS, key=lambda sign: (_width(sample, sign), -SEPARATORS.index(sign)))


def _width(sample: str, sign: str) -> int:
    """Return how many cells the lines have, as most of those with several do, times how many of them do."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=sign) if row]
    except csv.Error:
        return 0
    several = [width for width in widths if width > 1]
    usual = max(set(several), key=lambda width: (several.count(width), width), default=0)
    return several.count(usual) * (usual - 1)
