"""A part of the demo beside the road: what it did in a line, or the command that brings what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the demo is called and did; ``left_out`` where what it needs is not installed."""

    name: str
    line: str
    left_out: bool = False


def missing(modules: Sequence[str]) -> list[str]:
    """Return those of the modules that are not installed."""
    return [name for name in modules if find_spec(name) is None]


def left_out(name: str, absent: Sequence[str]) -> Part:
    """Return the part that cannot be shown, with what brings it."""
    line = f"left out, {' and '.join(absent)} not installed: pip install 'topheavy[demo]', then run this again"
    return Part(name, line, left_out=True)
