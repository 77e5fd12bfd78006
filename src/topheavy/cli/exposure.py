"""Exposure: what a portfolio of funds and stocks really owns."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from topheavy.cli.app import HomeOption, JsonOption, app, day_from, place_at
from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings

if TYPE_CHECKING:
    pass

PortfolioArgument = Annotated[
    str,
    typer.Argument(help="A broker's export, a CSV of your own, a kept portfolio's name, '60% IVV, 40% AAPL', or -."),
]
RateOption = Annotated[
    list[str] | None, typer.Option("--rate", metavar="EUR=1.08", help="What one unit of a currency is in the base one.")
]


@app.command()
def exposure(
    portfolio: PortfolioArgument,
    on: Annotated[
        str | None, typer.Option(help="By the holdings known on this day, YYYY-MM-DD (default: now).")
    ] = None,
    add: Annotated[str, typer.Option("--add", help="What if this were added: '10% QQQ', '-5% AAPL'.")] = "",
    history: Annotated[bool, typer.Option("--history", help="By the holdings of every date there are, too.")] = False,
    keep: Annotated[str, typer.Option("--keep", help="Keep the portfolio in the home under this name.")] = "",
    currency: Annotated[str, typer.Option(help="The currency to add up in (default: the portfolio's own).")] = "",
    rate: RateOption = None,
    most: Annotated[int, typer.Option(help="How many companies to list.", min=1)] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a portfolio really owns: funds looked through, what is not, how concentrated it is, and as of when."""
    from topheavy import terminal
    from topheavy.answers.exposure.ask import Asked, today
    from topheavy.answers.exposure.ask import exposure as ask
    from topheavy.answers.exposure.history import through_time
    from topheavy.answers.exposure.what_if import what_if
    from topheavy.answers.exposure.words import told, told_history, told_what_if
    from topheavy.answers.published import Published
    from topheavy.portfolios.handed import content_of
    from topheavy.portfolios.read import read_portfolio
    from topheavy.portfolios.shelf import Shelf

    settings = read_settings(home)
    asked = Asked(day_from(on, "--on"), currency.upper(), _rates(rate or []), most)
    with place_at(settings, create=False) as place:
        view, shelf = Published(place.lake.folder.path), Shelf(place.lake.folder.path)
        here = portfolio == "-"
        content, name = (sys.stdin.buffer.read(), "standard input") if here else content_of(portfolio, shelf)
        read = shelf.keep(keep, content) if keep else read_portfolio(content, name)
        found: dict[str, object] = {}
        if add:
            changed = what_if(view, read, read_portfolio(add.encode(), "--add"), asked)
            found["what_if"], answer, lines = changed.model_dump(mode="json"), changed.before, told_what_if(changed)
        else:
            answer = ask(view, read, asked)
            lines = told(answer)
        if history:
            moments = through_time(view, read, asked, asked.on or today(view))
            found["history"] = [moment.model_dump(mode="json") for moment in moments]
            lines += told_history(moments)
        if as_json:
            terminal.say_json({"exposure": answer.model_dump(mode="json"), **found})
        else:
            terminal.told(lines, answer.world)


def _rates(given: list[str]) -> dict[str, float]:
    rates = {}
    for item in given:
        named, _, value = item.partition("=")
        try:
            rates[named.strip().upper()] = float(value)
        except ValueError:
            raise UsageError(f"--rate is '{item}': write what one unit is in the base currency, as EUR=1.08") from None
    return rates
