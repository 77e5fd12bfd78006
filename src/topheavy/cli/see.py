"""Seeing a home: what it holds, what is missing, what the figures are, and whether all of it is true."""

import sys
from typing import Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import HomeOption, JsonOption, app, day_from, fail_with, place_at
from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings


@app.command()
def gaps(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what is missing and why: failed units, withheld sessions, members without a cap."""
    from topheavy.answers.gaps import all_gaps as job

    with place_at(read_settings(home), create=False) as place:
        terminal.gaps(job(place), place.world, as_json=as_json)


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what the home holds."""
    from topheavy.answers.status import status as job

    with place_at(read_settings(home), create=False) as place:
        terminal.status(job(place), as_json=as_json)


@app.command()
def metrics(home: HomeOption = None) -> None:
    """Print how the home stands, in Prometheus' text format."""
    from topheavy.answers.collections.reader import metrics as job

    sys.stdout.write(job(read_settings(home)))


@app.command()
def show(
    question: Annotated[
        str | None, typer.Argument(help="concentration, group, weights, market-caps, change, … (none: list them all)")
    ] = None,
    on: Annotated[str | None, typer.Option(help="One session, YYYY-MM-DD (default: the newest).")] = None,
    since: Annotated[str | None, typer.Option(help="First session of a period.")] = None,
    until: Annotated[str | None, typer.Option(help="Last session of a period.")] = None,
    level: Annotated[str, typer.Option(help="issuer (a company once) or line (a share class); default: issuer.")] = "",
    index: Annotated[str, typer.Option(help="The index or fund, or all (default: SP500).")] = "",
    group: Annotated[str, typer.Option(help="The group of companies, or all (default: magnificent7).")] = "",
    by: Annotated[list[str] | None, typer.Option(help="Any other narrowing, as COLUMN=VALUE.")] = None,
    limit: Annotated[int | None, typer.Option(help="So many rows at most.", min=0)] = None,
    offset: Annotated[int, typer.Option(help="Leave out so many rows before them.", min=0)] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what a question is answered, with what it rests on."""
    from topheavy.answers.catalogue.ask import Page
    from topheavy.answers.catalogue.narrowing import Narrowing
    from topheavy.answers.show import listed
    from topheavy.answers.show import show as job

    if question is None:
        terminal.rows("questions", listed(), "", as_json=as_json)
        return
    choices = {"index": index, "level": level, "group": group}
    narrowed_by = {name: value for name, value in choices.items() if value} | _narrowings(by or [])
    days = day_from(on, "--on"), day_from(since, "--since"), day_from(until, "--until")
    with place_at(read_settings(home), create=False) as place:
        answer = job(place, question, Narrowing(narrowed_by, *days), Page(limit, offset))
        beside = answer.evidence.model_dump(mode="json", exclude={"world", "as_of"}) | {"total": answer.total}
        terminal.rows(
            question, answer.rows(), answer.evidence.world, units=answer.units, beside=beside, as_json=as_json
        )


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the published tables and views.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer SQL over the published copy and the live tables: read-only, no way to files or network."""
    from topheavy.answers.sql import ask as job
    from topheavy.answers.sql import units_in

    with place_at(read_settings(home), create=False) as place:
        terminal.rows("sql", job(place, query), place.world, units=units_in(query), as_json=as_json)


@app.command()
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check every kept byte, key and published figure against what it came from."""
    from topheavy.jobs.publish.verify import verify as job

    with place_at(read_settings(home), create=False) as place:
        findings = job(place, progress=terminal.progress(as_json))
        terminal.findings(findings, as_json=as_json)
    fail_with([f"{item.what}: {item.wrong}" for item in findings if item.wrong])


@app.command()
def plugins(as_json: JsonOption = False) -> None:
    """Print every plug-in that was found, and where."""
    from topheavy.answers.show import places
    from topheavy.core.plugins import KINDS, scan

    entries = [item for kind in KINDS for item in scan(kind)]
    rows = [{"kind": item.kind, "name": item.name, "module": item.module} for item in entries]
    terminal.rows("plugins", rows + places(), "", as_json=as_json)


def _narrowings(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    if wrong := next((word for word, pair in zip(words, pairs, strict=True) if not pair[0] or not pair[2]), None):
        raise UsageError(f"--by is '{wrong}': write COLUMN=VALUE, as in security=NVDA")
    return {column: value for column, _, value in pairs}
