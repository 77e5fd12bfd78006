"""The JSON interface to the live market: how it stands, and a security's newest minutes."""

from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, Path, Query
from pydantic import Field

from topheavy.answers import evidence
from topheavy.answers.live.facts import Live, LiveMarket, LiveMinute
from topheavy.answers.live.processed import LiveAnswer
from topheavy.core.errors import UsageError
from topheavy.web.api import problem
from topheavy.web.services import View

NO_TAPE = "this app shows the published copy alone: 'topheavy serve' also shows what streams"
MOST_PRICES, MOST_MINUTES = 10_000, 1_440

Security = Annotated[str, Query(description="a security that streams here, as /api/live names it")]
Answer = Annotated[str, Path(description="a live answer, as /api/live/live_prices")]
Prices = Annotated[int, Query(ge=0, le=MOST_PRICES, description="so many prices, those of the largest turnover")]
Rows = Annotated[int, Query(ge=0, le=MOST_PRICES, description="so many rows, the largest first")]
Minutes = Annotated[int, Query(ge=1, le=MOST_MINUTES, description="so many minutes, the newest")]


class MinutesAnswer(evidence.Fact):
    """A security's newest minutes, the oldest first."""

    security: str
    minutes: tuple[LiveMinute, ...] = Field(description="minutes with a trade in them")


class LiveApi:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def live(self, most: Prices = 100) -> Live:
        """Tell how a market streams now: prices, group shares, throughput, lag, freshness, dead letters, flags."""
        market = self._tape.now()
        return market.model_copy(update={"prices": market.prices[:most]})

    def minutes(self, security: Security, most: Minutes = 120) -> MinutesAnswer:
        """List a security's newest one-minute bars, as they are in the table."""
        return MinutesAnswer(security=security, minutes=self._tape.minutes(security, most))

    def answer(self, name: Answer, most: Rows = 100) -> LiveAnswer:
        """Tell what one processor says now, with its columns' meanings and units, over all sinks."""
        return self._tape.answer(name, most)

    @property
    def _tape(self) -> LiveMarket:
        if self._view.live is None:
            raise UsageError(NO_TAPE)
        return self._view.live


def add_live_api(server: FastAPI, view: View) -> None:
    """Add the routes."""
    api = LiveApi(view)
    refused: dict[int | str, dict[str, object]] = {
        404: {"model": problem.Problem, "description": "there is nothing to watch here, or no such security"},
        422: {"model": problem.Problem, "description": "a parameter that cannot be read"},
    }
    routes: dict[str, Callable[..., evidence.Fact]] = {
        "/api/live": api.live,
        "/api/live/{name}": api.answer,
        "/api/minutes": api.minutes,
    }
    for path, answer in routes.items():
        server.add_api_route(path, answer, methods=["GET"], responses=refused, tags=["live"])
