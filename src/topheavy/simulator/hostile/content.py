"""Faults of content: what comes with status 200 is not what it should be, whatever it should have been."""

import re
from collections.abc import Callable

from topheavy.simulator.hostile.act import Act, Given
from topheavy.simulator.hostile.call import Answer, Call

_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n"
_NUMBER = rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=\s*[,}\]])"


def spoiled(change: Callable[[Call, Answer], Answer]) -> Act:
    """Return the act that changes good answers; what is refused already stays as it is."""

    async def act(call: Call) -> None:
        answer = await call.answer()
        if answer is not None:
            await call.reply(change(call, answer) if answer.status == 200 else answer)

    return act


def html(_: Given) -> Act:
    """Send a web page."""
    return spoiled(lambda _, answer: answer.with_body(_PAGE, "text/html; charset=utf-8"))


def empty(_: Given) -> Act:
    """Send nothing."""
    return spoiled(lambda _, answer: answer.with_body(b""))


def nested(settings: Given) -> Act:
    """Send very many brackets inside each other: whoever reads them by recursion falls over."""
    depth = settings["depth"]
    body = b'{"status":"OK","results":' + b"[" * depth + b"]" * depth + b"}"
    return spoiled(lambda _, answer: answer.with_body(body))


def not_utf8(_: Given) -> Act:
    """Put two bytes that UTF-8 never has into the middle."""

    def change(_: Call, answer: Answer) -> Answer:
        middle = len(answer.body) // 2
        return answer.with_body(answer.body[:middle] + b"\xff\xfe" + answer.body[middle:])

    return spoiled(change)


def odd_number(settings: Given) -> Act:
    """Write in the place of one number what JSON has no number for."""
    name = re.escape(settings["field"]).encode() if settings["field"] else rb"[^\"]*"
    numbers, odd = re.compile(rb'("' + name + rb'"\s*:\s*)' + _NUMBER), settings.get("as", "NaN").encode()

    def change(call: Call, answer: Answer) -> Answer:
        matches = list(numbers.finditer(answer.body))
        if not matches:
            return answer
        match = call.dice.choice(matches)
        return answer.with_body(answer.body[: match.end(1)] + odd + answer.body[match.end() :])

    return spoiled(change)
