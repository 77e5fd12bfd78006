"""A table in a CSV or Parquet body, mapped to a dataset's columns and cast strictly, with useful errors."""

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl
import pyarrow as pa

from topheavy.core.errors import Malformed, one_line
from topheavy.core.plugins import unknown
from topheavy.core.symbols import normal
from topheavy.core.units import Answer
from topheavy.datasets.schema import Column, Dataset


def only_page(answer: Answer) -> bytes:
    """Return the body of an answer that is one file.

    Raises:
        Malformed: when it has no page, or several.
    """
    if len(answer.pages) != 1:
        raise Malformed(f"{answer.unit.id}: {len(answer.pages)} pages came where one file was asked for")
    return answer.pages[0].content


def read_table(content: bytes, name: str) -> pl.DataFrame:
    """Read a CSV (all cells as text) or Parquet body, gzipped or not.

    Raises:
        Malformed: for an empty body, an HTML page, or bytes that are neither.
    """
    content = _gunzip(content, name)
    if not content.strip():
        raise Malformed(f"{name}: the file is empty; fetch it again")
    if content[:4] == b"PAR1" or PurePosixPath(name).suffix == ".parquet":
        return _parquet(content, name)
    if content.lstrip()[:1] == b"<":
        raise Malformed(f"{name}: this is a web page, not a table; check the address and log in where it asks for it")
    return _csv(content, name)


def to_dataset(frame: pl.DataFrame, dataset: Dataset, columns: Mapping[str, str], name: str) -> pl.DataFrame:
    """Return the mapped columns, named and typed as the dataset's; columns not mapped are left out.

    ``columns`` maps the dataset's names to the file's; a dataset column of the same name needs no mapping,
    except a basis, which is never taken by chance.

    Raises:
        Malformed: when a mapped column does not exist, or a cell cannot be read as its type.
    """
    known = {column.name: column for column in dataset.parsed_columns}
    for target in columns:
        if target not in known:
            raise Malformed(f"{name}: {unknown(f'column of {dataset.name}', target, list(known))}")
    by_name = {target: target for target in known if target in frame.columns and "basis" not in target}
    mapping = by_name | dict(columns)
    for target, given in mapping.items():
        if given not in frame.columns:
            raise Malformed(f"{name}: {target} is mapped to '{given}', but the file has: {', '.join(frame.columns)}")
    return pl.DataFrame([_cast(frame[given], known[target], name) for target, given in mapping.items()])


def _cast(values: pl.Series, column: Column, name: str) -> pl.Series:
    wanted = _polars_type(column.type)
    if values.dtype == pl.String:
        values = values.str.strip_chars().replace("", None)
        cast = _from_text(values, wanted)
    else:
        cast = values.cast(wanted, strict=False)
    bad = values.filter(cast.is_null() & values.is_not_null())
    if bad.len():
        raise Malformed(
            f"{name}: {bad.len():,} cells of '{values.name}' are no {_kind(wanted)} for {column.name}, first '{bad[0]}'"
        )
    if column.name in {"symbol", "security"}:
        distinct = cast.drop_nulls().unique()
        cast = cast.replace_strict(distinct, [normal(symbol) for symbol in distinct], default=None)
    return cast.alias(column.name)


def _from_text(values: pl.Series, wanted: pl.DataType) -> pl.Series:
    if wanted == pl.Date:
        return values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return values.cast(wanted, strict=False)


def _polars_type(arrow: pa.DataType) -> pl.DataType:
    series = pl.from_arrow(pa.array([], type=arrow))
    assert isinstance(series, pl.Series)
    return series.dtype


def _kind(wanted: pl.DataType) -> str:
    return "date (YYYY-MM-DD)" if wanted == pl.Date else "number" if wanted.is_numeric() else "text"


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
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Malformed(f"{name}: the Parquet file is damaged or cut short; fetch it again") from error


def _csv(content: bytes, name: str) -> pl.DataFrame:
    try:
        return pl.read_csv(io.BytesIO(content), infer_schema=False, truncate_ragged_lines=False)
    except pl.exceptions.PolarsError as error:
        raise Malformed(f"{name}: the CSV cannot be read ({one_line(error)[:120]})") from error
