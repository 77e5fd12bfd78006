"""What tests of the jobs tell at the end: a table of what a hostile vendor did, and what became of it."""

from collections.abc import Sequence

import pytest

COLUMNS = ("fault", "ended", "bytes kept", "in the tables", "asked again", "cause")
WIDEST = 100


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rows that tests recorded as ``hostile``, in the order of the tests; workers send theirs along."""
    reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "nodeid")]
    rows = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "hostile"]
    if rows:
        terminalreporter.section("a hostile vendor, from asking to the tables (SIMULATED)")
        for line in lines([COLUMNS, *dict.fromkeys(map(tuple, rows))]):
            terminalreporter.write_line(line)


def lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in columns, the last as wide as it is."""
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(str(cell).ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1][:WIDEST]])
        for row in rows
    ]
