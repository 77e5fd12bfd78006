"""The scoreboard: what was recorded of models in a home, for the pages and for programs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from topheavy.answers.evidence import Fact
from topheavy.answers.models.degradation import degradation
from topheavy.answers.models.error_unit import error_unit_sql
from topheavy.answers.models.facts import NAIVE, LiveScore, Registered, Single, Standing, Trial
from topheavy.answers.models.registry import registered
from topheavy.answers.published import Kept
from topheavy.answers.sql import ask
from topheavy.core.settings import Settings
from topheavy.datasets.schema import dataset
from topheavy.forecast.model import models
from topheavy.home import Home, open_home
from topheavy.tables.read import snapshot_of
from topheavy.tables.streams import streaming

_TODAY = error_unit_sql("actual - naive_error")

_ACCOUNT = f"""
SELECT name, version, model, COUNT(*) AS scored, MIN(session) AS since, MAX(session) AS until,
  SQRT(AVG(error * error)) AS rmse, SQRT(AVG(naive_error * naive_error)) AS rmse_naive,
  SQRT(SUM(error * error / (now * now))) / NULLIF(SQRT(SUM(naive_error * naive_error / (now * now))), 0) AS ratio,
  AVG(CASE WHEN within THEN 1.0 WHEN within IS NOT NULL THEN 0.0 END) AS coverage
FROM (SELECT *, {_TODAY} AS now FROM scores)
GROUP BY name, version, model ORDER BY name, version
"""


def account(home: Home) -> list[dict[str, Any]]:
    """Return how each registered model did so far, beside "tomorrow = today" on the same forecasts."""
    return ask(home, _ACCOUNT) if home.tables.exists(dataset("scores")) else []


def _columns(fact: type[Fact]) -> str:
    """Return the columns of ``backtests`` that a fact is made of; some have the names of SQL's own words."""
    return ", ".join(f'"{name}"' for name in fact.model_fields if name in dataset("backtests").schema.names)


TABLES = ("backtests", "backtest_forecasts", "forecasts", "scores")

_ONE = "run = $run AND target = $target AND horizon = $horizon"

_TRIALS = f"""
SELECT {_columns(Trial)} FROM backtests WHERE model = '{NAIVE}' ORDER BY made_at DESC, target, horizon
"""

_STANDINGS = f"""
SELECT {_columns(Standing)} FROM backtests WHERE {_ONE}
ORDER BY model <> '{NAIVE}', failed IS NOT NULL, ratio NULLS LAST, model
"""

_SERIES = f"SELECT DISTINCT series FROM backtest_forecasts WHERE {_ONE} AND model = '{NAIVE}' ORDER BY series"

_SINGLES = f"""
WITH errors AS (
    SELECT *, {error_unit_sql("naive")} AS unit FROM backtest_forecasts
    WHERE {_ONE} AND model = $model AND series = $series
),
squares AS (SELECT *, ((actual - value) / unit) ** 2 AS own, ((actual - naive) / unit) ** 2 AS other FROM errors)
SELECT origin, session, value, low, high, naive, actual,
    COALESCE(SUM(own - other) OVER (ORDER BY origin) / NULLIF(AVG(other) OVER (), 0), 0) AS lost
FROM squares ORDER BY origin
"""
_LIVE = f"""
WITH said AS (
    SELECT name, version, MIN(model) AS model, MIN(target) AS target, MIN(horizon) AS horizon, COUNT(*) AS recorded,
        COUNT(*) FILTER (ahead) AS ahead, ROUND(AVG(level), 6) AS level
    FROM forecasts GROUP BY name, version
),
units AS (SELECT *, {_TODAY} AS unit FROM scores),
came AS (
    SELECT name, version, COUNT(*) AS scored, MIN(session) AS since, MAX(session) AS until, AVG(ABS(error)) AS mae,
        AVG(ABS(naive_error)) AS naive_mae, AVG(within::INT) AS coverage,
        SQRT(SUM((error / unit) ** 2) / NULLIF(SUM((naive_error / unit) ** 2), 0)) AS ratio
    FROM units GROUP BY name, version
)
SELECT said.*, COALESCE(scored, 0) AS scored, since, until, mae, naive_mae, coverage, ratio
FROM said LEFT JOIN came USING (name, version) ORDER BY name, version DESC
"""


class Recorded:
    """A home's recorded backtests; answers are kept until one of the tables they come from is added to."""

    def __init__(self, home: Home) -> None:
        self._place = home
        self._kept = Kept(lambda: tuple(snapshot_of(home.tables, dataset(table)) for table in TABLES)).remember

    def trials(self) -> tuple[Trial, ...]:
        """Return every backtest by target and horizon, the newest first."""
        return self._kept("trials", lambda: tuple(Trial(**row) for row in self._ask(_TRIALS, {}, "backtests")))

    def standings(self, run: str, target: str, horizon: int) -> tuple[Standing, ...]:
        """Return how every model did: naive first, then by ratio, those that failed last."""
        chosen = {"run": run, "target": target, "horizon": horizon}
        return self._kept(("standings", *chosen.values()), lambda: tuple(
            Standing(title=_title(row["model"]), **row) for row in self._ask(_STANDINGS, chosen, "backtests")
        ))  # fmt: skip

    def series(self, run: str, target: str, horizon: int) -> tuple[str, ...]:
        """Return the series whose single forecasts are kept."""
        chosen = {"run": run, "target": target, "horizon": horizon}
        return self._kept(("series", *chosen.values()), lambda: tuple(
            row["series"] for row in self._ask(_SERIES, chosen, "backtest_forecasts")
        ))  # fmt: skip

    def singles(self, run: str, target: str, horizon: int, model: str, series: str) -> tuple[Single, ...]:
        """Return a model's forecasts of a series, in order."""
        chosen = {"run": run, "target": target, "horizon": horizon, "model": model, "series": series}
        return self._kept(("singles", *chosen.values()), lambda: tuple(
            Single(**row) for row in self._ask(_SINGLES, chosen, "backtest_forecasts")
        ))  # fmt: skip

    def registered(self) -> tuple[Registered, ...]:
        """Return every version in the registry, champions first; it is read anew each time."""
        return registered(self._place.settings.home)

    def live(self) -> tuple[LiveScore, ...]:
        """Return what became of recorded forecasts, by name and version."""
        return self._kept("live", lambda: tuple(
            LiveScore(drift=degradation(self._place, row), **row) for row in self._ask(_LIVE, {}, "forecasts", "scores")
        ))  # fmt: skip

    def _ask(self, query: str, parameters: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
        beside = {name: streaming.files_of(self._place.tables, dataset(name)) for name in names}
        return self._place.warehouse.rows(query, dict(parameters), beside)


@contextmanager
def board(settings: Settings) -> Iterator[Recorded]:
    """Read what was recorded in the home that ``settings`` names for as long as the block lasts.

    Raises:
        LakeError: when there is none.
    """
    with open_home(settings, create=False) as home:
        yield Recorded(home)


def _title(model: str) -> str:
    return models()[model].title if model in models() else model
