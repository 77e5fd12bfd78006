"""The one seam to the network: a request goes out, bytes come back, errors have our names.

Retries and the rate limit live here, so that a source file is routes and nothing else.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ipaddress import ip_address
from logging import NullHandler, getLogger
from threading import Lock
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import urlsplit

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import Malformed, SourceBusy, SourceError, SourceRefused, one_line
from topheavy.core.limits import Limits, limiter
from topheavy.core.log import logger, redact
from topheavy.core.units import Page, SourceKind

if TYPE_CHECKING:
    import httpx2

SIMULATED_HEADER = "x-topheavy-simulated"
"""A server that makes its data up says so in this response header; its answers are kept as simulated."""

MAX_BYTES = 512 * 1024 * 1024
"""A body larger than this, once unpacked, is refused: no vendor route we know comes near it."""

LONGEST_WAIT = 120.0
"""Seconds. A vendor that asks for more is not waited for: the unit fails and can be asked for again."""

UNSAID_WAIT = 15.0
"""Seconds to wait after 'too many requests' without Retry-After: four of them outlast a limit by the minute."""

getLogger("stamina").addHandler(NullHandler())  # its retry notes are ours to tell, see _wait_for


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
    """The real network: one pool of kept-alive connections for all threads, the vendor's limits, typed retries."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        attempts: int = 5,
        timeout: float = 30.0,
        pause: Callable[[], None] | None = None,
        max_bytes: int = MAX_BYTES,
        clock: Clock = system_clock,
    ) -> None:
        self._attempts = attempts
        self._timeout = timeout
        self._pause = pause or limiter(limits or Limits())
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = Lock()
        self._pool: httpx2.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later ``get`` opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

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

        try:
            address = httpx2.URL(url).copy_merge_params(params)
        except httpx2.InvalidURL as error:
            raise SourceRefused(f"{redact(url)}: not an address that can be fetched ({one_line(error)})") from error
        asked = redact(str(address.copy_with(userinfo=b"")))
        try:
            with self._open().stream("GET", address, headers=headers) as response:
                return self._read(response, asked)
        except httpx2.DecodingError as error:
            raise Malformed(f"{asked}: the body cannot be decoded ({one_line(error)})") from error
        except (httpx2.UnsupportedProtocol, httpx2.TooManyRedirects) as error:
            raise SourceRefused(f"{asked}: not an address that can be fetched ({one_line(error)})") from error
        except (httpx2.LocalProtocolError, UnicodeError) as error:  # the message may hold the key: it is not shown
            raise SourceRefused(f"{asked}: a header cannot be sent, look for odd characters in the key") from error
        except httpx2.RequestError as error:
            raise SourceBusy(f"{asked}: {type(error).__name__} {redact(one_line(error))}") from error

    def _read(self, response: "httpx2.Response", asked: str) -> Reply:
        raise_for_status(response.status_code, asked, response.headers.get("retry-after"), self._clock())
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > self._max_bytes:
                raise Malformed(f"{asked}: more than {self._max_bytes:,} bytes came, no known route sends so much")
        kind = SourceKind.SIMULATED if SIMULATED_HEADER in response.headers else SourceKind.VENDOR
        return Reply(Page(asked, bytes(content), response.headers.get("content-type", "")), kind)

    def _open(self) -> "httpx2.Client":
        import httpx2

        with self._lock:
            if self._pool is None:
                self._pool = httpx2.Client(
                    timeout=self._timeout,
                    follow_redirects=True,
                    limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60.0),
                    headers={"accept-encoding": "gzip, deflate", "user-agent": f"topheavy/{version('topheavy')}"},
                )
            return self._pool


def is_loopback(url: str) -> bool:
    """Say whether ``url`` leads to this machine only.

    >>> is_loopback("http://127.0.0.1:8000/x"), is_loopback("http://localhost"), is_loopback("https://sec.gov")
    (True, True, False)
    """
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def raise_for_status(status: int, asked: str, retry_after: str | None = None, now: datetime | None = None) -> None:
    """Translate an HTTP status into our errors; 200 passes in silence."""
    if status == 200:
        return
    if status in {408, 425, 429} or status >= 500:
        wish = seconds_wished(retry_after or "", now or system_clock())
        raise SourceBusy(f"{asked}: HTTP {status}", UNSAID_WAIT if wish is None and status == 429 else wish)
    hint = {
        401: "the key is missing or wrong",
        403: "the key has no right to this (plan or User-Agent)",
        404: "there is no such thing",
    }
    raise SourceRefused(f"{asked}: HTTP {status}, {hint.get(status, 'the request was not accepted')}")


def seconds_wished(retry_after: str, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from ``now``; ``None`` when it says neither.

    >>> seconds_wished("7", datetime(2024, 12, 6, tzinfo=UTC))
    7.0
    >>> seconds_wished("Fri, 06 Dec 2024 00:01:30 GMT", datetime(2024, 12, 6, tzinfo=UTC))
    90.0
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    with suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    return None


def _wait_for(error: Exception) -> bool | float:
    if not isinstance(error, SourceBusy):
        return False
    wish = error.retry_after
    if wish is not None and wish > LONGEST_WAIT:
        logger.info("busy for another %.0f s, not waited for: %s", wish, one_line(error))
        return False
    logger.info("busy, trying again: %s", one_line(error))
    return True if wish is None else wish


__all__ = [
    "MAX_BYTES",
    "SIMULATED_HEADER",
    "Client",
    "Http",
    "Limits",
    "Reply",
    "SourceError",
    "is_loopback",
    "limiter",
]
