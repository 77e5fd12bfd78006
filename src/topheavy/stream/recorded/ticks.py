"""Every trade of a security on a day, in LEAN's format: a zip with a line a trade.

The line is ``ms,price × 10000,size,exchange,condition,suspicious``. The file is called ``spy_20131007_trade.zip``,
or in LEAN's own folders ``spy/20131007_trade.zip``. Trades that the tape marks suspicious are left out and counted.
Source of the format: QuantConnect LEAN, Data/equity/readme.md; milliseconds count from midnight in New York.
"""

import re
import zipfile
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from topheavy.core.clock import NEW_YORK
from topheavy.core.errors import StreamError, one_line
from topheavy.core.units import SourceKind

COLUMNS = {
    "ms": pa.int64(),
    "price": pa.int64(),
    "size": pa.int64(),
    "venue": pa.string(),
    "condition": pa.string(),
    "suspicious": pa.int8(),
}
_NAME = re.compile(r"(?:(?P<security>.+)_)?(?P<day>\d{8})_trade\.zip", re.IGNORECASE)


def is_ticks(file: Path) -> bool:
    """Say whether a file is named as a day of trades."""
    return _NAME.fullmatch(file.name) is not None


def read_ticks(file: Path) -> tuple[pa.Table, int]:
    """Return a day's trades less those the tape marks suspicious, and how many these are; conditions are not judged.

    Raises:
        StreamError: when the file cannot be read.
    """
    named = _NAME.fullmatch(file.name)
    if named is None:
        raise StreamError(f"{file} is not named as a day of trades: <security>_<yyyymmdd>_trade.zip")
    printed = _rows(file)
    rows = printed.filter(pc.equal(pc.fill_null(printed["suspicious"], 0), 0))
    local = pc.add(_midnight(named["day"]), rows["ms"].cast(pa.duration("ms")))
    security = pa.array([(named["security"] or file.resolve().parent.name).upper(), str(SourceKind.FILE)])
    place = pa.array([0] * rows.num_rows, pa.int32())
    trades = pa.table(
        {
            "event_time": pc.assume_timezone(local, NEW_YORK.key).cast(pa.timestamp("us", "UTC")),
            "security": security.take(place),
            "price": pc.divide(rows["price"].cast(pa.float64()), 10_000.0),
            "size": rows["size"].cast(pa.float64()),
            "venue": rows["venue"],
            "source_kind": security.take(pc.add(place, 1)),
        }
    )
    return trades, printed.num_rows - rows.num_rows


def _rows(file: Path) -> pa.Table:
    read = pa.csv.ReadOptions(column_names=list(COLUMNS))
    convert = pa.csv.ConvertOptions(column_types=COLUMNS)
    try:
        with zipfile.ZipFile(file) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
        return pa.csv.read_csv(BytesIO(content), read_options=read, convert_options=convert)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, pa.ArrowException, OSError) as error:
        raise StreamError(f"{file} cannot be read as trades: {one_line(error)}") from error


def _midnight(day: str) -> pa.Scalar:
    try:
        return pa.scalar(datetime.strptime(day, "%Y%m%d"), pa.timestamp("us"))
    except ValueError:
        raise StreamError(f"{day} in a file's name is no day: <security>_<yyyymmdd>_trade.zip") from None
