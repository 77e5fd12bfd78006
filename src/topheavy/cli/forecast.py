"""Forecasts: models are tried beside "tomorrow = today", trained, asked, and held against what came."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from topheavy import terminal
from topheavy.cli.app import HomeOption, JsonOption, app, day_from, place_at
from topheavy.core.errors import UsageError
from topheavy.core.progress import Progress
from topheavy.core.settings import read_settings

if TYPE_CHECKING:
    from topheavy.answers.models.history import Subject
from topheavy.core.text import PART

forecast = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(forecast, name="forecast", help='Forecast, and score it against "tomorrow = today".')

ModelOption = Annotated[str, typer.Option(help="A model: see 'topheavy plugins'.")]
TargetOption = Annotated[str, typer.Option(help="return, price, volatility or share.")]
HorizonOption = Annotated[int, typer.Option(help="Sessions ahead.", min=1)]
SecurityOption = Annotated[list[str] | None, typer.Option("--security", help="A security; may be given several times.")]
GroupOption = Annotated[str, typer.Option(help="A group: its members, or its share where that is the target.")]
IndexOption = Annotated[str, typer.Option(help="An index: all its members, or the one the share is a part of.")]
SinceOption = Annotated[str | None, typer.Option(help="First session to learn from (default: all there are).")]
UntilOption = Annotated[str | None, typer.Option(help="Last session to learn from (default: the last one published).")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="A hyper-parameter, as units=32.")]
SeedOption = Annotated[int, typer.Option(help="The same seed learns the same.")]
NamesArgument = Annotated[list[str] | None, typer.Argument(help="Registered names (default: all).")]
NameArgument = Annotated[str, typer.Argument(help="A registered name, for example return-1.")]

HYPER = ("SM_HP_", "TOPHEAVY_HP_")
"""Hyper-parameters may come by the environment, too: as SageMaker hands them over, or under our own name."""

BOARD = ("target", "horizon", "model", "ratio", "ratio_low", "ratio_high", "p_holm", "skill", "hit_rate", "coverage",
         "r2", "lagged_copy", "net_sharpe", "failed")  # fmt: skip

REGISTERED = ("name", "version", "alias", "model", "series", "trained_from", "trained_until", "ratio", "ratio_low",
              "ratio_high", "p")  # fmt: skip


@forecast.command()
def train(
    model: ModelOption,
    target: TargetOption = "return",
    horizon: HorizonOption = 1,
    security: SecurityOption = None,
    group: GroupOption = "magnificent7",
    index: IndexOption = "",
    since: SinceOption = None,
    until: UntilOption = None,
    sets: SetOption = None,
    seed: SeedOption = 0,
    held_out: Annotated[int, typer.Option(help="Sessions to try it on before it is fitted for good.", min=5)] = 126,
    name: Annotated[str, typer.Option(help="What to register it as (default: target-horizon).")] = "",
    workers: Annotated[int, typer.Option(help="Processes that train together, for models that can.", min=1)] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit a model, try it on what it has not seen, fit it on everything and register it."""
    from topheavy.jobs.forecast.train import Order
    from topheavy.jobs.forecast.train import train as job

    with place_at(read_settings(home), create=False) as place:
        subject = _subject(security, group, index, since, until)
        params = _params(os.environ, model, sets or [])
        order = Order(model, target, horizon, subject, params, seed, held_out, name, workers)
        done = job(place, order, progress=_progress(as_json))
        if done is None:
            terminal.say("trained together with the others; the first of them registers the model")
            return
        card = done.card
        row = {
            "name": card.name,
            "version": card.version,
            "alias": done.alias,
            "model": card.model,
            "series": len(card.series),
            "trained_until": card.trained_until,
            **card.metrics,
            "skill": done.skill,
        }
        terminal.rows("trained", [row], place.world, as_json=as_json)


