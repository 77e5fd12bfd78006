"""The vendors' HTTP API in front of a simulated market; every answer says that it is simulated."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topheavy.core.http.client import SIMULATED_HEADER
from topheavy.simulator import funds, lists
from topheavy.simulator.api.paging import Listing, Row, asked_of
from topheavy.simulator.api.polygon import DIVIDENDS, SPLITS, TICKERS, Polygon, request_id
from topheavy.simulator.api.sec import Sec
from topheavy.simulator.truth import Market

Middleware = Callable[[ASGIApp], ASGIApp]


def no_faults(app: ASGIApp) -> ASGIApp:
    """Leave the API as it is: nothing happens on the way."""
    return app


def make_app(market: Market, *, faults: Middleware = no_faults) -> ASGIApp:
    """Return the API of ``market`` as an ASGI app; ``faults`` is wrapped around it and may spoil answers."""
    desk = _Desk(market)
    app = Starlette(
        routes=[
            Route("/v2/aggs/grouped/locale/us/market/stocks/{date}", desk.grouped),
            Route("/v2/aggs/ticker/{symbol}/range/1/day/{since}/{until}", desk.aggregates),
            Route("/v3/reference/splits", desk.splits),
            Route("/v3/reference/dividends", desk.dividends),
            Route("/v3/reference/tickers", desk.tickers),
            Route("/v3/reference/tickers/{symbol}", desk.details),
            Route("/vX/reference/tickers/{symbol}/events", desk.events),
            Route("/files/company_tickers.json", desk.company_tickers),
            Route("/api/xbrl/companyfacts/CIK{cik}.json", desk.company_facts),
            Route("/constituents.csv", desk.constituents),
            Route("/groups.csv", desk.groups),
            Route("/holdings.csv", desk.holdings),
        ],
        exception_handlers={HTTPException: refusal},
    )
    return labelled(faults(app), f"seed {market.seed}")


def labelled(app: ASGIApp, label: str) -> ASGIApp:
    """Return ``app`` with the header that says its answers are simulated on every one of them."""
    header = (SIMULATED_HEADER.encode(), label.encode())

    async def with_label(scope: Scope, receive: Receive, send: Send) -> None:
        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await app(scope, receive, say)

    return with_label


class _Desk:
    """One method a route."""

    def __init__(self, market: Market) -> None:
        self._market, self._polygon, self._sec = market, Polygon(market), Sec(market)
        self._constituents, self._groups = lists.constituents(market), lists.groups(market)
        self._holdings = funds.holdings(market)

    async def grouped(self, request: Request) -> Response:
        adjusted = request.query_params.get("adjusted", "true") != "false"
        return _sent(self._polygon.grouped(_date(request.path_params["date"]), adjusted))

    async def aggregates(self, request: Request) -> Response:
        since, until = (_date(request.path_params[name]) for name in ("since", "until"))
        adjusted = request.query_params.get("adjusted", "true") != "false"
        return _sent(orjson.dumps(self._polygon.aggregates(request.path_params["symbol"], since, until, adjusted)))

    async def splits(self, request: Request) -> Response:
        return _page(request, SPLITS, self._polygon.splits)

    async def dividends(self, request: Request) -> Response:
        return _page(request, DIVIDENDS, self._polygon.dividends)

    async def tickers(self, request: Request) -> Response:
        params = asked_of(request.query_params)
        day = self._day(params)
        return _page(request, TICKERS, self._polygon.tickers(day, params.get("active", "true") != "false"))

    async def details(self, request: Request) -> Response:
        day = self._day(request.query_params)
        return _answer(request, self._polygon.details(request.path_params["symbol"], day))

    async def events(self, request: Request) -> Response:
        return _answer(request, self._polygon.events(request.path_params["symbol"]))

    async def company_tickers(self, _: Request) -> Response:
        return _sent(orjson.dumps(self._sec.company_tickers()))

    async def company_facts(self, request: Request) -> Response:
        return _sent(orjson.dumps(self._sec.company_facts(request.path_params["cik"])))

    async def constituents(self, _: Request) -> Response:
        return Response(self._constituents, media_type="text/csv")

    async def groups(self, _: Request) -> Response:
        return Response(self._groups, media_type="text/csv")

    async def holdings(self, _: Request) -> Response:
        return Response(self._holdings, media_type="text/csv")

    def _day(self, params: Mapping[str, str]) -> date:
        return _date(params["date"]) if "date" in params else self._market.until


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(400, f"'{text}' is not a date: write it as YYYY-MM-DD") from error


def _sent(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _request_id(request: Request) -> str:
    params = sorted((k, v) for k, v in request.query_params.items() if k.lower() != "apikey")
    return request_id(request.url.path, params)


def _answer(request: Request, results: Any) -> Response:
    return _sent(orjson.dumps({"results": results, "status": "OK", "request_id": _request_id(request)}))


def _page(request: Request, listing: Listing, rows: Iterable[Row]) -> Response:
    results, cursor = listing.page(rows, request.query_params)
    body = {"results": results, "status": "OK", "request_id": _request_id(request), "count": len(results)}
    if cursor:
        body["next_url"] = str(request.url.replace(query=f"cursor={cursor}"))
    return _sent(orjson.dumps(body))


async def refusal(request: Request, error: Exception) -> Response:
    """Say no in the vendor's shape: NOT_FOUND with a message, or ERROR with an error."""
    assert isinstance(error, HTTPException)
    status, word = ("NOT_FOUND", "message") if error.status_code == 404 else ("ERROR", "error")
    body = {"status": status, "request_id": _request_id(request), word: error.detail}
    return _sent(orjson.dumps(body), error.status_code)
