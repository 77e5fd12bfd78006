"""The JSON interface: the pages' figures for programs, each with its coverage, how it is known, and its world."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as Refusal

from topheavy.core.errors import NotPublished, TopheavyError, UsageError, one_line
from topheavy.web import answers, models
from topheavy.web.choice import FIRST_GROUP, FIRST_INDEX
from topheavy.web.days import session_named
from topheavy.web.desk import AlreadyAsking
from topheavy.web.docs import describe
from topheavy.web.forecaster import NotReady, Unfit
from topheavy.web.models import Level
from topheavy.web.view import View

MOST_ECHOED = 80
"""So many characters of what cannot be read are said back."""

_WORDS: dict[int, str] = {404: "no_route", 405: "no_route", 413: "too_long", 415: "neither_json_nor_csv"}

IndexName = Annotated[str, Query(description="an index or a fund, as /api/about names it")]
GroupName = Annotated[str, Query(description="a group, as /api/about names it")]
AtLevel = Annotated[Level, Query(description="issuer: a company counts once; line: each share class by itself")]
Since = Annotated[date | None, Query(description="first day wanted (YYYY-MM-DD); left out: from the beginning")]
Until = Annotated[date | None, Query(description="last day wanted (YYYY-MM-DD); left out: to the end")]
On = Annotated[date | None, Query(description="a session (YYYY-MM-DD); left out: the last one")]


class Api:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def about(self) -> models.About:
        """Tell what is published: world, time, indices, groups, period, coverage floor."""
        return answers.about(self._view)

    def concentration(
        self, index: IndexName = FIRST_INDEX, level: AtLevel = Level.ISSUER, since: Since = None, until: Until = None
    ) -> models.ConcentrationAnswer:
        """Tell how top-heavy an index is on each day: total, top shares, HHI, effective number, coverage."""
        answers.index_called(self._view, index)
        days = answers.between(answers.days(self._view, index, level), *_period(since, until))
        return models.ConcentrationAnswer(**self._evidence(), index=index, level=level, days=days)

    def group(
        self, index: IndexName = FIRST_INDEX, group: GroupName = FIRST_GROUP, since: Since = None, until: Until = None
    ) -> models.GroupAnswer:
        """Tell what part of an index a group is on each day, each company counted once."""
        answers.index_called(self._view, index)
        title = answers.group_called(self._view, group).title
        days = answers.between(answers.group_days(self._view, index, group), *_period(since, until))
        return models.GroupAnswer(**self._evidence(), index=index, group=group, title=title, days=days)

    def members(
        self, index: IndexName = FIRST_INDEX, level: AtLevel = Level.ISSUER, on: On = None
    ) -> models.MembersAnswer:
        """List an index's members on a day, largest first, with weight, value and how each is known."""
        session = session_named(self._view, answers.index_called(self._view, index), on)
        day = answers.day_on(self._view, index, level, session)
        stated: dict[str, Any] = {"status": day.status, "reason": day.reason, "coverage": day.coverage, "how": day.how}
        found = answers.members(self._view, index, level, session)
        return models.MembersAnswer(**self._evidence(), **stated, index=index, level=level, on=session, members=found)

    def repairs(self) -> models.RepairsAnswer:
        """List every correction made to the data, with its evidence."""
        return models.RepairsAnswer(**self._evidence(), repairs=answers.repairs(self._view))

    def gaps(self, on: On = None) -> models.GapsAnswer:
        """List the members not measured on a day and why, and the units of work that failed."""
        session = self._day_of_gaps(on)
        coverage = {
            index.index: answers.day_on(self._view, index.index, Level.LINE, session).coverage
            for index in answers.indices(self._view)
            if session in answers.sessions(self._view, index.index)
        }
        gaps, failed = answers.gaps(self._view, session), answers.failed_runs(self._view)
        return models.GapsAnswer(**self._evidence(), on=session, coverage=coverage, gaps=gaps, failed=failed)

    def _day_of_gaps(self, on: date | None) -> date:
        """Return the day asked about: one with figures for some index, by default the first index's last."""
        known = answers.indices(self._view)
        if on and any(on in answers.sessions(self._view, index.index) for index in known):
            return on
        return session_named(self._view, known[0], on)

    def _evidence(self) -> dict[str, Any]:
        return answers.evidence(self._view)


def add_api(server: FastAPI, view: View) -> None:
    """Add the routes, their description at ``/docs``, and errors as JSON."""
    api = Api(view)
    for answer in (api.about, api.concentration, api.group, api.members, api.repairs, api.gaps):
        _add(server, answer)
    server.add_api_route("/api/{rest:path}", _no_such_route, methods=["GET"], include_in_schema=False)
    server.add_exception_handler(TopheavyError, _refuse)
    server.add_exception_handler(RequestValidationError, _misread)
    server.add_exception_handler(Refusal, _unreadable)

    def docs() -> HTMLResponse:
        return HTMLResponse(describe(server.openapi()))

    server.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)


def _add(server: FastAPI, answer: Callable[..., Any]) -> None:
    problems: dict[int | str, dict[str, Any]] = {
        404: {"model": models.Problem, "description": "no such index, group or day, or nothing is published"},
        422: {"model": models.Problem, "description": "a parameter that cannot be read"},
    }
    server.add_api_route(f"/api/{answer.__name__}", answer, methods=["GET"], responses=problems, tags=["figures"])


def _no_such_route(rest: str) -> JSONResponse:
    return _problem(HTTPStatus.NOT_FOUND, "no_route", f"there is no /api/{rest}: see /docs for what there is")


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, AlreadyAsking):
        return _problem(HTTPStatus.CONFLICT, "already_asking", one_line(error))
    if isinstance(error, NotReady):
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", one_line(error))
    if isinstance(error, Unfit):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unfit", one_line(error))
    if isinstance(error, NotPublished):
        return _problem(HTTPStatus.NOT_FOUND, "not_published", one_line(error))
    if isinstance(error, UsageError):
        return _problem(HTTPStatus.NOT_FOUND, "not_found", one_line(error))
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", one_line(error))


async def _misread(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{_place(item)}: {item['msg']} (got '{str(item.get('input'))[:MOST_ECHOED]}')" for item in found)
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", said)


def _place(item: dict[str, Any]) -> str:
    """Say where something is wrong: a parameter's name, or the way to it through a body."""
    way = [str(part) for part in item["loc"]]
    return ".".join(way[1:] if way[:1] in (["body"], ["query"], ["path"]) else way) or "body"


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.UNPROCESSABLE_ENTITY))
    return _problem(status, _WORDS.get(status, "unreadable"), str(getattr(error, "detail", one_line(error))))


def _problem(status: HTTPStatus, error: str, message: str) -> JSONResponse:
    readable = message.encode(errors="replace").decode()  # what was sent may hold half a character
    return JSONResponse(models.Problem(error=error, message=readable).model_dump(), status_code=status)


def _period(since: date | None, until: date | None) -> tuple[date | None, date | None]:
    if since and until and since > until:
        raise HTTPException(422, f"the period ends ({until}) before it begins ({since}): swap since and until")
    return since, until
