"""The one seam to the network: a request goes out, bytes come back, errors have our names.

Retries and the rate limit live here, so that a source file is routes and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import local
from typing import Protocol

from topheavy.core.errors import Malformed, SourceBusy, SourceError, SourceRefused, one_line
from topheavy.core.log import logger, redact
from topheavy.core.units import Page, SourceKind

SIMULATED_HEADER = "x-topheavy-simulated"
"""A server that makes its data up says so in this response header; its answers are kept as simulated."""

MAX_BYTES = 512 * 1024 * 1024
"""A body larger than this is refused: no vendor route we know comes near it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows, in calls; zero means no limit of that kind."""

    per_second: int = 0
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful response: status 200, its body untouched (content encodings of the wire undone)."""

    page: Page
    kind: SourceKind


class Http(Protocol):
    """What a source sees of the network."""

    def get(self, url: str, params: Mapping[str, str] = ..., headers: Mapping[str, str] = ...) -> Reply:
        """Return the body of ``url``, or raise a ``SourceError`` of the right kind."""
        ...


class Client:
    """The real network: pooled connections, one per thread, with the vendor's limits and typed retries."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        attempts: int = 5,
        timeout: float = 30.0,
        pause: Callable[[], None] | None = None,
    ) -> None:
        self._attempts = attempts
        self._timeout = timeout
        self._pause = pause or limiter(limits or Limits())
        self._threads = local()

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the body of ``url``; busy answers are retried with back-off, honouring Retry-After."""
        import stamina

        for attempt in stamina.retry_context(on=_wait_for, attempts=self._attempts, timeout=None):
            with attempt:
                self._pause()
                return self._once(url, dict(params or {}), dict(headers or {}))
        raise AssertionError("stamina ends with a return or a raise")

    def _once(self, url: str, params: dict[str, str], headers: dict[str, str]) -> Reply:
        import httpx2

        asked = redact(str(httpx2.URL(url).copy_merge_params(params)))
        try:
            response = self._client().get(url, params=params or None, headers=headers)
        except httpx2.DecodingError as error:
            raise Malformed(f"{asked}: the body cannot be decoded ({one_line(error)})") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise SourceRefused(f"{asked}: not an address that can be fetched ({one_line(error)})") from error
        except httpx2.TransportError as error:
            raise SourceBusy(f"{asked}: {type(error).__name__} {one_line(error)}") from error
        raise_for_status(response.status_code, asked, response.headers.get("retry-after"))
        if len(response.content) > MAX_BYTES:
            raise Malformed(f"{asked}: {len(response.content):,} bytes came, more than any known route sends")
        kind = SourceKind.SIMULATED if SIMULATED_HEADER in response.headers else SourceKind.VENDOR
        return Reply(Page(asked, response.content, response.headers.get("content-type", "")), kind)

    def _client(self) -> "httpx2.Client":  # type: ignore[name-defined]  # noqa: F821
        import httpx2

        if not hasattr(self._threads, "client"):
            self._threads.client = httpx2.Client(timeout=self._timeout, follow_redirects=True)
        return self._threads.client


def raise_for_status(status: int, asked: str, retry_after: str | None = None) -> None:
    """Translate an HTTP status into our errors; 200 passes in silence."""
    if status == 200:
        return
    if status in {408, 425, 429} or status >= 500:
        wait = float(retry_after) if retry_after and retry_after.isdigit() else None
        raise SourceBusy(f"{asked}: HTTP {status}", wait)
    hint = {
        401: "the key is missing or wrong",
        403: "the key has no right to this (plan or User-Agent)",
        404: "there is no such thing",
    }
    raise SourceRefused(f"{asked}: HTTP {status}, {hint.get(status, 'the request was not accepted')}")


def limiter(limits: Limits) -> Callable[[], None]:
    """Return a function that waits until one more call is allowed."""
    if not (limits.per_second or limits.per_minute):
        return lambda: None
    from pyrate_limiter import Duration, Limiter, Rate

    rates = []
    if limits.per_second:
        rates.append(Rate(limits.per_second, Duration.SECOND))
    if limits.per_minute:
        rates.append(Rate(limits.per_minute, Duration.MINUTE))
    held = Limiter(rates)

    def wait() -> None:
        held.try_acquire("calls")

    return wait


def _wait_for(error: Exception) -> bool | float:
    if not isinstance(error, SourceBusy):
        return False
    logger.info("busy, trying again: %s", one_line(error))
    return error.retry_after if error.retry_after is not None else True


__all__ = ["MAX_BYTES", "SIMULATED_HEADER", "Client", "Http", "Limits", "Reply", "SourceError", "limiter"]
