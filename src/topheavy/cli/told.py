"""What is to be told of files and answers that were read: contradictions, doubts, what was left out, notes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from topheavy import terminal

if TYPE_CHECKING:
    from topheavy.jobs.refine.refine import LeftOut, Refined

MOST_TOLD = 20
"""How many lines of one kind are printed where nobody asked for all."""

REASONS = 3
"""How many reasons, and places for each, are named of one file."""


def told(parts: "Iterable[Refined]") -> None:
    """Print what a refine has to say of what it read: contradictions, doubts, what was left out, notes."""
    parts = list(parts)
    contradictions = [f"{brief(item.unit)} against {brief(item.other)}: {item.text}" for part in parts
                      for item in part.contradictions]  # fmt: skip
    doubts = [f"{brief(unit)}: {doubt}" for part in parts for unit, doubts in part.doubts.items() for doubt in doubts]
    left_out = [_left_out(unit, lines) for part in parts for unit, lines in part.left_out.items()]
    notes = [f"{brief(unit)}: {'; '.join(notes)}" for part in parts for unit, notes in part.notes.items()]
    refused = [f"{brief(unit)}: {cause}" for part in parts for unit, cause in part.unreadable]
    given_up = [f"{brief(unit)}: {cause}" for part in parts for unit, cause in part.given_up.items()]
    kinds = (
        ("given up", given_up),
        ("refused", refused),
        ("contradiction", contradictions),
        ("doubt", doubts),
        ("left out", left_out),
        ("note", notes),
    )
    for title, lines in kinds:
        for line in lines[:MOST_TOLD]:
            terminal.say(f"  {title}: {line}")
        if len(lines) > MOST_TOLD:
            terminal.say(f"  … and {len(lines) - MOST_TOLD:,} more of that kind: 'topheavy gaps --json' lists them")


def _left_out(unit: str, lines: "Sequence[LeftOut]") -> str:
    """Say how many lines of an answer were left out, for each reason with its first places."""
    by_reason: dict[str, list[str]] = {}
    for line in lines:
        by_reason.setdefault(line.reason, []).append(line.where)
    reasons = [f"{len(places):,} × {reason} ({_first(places)})" for reason, places in list(by_reason.items())[:REASONS]]
    more = f"; and {len(by_reason) - REASONS:,} reasons more" if len(by_reason) > REASONS else ""
    return f"{brief(unit)}: {'; '.join(reasons)}{more}"


def brief(unit: str) -> str:
    """Return a unit's name as a person would say it: of a file, what its manifest calls it."""
    plain = unquote(unit)
    head, _, name = plain.rpartition(".toml#")
    return f"{name} ({'/'.join(plain.split('/')[:2])})" if head else plain


def _first(places: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(places))
    return ", ".join(distinct[:REASONS]) + (" …" if len(distinct) > REASONS else "")
