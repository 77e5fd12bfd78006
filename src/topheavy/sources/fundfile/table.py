"""From a fund issuer's bytes to lines of cells: CSV or workbook, and where in it the table of holdings stands."""

import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

from topheavy.core.errors import Malformed, one_line
from topheavy.core.units import Answer
from topheavy.sources.fundfile.printed import day, number

Columns = Mapping[str, tuple[str, ...]]
"""Our word for a column → the issuer's spellings of it, the preferred one first."""

AMOUNTS = ("weight", "quantity", "value")
"""A line that states none of these is not a holding."""

NUMBERS = (*AMOUNTS, "price")

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: xlsx, and the xls of old."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file, with the numbers of its first and last line of text (a quoted cell may span some)."""

    first: int
    last: int
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        """The place in the file, as a reader would look it up."""
        return f"line {self.first}" if self.first == self.last else f"lines {self.first}-{self.last}"

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that are not blank."""
        return tuple(cell for cell in self.cells if cell.strip())

    @property
    def text(self) -> str:
        """The line's words, on one line."""
        return " ".join(" ".join(self.filled).split())

    def fitted(self, width: int) -> "Line":
        """Return the line without blank cells to the right of ``width``."""
        surplus = "".join(self.cells[width:]).strip()
        return self if surplus else Line(self.first, self.last, self.cells[:width])


@dataclass(frozen=True, slots=True)
class Table:
    """Where the holdings stand in the file: what comes before them, their columns, and their lines."""

    preamble: tuple[Line, ...]
    header: tuple[str, ...]
    """The column names, as printed, or of the order that was recognised where none are printed."""
    places: Mapping[str, int]
    body: tuple[Line, ...]
    printed_header: bool

    def cell(self, line: Line, column: str) -> str:
        """Return the line's cell under our word ``column``, empty where the file has no such column."""
        return line.cells[self.places[column]] if column in self.places else ""

    def heading(self, column: str) -> str:
        """Return the issuer's spelling of our word ``column``."""
        return self.header[self.places[column]]


def read_lines(answer: Answer) -> tuple[Line, ...]:
    """Read the answer's one page, a CSV file or a workbook.

    Raises:
        Malformed: when it is empty, a web page, or a workbook that cannot be opened.
    """
    body = b"".join(page.content for page in answer.pages)
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not start:
        raise Malformed(f"{answer.unit.id}: the file is empty: download it again")
    if start == b"<":
        raise Malformed(f"{answer.unit.id}: a web page came, not a holdings file: save the CSV or xlsx, give its path")
    workbook = body.startswith((ZIP, OLE))
    return tuple(_workbook_lines(body, answer.unit.id) if workbook else _csv_lines(body, answer.unit.id))


def _csv_lines(body: bytes, unit: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(_decoded(body), newline=""))
    last = 0
    try:
        for cells in reader:
            yield Line(last + 1, reader.line_num, tuple(cells))
            last = reader.line_num
    except csv.Error as error:
        raise Malformed(f"{unit}: not a CSV file after line {last} ({one_line(error)}): download it again") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _workbook_lines(body: bytes, unit: str) -> Iterator[Line]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        if body.startswith(ZIP) and (damaged := _damaged_part(body)):
            raise BadZipFile(f"{damaged} is damaged")
    except (CalamineError, BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        reason = f"the workbook cannot be read ({one_line(error)})"
        raise Malformed(f"{unit}: {reason}, it may be cut short: download it again") from error
    for place, row in enumerate(rows, start=1):
        yield Line(place, place, tuple(_printed(cell) for cell in row))


def _damaged_part(body: bytes) -> str | None:
    """Hold every part against its checksum, which the reader of sheets does not: a damaged sheet ends early."""
    with ZipFile(io.BytesIO(body)) as parts:
        return parts.testzip()


def _printed(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def find_table(lines: Sequence[Line], columns: Columns, orders: Sequence[str]) -> Table | None:
    """Find the table by its header line, else by lines that fit one of the known column ``orders``."""
    for index, line in enumerate(lines):
        places = _places(line.cells, columns)
        if _is_header(places):
            header = _trimmed(line.cells)
            return _table(lines, index, index + 1, header, places)
    return _headless(lines, columns, orders)


def _headless(lines: Sequence[Line], columns: Columns, orders: Sequence[str]) -> Table | None:
    for order in (tuple(order.split(",")) for order in orders):
        places = _places(order, columns)
        if any(_fits(line.fitted(len(order)).cells, len(order), places) for line in lines):
            start = next(index for index, line in enumerate(lines) if len(line.filled) > len(order) // 2)
            return _table(lines, start, start, order, places)
    return None


def _table(lines: Sequence[Line], start: int, body: int, header: tuple[str, ...], places: Mapping[str, int]) -> Table:
    held = tuple(line.fitted(len(header)) for line in lines[body:])
    return Table(tuple(lines[:start]), header, places, held, printed_header=body > start)


def _places(cells: Sequence[str], columns: Columns) -> dict[str, int]:
    names = [_plain(cell) for cell in cells]
    places: dict[str, int] = {}
    for column, spellings in columns.items():
        found = (names.index(_plain(name)) for name in spellings if _plain(name) in names)
        place = next((place for place in found if place not in places.values()), None)
        if place is not None:
            places[column] = place
    return places


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return tuple(cell.strip() for cell in cells[:width])


def _is_header(places: Mapping[str, int]) -> bool:
    named = "symbol" in places or "name" in places
    return len(places) >= 3 and named and any(column in places for column in AMOUNTS)


def _fits(cells: Sequence[str], width: int, places: Mapping[str, int]) -> bool:
    if len(cells) != width or sum(bool(cell.strip()) for cell in cells) <= width // 2:
        return False
    try:
        stated = [number(cells[places[column]]) for column in NUMBERS if column in places]
    except ValueError:
        return False
    dated = "as_of" not in places or day(cells[places["as_of"]]) is not None
    return dated and any(value is not None for value in stated)
