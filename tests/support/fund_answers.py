"""What the tests of the fund sources share: answers from text or files, and their records as plain rows."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.vendor import Parsed

Row = dict[str, object]


def answer_of(source: str, body: str | bytes, file: str) -> Answer:
    content = body.encode() if isinstance(body, str) else body
    unit = Unit(source, "holdings", subject=file)
    received = datetime(2025, 3, 1, tzinfo=UTC)
    return Answer(unit, (Page(file, content),), received, SourceKind.FILE, {"file": file})


def answer_from(source: str, path: Path) -> Answer:
    return answer_of(source, path.read_bytes(), path.name)


def holdings(parsed: Parsed) -> list[Row]:
    return parsed.tables["holdings"].to_pylist()


def column(parsed: Parsed, name: str, table: str = "holdings") -> list[object]:
    return [row[name] for row in parsed.tables[table].to_pylist()]


def without_lines(parsed: Parsed) -> set[tuple[object, ...]]:
    """Return the holdings as a set, whatever their order in the file."""
    return {tuple(value for name, value in row.items() if name != "line") for row in holdings(parsed)}


def reasons(parsed: Parsed) -> list[str]:
    return [left.reason for left in parsed.left_out]


def noted(parsed: Parsed, words: str) -> bool:
    return any(words in note for note in parsed.notes)


def plain_number(text: str) -> float:
    """Read a number as the real files print it, in the plainest way."""
    return float(text.replace(",", "").replace("$", "").replace("%", ""))


def share_of_largest(values: Iterable[float], count: int) -> float:
    ranked = sorted(values, reverse=True)
    return sum(ranked[:count]) / sum(ranked)
