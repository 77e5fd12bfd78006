"""Times of recorded trades and bars as moments in UTC, whatever type a file has them in."""

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.clock import NEW_YORK
from topheavy.core.epoch import PER_SECOND, unit_of
from topheavy.core.errors import UsageError
from topheavy.stream.wire.layout import TRADE

CLOSE = pa.scalar(16 * 3600, pa.duration("s"))
MOMENT = TRADE.field("event_time").type


def moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return moments in UTC from days (their close), from moments with a zone or without (UTC), from numbers.

    Numbers are time since 1970, in the unit in which all of them lie between 1990 and 2100.

    Raises:
        UsageError: when numbers fit no unit.
    """
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return _since_1970(column)
    if pa.types.is_date(column.type):
        local = pc.add(column.cast(pa.timestamp("s")), CLOSE)
        return pc.assume_timezone(local, NEW_YORK.key).cast(MOMENT)
    if not pa.types.is_timestamp(column.type):
        column = _parsed(column)
    if column.type.tz:
        return column.cast(MOMENT, safe=False)  # nanoseconds are cut
    return pc.assume_timezone(column.cast(pa.timestamp("us"), safe=False), "UTC")


def _parsed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read text with a zone, or without one (UTC)."""
    try:
        return column.cast(MOMENT)
    except pa.ArrowInvalid:
        return column.cast(pa.timestamp("us"))


def _since_1970(column: pa.ChunkedArray) -> pa.ChunkedArray:
    bounds = pc.min_max(column.cast(pa.float64(), safe=False)).as_py()
    if bounds["min"] is None:
        return pa.chunked_array([pa.nulls(len(column), MOMENT)])
    unit = unit_of(bounds["min"], bounds["max"])
    if unit is None:
        raise UsageError(
            f"the times {bounds['min']:.0f} … {bounds['max']:.0f} are no seconds, milliseconds, microseconds or "
            "nanoseconds since 1970 between 1990 and 2100: write them as 2024-12-06T14:30:00Z"
        )
    size = PER_SECOND[unit]
    if pa.types.is_integer(column.type):
        whole = column.cast(pa.int64())
        micros = pc.multiply(whole, 10**6 // size) if size <= 10**6 else pc.divide(whole, size // 10**6)
    else:
        micros = pc.round(pc.multiply(column.cast(pa.float64()), 10**6 / size)).cast(pa.int64())
    return micros.cast(pa.timestamp("us")).cast(MOMENT)
