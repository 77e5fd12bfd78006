"""The board: what a page may know of models and their forecasts; whoever serves the app hands it in.

It reads what was recorded, so it has answers also before anything was published.
"""

from datetime import date, datetime
from typing import Protocol

from pydantic import Field

from topheavy.answers.evidence import Fact

NAIVE = "naive"
"""The model that says "tomorrow = today": what all others are measured by."""

BETTER, WORSE = "better than naive", "worse than naive"
"""What ``skill`` says where the difference is no chance; anything else says that it may be."""


class Trial(Fact):
    """A backtest of one target at one horizon: which models were tried on what, and from which data."""

    run: str = Field(description="the backtest", examples=["20240105T210400-1f2e3d"])
    target: str = Field(description="return, price, volatility or share")
    horizon: int = Field(description="sessions from the origin to the session forecast")
    subject: str = Field(description="whose history, in words: securities, a group, or an index's members")
    group: str | None = Field(default=None, description="the group that it is about")
    index: str | None = Field(default=None, description="the index whose members it is about, or a share is a part of")
    series: int = Field(description="series forecast")
    since: date = Field(description="first session forecast")
    until: date = Field(description="last session forecast")
    window: str = Field(description="expanding, or fixed: what a refit learns from")
    step: int = Field(description="sessions from one refit to the next")
    level: float = Field(description="part of what comes that the intervals are to cover")
    seed: int = Field(description="the seed of the fits")
    snapshot: str = Field(description="the publication it was made from")
    code_version: str = Field(description="the version of topheavy that made it")
    made_at: datetime = Field(description="when it was made (UTC)")
    source_kind: str = Field(description="real, or simulated: a market that never was")


class Standing(Fact):
    """How one model did in a backtest; what it cannot have, or was not scored for, is absent."""

    model: str
    title: str = Field(description="the model in words")
    origins: int = Field(description="sessions at which forecasts were made")
    forecasts: int = Field(description="forecasts scored")
    ratio: float | None = Field(description="root mean square error ÷ naive's on the same folds; below 1 is better")
    ratio_low: float | None = Field(description="lower end of its 95 % interval")
    ratio_high: float | None = Field(description="upper end of its 95 % interval")
    dm: float | None = Field(description="Diebold-Mariano statistic against naive, below zero where better")
    p: float | None = Field(description="its two-sided p-value")
    p_holm: float | None = Field(description="the p-value after Holm's correction for the models tried")
    skill: str = Field(description="what that says, in words")
    mae: float | None = Field(description="mean absolute error, in the unit of the target")
    rmse: float | None = Field(description="root mean square error, in the unit of the target")
    mase: float | None = Field(description="mean absolute error ÷ naive's in training")
    rmsse: float | None = Field(description="root mean square error ÷ naive's in training")
    pinball: float | None = Field(description="mean pinball loss at the interval's ends")
    coverage: float | None = Field(description="part of what came that the intervals held")
    hit_rate: float | None = Field(description="part of the directions foretold")
    hit_low: float | None = Field(description="lower end of its 95 % interval")
    hit_high: float | None = Field(description="upper end of its 95 % interval")
    r2: float | None = Field(description="out-of-sample R² against the historical mean")
    lagged_copy: bool = Field(description="its forecasts follow what was, not what comes")
    net_sharpe: float | None = Field(description="yearly Sharpe ratio of trading on it, after costs")
    hold_sharpe: float | None = Field(description="yearly Sharpe ratio of holding the same securities")
    seconds: float = Field(description="time its fits and forecasts took")
    failed: str | None = Field(description="why it could not be scored")

    @property
    def better(self) -> bool:
        """Whether it beats "tomorrow = today" by more than chance."""
        return self.skill == BETTER


class Backtested(Trial):
    """A backtest with the models tried in it: naive first, then by their ratio to it, those that failed last."""

    models: tuple[Standing, ...]


class Scoreboard(Fact):
    """Backtests: the newest of each target and horizon, or those of the run asked for."""

    backtests: tuple[Backtested, ...]


