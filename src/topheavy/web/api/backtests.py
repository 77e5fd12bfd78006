"""The JSON interface to models: how they did beside "tomorrow = today", forecast by forecast, and how they do since."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Query

from topheavy.answers.models.facts import Scoreboard, Scores, Singles
from topheavy.answers.models.selection import look_at, newest, trial_asked, with_models
from topheavy.web.api import problem
from topheavy.web.services import View, board_of

Run = Annotated[str, Query(description="a backtest, as /api/scoreboard names it; left out: the newest")]
Target = Annotated[str, Query(description="return, price, volatility or share; left out: price, or what was tried")]
Horizon = Annotated[int | None, Query(ge=1, description="sessions ahead; left out: the shortest tried")]
Model = Annotated[str, Query(description="a model; left out: the best but naive")]
Series = Annotated[str, Query(description="a security, or the group whose share is forecast; left out: the first")]


class ScoreboardApi:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def scoreboard(self, run: Run = "") -> Scoreboard:
        """Tell how every model did beside 'tomorrow = today': ratio, p-value, verdict, coverage, hits, trading."""
        board = board_of(self._view)
        trials = board.trials()
        if not run:
            return Scoreboard(backtests=tuple(with_models(board, trial) for trial in newest(trials)))
        target = next((trial.target for trial in trials if trial.run == run), "")
        trial_asked(trials, target, "", run)
        return Scoreboard(backtests=tuple(with_models(board, trial) for trial in trials if trial.run == run))

    def forecasts(
        self, run: Run = "", target: Target = "", horizon: Horizon = None, model: Model = "", series: Series = ""
    ) -> Singles:
        """List a model's forecasts of a series in a backtest, each with its interval, naive's and what came."""
        board, ahead = board_of(self._view), str(horizon or "")
        choice = {"run": run, "target": target, "horizon": ahead, "model": model, "series": series}
        looked = look_at(board, choice)
        name, trial = looked.model.model if looked.model else "", looked.trial
        singles = board.singles(trial.run, trial.target, trial.horizon, name, looked.series)
        return Singles(
            run=trial.run,
            target=trial.target,
            horizon=trial.horizon,
            model=name,
            series=looked.series,
            source_kind=trial.source_kind,
            forecasts=singles,
        )

    def scores(self) -> Scores:
        """Tell which models are registered, how they did on what was held out, and how their forecasts came out."""
        board = board_of(self._view)
        return Scores(registered=board.registered(), live=board.live())


def add_scoreboard_api(server: FastAPI, view: View) -> None:
    """Add the routes."""
    api = ScoreboardApi(view)
    _add(server, "/api/scoreboard", api.scoreboard)
    _add(server, "/api/scoreboard/forecasts", api.forecasts)
    _add(server, "/api/scores", api.scores)


def _add(server: FastAPI, path: str, answer: Callable[..., Any]) -> None:
    problems: dict[int | str, dict[str, Any]] = {
        404: {
            "model": problem.Problem,
            "description": "no such backtest, model or series, or no models are shown here",
        },
        422: {"model": problem.Problem, "description": "a parameter that cannot be read"},
    }
    server.add_api_route(path, answer, methods=["GET"], responses=problems, tags=["models"])
