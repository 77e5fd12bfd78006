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


def newest_day(said: Sequence[SinkStatus]) -> date | None:
    """Return the newest day on which anything was traded."""
    return max((row["day"] for row in last_prices(said)), default=None)


def live_market(said: Sequence[SinkStatus], known: Given, closes: Closes, now: datetime) -> Live:
    """Return how the market stands ``now`` by what the sinks said."""
    last = last_prices(said)
    kinds = _kinds(said)
    newest = max((row["event_time"] for row in last), default=None)
    kept = max((one.committed_at for one in said if one.committed_at), default=None)
    ahead = max(0.0, (newest - now).total_seconds()) if newest else 0.0
    lags = tuple(sorted(_lags(said), key=lambda one: (one.topic, one.partition)))
    rates = _rates(said, now)
    full = [one.records for one in rates if one.second <= now - timedelta(seconds=BEHIND)][-OVER:]
    return Live(
        now=now,
        flow=_flow(said, now),
        world=_world(kinds),
        kinds=kinds,
        rate=sum(full) / len(full) if full else 0.0,
        rates=rates,
        behind=None if any(one.behind is None for one in lags) else sum(one.behind or 0 for one in lags),
        newest_trade=newest,
        age=_age(kinds, newest, kept, now),
        ahead=ahead if ahead > AHEAD and SourceKind.FILE not in kinds else 0.0,
        trades=sum(one.trades for one in said),
        repeated=sum(one.again for one in said),
        unreadable=sum(one.dead for one in said),
        securities=len(last),
        missing=_missing(said),
        prices=tuple(_price(row, closes) for row in last),
        groups=_groups(said, known),
        flags=_flags(said),
        lags=lags,
        sinks=tuple(_sink(one, now) for one in said),
    )


def last_prices(said: Sequence[SinkStatus]) -> list[dict[str, Any]]:
    """Return one row a security over all sinks, the largest turnover first."""
    rows: list[dict[str, Any]] = table_of("live_prices", said, Given()).to_pylist()
    return rows


def _flow(said: Sequence[SinkStatus], now: datetime) -> Flow:
    if not said:
        return Flow.NEVER
    if not any(one.lives and not one.over for one in said):
        return Flow.STOPPED
    if any(one.committed_at and now - one.committed_at < QUIET for one in said):
        return Flow.STREAMING
    return Flow.REPEATING if any(one.heard_at and now - one.heard_at < QUIET for one in said) else Flow.QUIET


def _kinds(said: Sequence[SinkStatus]) -> tuple[SourceKind, ...]:
    seen = [(at, kind) for one in said for kind, at in one.kinds.items()]
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


def _rates(said: Sequence[SinkStatus], now: datetime) -> tuple[SecondRate, ...]:
    """Return the trades of each of the last seconds, those without any included, up to this one."""
    found: Counter[int] = Counter()
    for one in said:
        found.update(one.seconds)
    end = int(now.timestamp())
    shown = range(end - SHOWN, end) if found else ()
    return tuple(SecondRate(second=datetime.fromtimestamp(at, UTC), records=found.get(at, 0)) for at in shown)


def _lags(said: Sequence[SinkStatus]) -> list[Lag]:
    """Return a row a partition; where two sinks know of one, the one that is further on."""
    found: dict[tuple[str, int], Lag] = {}
    for one in said:
        for number, part in one.parts.items():
            held = found.get((one.topic, number))
            if held is None or part.next >= held.offset:
                behind = max(0, part.end - part.next) if part.end is not None else None
                found[one.topic, number] = Lag(
                    topic=one.topic, partition=number, offset=part.next, end=part.end, behind=behind
                )
    return list(found.values())


def _missing(said: Sequence[SinkStatus]) -> str:
    """Say which sinks of those that share a topic are not at work, or were never heard of."""
    gone = []
    for topic, of in sorted({(one.topic, one.of) for one in said if one.lives}):
        there = {one.index for one in said if (one.topic, one.of) == (topic, of) and one.lives and not one.over}
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


def _groups(said: Sequence[SinkStatus], known: Given) -> tuple[LiveGroup, ...]:
    rows = sorted(table_of("live_share", said, known).to_pylist(), key=lambda row: row["group"])
    shown = LiveGroup.model_fields.keys() - {"title"}
    return tuple(LiveGroup(**{name: row[name] for name in shown}, title=group_title(row["group"])) for row in rows)


def _flags(said: Sequence[SinkStatus]) -> tuple[Flag, ...]:
    newest = table_of("live_jumps", said, Given()).slice(0, FLAGS).to_pylist()
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


def _sink(one: SinkStatus, now: datetime) -> SinkWork:
    stage = SinkStage.ENDED if one.over and not one.why else SinkStage.BROKEN_OFF
    return SinkWork(
        topic=one.topic,
        part=f"{one.index + 1} of {one.of}",
        stage=SinkStage.RUNNING if one.lives and not one.over else stage,
        why=one.why,
        began_at=one.began_at,
        said_at=one.said_at,
        silent=max(0.0, (now - one.said_at).total_seconds()),
        trades=one.trades,
        repeated=one.again,
        unreadable=one.dead,
        newest_dead=one.newest_dead,
        commits=one.commits,
    )
