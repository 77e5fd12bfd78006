"""The minute bars of the trades table: minutes that trades touched are computed again, from all their trades."""

from datetime import UTC, datetime
from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.stream.sink import minutes
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.streams import streaming
from topheavy.tables.streams.streaming import quoted

TRADES, BARS = dataset("trades"), dataset("minute_bars")
KEY = ["security", "minute"]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEEDED = ("feed", "sequence", "security", "event_time", "price", "size", "source_kind")


class MinuteBars:
    """Which minutes must be computed again, and doing it every ``seconds``."""

    def __init__(self, tables: Tables, seconds: float = 2.0) -> None:
        self._tables, self._seconds = tables, seconds
        self._touched = BARS.schema.empty_table().select(KEY)
        self._open = self._touched
        self._newest, self._settled_at = LONG_AGO, monotonic()
        self._position: Position | None = None

    def begin(self, topic: str) -> None:
        """Find what a sink that died had not come to: trades beyond the bars' own position, and open minutes."""
        done = streaming.positions(self._tables, BARS).get(topic)
        reached = streaming.positions(self._tables, TRADES).get(topic)
        if reached:
            columns = ("security", "event_time", "received_at")
            for batch in streaming.scan(self._tables, TRADES, columns, _beyond(done, reached)):
                self._note(pa.Table.from_batches([batch]))
        self._open = _whole(list(streaming.scan(self._tables, BARS, tuple(KEY), "final = false")), self._open.schema)

    def take(self, trades: pa.Table, position: Position) -> pa.Table:
        """Note committed trades; return the bars that changed where it was time to compute them, else none."""
        self._note(trades)
        self._position = position
        due = monotonic() - self._settled_at >= self._seconds
        return self.settle() if due else BARS.schema.empty_table()

    def settle(self) -> pa.Table:
        """Compute every touched minute again and write those that changed, with how far that reaches."""
        self._settled_at = monotonic()
        watermark = self._newest - minutes.LATENESS
        ripe = self._open.filter(pc.less_equal(self._open["minute"], pa.scalar(watermark - minutes.MINUTE)))
        due = pa.concat_tables([self._touched, ripe]).group_by(KEY).aggregate([])
        hours = _by_hour(due)
        changed = [self._settle(hour, watermark, last=hour is hours[-1]) for hour in hours]
        self._touched = self._touched.slice(0, 0)
        news = pa.concat_tables([BARS.schema.empty_table(), *changed])
        self._reopen(due, news)
        return news

    def _settle(self, due: pa.Table, watermark: datetime, *, last: bool) -> pa.Table:
        """Compute some minutes; the position is noted with the last ones, for until then work is left."""
        where = _within(due, "minute")
        trades = _whole(list(streaming.scan(self._tables, TRADES, NEEDED, _within(due, "event_time"))), None)
        before = _whole(list(streaming.scan(self._tables, BARS, tuple(BARS.schema.names), where)), BARS.schema)
        bars = minutes.bars_of(trades, watermark).join(due, KEY, join_type="left semi")
        rows, changed = minutes.revised(bars.cast(BARS.schema), before)
        if changed.num_rows:
            noted = {self._position.topic: self._position} if self._position and last else {}
            streaming.replace(self._tables, BARS, rows, where, noted)
        return changed

    def _note(self, trades: pa.Table) -> None:
        if trades.num_rows:
            self._touched = pa.concat_tables([self._touched, _keys(minutes.touched(trades), self._touched.schema)])
            # no further than the machine's own clock: one trade whose clock leapt ahead would end every minute
            moment, kept = (pc.max(trades[name]).as_py() for name in ("event_time", "received_at"))
            self._newest = max(self._newest, min(moment, kept))

    def _reopen(self, due: pa.Table, news: pa.Table) -> None:
        """Keep the minutes whose end the watermark has not passed."""
        rest = self._open.join(due, KEY, join_type="left anti")
        still = _keys(news.filter(pc.invert(news["final"])), self._open.schema)
        self._open = pa.concat_tables([_keys(rest, self._open.schema), still])


def _beyond(done: Position | None, reached: Position) -> str:
    """Return the condition on trades that the bars do not know yet."""
    if done is None or done.topic_id != reached.topic_id:
        return "true"
    terms = [f"(partition = {part} and batch >= {done.next.get(part, 0)})" for part in reached.next]
    return " or ".join(terms) or "false"


def _within(due: pa.Table, column: str) -> str:
    """Return the condition on a moment and security that holds every row of the minutes due."""
    span = pc.min_max(due["minute"]).as_py()
    names = ", ".join(f"'{quoted(name)}'" for name in sorted(pc.unique(due["security"]).to_pylist()))
    after = (span["max"] + minutes.MINUTE).isoformat()
    return f"{column} >= '{span['min'].isoformat()}' and {column} < '{after}' and security in ({names})"


def _by_hour(due: pa.Table) -> list[pa.Table]:
    """Split minutes by hour, so that one late trade does not make us read a day."""
    hours = pc.floor_temporal(due["minute"], unit="hour")
    return [due.filter(pc.equal(hours, hour)) for hour in pc.unique(hours)]


def _keys(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    return rows.select(KEY).cast(schema)


def _whole(batches: list[pa.RecordBatch], schema: pa.Schema | None) -> pa.Table:
    if not batches:
        return (schema or pa.schema([TRADES.schema.field(name) for name in NEEDED])).empty_table()
    table = pa.Table.from_batches(batches)
    return table.select(schema.names).cast(schema) if schema else table
