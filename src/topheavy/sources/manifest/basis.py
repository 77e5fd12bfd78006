"""The basis of a file's rows, in a manifest's words: as traded, or adjusted up to a day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from topheavy.core.errors import UsageError

AS_TRADED = "as traded"
ADJUSTED = ("split-adjusted as of ", "split-and-dividend-adjusted as of ")
DATED_BY = {"bars": "session", "dividends": "effective", "shares": "effective"}
"""Datasets whose rows are on a basis, and the column that is the basis when as traded, paid or filed."""


def basis_days(entry: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """Return up to which day splits, and dividends, had been taken out of an entry's prices; none where as traded.

    Raises:
        UsageError: when its words are not known.
    """
    text = str(entry.get("basis", AS_TRADED))
    if text in {AS_TRADED, "as filed", "as paid"}:
        return None, None
    for words in ADJUSTED:
        if text.startswith(words):
            day = day_in(text.removeprefix(words), entry)
            return day, day if "dividend" in words else None
    raise UsageError(
        f"{entry['path']}: basis '{text}' is not known; say 'as traded', "
        f"'{ADJUSTED[0]}YYYY-MM-DD' or '{ADJUSTED[1]}YYYY-MM-DD'"
    )


def day_in(text: str, entry: Mapping[str, Any]) -> date:
    """Read a date of an entry.

    Raises:
        UsageError: when it is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{entry['path']}: '{text}' is not a date (YYYY-MM-DD)") from None
