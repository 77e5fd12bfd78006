"""The JSON interface to forecasts: which models there are, and what they say; for a service that hosts them, too."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topheavy.answers.models.predictions import Forecaster, Invocation, ModelCard, RegisteredModels, Spoken
from topheavy.core.errors import UsageError
from topheavy.web.api import problem
from topheavy.web.api.csv_rows import CSV, read_rows

HOSTED = "/invocations"
"""What a service that hosts models asks, under whatever name it knows them by: it changes nothing and says what anyone
may read, so that the name does not matter; nor need it be JSON."""


NO_FORECASTER = "this app shows the published copy alone: 'topheavy serve' also answers with registered models"

MOST_BYTES = 4 * 1024 * 1024
"""So long a body is read: more than the longest that can be answered."""

Name = Annotated[str, Path(description="return-1, return-1@challenger or return-1@3", examples=["return-1"])]

REFUSED = {404: "no such model or security", 413: "the body is too long", 415: "it is neither JSON nor CSV",
           422: "a body or values that cannot be read", 503: "the model cannot be opened here"}  # fmt: skip


class ModelsApi:
    """The routes' functions; each docstring is the route's description."""

    def __init__(self, forecaster: Forecaster | None) -> None:
        self._given = forecaster

    def ping(self) -> problem.Pong:
        """Say that the app is there, and that a model can answer where it answers with models."""
        if self._given:
            self._given.hosted()
        return problem.Pong()

    def models(self) -> RegisteredModels:
        """List the names under which models are registered, each with its champion, challenger and versions."""
        return RegisteredModels(models=self._forecaster.models())

    def model(self, name: Name) -> ModelCard:
        """Tell what a model is: what it reads, what it learned from, and how it did on what it had not seen."""
        return self._forecaster.model(name)

    async def invoke(self, name: Name, invocation: Invocation) -> Spoken:
        """Forecast: of a security by name, of values, or of several instances at once."""
        return await self._answer(lambda: name, invocation)

    async def invocations(self, request: Request) -> Spoken:
        """Forecast with the model that is hosted here: JSON as above, or CSV, a row an instance."""
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind not in {"application/json", CSV}:
            raise HTTPException(415, "send application/json or text/csv")
        body = await request.body()
        try:
            invocation = read_rows(body) if kind == CSV else Invocation.model_validate_json(body)
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_url=False)) from error
        return await self._answer(self._forecaster.hosted, invocation)

    async def _answer(self, name: Callable[[], str], invocation: Invocation) -> Spoken:
        """Answer one instance of values at once: that takes less than handing it to a thread, as all else is."""
        if invocation.values:
            return self._forecaster.invoke(name(), invocation)
        return await run_in_threadpool(lambda: self._forecaster.invoke(name(), invocation))

    @property
    def _forecaster(self) -> Forecaster:
        if self._given is None:
            raise UsageError(NO_FORECASTER)
        return self._given


def add_models_api(server: FastAPI, forecaster: Forecaster | None) -> None:
    """Add the routes, and the bound on what they read."""
    api, tags = ModelsApi(forecaster), list[str | Enum](["forecasts"])
    of_one, every = _problems(404, 422, 503), _problems(*REFUSED)
    server.add_api_route("/ping", api.ping, methods=["GET"], responses=_problems(503), tags=["app"])
    server.add_api_route("/api/models", api.models, methods=["GET"], responses=_problems(404, 503), tags=tags)
    server.add_api_route("/api/models/{name}", api.model, methods=["GET"], responses=of_one, tags=tags)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Invocation"}},
               CSV: {"schema": {"type": "string"}, "example": "AAPL\n101.5,102.25,101.75\n"}}  # fmt: skip
    body = {"requestBody": {"required": True, "content": content}}
    for route, answer, extra in (("/api/models/{name}/invocations", api.invoke, None), (HOSTED, api.invocations, body)):
        server.add_api_route(route, answer, methods=["POST"], responses=every, tags=tags, openapi_extra=extra)
    server.add_middleware(Bounded)


class Bounded:
    """Middleware that stops reading what is asked of a model once it is too long, and says so as all refusals are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its body as far as it goes."""
        bounded = scope["type"] == "http" and scope["path"].endswith(HOSTED)
        await self._app(scope, _counted(receive) if bounded else receive, send)


def _counted(receive: Receive) -> Receive:
    come = 0

    async def counted() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > MOST_BYTES:
            raise HTTPException(413, f"a body of no more than {MOST_BYTES:,} bytes is read: ask in parts")
        return message

    return counted


def _problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": problem.Problem, "description": REFUSED[code]} for code in codes}