@forecast.command()
def predict(
    names: NamesArgument = None,
    level: Annotated[float, typer.Option(help="How often the interval is to cover what comes.", min=0, max=1)] = 0.9,
    until: Annotated[str | None, typer.Option(help="Take an earlier session for the last: play a past again.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what comes next, and write it down before it comes."""
    from topheavy.jobs.forecast.predict import predict as job

    with place_at(read_settings(home), create=False) as place:
        done = job(place, names, level=level, until=day_from(until, "--until"), progress=_progress(as_json))
        shown = ("name", "version", "model", "series", "origin", "session", "value", "low", "high", "naive", "ahead")
        rows = [{column: row[column] for column in shown} for row in done.rows]
        terminal.rows("forecasts", rows, place.world, as_json=as_json)
        if not as_json:
            terminal.say(f"  {done.new:,} new forecasts recorded, {len(done.rows) - done.new:,} were there already")
            for line in done.left_out:
                terminal.say(f"  left out: {line}")


@forecast.command()
def score(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Hold recorded forecasts against what came, and say how they did beside "tomorrow = today"."""
    from topheavy.answers.models.backtests import account
    from topheavy.jobs.forecast.score import score as job

    with place_at(read_settings(home), create=False) as place:
        new = job(place, progress=_progress(as_json))
        terminal.rows("scores", account(place), place.world, units={"coverage": PART}, as_json=as_json)
        if not as_json:
            terminal.say(f"  {new:,} forecasts newly scored")


@forecast.command()
def backtest(
    model: Annotated[list[str] | None, typer.Option(help="A model (default: all that are not slow).")] = None,
    target: Annotated[list[str] | None, typer.Option(help="A target (default: return).")] = None,
    horizon: Annotated[list[int] | None, typer.Option(help="Sessions ahead (default: 1).", min=1)] = None,
    security: SecurityOption = None,
    group: GroupOption = "magnificent7",
    index: IndexOption = "",
    since: SinceOption = None,
    until: UntilOption = None,
    first: Annotated[int, typer.Option(help="Sessions to learn from before the first forecast.", min=30)] = 504,
    step: Annotated[int, typer.Option(help="Sessions from one refit to the next.", min=1)] = 63,
    window: Annotated[int, typer.Option(help="Learn from so many sessions before each refit (0: all).", min=0)] = 0,
    slow: Annotated[bool, typer.Option("--slow", help="The slow models, too.")] = False,
    seed: SeedOption = 0,
    workers: Annotated[int, typer.Option(help="Processes (0: one a core).", min=0)] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try models over rolling origins beside "tomorrow = today", and keep the account."""
    from topheavy.jobs.forecast.backtest import Trial, try_out

    trial = Trial(
        targets=tuple(target or ("return",)),
        horizons=tuple(horizon or (1,)),
        models=tuple(model or ()),
        subject=_subject(security, group, index, since, until),
        first=first,
        step=step,
        window="fixed" if window else "expanding",
        width=window,
        slow=slow,
        seed=seed,
        workers=workers or os.cpu_count() or 1,
    )
    with place_at(read_settings(home), create=False) as place:
        rows = try_out(place, trial, progress=_progress(as_json))
        shown = rows if as_json else [{column: row.get(column) for column in BOARD} for row in rows]
        terminal.rows("backtest", shown, place.world, units={"coverage": PART}, as_json=as_json)


@forecast.command()
def models(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the registered models, with what each did on the sessions held out."""
    from topheavy.answers.models.registry import registered

    settings = read_settings(home)
    with place_at(settings, create=False) as place:
        rows = [model.model_dump() for model in registered(settings.home)]
        shown = rows if as_json else [{column: row[column] for column in REGISTERED} for row in rows]
        terminal.rows("models", shown, place.world, as_json=as_json)


@forecast.command()
def retrain(names: NamesArgument = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Train champions anew on what has come since, and promote a challenger that has shown to be better."""
    from topheavy.jobs.forecast.retrain import renew

    with place_at(read_settings(home), create=False) as place:
        terminal.rows("contest", renew(place, names, progress=_progress(as_json)), place.world, as_json=as_json)


@forecast.command()
def promote(
    name: NameArgument,
    version: Annotated[str, typer.Argument(help="A version, or 'challenger'.")] = "challenger",
    back: Annotated[bool, typer.Option("--back", help="Make the former champion the champion again.")] = False,
    home: HomeOption = None,
) -> None:
    """Make a version the champion, or the former one again."""
    from topheavy.jobs.forecast.retrain import promote as job

    settings = read_settings(home)
    with place_at(settings, create=False):
        terminal.say(f"{name}: version {job(settings.home, name, version, back=back)} is champion")


def _subject(security: list[str] | None, group: str, index: str, since: str | None, until: str | None) -> "Subject":
    from datetime import date

    from topheavy.answers.models.history import Subject

    first, last = day_from(since, "--since") or date.min, day_from(until, "--until") or date.max
    return Subject(tuple(security or ()), group, index, first, last)


def _params(environment: Mapping[str, str], model: str, sets: list[str]) -> dict[str, str]:
    """Read hyper-parameters: what the environment says of those the model has, then what flags say."""
    from topheavy.core.plugins import MODELS, pick

    defaults = pick(MODELS, model).defaults
    variables = {
        name: prefix + name.upper() for prefix in HYPER for name in defaults if prefix + name.upper() in environment
    }
    params = {name: environment[variable] for name, variable in variables.items()}
    for text in sets:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"--set is '{text}': write it as name=value")
        params[name] = value
    return params


def _progress(as_json: bool) -> Progress:
    return terminal.progress(as_json)
