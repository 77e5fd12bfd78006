"""The catalogue's questions as routes: ``/api/NAME`` for each, in three formats, page by page, tagged."""

from collections.abc import Callable
from datetime import date
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from topheavy.answers.catalogue.ask import Page, ask
from topheavy.answers.catalogue.catalogue import AskableQuestion, askable
from topheavy.answers.catalogue.narrowing import Narrowing
from topheavy.core.plugins import unknown
from topheavy.web.api import problem
from topheavy.web.api.formats import MEDIA, AnswerPage, Format, encode, format_asked
from topheavy.web.api.tags import NOT_MODIFIED, headers_of, is_known
from topheavy.web.services import View

MOST_ROWS, ROWS = 100_000, 10_000
"""So many rows are sent at once at most, and unless fewer are asked."""

OLDER = frozenset({"concentration", "group", "repairs"})
"""Routes with a shape of their own, which they keep; named a format, they answer as all others."""

On = Annotated[date | None, Query(description="one day (YYYY-MM-DD)")]
Since = Annotated[date | None, Query(description="first day wanted")]
Until = Annotated[date | None, Query(description="last day wanted")]
Limit = Annotated[int, Query(ge=0, le=MOST_ROWS, description="so many rows at most")]
Offset = Annotated[int, Query(ge=0, le=2**53, description="leave out so many rows before them")]
FormatNamed = Annotated[Format | None, Query(description="left out: what the Accept header asks, else JSON")]


class _Formatted(APIRoute):
    """A route for those who ask for a format; others are left to the route of the same path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match only a request that names a format, or accepts only CSV or Arrow."""
        match, child = super().matches(scope)
        return (match, child) if match is Match.NONE or _names_a_format(scope) else (Match.NONE, {})


def add_questions_api(server: FastAPI, view: View) -> None:
    """Add a route for every question of the catalogue, and one that lists them."""

    def questions() -> tuple[AskableQuestion, ...]:
        """List every question that may be asked, and how each is narrowed."""
        return askable()

    server.add_api_route("/api/questions", questions, methods=["GET"], tags=["questions"])
    for item in askable():
        _add(server, view, item)


def _add(server: FastAPI, view: View, question: AskableQuestion) -> None:
    problems: dict[int | str, dict[str, Any]] = {
        200: {"model": AnswerPage, "content": {media: {} for media in MEDIA.values()}},
        304: {"description": "nothing was published since the answer that has the tag"},
        404: {"model": problem.Problem, "description": "no such value or day, or nothing is published"},
        406: {"model": problem.Problem, "description": "a format that there is none of"},
        422: {"model": problem.Problem, "description": "a parameter that cannot be read"},
    }
    older = question.name in OLDER
    server.router.add_api_route(
        f"/api/{question.name}",
        _answering(view, question),
        methods=["GET"],
        name=question.name,
        description=question.asks,
        responses=problems,
        tags=["questions"],
        response_model=None,
        include_in_schema=not older,
        route_class_override=_Formatted if older else None,
    )


def _answering(view: View, question: AskableQuestion) -> Callable[..., Response]:
    """Return the function that answers a question; its signature lists what the question may be narrowed by."""

    def answer(request: Request, **parameters: Any) -> Response:
        _refuse_unknown(request, question)
        page = Page(parameters.pop("limit"), parameters.pop("offset"))
        form = format_asked(parameters.pop("format"), request.headers.get("accept", ""))
        headers = headers_of(view, form)
        if is_known(request, headers["ETag"]):
            return Response(status_code=NOT_MODIFIED, headers=headers)
        days = [parameters.pop(name, None) for name in ("on", "since", "until")]
        narrowing = Narrowing({column: value for column, value in parameters.items() if value}, *days)
        result = ask(view, question.name, narrowing, page)
        headers |= {"X-Total-Count": str(result.total)} | _next(request, page, result.total)
        return Response(encode(result, form), media_type=MEDIA[form], headers=headers)

    answer.__signature__ = Signature(_parameters(question))  # type: ignore[attr-defined]
    return answer


def _parameters(question: AskableQuestion) -> list[Parameter]:
    parameters = [
        _parameter(column, Annotated[str, Query(description=about)], "")
        for column, about in question.narrowed_by.items()
    ]
    if question.day:
        parameters += [_parameter(name, kind, None) for name, kind in (("on", On), ("since", Since), ("until", Until))]
    parameters += [_parameter("limit", Limit, ROWS), _parameter("offset", Offset, 0)]
    parameters += [_parameter("format", FormatNamed, None)]
    return [Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request), *parameters]


def _parameter(name: str, kind: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _refuse_unknown(request: Request, question: AskableQuestion) -> None:
    names = [parameter.name for parameter in _parameters(question) if parameter.name != "request"]
    for name in request.query_params:
        if name not in names:
            raise HTTPException(422, f"{question.name}: {unknown('parameter', name, names)}")


def _next(request: Request, page: Page, total: int) -> dict[str, str]:
    """Return the link to the page after this, where there is one."""
    after = page.offset + (page.limit or 0)
    if not page.limit or after >= total:
        return {}
    url = request.url.include_query_params(offset=after, limit=page.limit)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


def _names_a_format(scope: Scope) -> bool:
    if b"format=" in scope.get("query_string", b""):
        return True
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"").decode("latin-1")
    try:
        return format_asked(None, accept) is not Format.JSON
    except HTTPException:
        return False
