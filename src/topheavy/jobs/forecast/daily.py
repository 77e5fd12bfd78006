"""Evening: after a publication forecasts are scored, champions judged or trained anew, and the next forecasts made."""

from datetime import date

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import TopheavyError, one_line
from topheavy.core.progress import Progress
from topheavy.forecast.serving.registry import Registry
from topheavy.home import Home
from topheavy.jobs.forecast.predict import predict
from topheavy.jobs.forecast.retrain import judge, retrain
from topheavy.jobs.forecast.score import score


def daily(home: Home, *, clock: Clock = system_clock, progress: Progress | None = None) -> list[str]:
    """Score, judge, train anew in a new month, and forecast; return what was done, a line each.

    Run again without anything new it does nothing: a home without registered models has nothing to say.
    """
    registry = Registry(home.settings.home)
    names = registry.names()
    if not names:
        return []
    lines = [f"{score(home, clock=clock, progress=progress):,} forecasts scored"]
    for name in names:
        verdict = judge(home, name)
        if verdict.promoted:
            lines.append(f"{name}: version {verdict.champion} is champion now, {verdict.why}")
        newest = registry.card(name, registry.versions(name)[-1])
        if _month(newest.trained_until) != _month(_last(home)):
            lines.append(f"{name}: {_anew(home, name, clock, progress)}")
    made = predict(home, names, clock=clock, progress=progress)
    lines.append(f"{made.new:,} forecasts made")
    return lines + [f"left out: {line}" for line in made.left_out]


def _anew(home: Home, name: str, clock: Clock, progress: Progress | None) -> str:
    """Train a champion anew and say what came of it; where it cannot be, the old one goes on."""
    try:
        done = retrain(home, name, clock=clock, progress=progress)
    except TopheavyError as error:
        return f"not trained anew, the champion goes on: {one_line(error)}"
    if done is None:
        return "nothing has come since it was trained"
    return f"trained anew as version {done.card.version}, {done.skill} on what was held out"


def _last(home: Home) -> date:
    return home.warehouse.rows("SELECT MAX(session) AS last FROM bars")[0]["last"]  # type: ignore[no-any-return]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
