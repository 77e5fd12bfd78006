"""Own portfolios, kept in the home by name: as they were handed in, for their owner alone, and never sent anywhere."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from topheavy.core.errors import LakeError, UsageError, one_line
from topheavy.core.files.durable import write_over
from topheavy.core.plugins import unknown
from topheavy.portfolios.position import Portfolio
from topheavy.portfolios.read import read_portfolio

FOLDER = "portfolios"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class KeptPortfolio:
    """A portfolio's name and when it was kept."""

    name: str
    kept_at: datetime


class Shelf:
    """The folder of own portfolios in one home; folder and files can be read by their owner alone."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def names(self) -> tuple[KeptPortfolio, ...]:
        """Return what is kept, by name."""
        if not self._folder.is_dir():
            return ()
        found = sorted(file for file in self._folder.iterdir() if _NAME.fullmatch(file.name))
        return tuple(KeptPortfolio(file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)) for file in found)

    def content(self, name: str) -> bytes:
        """Return a kept portfolio as it was handed in.

        Raises:
            UsageError: when none of that name is kept; the message suggests the nearest.
        """
        known = [item.name for item in self.names()]
        if name not in known:
            raise UsageError(unknown("kept portfolio", name, known))
        return (self._folder / name).read_bytes()

    def portfolio(self, name: str) -> Portfolio:
        """Return a kept portfolio, read."""
        return read_portfolio(self.content(name), name)

    def keep(self, name: str, content: bytes) -> Portfolio:
        """Keep what was handed in under a name, in place of what was there; what cannot be read is not kept.

        Raises:
            UsageError: when it cannot be read, or the name is none.
            LakeError: when the home cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' is no name to keep by: small letters, digits, - and _, 40 at most, as in my-etfs"
            )
        portfolio = read_portfolio(content, name)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            write_over(self._folder / name, content)  # in a folder that nobody else can enter
            (self._folder / name).chmod(0o600)
        except OSError as error:
            raise LakeError(f"{self._folder} cannot be written: {one_line(error)}") from error
        return portfolio

    def forget(self, name: str) -> None:
        """Delete a kept portfolio.

        Raises:
            UsageError: when none of that name is kept.
        """
        self.content(name)
        (self._folder / name).unlink(missing_ok=True)
