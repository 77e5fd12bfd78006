"""The JSON interface to the collecting: units, collections, asking again, and the figures for Prometheus."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response
from pydantic import Field

from topheavy.answers import evidence
from topheavy.answers.collections.facts import Asking, Collections, CollectionsReader, Units, Wanted
from topheavy.core.errors import UsageError
from topheavy.core.units import Outcome
from topheavy.web.api import problem
from topheavy.web.services import View

NO_DESK = "this app shows the published copy alone: 'topheavy serve' also watches the collecting"

MOST_UNITS = 1_000
"""So many units are answered at once."""

State = Annotated[Outcome | None, Query(description="how the last attempt ended; left out: any way")]
Source = Annotated[str, Query(description="a source; left out: any")]
Text = Annotated[str, Query(description="a text in the unit's name or in the cause of its failure")]
Sort = Annotated[str, Query(description="the field to sort by")]
Descending = Annotated[bool, Query(description="largest or newest first")]
Limit = Annotated[int, Query(ge=1, le=MOST_UNITS, description="so many units")]
Offset = Annotated[int, Query(ge=0, description="from the so many-th on")]


class Again(evidence.Fact):
    """What to ask again for; left out both: everything that failed."""

    sources: tuple[str, ...] = Field(default=(), description="what failed of these sources")
    units: tuple[str, ...] = Field(default=(), description="these units alone, as far as they failed")


class RunsApi:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, view: View) -> None:
        self._view = view

    def runs(
        self,
        state: State = None,
        source: Source = "",
        text: Text = "",
        sort: Sort = "finished_at",
        descending: Descending = True,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Units:
        """List units of work, each with its last attempt: outcome, cause, kind of failure, duration, calls, bytes."""
        return self._desk.units(Wanted(state or "", source, text, sort, descending, limit, offset))

    def collections(self) -> Collections:
        """Tell what is being collected now, what was before, and how units and sessions of each source stand."""
        desk = self._desk
        collections, sources = desk.collections(), desk.sources()
        return Collections(world=desk.world(), collections=collections, sources=sources, asking=desk.asking())

    def retry(self, again: Again) -> Asking:
        """Begin to ask again for what failed. Accepted from this machine alone, and never twice at once."""
        return self._desk.ask_again(again.sources, again.units)

    def metrics(self) -> Response:
        """Tell a monitoring system how the home stands."""
        metrics = self._desk.metrics()
        return Response(metrics.text, media_type=metrics.media_type)

    @property
    def _desk(self) -> CollectionsReader:
        if self._view.collections is None:
            raise UsageError(NO_DESK)
        return self._view.collections


def add_runs_api(server: FastAPI, view: View) -> None:
    """Add the routes."""
    api = RunsApi(view)
    for answer in (api.runs, api.collections):
        _add(server, answer, "GET", {404: "there is nothing to watch here", 422: "a parameter that cannot be read"})
    refused = {403: "it came from elsewhere", 404: "nothing of that failed", 409: "that is being done already",
               415: "it is not JSON", 422: "a body that cannot be read"}  # fmt: skip
    _add(server, api.retry, "POST", refused, HTTPStatus.ACCEPTED)
    server.add_api_route("/metrics", api.metrics, methods=["GET"], include_in_schema=False)


def _add(
    server: FastAPI, answer: Callable[..., Any], way: str, refused: dict[int, str], status: HTTPStatus = HTTPStatus.OK
) -> None:
    problems: dict[int | str, dict[str, Any]] = {
        code: {"model": problem.Problem, "description": why} for code, why in refused.items()
    }
    path = f"/api/{answer.__name__}"
    server.add_api_route(path, answer, methods=[way], status_code=status, responses=problems, tags=["collecting"])
