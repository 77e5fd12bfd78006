"""The live market over all sinks: what each says of its own partitions becomes one answer, with what it lacks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from topheavy.answers.live.facts import Flag, Flow, Lag, Live, LiveGroup, LivePrice, SecondRate, SinkStage, SinkWork
from topheavy.answers.live.processed import table_of
from topheavy.core.text import group_title
from topheavy.core.units import SourceKind
from topheavy.stream.processor import Given
from topheavy.stream.sink.status import SinkStatus

QUIET = timedelta(seconds=10)
"""Without a new trade for so long, a stream is called quiet."""

LATELY = timedelta(minutes=1)
BEHIND = 2
"""Seconds back from now that may still get trades: a commit tells of the second that it ends."""

OVER = 5
SHOWN = 60
AHEAD = 2.0
"""Seconds by which a trade's clock may be ahead of ours without a word: clocks differ."""

FLAGS = 20


@dataclass(frozen=True, slots=True)
class Closes:
    """The closes of the session before the newest day, by security."""

    prices: dict[str, float]
    session: date | None


def newest_day(statuses: Sequence[SinkStatus]) -> date | None:
    """Return the newest day on which anything was traded."""
    return max((row["day"] for row in last_prices(statuses)), default=None)


def live_market(statuses: Sequence[SinkStatus], reference: Given, closes: Closes, now: datetime) -> Live:
    """Return how the market stands ``now`` by what the sinks said."""
    last = last_prices(statuses)
    kinds = _kinds(statuses)
    newest = max((row["event_time"] for row in last), default=None)
    kept = max((status.committed_at for status in statuses if status.committed_at), default=None)
    ahead = max(0.0, (newest - now).total_seconds()) if newest else 0.0
    lags = tuple(sorted(_lags(statuses), key=lambda lag: (lag.topic, lag.partition)))
    rates = _rates(statuses, now)
    full = [rate.records for rate in rates if rate.second <= now - timedelta(seconds=BEHIND)][-OVER:]
    return Live(
        now=now,
        flow=_flow(statuses, now),
        world=_world(kinds),
        kinds=kinds,
        rate=sum(full) / len(full) if full else 0.0,
        rates=rates,
        behind=None if any(lag.behind is None for lag in lags) else sum(lag.behind or 0 for lag in lags),
        newest_trade=newest,
        age=_age(kinds, newest, kept, now),
        ahead=ahead if ahead > AHEAD and SourceKind.FILE not in kinds else 0.0,
        trades=sum(status.trades for status in statuses),
        repeated=sum(status.again for status in statuses),
        unreadable=sum(status.dead for status in statuses),
        securities=len(last),
        missing=_missing(statuses),
        prices=tuple(_price(row, closes) for row in last),
        groups=_groups(statuses, reference),
        flags=_flags(statuses),
        lags=lags,
        sinks=tuple(_sink(status, now) for status in statuses),
    )


def last_prices(statuses: Sequence[SinkStatus]) -> list[dict[str, Any]]:
    """Return one row a security over all sinks, the largest turnover first."""
    rows: list[dict[str, Any]] = table_of("live_prices", statuses, Given()).to_pylist()
    return rows


def _flow(statuses: Sequence[SinkStatus], now: datetime) -> Flow:
    if not statuses:
        return Flow.NEVER
    if not any(status.lives and not status.over for status in statuses):
        return Flow.STOPPED
    if any(status.committed_at and now - status.committed_at < QUIET for status in statuses):
        return Flow.STREAMING
    return (
        Flow.REPEATING if any(status.heard_at and now - status.heard_at < QUIET for status in statuses) else Flow.QUIET
    )


def _kinds(statuses: Sequence[SinkStatus]) -> tuple[SourceKind, ...]:
    seen = [(at, kind) for status in statuses for kind, at in status.kinds.items()]
    newest = max(seen, default=None)
    return tuple(sorted({SourceKind(kind) for at, kind in seen if newest and newest[0] - at < LATELY}))


def _world(kinds: Sequence[SourceKind]) -> str:
    if not kinds:
        return ""
    return "simulated" if SourceKind.SIMULATED in kinds else "real"


