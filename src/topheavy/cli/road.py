"""The legs of the road: collect, refine, publish, and all of them at once, once or after every close."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import (
    AcceptLossOption,
    AgainOption,
    DatasetsArgument,
    FromOption,
    HomeOption,
    JsonOption,
    PortOption,
    SinceOption,
    SourceArgument,
    SubjectOption,
    UntilOption,
    app,
    ask_from,
    day_from,
    fail_with,
    place_at,
)
from topheavy.cli.told import told
from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings


@app.command()
def demo(
    home: Annotated[Path | None, typer.Option("--home", help="Where the demo lives.")] = None,
    serve: Annotated[bool, typer.Option(help="Serve the page afterwards, until Ctrl-C.")] = True,
    companies: Annotated[int, typer.Option(help="How many companies the simulated market has.", min=30)] = 500,
    port: PortOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Run a simulated market through the whole road and open the page. No key, no network."""
    from topheavy.answers.summary import summarise
    from topheavy.jobs.demo import demo as run_demo
    from topheavy.jobs.demo.forecasts import forecast
    from topheavy.jobs.demo.live import streamed, streaming
    from topheavy.jobs.demo.portfolio import portfolio

    settings, progress = read_settings(home or Path(".topheavy-demo")), terminal.progress(as_json)
    with place_at(settings) as place:
        done = run_demo(place, companies=companies, progress=progress)
        parts = [portfolio(place), forecast(place, progress=progress), streamed(place, progress=progress)]
        figures = summarise(place.warehouse)
        more = {part.name: part.line for part in parts}
        terminal.summary(figures, done.failures, settings.home, parts=more, as_json=as_json)
        if serve and sys.stdout.isatty() and not as_json:
            from topheavy.jobs.serve.serve import serve as job

            with streaming(place):
                job(settings, port, terminal.address)
        elif not as_json:
            terminal.say(f"To look at it: make serve, or topheavy serve --home {settings.home}")


@app.command()
def collect(
    source: Annotated[str, typer.Argument(help="A source: see 'topheavy plugins'.")] = "",
    datasets: DatasetsArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    target: FromOption = "",
    subject: SubjectOption = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would be asked for, and what that takes.")
    ] = False,
    again: AgainOption = False,
    retry: Annotated[str, typer.Option(metavar="failed", help="Ask again only for the units that failed.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring what a source has into the lake, as it comes."""
    from topheavy.jobs import road

    if retry not in ("", "failed"):
        raise UsageError(f"--retry is '{retry}': only what failed can be asked for again, write --retry failed")
    if not source and not retry:
        raise UsageError("name a source ('topheavy plugins' lists them), or give --retry failed")
    with place_at(read_settings(home), create=not retry) as place:
        if retry:
            done = road.retry(place, [source] if source else [], progress=terminal.progress(as_json))
        else:
            ask = ask_from(since, until, datasets, target, subject)
            if plan:
                terminal.plan(source, road.foresee(place, source, ask, again=again), as_json=as_json)
                return
            done = road.gather(place, source, ask, again=again, progress=terminal.progress(as_json))
        unreadable = sum(len(part.unreadable) for part in done.refined)
        terminal.collected(done.collected, unreadable, as_json=as_json)
    fail_with(done.failures)


@app.command()
def refine(
    again: Annotated[
        bool, typer.Option("--again", help="Make the tables anew from all that the lake holds, whatever their state.")
    ] = False,
    accept_loss: AcceptLossOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn what the lake holds into rows in the tables."""
    from topheavy.jobs.refine.refine import refine as job

    with place_at(read_settings(home), create=False) as place:
        done = job(place, again=again, accept_loss=accept_loss, progress=terminal.progress(as_json))
        terminal.refined(done, as_json=as_json)
        if not as_json:
            told([done])
    fail_with([f"{unit}: {cause}" for unit, cause in done.unreadable])


@app.command()
def publish(accept_loss: AcceptLossOption = False, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Find repairs, answer the questions, check them, and replace the warehouse."""
    from topheavy.jobs.publish.publish import publish as job

    with place_at(read_settings(home), create=False) as place:
        done = job(place, accept_loss=accept_loss, progress=terminal.progress(as_json))
        terminal.published(done, as_json=as_json)


@app.command()
def run(
    source: SourceArgument,
    datasets: DatasetsArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    target: FromOption = "",
    subject: SubjectOption = None,
    again: AgainOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Collect, refine and publish, and say what the figures are."""
    from topheavy.answers.summary import summarise
    from topheavy.jobs.road import run as job

    ask = ask_from(since, until, datasets, target, subject)
    settings = read_settings(home)
    with place_at(settings) as place:
        done = job(place, source, ask, again=again, progress=terminal.progress(as_json))
        if not as_json:
            told(done.refined)
        terminal.summary(summarise(place.warehouse), done.failures, settings.home, done.refined, as_json=as_json)
    fail_with(done.failures)


@app.command()
def schedule(
    source: SourceArgument,
    datasets: DatasetsArgument = None,
    since: Annotated[str | None, typer.Option(help="First session (default: the first the home knows).")] = None,
    target: FromOption = "",
    subject: SubjectOption = None,
    delay: Annotated[int, typer.Option(help="Minutes from the close of a session to its run.", min=0)] = 20,
    forecast: Annotated[bool, typer.Option("--forecast", help="Score and make forecasts after each, too.")] = False,
    home: HomeOption = None,
) -> None:
    """Run the day's road after the close of every session, catch up on missed ones, until Ctrl-C."""
    from topheavy.jobs.schedule.backlog import Order
    from topheavy.jobs.schedule.scheduler import schedule as job

    first, subjects = day_from(since, "--since"), tuple(subject or ())
    order = Order(source, frozenset(datasets or ()), target, subjects, first, delay, forecast)
    job(read_settings(home), order, terminal.say, terminal.progress(False))


@app.command()
def repair(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A repair's id: see 'topheavy show repairs'.")],
    off: Annotated[bool, typer.Option("--off/--on", help="Switch it off, or on again.")] = True,
    home: HomeOption = None,
) -> None:
    """Switch a repair off or on again, and publish without or with it."""
    from topheavy.jobs.publish.publish import publish as job
    from topheavy.jobs.publish.repairs import switch

    with place_at(read_settings(home), create=False) as place:
        switch(place, identity, active=not off)
        job(place, progress=terminal.progress(False))
    terminal.say(f"repair {identity} is {'off' if off else 'on'}; the figures were published again")


@app.command()
def rule(
    doubt: Annotated[str, typer.Argument(metavar="DOUBT", help="A doubt's id: see 'topheavy show doubts'.")],
    verdict: Annotated[
        str, typer.Argument(help="yes: the data are wrong as asked; no: they are right; off: take back.")
    ],
    because: Annotated[str, typer.Option(help="The evidence: where you saw it.")] = "",
    home: HomeOption = None,
) -> None:
    """Answer a doubt's question, or take the answer back, and publish anew."""
    from topheavy.jobs.publish.publish import publish as job
    from topheavy.jobs.publish.rulings import rule as write_down

    with place_at(read_settings(home), create=False) as place:
        write_down(place, doubt, verdict, because)
        job(place, progress=terminal.progress(False))
    terminal.say(f"ruled {verdict} on doubt {doubt}; the figures were published again")