class Single(Fact):
    """One forecast of a backtest, in the unit of the target, and what came."""

    origin: date = Field(description="the last session the model had seen")
    session: date = Field(description="the session the forecast was for")
    value: float = Field(description="the forecast")
    low: float | None = Field(description="lower end of its interval; absent where too little was known to give one")
    high: float | None = Field(description="upper end of its interval")
    naive: float = Field(description="what 'tomorrow = today' said")
    actual: float = Field(description="what came")
    lost: float = Field(
        description="squared errors so far less those of naive, in units of naive's mean squared error: it rises where "
        "the model loses"
    )


class Singles(Fact):
    """A model's forecasts of one series in a backtest, in order."""

    run: str
    target: str
    horizon: int
    model: str
    series: str
    source_kind: str = Field(description="real, or simulated: a market that never was")
    forecasts: tuple[Single, ...]


class Registered(Fact):
    """A model in the registry, and how it did on sessions held out before it was fitted for good."""

    name: str = Field(description="the question it answers", examples=["return-1"])
    version: int
    alias: str = Field(description="champion: answers by default; challenger: would like to; empty: neither")
    model: str
    title: str = Field(description="the model in words")
    target: str
    horizon: int
    series: int = Field(description="series it learned from")
    trained_from: date
    trained_until: date = Field(description="the last session it has seen")
    made_at: datetime
    snapshot: str = Field(description="the publication it learned from")
    ratio: float | None = Field(description="root mean square error ÷ naive's on the held-out sessions")
    ratio_low: float | None = Field(description="lower end of its 95 % interval")
    ratio_high: float | None = Field(description="upper end of its 95 % interval")
    p: float | None = Field(description="two-sided p-value of the Diebold-Mariano test against naive there")
    source_kind: str = Field(description="real, or simulated: a market that never was")


class Degradation(Fact):
    """Whether live errors have grown beyond what the backtest would let one expect."""

    alarm: bool
    watched: bool = Field(description="false where there is nothing to watch by yet")
    said: str = Field(description="that in a sentence")


class LiveScore(Fact):
    """What became of the forecasts that one version of a model made for sessions that were still to come."""

    name: str
    version: int
    model: str
    target: str
    horizon: int
    recorded: int = Field(description="forecasts written down")
    ahead: int = Field(description="of those, written down before the session closed; the rest replays the past")
    scored: int = Field(description="forecasts whose session has come")
    since: date | None = Field(description="first session scored")
    until: date | None = Field(description="last session scored")
    mae: float | None = Field(description="mean absolute error, in the unit of the target")
    naive_mae: float | None = Field(description="that of 'tomorrow = today'")
    ratio: float | None = Field(description="root mean square error ÷ naive's")
    level: float | None = Field(description="part of what comes that the intervals are to cover")
    coverage: float | None = Field(description="part that they did cover")
    drift: Degradation


class Scores(Fact):
    """How registered models stand, and how they do since."""

    registered: tuple[Registered, ...]
    live: tuple[LiveScore, ...]


class BacktestsReader(Protocol):
    """What was recorded of models in a home. Answers are as of now, and kept until something new is recorded."""

    def trials(self) -> tuple[Trial, ...]:
        """Return every backtest by target and horizon, the newest first."""
        ...

    def standings(self, run: str, target: str, horizon: int) -> tuple[Standing, ...]:
        """Return how every model did: naive first, then by ratio, those that failed last."""
        ...

    def series(self, run: str, target: str, horizon: int) -> tuple[str, ...]:
        """Return the series whose single forecasts are kept; none where there were too many to keep."""
        ...

    def singles(self, run: str, target: str, horizon: int, model: str, series: str) -> tuple[Single, ...]:
        """Return a model's forecasts of a series, in order."""
        ...

    def registered(self) -> tuple[Registered, ...]:
        """Return every version of every model in the registry, champions first."""
        ...

    def live(self) -> tuple[LiveScore, ...]:
        """Return what became of recorded forecasts, by name and version."""
        ...
