"""What was handed in: its bytes as text, and as rows of cells where it is a table."""

import csv
import io
import re
from dataclasses import dataclass
from functools import cached_property

from topheavy.core.errors import UsageError

MOST_BYTES = 8 * 1024 * 1024
"""A larger file is no list of positions."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file, by the number of its first line."""

    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that are not blank."""
        return tuple(cell for cell in self.cells if cell.strip())

    @property
    def where(self) -> str:
        """The place in the file, as a reader would look it up."""
        return f"line {self.line}"


@dataclass(frozen=True)
class Document:
    """A file or a typed text, and the name it goes by (empty where it has none)."""

    content: bytes
    name: str = ""

    @cached_property
    def text(self) -> str:
        """The text, from UTF-8, UTF-16 or the Windows code page.

        Raises:
            UsageError: when it is empty, too long, or no text.
        """
        if len(self.content) > MOST_BYTES:
            raise UsageError(f"{self._named} is larger than {MOST_BYTES // 1024**2} MB: that is no list of positions")
        if self.content.startswith(_WORKBOOKS):
            raise UsageError(f"{self._named} is a workbook: save its sheet of positions as CSV and give that")
        text = _decoded(self.content)
        if not text.strip():
            raise UsageError(f"{self._named} is empty: give positions, such as 60% IVV, 40% AAPL")
        if "\0" in text:
            raise UsageError(f"{self._named} is no text: give a CSV, OFX or XML export of your positions")
        return text

    @cached_property
    def delimiter(self) -> str:
        """What parts the cells: the mark that parts most lines into the same number of cells."""
        lines = [line for line in self.text.splitlines() if line.strip()][:200]
        counts = {mark: sum(line.count(mark) for line in lines) for mark in ("\t", ";", ",")}
        semicolons = sum(line.count(";") >= 2 for line in lines)
        if counts["\t"] >= len(lines):
            return "\t"
        return ";" if semicolons > len(lines) / 2 or counts[";"] > counts[","] else ","

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The records; a quoted cell may span lines."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        rows, before = [], 0
        try:
            for cells in reader:
                rows.append(Row(before + 1, tuple(cells)))
                before = reader.line_num
        except csv.Error as error:
            raise UsageError(f"{self._named} is no CSV after line {before} ({error}): export it again") from error
        return tuple(rows)

    @property
    def is_markup(self) -> bool:
        """True where tags are its grammar (XML, OFX)."""
        return bool(re.match(r"\s*(?:<|OFXHEADER)", self.text))

    @property
    def _named(self) -> str:
        return self.name or "what was given"


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
