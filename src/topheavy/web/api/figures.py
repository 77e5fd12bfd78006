"""The JSON interface: the pages' figures for programs, each with its coverage, how it is known, and its world."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as Refusal

from topheavy.answers import concentration as answers_concentration
from topheavy.answers import evidence, indices
from topheavy.answers import gaps as answers_gaps
from topheavy.answers import repairs as answers_repairs
from topheavy.answers.choice import FIRST_GROUP, FIRST_INDEX
from topheavy.answers.collections.facts import AlreadyRetrying
from topheavy.answers.indices import Level
from topheavy.answers.models.predictions import NotReady, Unfit
from topheavy.answers.sessions import session_named
from topheavy.core.errors import NotPublished, TopheavyError, UsageError, one_line
from topheavy.web.api import problem
from topheavy.web.api.docs import describe
from topheavy.web.api.questions import OLDER
from topheavy.web.api.tags import NOT_MODIFIED, tagged
from topheavy.web.services import View

ALSO = "With a format named (json, csv, arrow) the question of this name is answered, as /api/questions tells."
MOST_ECHOED = 80
"""So many characters of what cannot be read are said back."""

_WORDS: dict[int, str] = {
    404: "no_route",
    405: "no_route",
    406: "no_such_format",
    413: "too_long",
    415: "neither_json_nor_csv",
}

IndexName = Annotated[str, Query(description="an index or a fund, as /api/about names it")]
GroupName = Annotated[str, Query(description="a group, as /api/about names it")]
AtLevel = Annotated[Level, Query(description="issuer: a company counts once; line: each share class by itself")]
Since = Annotated[date | None, Query(description="first day wanted (YYYY-MM-DD); left out: from the beginning")]
Until = Annotated[date | None, Query(description="last day wanted (YYYY-MM-DD); left out: to the end")]
On = Annotated[date | None, Query(description="a session (YYYY-MM-DD); left out: the last one")]


P = ParamSpec("P")
T = TypeVar("T")


class Api:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def about(self) -> indices.About:
        """Tell what is published: world, time, indices, groups, period, coverage floor."""
        return indices.about(self._view)

    def concentration(
        self, index: IndexName = FIRST_INDEX, level: AtLevel = Level.ISSUER, since: Since = None, until: Until = None
    ) -> answers_concentration.ConcentrationAnswer:
        """Tell how top-heavy an index is on each day: total, top shares, HHI, effective number, coverage."""
        indices.index_called(self._view, index)
        days = answers_concentration.between(
            answers_concentration.days(self._view, index, level), *_period(since, until)
        )
        return answers_concentration.ConcentrationAnswer(**self._evidence(), index=index, level=level, days=days)

    def group(
        self, index: IndexName = FIRST_INDEX, group: GroupName = FIRST_GROUP, since: Since = None, until: Until = None
    ) -> answers_concentration.GroupAnswer:
        """Tell what part of an index a group is on each day, each company counted once."""
        indices.index_called(self._view, index)
        title = indices.group_called(self._view, group).title
        days = answers_concentration.between(
            answers_concentration.group_days(self._view, index, group), *_period(since, until)
        )
        return answers_concentration.GroupAnswer(**self._evidence(), index=index, group=group, title=title, days=days)

    def members(
        self, index: IndexName = FIRST_INDEX, level: AtLevel = Level.ISSUER, on: On = None
    ) -> answers_concentration.MembersAnswer:
        """List an index's members on a day, largest first, with weight, value and how each is known."""
        session = session_named(self._view, indices.index_called(self._view, index), on)
        day = answers_concentration.day_on(self._view, index, level, session)
        stated: dict[str, Any] = {"status": day.status, "reason": day.reason, "coverage": day.coverage, "how": day.how}
        members = answers_concentration.members(self._view, index, level, session)
        return answers_concentration.MembersAnswer(
            **self._evidence(), **stated, index=index, level=level, on=session, members=members
        )

    def repairs(self) -> answers_repairs.RepairsAnswer:
        """List every correction made to the data, with its evidence."""
        return answers_repairs.RepairsAnswer(**self._evidence(), repairs=answers_repairs.repairs(self._view))

    def gaps(self, on: On = None) -> answers_gaps.GapsAnswer:
        """List the members not measured on a day and why, and the units of work that failed."""
        session = self._day_of_gaps(on)
        coverage = {
            index.index: answers_concentration.day_on(self._view, index.index, Level.LINE, session).coverage
            for index in indices.indices(self._view)
            if session in answers_concentration.sessions(self._view, index.index)
        }
        gaps, failed = answers_gaps.gaps(self._view, session), answers_gaps.failed_runs(self._view)
        return answers_gaps.GapsAnswer(**self._evidence(), on=session, coverage=coverage, gaps=gaps, failed=failed)

    def _day_of_gaps(self, on: date | None) -> date:
        """Return the day asked about: one with figures for some index, by default the first index's last."""
        published = indices.indices(self._view)
        if on and any(on in answers_concentration.sessions(self._view, index.index) for index in published):
            return on
        return session_named(self._view, published[0], on)

    def _evidence(self) -> dict[str, Any]:
        return evidence.evidence(self._view)


