"""Faults of the wire: slow, silent, cut, half, and far larger than it looked."""

import zlib
from asyncio import sleep
from collections.abc import Iterator

from topheavy.simulator.hostile.act import Act, Given
from topheavy.simulator.hostile.call import Call, headers_with
from topheavy.simulator.hostile.values import Span

_BLOCK = b" " * 1_000_000
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_OPENING = b'{"status":"OK","results":['


def _drawn(call: Call, span: Span) -> float:
    return call.dice.uniform(span.least, span.most)


def latency(settings: Given) -> Act:
    """Let the call pass after a while."""

    async def act(call: Call) -> None:
        await sleep(_drawn(call, settings["wait"]))
        await call.go_on()

    return act


def silence(settings: Given) -> Act:
    """Hold the call until who asked gives up; after the longest time, cut it."""

    async def act(call: Call) -> None:
        await call.left_within(settings["longest"])
        await call.reset()

    return act


def reset(_: Given) -> Act:
    """Abort the connection."""
    return Call.reset


def drip(settings: Given) -> Act:
    """Send the body in small parts with pauses; the rest at once when that has taken the longest time."""

    async def act(call: Call) -> None:
        answer = await call.answer()
        if answer is None:
            return
        await call.begin(answer.status, answer.headers)
        sent, ends = 0, call.now() + settings["longest"]
        while sent < len(answer.body) and call.now() < ends and not call.gone:
            await call.part(answer.body[sent : sent + settings["size"]])
            sent += settings["size"]
            await sleep(_drawn(call, settings["wait"]))
        await call.part(answer.body[sent:], more=False)

    return act


def truncated(_: Given) -> Act:
    """Promise the whole length, send half of it, hang up."""

    async def act(call: Call) -> None:
        answer = await call.answer()
        if answer is None:
            return
        promised = str(max(1, len(answer.body))).encode()
        await call.begin(answer.status, headers_with(answer.headers, {b"content-length": promised}))
        await call.part(answer.body[: len(answer.body) // 2])
        await call.hang_up()

    return act


def bomb(settings: Given) -> Act:
    """Send a gzip of almost nothing but blanks, a part at a time: nobody but who unpacks it needs the memory."""

    async def act(call: Call) -> None:
        await call.begin(200, [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")])
        for part in packed(settings["size"]):
            if call.gone:
                return
            await call.part(part)
        await call.part(b"", more=False)

    return act


def packed(size: int) -> Iterator[bytes]:
    """Yield a whole gzip file that unpacks to ``size`` bytes (a little more for very small ones), in parts.

    A block that was packed once stands for itself again and again, so that a gigabyte costs a checksum.
    """
    whole, rest = divmod(max(0, size - len(_OPENING)), len(_BLOCK))
    yield _GZIP_HEAD + _deflated(_OPENING + _BLOCK[:rest])
    check, block = zlib.crc32(_OPENING + _BLOCK[:rest]), _deflated(_BLOCK)
    for _ in range(whole):
        check = zlib.crc32(_BLOCK, check)
        yield block
    unpacked = len(_OPENING) + rest + whole * len(_BLOCK)
    yield b"\x03\x00" + check.to_bytes(4, "little") + (unpacked % 2**32).to_bytes(4, "little")


def _deflated(block: bytes) -> bytes:
    """Return a block that can be read whatever stands before it, and has no end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
