"""A question's header: comment lines on top of its SQL file that say what is asked and how it may be asked.

::

    -- question: How top-heavy is an index …?   what is asked, in a sentence
    -- kind: view                               step, table, view or check
    -- grain: session, index, level             what identifies a row of the answer
    -- inputs: concentration, group_share       datasets and questions it reads
    -- unit: 1                                  what the figures are counted in
    -- advice: …                                a check's: what to do when it finds something
    -- shown as: concentration                  the name it is asked by, where that is not the file's
    -- narrowed by: index, level, session       the columns by which an answer may be narrowed, or nothing
    -- day: session                             the one of them that is a date
    -- order: session, weight DESC              the order of its rows; what is equal in it comes by grain
    -- without a date: newest                   what is answered when no date is asked: newest, or all
    -- units: share 1, total currency           units of columns that no dataset behind it declares
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from topheavy.core.errors import MetricError
from topheavy.core.plugins import unknown

NEEDED = ("question", "kind", "grain", "inputs", "unit")
NEEDED_TO_BE_ASKED = ("narrowed by", "order")
"""What a table or a view says besides."""

KNOWN = (*NEEDED, *NEEDED_TO_BE_ASKED, "advice", "shown as", "day", "without a date", "units")
NOTHING = "nothing"
"""The word for: no column at all."""

_LINE = re.compile(r"^-- ([a-z]+(?: [a-z]+){0,2}):(?: +(.*?))? *$")
_COLUMN = re.compile(r"^[a-z_][a-z0-9_]*$")
_ORDER = re.compile(r"^[a-z_][a-z0-9_]*( DESC)?$")


@dataclass(frozen=True, slots=True)
class Header:
    """What the lines say, and on which line of which file."""

    file: str
    lines: Mapping[str, tuple[int, str]]

    def text(self, name: str) -> str:
        """Return a line's text, empty where there is no such line."""
        return self.lines[name][1] if name in self.lines else ""

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the names a line lists.

        Raises:
            MetricError: when one is no column's name.
        """
        return self._listed(name, _COLUMN, "is no column's name")

    def order(self) -> tuple[str, ...]:
        """Return the parts of the order, each a column, perhaps with DESC.

        Raises:
            MetricError: when a part is something else.
        """
        return self._listed("order", _ORDER, "is no column, perhaps with DESC")

    def units(self) -> dict[str, str]:
        """Return the declared units by column.

        Raises:
            MetricError: when a part is not a column and its unit.
        """
        parts = [part.split(maxsplit=1) for part in _parts(self.text("units"))]
        if wrong := next((part for part in parts if len(part) < 2 or not _COLUMN.match(part[0])), None):
            raise self.wrong("units", f"'{' '.join(wrong)}' is not a column and its unit, as in 'share 1'")
        return {part[0]: part[1] for part in parts}

    def one_of(self, name: str, what: str, choices: tuple[str, ...]) -> str:
        """Return a line's text, which must be one of ``choices``.

        Raises:
            MetricError: when it is not; the message suggests the nearest.
        """
        if self.text(name) not in choices:
            raise self.wrong(name, unknown(what, self.text(name), choices))
        return self.text(name)

    def wrong(self, name: str, what: str) -> MetricError:
        """Return the error that says what is wrong with a line."""
        return MetricError(f"{self.file}, line {self.lines[name][0]}: {what}")

    def _listed(self, name: str, shape: re.Pattern[str], what: str) -> tuple[str, ...]:
        listed = () if self.text(name) == NOTHING else _parts(self.text(name))
        if wrong := next((part for part in listed if not shape.match(part)), None):
            raise self.wrong(name, f"'{wrong}' {what}")
        return listed


def read_header(file: str, content: str) -> Header:
    """Read the header of a SQL file called ``file``.

    Raises:
        MetricError: when a line is unknown, stands twice, is empty or missing; the message names file and line.
    """
    lines: dict[str, tuple[int, str]] = {}
    on_top = True
    for number, line in enumerate(content.splitlines(), 1):
        matched = _LINE.match(line)
        on_top = on_top and matched is not None
        if matched and (on_top or matched[1] in KNOWN):
            _note(file, number, matched[1], matched[2] or "", lines)
    header = Header(file, lines)
    _refuse_gaps(header, NEEDED)
    return header


def refuse_unaskable(header: Header) -> None:
    """Refuse the header of a table or view that does not say how it may be asked.

    Raises:
        MetricError: when a line is missing, or its day is not one of the columns that narrow it.
    """
    _refuse_gaps(header, NEEDED_TO_BE_ASKED)
    day = header.text("day")
    if day and day not in header.columns("narrowed by"):
        raise header.wrong("day", f"'{day}' is not among the columns of 'narrowed by': add it there")


def _note(file: str, number: int, name: str, text: str, lines: dict[str, tuple[int, str]]) -> None:
    if name not in KNOWN:
        raise MetricError(f"{file}, line {number}: {unknown('line of a header', name, KNOWN)}")
    if name in lines:
        raise MetricError(f"{file}, line {number}: '-- {name}: …' stands on line {lines[name][0]} already")
    if not text:
        raise MetricError(f"{file}, line {number}: '-- {name}:' says nothing: write what it is")
    lines[name] = (number, text)


def _refuse_gaps(header: Header, needed: tuple[str, ...]) -> None:
    if missing := next((name for name in sorted(needed) if name not in header.lines), ""):
        raise MetricError(f"{header.file} has no '-- {missing}: …' line in its header: add it")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
