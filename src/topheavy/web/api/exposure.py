"""The JSON interface to exposure: what a portfolio really owns, asked in words, as a file's text, or by a kept name."""

from datetime import date
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from topheavy.answers.exposure.ask import Asked, exposure, today
from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.exposure.history import Moment, through_time
from topheavy.answers.exposure.what_if import WhatIfAnswer, what_if
from topheavy.core.errors import UsageError
from topheavy.portfolios.position import Portfolio
from topheavy.portfolios.read import read_portfolio
from topheavy.web.api import problem
from topheavy.web.services import View, shelf_of

MOST_COMPANIES = 10_000


class Question(BaseModel):
    """What is asked: a portfolio, and what narrows the answer."""

    model_config = ConfigDict(extra="forbid")

    portfolio: str = Field(default="", max_length=8 * 1024 * 1024, examples=["60% IVV, 20% QQQ, 20% AAPL"],
                           description="typed lines, or the text of an export (CSV, OFX, XML)")  # fmt: skip
    kept: str = Field(default="", description="the name of a portfolio that is kept in the home, instead")
    on: date | None = Field(default=None, description="by the holdings known on this day; left out: now")
    add: str = Field(default="", max_length=10_000, examples=["10% QQQ"], description="what if this were added")
    currency: str = Field(default="", max_length=3, description="the currency to add up in; left out: its own")
    rates: dict[str, float] = Field(default_factory=dict, description="what one unit of a currency is in that one")
    most: int = Field(default=100, ge=1, le=MOST_COMPANIES, description="so many companies are listed")

    @property
    def asked(self) -> Asked:
        """What narrows the answer."""
        return Asked(self.on, self.currency.upper(), self.rates, self.most)


class HistoryAnswer(BaseModel):
    """The portfolio by the holdings of every date there are, the oldest first."""

    moments: tuple[Moment, ...]


Typed = Annotated[str, Query(max_length=2_000, description="60% IVV, 20% QQQ, 20% AAPL; files are sent by POST")]
On = Annotated[date | None, Query(description="by the holdings known on this day (YYYY-MM-DD); left out: now")]
Most = Annotated[int, Query(ge=1, le=MOST_COMPANIES, description="so many companies are listed")]


class ExposureApi:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def exposure(self, portfolio: Typed, on: On = None, most: Most = 100) -> ExposureAnswer:
        """Tell what a typed portfolio really owns: funds looked through, what is not and why, as of when."""
        return self.ask(Question(portfolio=portfolio, on=on, most=most))

    def ask(self, question: Question) -> ExposureAnswer:
        """Tell what a portfolio really owns; it is neither kept nor sent on."""
        return exposure(self._view, self._portfolio(question), question.asked)

    def what_if(self, question: Question) -> WhatIfAnswer:
        """Tell what a portfolio owns before and after something is added to it."""
        more = read_portfolio(question.add.encode(), "what is added")
        return what_if(self._view, self._portfolio(question), more, question.asked)

    def history(self, question: Question) -> HistoryAnswer:
        """Tell what a portfolio owned by the holdings of every date there are, with today's parts."""
        on = question.on or today(self._view)
        moments = through_time(self._view, self._portfolio(question), question.asked, on)
        return HistoryAnswer(moments=moments)

    def _portfolio(self, question: Question) -> Portfolio:
        if question.kept:
            if question.portfolio:
                raise UsageError("give a portfolio or the name of a kept one, not both")
            return shelf_of(self._view).portfolio(question.kept)
        return read_portfolio(question.portfolio.encode(), "the portfolio")


def add_exposure_api(server: FastAPI, view: View) -> None:
    """Add the routes."""
    api = ExposureApi(view)
    refused: dict[int | str, dict[str, Any]] = {
        404: {"model": problem.Problem, "description": "no list of positions, or nothing is published"},
        422: {"model": problem.Problem, "description": "a question that cannot be read"},
    }
    server.add_api_route("/api/exposure", api.exposure, methods=["GET"], responses=refused, tags=["exposure"])
    for name, answer in (("", api.ask), ("/what-if", api.what_if), ("/history", api.history)):
        server.add_api_route(f"/api/exposure{name}", answer, methods=["POST"], responses=refused, tags=["exposure"])
