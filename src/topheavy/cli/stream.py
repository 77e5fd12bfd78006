"""Live: a market is replayed or followed into a topic, a topic into the tables, and both are looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import HomeOption, JsonOption, app, place_at
from topheavy.core.errors import TopheavyError, UsageError
from topheavy.core.settings import read_settings

if TYPE_CHECKING:
    from topheavy.jobs.stream.commands import Ask

stream = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(stream, name="stream", help="Follow a market live: through Kafka into the tables.")

SpeedOption = Annotated[float, typer.Option(help="1 is the original pace, 10 ten times it, 0 as fast as possible.")]
SecurityOption = Annotated[list[str] | None, typer.Option("--security", help="Only these securities.")]
SeedOption = Annotated[int, typer.Option(help="The same seed is the same market, and the same faults.")]
LimitOption = Annotated[int, typer.Option(help="End after so many records (0: at the feed's end).", min=0)]
TopicOption = Annotated[str, typer.Option(help="The topic.")]
SinkOption = Annotated[bool, typer.Option("--sink", help="Follow it into the tables, too, in this process.")]
MOMENTS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
_Share = Annotated[float, typer.Option(min=0, max=1)]


@stream.command()
def replay(
    what: Annotated[
        Path, typer.Argument(help="A Parquet or CSV file of bars or trades, or a folder of tick archives.")
    ],
    speed: SpeedOption = 1.0,
    security: SecurityOption = None,
    seed: SeedOption = 0,
    gaps: _Share = 0.0,
    duplicates: _Share = 0.0,
    disorder: _Share = 0.0,
    limit: LimitOption = 0,
    topic: TopicOption = "trades",
    sink: SinkOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play what once happened again, into a topic; with faults on request, as shares of the records."""
    with _live_installed():
        from topheavy.jobs.stream import commands as job
    tamper = {"gaps": gaps, "duplicates": duplicates, "disorder": disorder}
    ask = job.ask(what=what, securities=tuple(security or ()), seed=seed, tamper=tamper)
    _send("replay", ask, speed, limit, topic, sink, home, as_json)


@stream.command()
def feed(
    name: Annotated[str, typer.Argument(help="A feed: see 'topheavy plugins'.")],
    security: SecurityOption = None,
    rate: Annotated[float, typer.Option(help="Records a second, for feeds that make them.", min=0)] = 1_000.0,
    speed: SpeedOption = 1.0,
    seed: SeedOption = 0,
    since: Annotated[
        datetime | None, typer.Option(help="Bring first what was traded since then (UTC).", formats=MOMENTS)
    ] = None,
    limit: LimitOption = 0,
    topic: TopicOption = "trades",
    sink: SinkOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a live market into a topic, until Ctrl-C or the limit."""
    with _live_installed():
        from topheavy.jobs.stream import commands as job
    begin = since.replace(tzinfo=UTC) if since else None
    ask = job.ask(securities=tuple(security or ()), seed=seed, rate=rate, begin=begin)
    _send(name, ask, speed, limit, topic, sink, home, as_json)


@stream.command(name="sink")
def sink_command(
    topic: TopicOption = "trades",
    share: Annotated[str, typer.Option(help="Of several sinks this one's part, as 1/2.")] = "1/1",
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin a topic that was made anew or cut from its first record.")
    ] = False,
    until_idle: Annotated[
        float, typer.Option(help="End after so many seconds without a record (0: never).", min=0)
    ] = 0.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a topic into the tables, each trade once, until Ctrl-C."""
    with _live_installed():
        from topheavy.jobs.stream import commands as job
    settings = read_settings(home)
    with place_at(settings) as place:
        tally = job.follow(place, topic, job.part(share), restart=restart, until_idle=until_idle, say=terminal.say)
        terminal.rows("sink", [tally], place.world, as_json=as_json)


@stream.command()
def status(topic: TopicOption = "trades", home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say how far the tables are behind the topic, and how fresh they are."""
    with _live_installed():
        from topheavy.answers.live.consumers import status as consumers
    with place_at(read_settings(home), create=False) as place:
        terminal.rows("stream", consumers(place, topic), place.world, as_json=as_json)


def _send(
    name: str, ask: "Ask", speed: float, limit: int, topic: str, sink: bool, home: Path | None, as_json: bool
) -> None:
    with _live_installed():
        from topheavy.jobs.stream.commands import send
    sent = send(
        read_settings(home),
        name,
        ask,
        speed=speed,
        limit=limit,
        topic=topic,
        sink=sink,
        progress=terminal.progress(as_json),
    )
    terminal.rows("stream", [sent], "", as_json=as_json)
    if lost := sent["sent"] - sent["acknowledged"]:
        raise TopheavyError(f"{lost:,} records were not taken by the broker: see to it, and send them again")


@contextmanager
def _live_installed() -> Iterator[None]:
    """Import inside what carries live trades; where its libraries are not installed, say which extra brings them."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed: install topheavy with its extra 'live'") from None
