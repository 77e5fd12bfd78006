"""Lines and tables on the terminal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

from topheavy.core import text

Row = Mapping[str, object]
"""A row of an answer: values by column."""

Rows = Sequence[Row]

TALL = 9
"""A single row of this many columns or more is easier to read from top to bottom."""


def say(line: str) -> None:
    """Print one line."""
    Console(highlight=False, soft_wrap=True).print(line, markup=False)


def table(rows: Rows, units: Mapping[str, str] = MappingProxyType({})) -> None:
    """Print rows as a table, figures as their columns' ``units`` ask; a single wide row from top to bottom."""
    if len(rows) == 1 and len(rows[0]) >= TALL:
        for name, value in rows[0].items():
            say(f"  {name:<16} {_cell(value, units.get(name, ''))}")
        return
    drawn = Table(box=None, pad_edge=True, header_style="bold")
    for name in rows[0]:
        numeric = isinstance(next((row[name] for row in rows if row[name] is not None), None), int | float)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(value, units.get(name)) for name, value in row.items()))
    wide = Console(highlight=False, markup=False)
    Console(highlight=False, markup=False, width=max(wide.width, 80) if wide.is_terminal else 200).print(drawn)


def _cell(value: object, unit: str | None) -> str:
    if value is None:
        return text.TERMINAL.none
    if isinstance(value, bool | str | date | datetime):
        return str(value)
    if isinstance(value, float):
        return text.quantity(value, unit or "")
    return f"{value:,}" if isinstance(value, int) else str(value)