def _age(kinds: Sequence[SourceKind], newest: datetime | None, kept: datetime | None, now: datetime) -> float | None:
    """Return the age of the newest trade. A replayed one was made long ago, and one whose clock is ahead will be made
    yet: then what counts is when it was kept.
    """
    if newest is None or kept is None:
        return None
    by_event = SourceKind.FILE not in kinds and newest <= kept
    return max(0.0, (now - (newest if by_event else kept)).total_seconds())


def _rates(statuses: Sequence[SinkStatus], now: datetime) -> tuple[SecondRate, ...]:
    """Return the trades of each of the last seconds, those without any included, up to this one."""
    records: Counter[int] = Counter()
    for status in statuses:
        records.update(status.seconds)
    end = int(now.timestamp())
    shown = range(end - SHOWN, end) if records else ()
    return tuple(SecondRate(second=datetime.fromtimestamp(at, UTC), records=records.get(at, 0)) for at in shown)


def _lags(statuses: Sequence[SinkStatus]) -> list[Lag]:
    """Return a row a partition; where two sinks know of one, the one that is further on."""
    lags: dict[tuple[str, int], Lag] = {}
    for status in statuses:
        for number, part in status.parts.items():
            lag = lags.get((status.topic, number))
            if lag is None or part.next >= lag.offset:
                behind = max(0, part.end - part.next) if part.end is not None else None
                lags[status.topic, number] = Lag(
                    topic=status.topic, partition=number, offset=part.next, end=part.end, behind=behind
                )
    return list(lags.values())


def _missing(statuses: Sequence[SinkStatus]) -> str:
    """Say which sinks of those that share a topic are not at work, or were never heard of."""
    gone = []
    for topic, of in sorted({(status.topic, status.of) for status in statuses if status.lives}):
        there = {
            status.index
            for status in statuses
            if (status.topic, status.of) == (topic, of) and status.lives and not status.over
        }
        gone += [f"{index + 1} of {of} of {topic}" for index in range(of) if index not in there]
    if not gone:
        return ""
    return f"Not at work: sink {', '.join(gone)}; what its partitions bring is missing here until it is started again."


def _price(row: dict[str, Any], closes: Closes) -> LivePrice:
    before = closes.prices.get(row["security"])
    against = f"close of {closes.session}" if before else "first price of the day"
    reference = before or row["first"]
    return LivePrice(
        security=row["security"],
        day=row["day"],
        price=row["price"],
        event_time=row["event_time"],
        change=row["price"] / reference - 1,
        reference=reference,
        against=against,
        high=row["high"],
        low=row["low"],
        vwap=row["paid"] / row["volume"] if row["volume"] else None,
        volume=row["volume"],
        dollars=row["paid"],
        trades=row["trades"],
        source_kind=SourceKind(row["source_kind"]),
    )


def _groups(statuses: Sequence[SinkStatus], reference: Given) -> tuple[LiveGroup, ...]:
    rows = sorted(table_of("live_share", statuses, reference).to_pylist(), key=lambda row: row["group"])
    shown = LiveGroup.model_fields.keys() - {"title"}
    return tuple(LiveGroup(**{name: row[name] for name in shown}, title=group_title(row["group"])) for row in rows)


def _flags(statuses: Sequence[SinkStatus]) -> tuple[Flag, ...]:
    newest = table_of("live_jumps", statuses, Given()).slice(0, FLAGS).to_pylist()
    return tuple(
        Flag(
            security=row["security"],
            event_time=row["event_time"],
            price=row["price"],
            usual=row["usual"],
            deviations=abs(row["price"] - row["usual"]) / row["deviation"] if row["deviation"] else 0.0,
            source_kind=SourceKind(row["source_kind"]),
        )
        for row in newest
    )


def _sink(status: SinkStatus, now: datetime) -> SinkWork:
    stage = SinkStage.ENDED if status.over and not status.why else SinkStage.BROKEN_OFF
    return SinkWork(
        topic=status.topic,
        part=f"{status.index + 1} of {status.of}",
        stage=SinkStage.RUNNING if status.lives and not status.over else stage,
        why=status.why,
        began_at=status.began_at,
        said_at=status.said_at,
        silent=max(0.0, (now - status.said_at).total_seconds()),
        trades=status.trades,
        repeated=status.again,
        unreadable=status.dead,
        newest_dead=status.newest_dead,
        commits=status.commits,
    )
