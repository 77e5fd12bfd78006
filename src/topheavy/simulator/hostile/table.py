"""The table of faults: each one's name, what it does, and what can be set about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from topheavy.simulator.hostile import content, habits, refusals, rows, wire
from topheavy.simulator.hostile.act import Make, Stage
from topheavy.simulator.hostile.values import (
    ASKS,
    COUNT,
    DAYS,
    RATE,
    SHARE,
    SHIFT,
    SIZE,
    SPAN,
    TEXT,
    TIME,
    Kind,
    one_of,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that can be set: its name, kind, meaning, and what holds where it is not (empty: nothing)."""

    name: str
    kind: Kind
    meaning: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the table. The first of its settings may be given without its name, as the share may.

    ``asks`` are those it strikes where a rule says nothing of asks or time: a late day comes at last.
    """

    name: str
    does: str
    stage: Stage
    make: Make
    settings: tuple[Setting, ...] = ()
    asks: str = ""


WHEN = (
    Setting("share", SHARE, "strike this part of the calls, drawn by the seed", "1"),
    Setting("asks", ASKS, "strike only these asks of one and the same request"),
    Setting("path", TEXT, "strike only paths of this pattern (* is anything)"),
    Setting("dates", DAYS, "strike only requests that name such a day"),
    Setting("until", TIME, "strike only so long after the server's start"),
)
"""What every rule may say about the calls it strikes."""

_FIELD = Setting("field", TEXT, "the field it happens to (none given: one is drawn)")
_ROWS = Setting("rows", COUNT, "how many rows", "1")

FAULTS = {
    fault.name: fault
    for fault in (
        Fault("latency", "answers after a while", Stage.ARRIVAL, wire.latency,
              (Setting("wait", SPAN, "how long; a range is drawn from", "50ms"),)),
        Fault("429", "refuses calls above a limit, by a token bucket; without a limit, every call", Stage.REFUSAL,
              refusals.too_many, (Setting("limit", RATE, "calls allowed", "none"),
              Setting("retry-after", one_of("yes", "no"), "tell when to come back", "yes"))),
        Fault("500", "answers with a server error", Stage.REFUSAL, refusals.broken(500)),
        Fault("502", "answers as a gateway whose server is gone", Stage.REFUSAL, refusals.broken(502)),
        Fault("timeout", "never answers", Stage.REFUSAL, wire.silence,
              (Setting("longest", TIME, "resets the connection after this", "60s"),)),
        Fault("reset", "aborts the connection", Stage.REFUSAL, wire.reset),
        Fault("drip", "sends the body a few bytes at a time", Stage.WIRE, wire.drip,
              (Setting("wait", SPAN, "the pause between two parts", "200ms"),
               Setting("size", SIZE, "bytes a part", "16B"),
               Setting("longest", TIME, "sends the rest at once after this", "60s"))),
        Fault("truncated", "promises the whole length, sends half of it and hangs up", Stage.WIRE, wire.truncated),
        Fault("bomb", "sends a small gzip that unpacks to a very large body", Stage.WIRE, wire.bomb,
              (Setting("size", SIZE, "bytes unpacked", "1GB"),)),
        Fault("html", "sends a web page, with status 200", Stage.BYTES, content.html),
        Fault("empty", "sends nothing, with status 200", Stage.BYTES, content.empty),
        Fault("nested", "sends JSON in very many brackets", Stage.BYTES, content.nested,
              (Setting("depth", COUNT, "how many", "100000"),)),
        Fault("utf8", "puts bytes into the body that are no UTF-8", Stage.BYTES, content.not_utf8),
        Fault("nan", "writes NaN where a number was", Stage.BYTES, content.odd_number, (_FIELD,)),
        Fault("infinity", "writes Infinity where a number was", Stage.BYTES, content.odd_number,
              (Setting("as", one_of("Infinity", "-Infinity", "1e999"), "what is written", "Infinity"), _FIELD)),
        Fault("drift", "changes the shape of every row", Stage.ROWS, rows.drift,
              (Setting("how", one_of("type", "renamed", "new", "missing"), "a field's type, its name, a new field, "
               "or one less", "type"), _FIELD)),
        Fault("duplicate", "sends rows twice", Stage.ROWS, rows.duplicate,
              (Setting("how", one_of("identical", "conflicting"), "whether both say the same", "identical"), _ROWS)),
        Fault("revised", "publishes again: later asks bring other numbers", Stage.ROWS, rows.revised,
              (_ROWS, Setting("by", SHARE, "how much higher they are", "1%")), asks="2-"),
        Fault("late", "has no rows yet", Stage.ROWS, habits.late,
              (Setting("how", one_of("empty", "404"), "an answer without rows, or none", "empty"),), asks="1-2"),
        Fault("otherday", "answers for another session than was asked for", Stage.ROWS, habits.other_day,
              (Setting("by", SHIFT, "so many sessions later (-1: the one before)", "-1"),)),
    )
}  # fmt: skip
"""Every fault by name."""


def described() -> str:
    """Return the table as text for a terminal."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for fault in FAULTS.values():
        yield f"{fault.name:<10} {fault.does}" + (f" (asks {fault.asks})" if fault.asks else "")
        yield from map(_line, fault.settings)
    yield "every fault may also be given:"
    yield from map(_line, WHEN)
    yield 'for example: --faults "502:5%,latency:50ms-200ms,429:5/min,late:dates=2024-12-06", or --faults FILE.toml'


def _line(setting: Setting) -> str:
    usual = f", else {setting.usual}" if setting.usual else ""
    return f"  {setting.name + '=':<15} {setting.meaning}; {setting.kind.written}{usual}"