def add_api(server: FastAPI, view: View) -> None:
    """Add the routes, their description at ``/docs``, and errors as JSON."""
    api = Api(view)
    for answer in (api.about, api.concentration, api.group, api.members, api.repairs, api.gaps):
        _add(server, of_one_edition(view, answer), tagged(view))
    server.add_api_route("/api/{rest:path}", _no_such_route, methods=["GET"], include_in_schema=False)
    server.add_exception_handler(TopheavyError, _refuse)
    server.add_exception_handler(RequestValidationError, _misread)
    server.add_exception_handler(Refusal, _unreadable)

    def docs() -> HTMLResponse:
        return HTMLResponse(describe(server.openapi()))

    server.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)


def of_one_edition(view: View, answer: Callable[P, T]) -> Callable[P, T]:
    """Let a route answer with figures and evidence of the same publication."""

    @wraps(answer)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return view.of_one_edition(lambda: answer(*args, **kwargs))

    return whole


def _add(server: FastAPI, answer: Callable[..., Any], tag: Callable[..., None]) -> None:
    problems: dict[int | str, dict[str, Any]] = {
        404: {"model": problem.Problem, "description": "no such index, group or day, or nothing is published"},
        422: {"model": problem.Problem, "description": "a parameter that cannot be read"},
    }
    also = f" {ALSO}" if answer.__name__ in OLDER else ""
    server.add_api_route(
        f"/api/{answer.__name__}",
        answer,
        methods=["GET"],
        description=f"{answer.__doc__}{also}",
        responses=problems,
        tags=["figures"],
        dependencies=[Depends(tag)],
    )


def _no_such_route(rest: str) -> JSONResponse:
    return _problem(HTTPStatus.NOT_FOUND, "no_route", f"there is no /api/{rest}: see /docs for what there is")


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, AlreadyRetrying):
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
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    message = "; ".join(
        f"{_place(item)}: {item['msg']} (got '{str(item.get('input'))[:MOST_ECHOED]}')" for item in problems
    )
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", message)


def _place(item: dict[str, Any]) -> str:
    """Say where something is wrong: a parameter's name, or the way to it through a body."""
    way = [str(part) for part in item["loc"]]
    return ".".join(way[1:] if way[:1] in (["body"], ["query"], ["path"]) else way) or "body"


async def _unreadable(_: Request, error: Exception) -> Response:
    if getattr(error, "status_code", 0) == NOT_MODIFIED:
        return Response(status_code=NOT_MODIFIED, headers=getattr(error, "headers", None))
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.UNPROCESSABLE_ENTITY))
    return _problem(status, _WORDS.get(status, "unreadable"), str(getattr(error, "detail", one_line(error))))


def _problem(status: HTTPStatus, error: str, message: str) -> JSONResponse:
    readable = message.encode(errors="replace").decode()  # what was sent may hold half a character
    return JSONResponse(problem.Problem(error=error, message=readable).model_dump(), status_code=status)


def _period(since: date | None, until: date | None) -> tuple[date | None, date | None]:
    if since and until and since > until:
        raise HTTPException(422, f"the period ends ({until}) before it begins ({since}): swap since and until")
    return since, until
