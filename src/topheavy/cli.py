"""The command line: one command per leg of the road; exit 0 done, 1 failed, 2 misused."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from topheavy import __version__, terminal
from topheavy.core.clock import system_clock
from topheavy.core.errors import TopheavyError, UsageError, one_line
from topheavy.core.log_lines import Form, write_log
from topheavy.core.settings import Settings, read_settings

app = typer.Typer(
    name="topheavy",
    help="Is your index top-heavy? Collect, refine and publish market data; ask how concentrated an index is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

HomeOption = Annotated[Path | None, typer.Option("--home", help="The home (default: TOPHEAVY_HOME, else .topheavy).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
SourceArgument = Annotated[str, typer.Argument(help="A source: see 'topheavy plugins'.")]
DatasetsArgument = Annotated[list[str] | None, typer.Argument(help="Only these datasets (default: all it delivers).")]
SinceOption = Annotated[str | None, typer.Option(help="First session, YYYY-MM-DD (default: a year before --until).")]
UntilOption = Annotated[str | None, typer.Option(help="Last session, YYYY-MM-DD (default: the last one closed).")]
FromOption = Annotated[str, typer.Option("--from", help="For sources that read files: a manifest, path or URL.")]
SubjectOption = Annotated[
    list[str] | None, typer.Option("--subject", help="A symbol, for routes that answer one company at a time.")
]
PortOption = Annotated[int, typer.Option(help="Port of the page (0: any free one).")]
LogOption = Annotated[Form | None, typer.Option(help="Log what is done, on standard error: lines, or JSON objects.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Ask again for what the lake already holds.")]


@app.command()
def demo(
    home: Annotated[Path | None, typer.Option("--home", help="Where the demo lives.")] = None,
    serve: Annotated[bool, typer.Option(help="Serve the page afterwards, until Ctrl-C.")] = True,
    companies: Annotated[int, typer.Option(help="How many companies the simulated market has.", min=20)] = 500,
    port: PortOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Run a simulated market through the whole road and open the page. No key, no network."""
    from topheavy.jobs.demo import demo as run_demo
    from topheavy.jobs.summary import summarise

    settings = read_settings(home or Path(".topheavy-demo"))
    with _place(settings) as place:
        done = run_demo(place, companies=companies, progress=terminal.progress(as_json))
        terminal.summary(summarise(place.warehouse), done.failures, settings.home, as_json=as_json)
    if serve and sys.stdout.isatty() and not as_json:
        from topheavy.jobs.serving import serve as job

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
    with _place(read_settings(home), create=not retry) as place:
        if retry:
            done = road.retry(place, [source] if source else [], progress=terminal.progress(as_json))
        else:
            ask = _ask(since, until, datasets, target, subject)
            if plan:
                terminal.plan(source, road.foresee(place, source, ask, again=again), as_json=as_json)
                return
            done = road.gather(place, source, ask, again=again, progress=terminal.progress(as_json))
        terminal.collected(done.collected, as_json=as_json)
    _fail_with(done.failures)


