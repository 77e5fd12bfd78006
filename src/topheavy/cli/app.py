"""What commands share: the application, options with one meaning everywhere, and words read as what they mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topheavy.core.clock import system_clock
from topheavy.core.errors import TopheavyError, UsageError
from topheavy.core.settings import Settings

if TYPE_CHECKING:
    from topheavy.home import Home
    from topheavy.jobs.road import Ask

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
DatasetsArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Only these datasets (default: all it delivers), or a fund's symbol, in capitals."),
]
SinceOption = Annotated[str | None, typer.Option(help="First session, YYYY-MM-DD (default: a year before --until).")]
UntilOption = Annotated[str | None, typer.Option(help="Last session, YYYY-MM-DD (default: the last one closed).")]
FromOption = Annotated[str, typer.Option("--from", help="For sources that read files: a manifest, path or URL.")]
SubjectOption = Annotated[
    list[str] | None, typer.Option("--subject", help="A symbol, for routes that answer one company at a time.")
]
PortOption = Annotated[int, typer.Option(help="Port of the page (0: any free one).")]
AgainOption = Annotated[bool, typer.Option("--again", help="Ask again for what the lake already holds.")]
AcceptLossOption = Annotated[
    bool, typer.Option("--accept-loss", help="Go on where rows that are there now would be lost, and say which.")
]


@contextmanager
def place_at(settings: Settings, *, create: bool = True) -> "Iterator[Home]":
    """Open a home for as long as a block lasts."""
    from topheavy.home import open_home

    with open_home(settings, create=create) as place:
        yield place


def ask_from(
    since: str | None, until: str | None, datasets: list[str] | None, target: str, subject: list[str] | None
) -> "Ask":
    """Read what is asked of a source, with the period's defaults."""
    from topheavy.core.calendar import last_closed
    from topheavy.jobs.road import ask_for

    last = day_from(until, "--until") or last_closed(system_clock())
    first = day_from(since, "--since") or date(last.year - 1, last.month, min(last.day, 28))
    return ask_for(first, last, frozenset(datasets or ()), target, tuple(subject or ()))


def day_from(text: str | None, option: str) -> date | None:
    """Read a date.

    Raises:
        UsageError: when the text is none; the message names the option.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is '{text}', which is not a date: write YYYY-MM-DD") from None


def fail_with(failures: list[str]) -> None:
    """End with exit code 1 and the first failure in one line, if there is any."""
    if failures:
        more = f" (and {len(failures) - 1:,} more)" if len(failures) > 1 else ""
        raise TopheavyError(f"{failures[0]}{more}; 'topheavy gaps' lists what failed, running again asks again")
