"""What was handed in: a file's path, a kept portfolio's name, or the words themselves."""

from pathlib import Path

from topheavy.core.errors import UsageError
from topheavy.portfolios.shelf import Shelf

FILE_ENDINGS = (".csv", ".ofx", ".qfx", ".xml", ".txt", ".tsv")


def content_of(portfolio: str | Path, shelf: Shelf) -> tuple[bytes, str]:
    """Return what was handed in as bytes, and the name it goes by.

    Raises:
        UsageError: when it looks like a file's path and there is none, or the file cannot be read.
    """
    text = str(portfolio)
    if _is_file(text):
        try:
            path = Path(text).expanduser()
            return path.read_bytes(), path.name
        except OSError as error:
            raise UsageError(f"{text} cannot be read: {error.strerror or type(error).__name__}") from error
    if text in {item.name for item in shelf.names()}:
        return shelf.content(text), text
    if isinstance(portfolio, Path) or "/" in text or text.lower().endswith(FILE_ENDINGS):
        raise UsageError(f"there is no file {text}: check the path")
    return text.encode(), "the portfolio"


def _is_file(text: str) -> bool:
    try:
        return "\n" not in text and Path(text).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # too long for a name, or of a user there is none of
        return False
