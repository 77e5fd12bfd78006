"""From a fund issuer's bytes to lines of cells: CSV or workbook, and where in it the table of holdings stands."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from topheavy.core.errors import Malformed, one_line
from topheavy.core.units import Answer
from topheavy.sources.fundfile.printed import day, number
from topheavy.sources.fundfile.workbook import OLE, ZIP, is_xml_workbook, sheet_rows, xml_rows
from topheavy.sources.reading.numbers import Mixed, Style, in_style, style_of
from topheavy.sources.reading.text import decode, separator_of

Columns = Mapping[str, tuple[str, ...]]
"""Our word for a column → the issuer's spellings of it, the preferred one first."""

AMOUNTS = ("weight", "quantity", "value")
"""A line that states none of these is not a holding."""

NUMBERS = (*AMOUNTS, "price")


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
    style: Style = Style.PLAIN

    def amount(self, line: Line, column: str) -> float | None:
        """Return the number under our word ``column``, read as the table writes numbers.

        Raises:
            ValueError: when something is printed that is no number.
        """
        cell = self.cell(line, column)
        return number(in_style(cell, self.style) if self.style is Style.EUROPEAN else cell)

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
    body, unit = b"".join(page.content for page in answer.pages), answer.unit.id
    if body.startswith((ZIP, OLE)):
        return tuple(Line(place, place, cells) for place, cells in enumerate(sheet_rows(body, unit), 1))
    text = decode(body).removeprefix("\ufeff")
    if not text.strip("\0 \t\r\n"):
        raise Malformed(f"{unit}: the file is empty: download it again")
    if is_xml_workbook(text):
        return tuple(Line(place, place, cells) for place, cells in enumerate(xml_rows(text, unit), 1))
    if text.lstrip().startswith("<"):
        raise Malformed(f"{unit}: a web page came, not a holdings file: save the CSV or xlsx, give its path")
    return tuple(_csv_lines(text, unit))


def _csv_lines(text: str, unit: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    last = 0
    try:
        for cells in reader:
            yield Line(last + 1, reader.line_num, tuple(cells))
            last = reader.line_num
    except csv.Error as error:
        raise Malformed(f"{unit}: not a CSV file after line {last} ({one_line(error)}): download it again") from error


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
    return Table(tuple(lines[:start]), header, places, held, printed_header=body > start, style=_style(held, places))


def _style(lines: Sequence[Line], places: Mapping[str, int]) -> Style:
    """Return how the table writes numbers; where its cells do not decide, as American issuers do."""
    columns = [places[column] for column in NUMBERS if column in places]
    cells = [line.cells[place] for line in lines for place in columns if place < len(line.cells)]
    try:
        return style_of(cells)
    except Mixed:
        return Style.AMERICAN


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
