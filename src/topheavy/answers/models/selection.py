"""Which backtest is looked at, and which model and series in it: as an address or a program asks, made whole."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from topheavy.answers.models.facts import NAIVE, Backtested, BacktestsReader, Standing, Trial
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown

NO_BOARD = "this app shows the published copy alone: 'topheavy serve' also shows what models said"

NO_TRIAL = "no backtest is recorded here yet: run 'topheavy forecast backtest'"

FIRST_TARGET = "price"
"""What is shown before anything is chosen, where it was tried."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A backtest with its models, and the model and series whose single forecasts are shown, where any are kept."""

    trials: tuple[Trial, ...]
    trial: Trial
    models: tuple[Standing, ...]
    model: Standing | None
    series: str
    all_series: tuple[str, ...]

    @property
    def asked(self) -> dict[str, str]:
        """The choice as an address's query says it; the newest run needs no name."""
        newest = newest_of(self.trials, self.trial.target, self.trial.horizon)
        chosen = {
            "target": self.trial.target,
            "horizon": str(self.trial.horizon),
            "run": "" if self.trial == newest else self.trial.run,
            "model": self.model.model if self.model else "",
            "series": self.series,
        }
        return {name: value for name, value in chosen.items() if value}

    def search(self, **other: str) -> str:
        """Return the query part of the address that shows this, or the like with something else chosen."""
        return f"?{urlencode({name: value for name, value in (self.asked | other).items() if value})}"


def look_at(board: BacktestsReader, wishes: Mapping[str, str]) -> Looked:
    """Choose what was asked for, with defaults for what was not.

    Raises:
        UsageError: when nothing was tried yet, or not that; the message says what was.
    """
    trials = board.trials()
    trial = trial_asked(trials, wishes.get("target", ""), wishes.get("horizon", ""), wishes.get("run", ""))
    key = (trial.run, trial.target, trial.horizon)
    models, all_series = board.standings(*key), board.series(*key)
    scored = [item for item in models if not item.failed]
    model = _model(scored, wishes.get("model", ""))
    return Looked(trials, trial, models, model, _series(all_series, wishes.get("series", "")), all_series)


def look_near(board: BacktestsReader, wishes: Mapping[str, str]) -> Looked:
    """Choose what was asked for, or what comes nearest: what cannot be had is left to its default, the least first.

    Raises:
        UsageError: when not even the target was tried.
    """
    names = ("target", "horizon", "run", "model", "series")
    for kept in range(len(names), 1, -1):
        with suppress(UsageError):
            return look_at(board, {name: wishes.get(name, "") for name in names[:kept]})
    return look_at(board, {"target": wishes.get("target", "")})


def trial_asked(trials: Sequence[Trial], target: str, horizon: str, run: str) -> Trial:
    """Return the newest backtest that is as asked; what is empty may be any.

    Raises:
        UsageError: when there is none.
    """
    if not trials:
        raise UsageError(NO_TRIAL)
    targets = list(dict.fromkeys(item.target for item in trials))
    target = target or (FIRST_TARGET if FIRST_TARGET in targets else targets[0])
    if run and run not in {item.run for item in trials}:
        raise UsageError(unknown("backtest", run, list(dict.fromkeys(item.run for item in trials))))
    if target not in targets:
        raise UsageError(unknown("tried target", target, targets))
    fit = [item for item in trials if item.target == target and run in ("", item.run)]
    horizons = sorted({item.horizon for item in fit})
    if horizon and horizon not in {str(item) for item in horizons}:
        tried = ", ".join(str(item) for item in horizons) or "none"
        raise UsageError(f"{target} was not tried at the horizon '{horizon}': of its horizons there are {tried}")
    if not fit:
        raise UsageError(f"{target} was not tried in the backtest {run}: leave the run out, or ask for another target")
    return next(item for item in fit if str(item.horizon) == (horizon or str(horizons[0])))


def newest_of(trials: Sequence[Trial], target: str, horizon: int) -> Trial:
    """Return the newest backtest of a target at a horizon (trials come newest first)."""
    return next(item for item in trials if (item.target, item.horizon) == (target, horizon))


def newest(trials: Sequence[Trial]) -> list[Trial]:
    """Return the newest backtest of every target and horizon."""
    by_question: dict[tuple[str, int], Trial] = {}
    for item in trials:
        by_question.setdefault((item.target, item.horizon), item)
    return list(by_question.values())


def with_models(board: BacktestsReader, trial: Trial) -> Backtested:
    """Return a backtest with how every model did."""
    return Backtested(**trial.model_dump(), models=board.standings(trial.run, trial.target, trial.horizon))


def _model(scored: Sequence[Standing], name: str) -> Standing | None:
    """Return the model asked for; by default the best but naive."""
    if name and name not in {item.model for item in scored}:
        raise UsageError(unknown("scored model", name, [item.model for item in scored]))
    wanted = [item for item in scored if item.model == (name or item.model)]
    return next((item for item in wanted if item.model != NAIVE), wanted[0] if wanted else None)


def _series(names: Sequence[str], name: str) -> str:
    if name and name not in names:
        raise UsageError(unknown("series", name, list(names)))
    return name or (names[0] if names else "")
