"""Answers that refuse: too many calls, a server that fails, a gateway without a server."""

from dataclasses import dataclass, field
from math import ceil

import orjson

from topheavy.simulator.hostile.act import Act, Given, Make
from topheavy.simulator.hostile.call import Call, Headers
from topheavy.simulator.hostile.values import Rate

TOO_MANY = orjson.dumps({"status": "ERROR", "error": "You've exceeded the maximum requests per minute"})
_HTML = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center></body></html>\n"


@dataclass(slots=True)
class Bucket:
    """Tokens for calls: full at first, filled again evenly, never above the limit."""

    rate: Rate
    held: float = field(init=False)
    seen: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.held = self.rate.calls

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        per_second = self.rate.calls / self.rate.seconds
        self.held = min(self.rate.calls, self.held + (now - self.seen) * per_second)
        self.seen = now
        if self.held >= 1:
            self.held -= 1
            return 0.0
        return (1 - self.held) / per_second


def too_many(settings: Given) -> Act:
    """Refuse what comes above the limit, with the time to wait, or without a word of it."""
    bucket = Bucket(settings["limit"]) if settings["limit"] else None

    async def act(call: Call) -> None:
        wait = bucket.take(call.now()) if bucket else 1.0
        if not wait:
            await call.go_on()
            return
        headers = [(b"retry-after", str(ceil(wait)).encode())] if settings["retry-after"] == "yes" else []
        await refuse(call, 429, TOO_MANY, [*headers, (b"content-type", b"application/json")])

    return act


def broken(status: int) -> Make:
    """Return the maker of a fault that answers with ``status`` and a web page, as gateways do."""

    async def act(call: Call) -> None:
        await refuse(call, status, _HTML % (status, status), [(b"content-type", b"text/html")])

    return lambda _: act


async def refuse(call: Call, status: int, body: bytes, headers: Headers) -> None:
    """Answer with a refusal."""
    await call.begin(status, [*headers, (b"content-length", str(len(body)).encode())])
    await call.part(body, more=False)
