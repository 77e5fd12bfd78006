"""The one seam to the network: a request goes out, bytes come back, errors have our names.

Retries, the rate limit and the number of calls under way live here, so that a source file is routes and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from threading import Lock
from typing import Protocol, Self
from urllib.parse import urlsplit

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import SourceBusy, SourceError, one_line
from topheavy.core.http.concurrency import Gate
from topheavy.core.http.limits import Limits, limiter
from topheavy.core.http.network import SIMULATED_HEADER, Address, Network, Received, address_of
from topheavy.core.http.retry_budget import Meter, Traffic
from topheavy.core.log.logger import logger
from topheavy.core.units import Page, SourceKind

MAX_BYTES = 64 * 1024 * 1024
"""A body larger than this, once unpacked, is refused: no vendor route we know comes near it."""

LONGEST_WAIT = 120.0
"""Seconds. A vendor that asks for more is not waited for: the unit fails and can be asked for again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful response: status 200, its body untouched (content encodings of the wire undone)."""

    page: Page
    kind: SourceKind
    calls: int = 1
    """How many requests it took."""


class Http(Protocol):
    """What a source sees of the network."""

    def get(self, url: str, params: Mapping[str, str] = ..., headers: Mapping[str, str] = ...) -> Reply:
        """Return the body of ``url``, or raise a ``SourceError`` of the right kind."""
        ...


class Client:
    """The real network, for all threads of a collection: the vendor's limits, typed retries and what they may cost.

    ``pause`` waits for a call's turn; by default one that keeps ``limits`` for this client alone, while
    ``limiter(limits, vendor=…, account=…, state=…)`` keeps them for the machine. ``gate`` bounds the calls under way.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        attempts: int = 5,
        timeout: float = 30.0,
        pause: Callable[[], None] | None = None,
        gate: Gate | None = None,
        max_bytes: int = MAX_BYTES,
        clock: Clock = system_clock,
    ) -> None:
        self._attempts = attempts
        self._pause = pause or limiter(limits or Limits())
        self._gate = gate or Gate()
        self._network = Network(timeout, max_bytes, clock)
        self._meter = Meter()
        self._door = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later ``get`` opens new ones."""
        self._network.close()

    @property
    def traffic(self) -> Traffic:
        """What went over the wire up to now."""
        return self._meter.traffic

    @property
    def width(self) -> int:
        """How many calls may be under way now; it shrinks where the vendor is crowded."""
        return self._gate.width

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the body of ``url``; busy answers are retried with back-off, honouring Retry-After."""
        import stamina

        _tell_retries_ourselves()
        address = address_of(url, params or {})
        calls = 0
        try:
            for attempt in stamina.retry_context(on=self._try_again, attempts=self._attempts, timeout=None):
                with attempt:
                    calls = attempt.num
                    came = self._once(address, headers or {}, attempt.num)
        except SourceError as error:
            error.calls = calls
            raise
        return Reply(came.page, SourceKind.SIMULATED if came.simulated else SourceKind.VENDOR, calls)

    def _once(self, address: Address, headers: Mapping[str, str], attempt: int) -> Received:
        with self._gate.place() as era:
            self._take_turn(address)
            self._meter.count(calls=1, retries=int(attempt > 1))
            try:
                came = self._network.get(address, headers)
            except SourceBusy as busy:
                self._slow_down(busy, era)
                raise
        self._gate.went_well()
        self._meter.count(received=came.size)
        return came

    def _take_turn(self, address: Address) -> None:
        """Wait for the vendor's pause to end and for a turn, one thread at a time: none is spent on a closed door."""
        with self._door:
            while True:
                if (left := self._gate.closed_for) > LONGEST_WAIT:
                    raise SourceBusy(f"{address.shown}: the vendor wants no call for another {left:,.0f} s", left)
                self._gate.wait_open()
                self._pause()
                if not self._gate.closed_for:
                    return

    def _slow_down(self, busy: SourceBusy, era: int) -> None:
        if busy.crowded:
            self._gate.crowded(era)
        if busy.retry_after is not None:
            self._meter.count(too_many=1)
            self._gate.close_for(busy.retry_after)

    def _try_again(self, error: Exception) -> bool | float:
        """Tell stamina whether to try again: no, as it thinks best, or after so many seconds."""
        if not isinstance(error, SourceBusy):
            return False
        wish = error.retry_after
        if wish is not None and wish > LONGEST_WAIT:
            logger.info("busy for another %.0f s, not waited for: %s", wish, one_line(error))
            return False
        if not self.traffic.may_retry:
            error.args = (f"{one_line(error)}; not tried again, for too many calls failed: the vendor seems down",)
            return False
        logger.info("busy, trying again: %s", one_line(error))
        return True if wish is None else wish


@cache
def _tell_retries_ourselves() -> None:
    """Stop stamina from telling of retries: where structlog is installed, its notes would go to standard output."""
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())


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
