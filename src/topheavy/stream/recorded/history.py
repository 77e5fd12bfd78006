"""What can be replayed: trades, minute bars or daily bars, from a file, a folder or an Arrow table."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from topheavy.core.clock import NEW_YORK
from topheavy.core.errors import StreamError, UsageError
from topheavy.core.units import SourceKind
from topheavy.stream.recorded.ticks import is_ticks, read_ticks
from topheavy.stream.wire.layout import TRADE

NAMES = {
    "security": ("security", "ticker", "symbol", "sym"),
    "event_time": ("event_time", "timestamp", "datetime", "time", "minute", "session", "date"),
    "price": ("price", "close"),
    "size": ("size", "volume"),
    "venue": ("venue", "exchange"),
    "source_kind": ("source_kind",),
}
"""By which names a column is known; letters' case does not matter. A bar is played as one trade at its close."""

CLOSE = pa.scalar(16 * 3600, pa.duration("s"))
MOMENT = TRADE.field("event_time").type


def history(what: Path | pa.Table, feed: str = "") -> pa.Table:
    """Return the trades of ``what`` in the order they happened, numbered from 0.

    A day means its close (16:00 in New York), a moment without a zone means UTC, and rows without a price or a time
    are not trades. A file that names no security means the one its name begins with.

    Raises:
        UsageError: when there is nothing there, or no column for security, time, price or size.
    """
    name = feed or ("table" if isinstance(what, pa.Table) else what.name.split(".")[0])
    rows = trades_of(what) if isinstance(what, pa.Table) else pa.concat_tables(_read(file) for file in _files(what))
    rows = rows.take(pc.sort_indices(rows, [("event_time", "ascending")]))
    fixed = {"feed": pa.array([name], pa.string()).take(pa.array([0] * rows.num_rows))}
    columns = fixed | {"sequence": pa.array(range(rows.num_rows), pa.int64())}
    return pa.table([columns.get(n, None) if n in columns else rows[n] for n in TRADE.names], schema=TRADE)


def _files(what: Path) -> Sequence[Path]:
    if not what.exists():
        raise UsageError(f"there is nothing to replay at {what}: give a file or a folder")
    files = [what] if what.is_file() else sorted(file for file in what.iterdir() if _readable(file))
    if not files:
        raise UsageError(f"nothing in {what} can be replayed: it needs Parquet, CSV or *_trade.zip files")
    return files


def _readable(file: Path) -> bool:
    return is_ticks(file) or file.name.lower().endswith((".parquet", ".csv", ".csv.gz"))


def _read(file: Path) -> pa.Table:
    if is_ticks(file):
        return read_ticks(file)
    try:
        raw = pa.parquet.read_table(file) if file.suffix == ".parquet" else pa.csv.read_csv(file)
    except (pa.ArrowException, OSError) as error:
        raise StreamError(f"{file} cannot be read as a table: {error}") from error
    return trades_of(raw, file.name.split("_")[0].split(".")[0])


def trades_of(raw: pa.Table, only: str = "") -> pa.Table:
    """Return a table's rows as trades without feed and number; ``only`` is the security where no column says one.

    Raises:
        UsageError: when a column is missing.
    """
    names = {name.lower(): name for name in raw.column_names}
    columns = {ours: next((names[n] for n in theirs if n in names), "") for ours, theirs in NAMES.items()}
    missing = [ours for ours in ("event_time", "price", "size") if not columns[ours]]
    if missing or not (columns["security"] or only):
        raise UsageError(f"these rows are no trades or bars: no column for {', '.join(missing) or 'security'}")
    moment = _moments(raw[columns["event_time"]])
    rest = {
        "security": _texts(raw, columns["security"], only),
        "price": raw[columns["price"]].cast(pa.float64()),
        "size": raw[columns["size"]].cast(pa.float64()),
        "venue": _texts(raw, columns["venue"], None),
        "source_kind": _texts(raw, columns["source_kind"], str(SourceKind.FILE)),
    }
    rows = pa.table({"event_time": moment} | rest)
    return rows.filter(pc.and_(pc.is_valid(rows["event_time"]), pc.greater(rows["price"], 0)))


def _texts(raw: pa.Table, name: str, otherwise: str | None) -> pa.ChunkedArray | pa.Array:
    if name:
        return raw[name].cast(pa.string())
    return pa.array([otherwise], pa.string()).take(pa.array([0] * raw.num_rows, pa.int32()))


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return moments in UTC from days, from moments with a zone, or from ones without (UTC)."""
    if pa.types.is_date(column.type):
        local = pc.add(column.cast(pa.timestamp("s")), CLOSE)
        return pc.assume_timezone(local, NEW_YORK.key).cast(MOMENT)
    if not pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"))
    return column.cast(MOMENT) if column.type.tz else pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
