"""What can be replayed: trades, minute bars or daily bars, from a file, a folder or an Arrow table."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from topheavy.core.errors import StreamError, UsageError, one_line
from topheavy.core.units import SourceKind
from topheavy.stream.recorded.moments import moments
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


def history(what: Path | pa.Table, feed: str = "", tell: Callable[[str], None] = lambda _: None) -> pa.Table:
    """Return the trades of ``what`` in the order they happened, numbered from 0.

    A day means its close (16:00 in New York), a moment without a zone means UTC, and rows without a price or a time
    are not trades. A file that names no security means the one its name begins with. A folder is looked through with
    all in it. ``tell`` is told what was left out.

    Raises:
        UsageError: when there is nothing there, or no column for security, time, price or size.
    """
    name = feed or ("table" if isinstance(what, pa.Table) else what.resolve().name.split(".")[0] or "folder")
    if isinstance(what, pa.Table):
        rows = trades_of(what)
    else:
        rows = pa.concat_tables(_read(file, tell) for file in _files(what))
    rows = rows.take(pc.sort_indices(rows, [("event_time", "ascending")]))
    fixed = {"feed": pa.array([name], pa.string()).take(pa.array([0] * rows.num_rows))}
    columns = fixed | {"sequence": pa.array(range(rows.num_rows), pa.int64())}
    return pa.table([columns.get(n, None) if n in columns else rows[n] for n in TRADE.names], schema=TRADE)


def _files(what: Path) -> Sequence[Path]:
    if not what.exists():
        raise UsageError(f"there is nothing to replay at {what}: give a file or a folder")
    files = [what] if what.is_file() else sorted(file for file in what.rglob("*") if file.is_file() and _readable(file))
    if not files:
        raise UsageError(f"nothing in {what} can be replayed: it needs Parquet, CSV or *_trade.zip files")
    return files


def _readable(file: Path) -> bool:
    return is_ticks(file) or file.name.lower().endswith((".parquet", ".csv", ".csv.gz"))


def _read(file: Path, tell: Callable[[str], None]) -> pa.Table:
    if is_ticks(file):
        trades, suspicious = read_ticks(file)
        if suspicious:
            tell(f"{file.parent.name}/{file.name}: {suspicious:,} trades that the tape marks suspicious")
        return trades
    try:
        raw = pa.parquet.read_table(file) if file.suffix == ".parquet" else _csv(file)
    except (pa.ArrowException, OSError) as error:
        raise StreamError(f"{file} cannot be read as a table: {one_line(error)}") from error
    try:
        rows = trades_of(raw, file.name.split("_")[0].split(".")[0])
    except UsageError as error:
        raise UsageError(f"{file}: {one_line(error)}") from error
    if lost := raw.num_rows - rows.num_rows:
        tell(f"{file.name}: {lost:,} rows without a time or a price above zero")
    return rows


def trades_of(raw: pa.Table, only: str = "") -> pa.Table:
    """Return a table's rows as trades without feed and number; ``only`` is the security where no column says one.

    Raises:
        UsageError: when a column is missing, or holds no times or no numbers.
    """
    names = {name.lower(): name for name in raw.column_names}
    columns = {ours: next((names[n] for n in theirs if n in names), "") for ours, theirs in NAMES.items()}
    missing = [ours for ours in ("event_time", "price", "size") if not columns[ours]]
    if missing or not (columns["security"] or only):
        raise UsageError(f"these rows are no trades or bars: no column for {', '.join(missing) or 'security'}")
    try:
        moment = moments(_plain(raw[columns["event_time"]]))
        rest = {
            "security": _texts(raw, columns["security"], only),
            "price": _plain(raw[columns["price"]]).cast(pa.float64()),
            "size": _plain(raw[columns["size"]]).cast(pa.float64()),
            "venue": _texts(raw, columns["venue"], None),
            "source_kind": _texts(raw, columns["source_kind"], str(SourceKind.FILE)),
        }
    except pa.ArrowException as error:
        raise UsageError(f"these rows are no trades or bars: {one_line(error)}") from error
    rows = pa.table({"event_time": moment} | rest)
    return rows.filter(pc.and_(pc.is_valid(rows["event_time"]), pc.greater(rows["price"], 0)))


def _texts(raw: pa.Table, name: str, otherwise: str | None) -> pa.ChunkedArray | pa.Array:
    if name:
        return raw[name].cast(pa.string())
    return pa.array([otherwise], pa.string()).take(pa.array([0] * raw.num_rows, pa.int32()))


def _csv(file: Path) -> pa.Table:
    """Read a CSV file; symbols stay text, as companies may be called NA or TRUE."""
    names = [*NAMES["security"], *NAMES["venue"]]
    spelled = {way: pa.string() for name in names for way in (name, name.upper(), name.capitalize())}
    return pa.csv.read_csv(file, convert_options=pa.csv.ConvertOptions(column_types=spelled))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a dictionary's values in its place."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
