"""What the vendor sent while nobody listened: asked for by REST, or told, with the command that brings it later.

A trade has the same number on both ways, so what comes on both is kept once; periods may overlap without harm. Source
of the routes: the REST reference of Polygon.io (now Massive), stocks: trades and custom bars.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import pyarrow as pa

from topheavy.core.errors import Malformed, SourceError, one_line
from topheavy.core.http.client import Http
from topheavy.core.log.logger import logger
from topheavy.stream.polygon.messages import trades_in

OVERLAP = timedelta(seconds=10)
"""So much more is asked for at the begin: what was sent last before the break may not have been all of its moment."""

SETTLED = 5.0
"""Seconds after which the vendor's REST side knows what its socket has sent."""

MOST = 50
"""Securities that are asked for one by one; of more, it is told what is missing."""

SPANS = {"A": "second", "AM": "minute"}


@dataclass(frozen=True, slots=True)
class Gap:
    """A security and the period in which nobody listened."""

    security: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Rest:
    """The vendor's other door; without ``http`` there is none."""

    http: Http | None
    address: str = ""
    key: str = field(default="", repr=False)
    settled: float = SETTLED

    def trades(self, channel: str, gap: Gap) -> Iterator[pa.RecordBatch]:
        """Yield what was traded in the gap, a page at a time.

        Raises:
            SourceError: when it cannot be had.
        """
        if self.http is None:
            raise SourceError("no REST address: set TOPHEAVY_POLYGON_URL")
        path, params = _route(channel, gap)
        url, headers = self.address + path, {"Authorization": f"Bearer {self.key}"}
        while url:
            read = _object(self.http.get(url, params, headers).page.content, url)
            yield trades_in([_event(channel, gap.security, row) for row in read.get("results") or []])
            onward = urlsplit(str(read.get("next_url") or ""))
            url, params = (f"{self.address}{onward.path}?{onward.query}" if onward.query else ""), {}


class Missed:
    """Keeps up to when each security was heard, and fetches beside the stream what a break has cost."""

    def __init__(self, channel: str, wanted: tuple[str, ...], rest: Rest, since: datetime | None) -> None:
        self._channel, self._wanted, self._rest = channel, wanted, rest
        self._since = since
        self._heard: dict[str, datetime] = {}
        self._found: SimpleQueue[pa.RecordBatch] = SimpleQueue()

    def heard(self, batch: pa.RecordBatch) -> None:
        """Note what came."""
        rows = pa.Table.from_batches([batch]).group_by("security").aggregate([("event_time", "max")])
        self._heard |= dict(zip(rows["security"].to_pylist(), rows["event_time_max"].to_pylist(), strict=True))

    def listening(self, now: datetime) -> None:
        """Begin to fetch what was missed up to ``now``, when one listens again; the first time that is from the
        moment asked for on, if one was.
        """
        names = self._wanted or tuple(sorted(self._heard))
        begins = {name: self._heard.get(name, self._since) for name in names}
        gaps = [Gap(name, begin - OVERLAP, now) for name, begin in begins.items() if begin]
        self._since = self._since or now
        if len(gaps) > MOST:
            since = min(gap.since for gap in gaps)
            self._tell(f"all {len(gaps):,} securities", since, now, "too many to be asked for one by one", "SYMBOL")
        elif gaps:
            threading.Thread(target=self._fetch, args=(gaps,), name="polygon-gap", daemon=True).start()

    def found(self) -> Iterator[pa.RecordBatch]:
        """Yield what was fetched meanwhile."""
        while True:
            try:
                yield self._found.get_nowait()
            except Empty:
                return

    def _fetch(self, gaps: list[Gap]) -> None:
        time.sleep(self._rest.settled)
        for gap in gaps:
            try:
                batches = [batch for batch in self._rest.trades(self._channel, gap) if batch.num_rows]
            except SourceError as error:
                self._tell(gap.security, gap.since, gap.until, one_line(error), gap.security)
                continue
            for batch in batches:
                self._found.put(batch)
            count = sum(batch.num_rows for batch in batches)
            logger.info("%s: %d trades from %s to %s were fetched", gap.security, count, gap.since, gap.until)

    def _tell(self, what: str, since: datetime, until: datetime, why: str, security: str) -> None:
        logger.warning(
            "what was traded of %s from %s to %s is missing (%s): bring it with 'topheavy stream feed polygon_ws "
            "--security %s --since %s'", what, f"{since:%Y-%m-%dT%H:%M:%SZ}", f"{until:%Y-%m-%dT%H:%M:%SZ}", why,
            security, f"{since:%Y-%m-%dT%H:%M:%SZ}",
        )  # fmt: skip


def _route(channel: str, gap: Gap) -> tuple[str, Mapping[str, str]]:
    first, last = (int(at.timestamp() * 1000) for at in (gap.since, gap.until))
    name = quote(gap.security, safe="")
    if channel == "T":
        period = {"timestamp.gte": f"{first}000000", "timestamp.lte": f"{last}000000"}
        return f"/v3/trades/{name}", {**period, "order": "asc", "limit": "50000"}
    return f"/v2/aggs/ticker/{name}/range/1/{SPANS[channel]}/{first}/{last}", {
        "adjusted": "false", "sort": "asc", "limit": "50000"
    }  # fmt: skip


def _object(content: bytes, url: str) -> dict[str, Any]:
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"{url}: {one_line(error)}") from error
    if not isinstance(read, dict):
        raise Malformed(f"{url}: no JSON object")
    return read


def _event(channel: str, security: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the REST side as the socket would have sent it."""
    if channel != "T":
        return {"ev": channel, "sym": security, **{ours: row.get(theirs) for ours, theirs in _BAR.items()}}
    named = {ours: row.get(theirs) for ours, theirs in _TRADE.items() if theirs in row}
    moment = row.get("sip_timestamp")
    return {"ev": "T", "sym": security, "t": moment // 1_000_000 if isinstance(moment, int) else None, **named}


_TRADE = {"q": "sequence_number", "p": "price", "s": "size", "x": "exchange"}
_BAR = {"s": "t", "c": "c", "v": "v"}