@app.command()
def refine(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Turn what the lake holds into rows in the tables."""
    from topheavy.jobs.refine import refine as job

    with _place(read_settings(home), create=False) as place:
        done = job(place, progress=terminal.progress(as_json))
        terminal.refined(done, as_json=as_json)
    _fail_with([f"{unit}: {cause}" for unit, cause in done.unreadable])


@app.command()
def publish(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Find repairs, answer the questions, check them, and replace the warehouse."""
    from topheavy.jobs.publish import publish as job

    with _place(read_settings(home), create=False) as place:
        done = job(place, progress=terminal.progress(as_json))
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
    from topheavy.jobs.road import run as job
    from topheavy.jobs.summary import summarise

    ask = _ask(since, until, datasets, target, subject)
    settings = read_settings(home)
    with _place(settings) as place:
        done = job(place, source, ask, again=again, progress=terminal.progress(as_json))
        terminal.summary(summarise(place.warehouse), done.failures, settings.home, as_json=as_json)
    _fail_with(done.failures)


@app.command()
def gaps(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what is missing and why: failed units, withheld sessions, members without a cap."""
    from topheavy.jobs.state import gaps as job

    with _place(read_settings(home), create=False) as place:
        terminal.gaps(job(place), place.world, as_json=as_json)


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what the home holds."""
    from topheavy.jobs.state import status as job

    with _place(read_settings(home), create=False) as place:
        terminal.status(job(place), as_json=as_json)


@app.command()
def metrics(home: HomeOption = None) -> None:
    """Print how the home stands, in Prometheus' text format."""
    from topheavy.jobs.monitor import metrics as job

    sys.stdout.write(job(read_settings(home)))


@app.command()
def show(
    metric: Annotated[str, typer.Argument(help="concentration, group, weights, market-caps, change, missing, …")],
    on: Annotated[str | None, typer.Option(help="One session, YYYY-MM-DD (default: the newest).")] = None,
    since: Annotated[str | None, typer.Option(help="First session of a period.")] = None,
    until: Annotated[str | None, typer.Option(help="Last session of a period.")] = None,
    level: Annotated[str, typer.Option(help="issuer (a company once) or line (a share class).")] = "issuer",
    index: Annotated[str, typer.Option(help="The index or fund (default: SP500).")] = "",
    group: Annotated[str, typer.Option(help="The group of companies.")] = "magnificent7",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a published metric, with what it rests on."""
    from topheavy.jobs.show import Choice
    from topheavy.jobs.show import show as job

    choice = Choice(index, level, group, _day(on, "--on"), _day(since, "--since"), _day(until, "--until"))
    with _place(read_settings(home), create=False) as place:
        terminal.rows(metric, job(place.warehouse, metric, choice), place.world, as_json=as_json)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the published tables and views.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer SQL over the published copy: read-only, no way to files or network."""
    with _place(read_settings(home), create=False) as place:
        terminal.rows("sql", place.warehouse.rows(query), place.world, as_json=as_json)


@app.command()
def repair(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A repair's id: see 'topheavy show repairs'.")],
    off: Annotated[bool, typer.Option("--off/--on", help="Switch it off, or on again.")] = True,
    home: HomeOption = None,
) -> None:
    """Switch a repair off or on again, and publish without or with it."""
    from topheavy.jobs.mending import switch
    from topheavy.jobs.publish import publish as job

    with _place(read_settings(home), create=False) as place:
        switch(place, identity, active=not off)
        job(place, progress=terminal.progress(False))
    terminal.say(f"repair {identity} is {'off' if off else 'on'}; the figures were published again")


@app.command()
def serve(home: HomeOption = None, port: PortOption = 8050) -> None:
    """Serve the pages and the JSON API on this machine, until Ctrl-C."""
    from topheavy.jobs.serving import serve as job

    job(read_settings(home), port, terminal.address)


@app.command()
def schedule(
    source: SourceArgument,
    datasets: DatasetsArgument = None,
    since: Annotated[str | None, typer.Option(help="First session (default: the first the home knows).")] = None,
    target: FromOption = "",
    subject: SubjectOption = None,
    delay: Annotated[int, typer.Option(help="Minutes from the close of a session to its run.", min=0)] = 20,
    home: HomeOption = None,
) -> None:
    """Run the day's road after the close of every session, catch up on missed ones, until Ctrl-C."""
    from topheavy.jobs.owed import Order
    from topheavy.jobs.schedule import schedule as job

    order = Order(source, frozenset(datasets or ()), target, tuple(subject or ()), _day(since, "--since"), delay)
    job(read_settings(home), order, terminal.say, terminal.progress(False))


@app.command()
def simulate(
    port: Annotated[int, typer.Option(help="Port of the API (0: any free one).")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed is the same market.")] = 7,
    companies: Annotated[int, typer.Option(help="How many companies.", min=20)] = 500,
    faults: Annotated[
        str, typer.Option(help='Faults to play: "502:5%,latency:50ms", a TOML file, or list to print them all.')
    ] = "",
) -> None:
    """Serve a simulated market behind its vendors' HTTP API, to practise on, until Ctrl-C."""
    from topheavy.jobs import demo as job

    if faults in ("list", "help"):
        terminal.say(job.known_faults())
        return
    job.simulate(seed=seed, companies=companies, port=port, faults=faults)


@app.command()
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check every kept byte, key and published figure against what it came from."""
    from topheavy.jobs.verify import verify as job

    with _place(read_settings(home), create=False) as place:
        findings = job(place, progress=terminal.progress(as_json))
        terminal.findings(findings, as_json=as_json)
    _fail_with([f"{item.what}: {item.wrong}" for item in findings if item.wrong])


@app.command()
def plugins(as_json: JsonOption = False) -> None:
    """Print every plug-in that was found, and where."""
    from topheavy.core.plugins import KINDS, scan

    found = [item for kind in KINDS for item in scan(kind)]
    rows = [{"kind": item.kind, "name": item.name, "module": item.module} for item in found]
    terminal.rows("plugins", rows, "", as_json=as_json)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="The same as --log text.")] = False,
    log: LogOption = None,
) -> None:
    if log or verbose:
        write_log(log or Form.TEXT)
    if version:
        terminal.say(f"topheavy {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error of ours is one line on standard error."""
    try:
        app(standalone_mode=False)
    except typer.Abort:
        terminal.fail("stopped")
        raise SystemExit(130) from None
    except TopheavyError as error:
        terminal.fail(one_line(error))
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    except KeyboardInterrupt:
        terminal.fail("stopped; what was brought home is safe, run the same command to go on")
        raise SystemExit(130) from None
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        terminal.fail(one_line(error.format_message() if hasattr(error, "format_message") else error))
        raise SystemExit(error.exit_code) from None


@contextmanager
def _place(settings: Settings, *, create: bool = True) -> Iterator[Any]:
    from topheavy.jobs.workplace import workplace

    with workplace(settings, create=create) as place:
        yield place


def _ask(
    since: str | None, until: str | None, datasets: list[str] | None, target: str, subject: list[str] | None
) -> Any:
    from topheavy.core.calendar import last_closed
    from topheavy.jobs.road import ask_for

    last = _day(until, "--until") or last_closed(system_clock())
    first = _day(since, "--since") or date(last.year - 1, last.month, min(last.day, 28))
    return ask_for(first, last, frozenset(datasets or ()), target, tuple(subject or ()))


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is '{text}', which is not a date: write YYYY-MM-DD") from None


def _fail_with(failures: list[str]) -> None:
    if failures:
        more = f" (and {len(failures) - 1:,} more)" if len(failures) > 1 else ""
        raise TopheavyError(f"{failures[0]}{more}; 'topheavy gaps' lists what failed, running again asks again")
