"""A workbook's first sheet as lines of cells: xlsx, the xls of old, and the XML that goes by the name of xls."""

import io
import re
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from topheavy.core.errors import Malformed, one_line

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: xlsx, and the xls of old."""

SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_INDEX = f"{{{SPREADSHEET}}}Index"
_LONE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
WIDEST, TALLEST = 1_000, 200_000
"""Cells and rows that a sheet of holdings may have; an index beyond is damage."""


def is_xml_workbook(text: str) -> bool:
    """Say whether a text is a workbook as XML."""
    return text.lstrip().startswith("<") and SPREADSHEET in text[:4000]


def xml_rows(text: str, unit: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the first sheet that has any.

    Raises:
        Malformed: when it is no XML, cut short or damaged.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Malformed(f"{unit}: a workbook as XML that declares a document type is not read: save it as CSV")
    try:
        root = ElementTree.fromstring(_LONE_AMPERSAND.sub("&amp;", text.strip()))
    except ElementTree.ParseError as error:
        raise Malformed(
            f"{unit}: the workbook (XML) cannot be read ({one_line(error)}), it may be cut short: download it again"
        ) from error
    sheets = (list(sheet.iter(f"{{{SPREADSHEET}}}Row")) for sheet in root.iter(f"{{{SPREADSHEET}}}Worksheet"))
    for row in next((rows for rows in sheets if rows), []):
        yield tuple(_cells(row, unit))


def _cells(row: ElementTree.Element, unit: str) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{{{SPREADSHEET}}}Cell"):
        place = cell.get(_INDEX, str(len(cells) + 1))
        if not place.isdecimal() or not len(cells) < int(place) <= WIDEST:
            raise Malformed(f"{unit}: a cell of the workbook (XML) stands at '{place}': download it again")
        cells += [""] * (int(place) - 1 - len(cells))
        data = cell.find(f"{{{SPREADSHEET}}}Data")
        cells.append("" if data is None else "".join(data.itertext()))
    return cells


def sheet_rows(body: bytes, unit: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of an xlsx's or xls's first sheet.

    Raises:
        Malformed: when it is cut short or damaged.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        if body.startswith(ZIP) and (damaged := _damaged_part(body)):
            raise BadZipFile(f"{damaged} is damaged")
    except (CalamineError, BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        reason = f"the workbook cannot be read ({one_line(error)})"
        raise Malformed(f"{unit}: {reason}, it may be cut short: download it again") from error
    yield from (tuple(_printed(cell) for cell in row) for row in rows)


def _damaged_part(body: bytes) -> str | None:
    """Hold every part against its checksum, which the reader of sheets does not: a damaged sheet ends early."""
    with ZipFile(io.BytesIO(body)) as parts:
        return parts.testzip()


def _printed(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
