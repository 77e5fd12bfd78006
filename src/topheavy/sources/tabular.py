"""A table in a CSV or Parquet body, mapped to a dataset's columns and cast strictly, with useful errors."""

import gzip
import io
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl

from topheavy.core.errors import Malformed, one_line
from topheavy.core.plugins import unknown
from topheavy.core.units import Answer
from topheavy.datasets.schema import Dataset
from topheavy.sources.reading.cells import Spelling, cast, is_number, style_in, trimmed
from topheavy.sources.reading.day_text import Unread
from topheavy.sources.reading.numbers import Mixed
from topheavy.sources.reading.text import decode, separator_of
from topheavy.sources.reading.yfinance import is_of_yfinance, rows_of_yfinance
from topheavy.sources.vendor import LeftOut

TWIN = "_duplicated_0"
"""What is appended to the second of two columns of one name."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
HEADING_IN_BRACKETS = re.compile(r"\s*<\w+>[,;\t]")
"""How a header of Stooq's begins, which is no web page."""

XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows, and the sign that parts its cells; empty where the file has types of its own.

    ``left_out`` are the remarks below the rows.
    """

    frame: pl.DataFrame
    separator: str = ""
    left_out: tuple[LeftOut, ...] = ()


def only_page(answer: Answer) -> bytes:
    """Return the body of an answer that is one file.

    Raises:
        Malformed: when it has no page, or several.
    """
    if len(answer.pages) != 1:
        raise Malformed(f"{answer.unit.id}: {len(answer.pages)} pages came where one file was asked for")
    return answer.pages[0].content


def read_table(content: bytes, name: str) -> Sheet:
    """Read a CSV (all cells as text, in any encoding, parted by any usual sign) or Parquet body, gzipped or not.

    Raises:
        Malformed: for an empty body, a workbook, an HTML page, or bytes that are none of these.
    """
    content = _gunzip(content, name)
    if not content.strip():
        raise Malformed(f"{name}: the file is empty; fetch it again")
    if content[:4] == b"PAR1" or PurePosixPath(name).suffix == ".parquet":
        return Sheet(_parquet(content, name))
    if content.startswith(WORKBOOKS) or XML_WORKBOOK in content[:2000]:
        raise Malformed(f"{name}: this is a workbook; save its sheet as CSV")
    text = decode(content)
    if text.lstrip()[:1] == "<" and not HEADING_IN_BRACKETS.match(text):
        raise Malformed(f"{name}: this is a web page, not a table; check the address and log in where it asks for it")
    if text.lstrip()[:1] in {"{", "["}:
        raise Malformed(f"{name}: this is JSON, not a table; write its rows as CSV or Parquet")
    return _csv(text, name)


def to_dataset(
    sheet: Sheet, dataset: Dataset, columns: Mapping[str, str], name: str, spelling: Spelling | None = None
) -> pl.DataFrame:
    """Return the mapped columns, named and typed as the dataset's; columns not mapped are left out.

    ``columns`` maps the dataset's names to the file's; a dataset column of the same name needs no mapping,
    except a basis, which is never taken by chance.

    Raises:
        Malformed: when a mapped column does not exist or stands twice, or a cell cannot be read as its type.
    """
    known = {column.name: column for column in dataset.parsed_columns}
    for target in columns:
        if target not in known:
            raise Malformed(f"{name}: {unknown(f'column of {dataset.name}', target, list(known))}")
    there, spelling = sheet.frame.columns, spelling or Spelling()
    by_name = {target: _spelled(target, there) for target in known if "basis" not in target}
    by_name = {target: given for target, given in by_name.items() if given in there}
    mapping = by_name | {target: _spelled(given, there) for target, given in columns.items()}
    for target, given in mapping.items():
        if given not in there:
            raise Malformed(f"{name}: {target} is mapped to '{given}', but the file has: {', '.join(there)}")
        if f"{given}{TWIN}" in there:
            raise Malformed(f"{name}: two columns are called '{given}', and {target} can be one of them: rename one")
    cells = trimmed(sheet.frame.select(list(dict.fromkeys(mapping.values()))))
    numeric = {target: cells[given] for target, given in mapping.items() if is_number(known[target])}
    try:
        style = style_in(numeric, spelling.numbers, sheet.separator)
        return pl.DataFrame(
            [cast(cells[given], known[target], spelling.dates, style) for target, given in mapping.items()]
        )
    except (Unread, Mixed) as error:
        raise Malformed(f"{name}: {one_line(error)}") from error


def _spelled(name: str, there: Sequence[str]) -> str:
    """Return how the file spells a column's name, capital letters aside, where one column alone can be meant."""
    alike = [given for given in there if given.lower() == name.lower()]
    return alike[0] if name not in there and len(alike) == 1 else name


def _gunzip(content: bytes, name: str) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise Malformed(f"{name}: the gzip file is damaged ({one_line(error)}); fetch it again") from error


def _parquet(content: bytes, name: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise Malformed(f"{name}: the Parquet file is damaged or cut short; fetch it again") from error


def _csv(text: str, name: str) -> Sheet:
    separator = separator_of(text)
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode()), infer_schema=False, truncate_ragged_lines=False, separator=separator
        )
    except pl.exceptions.PolarsError as error:
        raise Malformed(f"{name}: the CSV cannot be read ({one_line(error)[:120]})") from error
    if is_of_yfinance(frame):
        return Sheet(rows_of_yfinance(frame), separator)
    return _without_remarks(frame, separator, name)


def _without_remarks(frame: pl.DataFrame, separator: str, name: str) -> Sheet:
    """Leave out the last lines where nothing but the first cell holds something, as remarks below a table do."""
    height = frame.height
    while frame.width > 2 and height and not any(frame.row(height - 1)[1:]):
        height -= 1
    left_out = [
        LeftOut(f"{name} row {height + place}", f"a remark below the rows: '{cell}'")
        for place, cell in enumerate(frame[height:].to_series(), 1)
        if cell
    ]
    return Sheet(frame[:height], separator, tuple(left_out))
