"""The home folder: its layout's version, and the one world (real or simulated) its data is about."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from topheavy.core.errors import LakeError, one_line
from topheavy.core.files.durable import write_once, write_over
from topheavy.core.files.locks import locked
from topheavy.core.log.logger import logger
from topheavy.core.progress import Progress
from topheavy.core.units import SourceKind

FORMAT = 1
"""The layout of a home folder that this version reads and writes."""

REAL, SIMULATED = "real", "simulated"


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """A home folder: one place for the raw zone, the ledger, the tables and the warehouse."""

    path: Path

    @property
    def marker(self) -> Path:
        """The file that says which layout this is."""
        return self.path / "home.json"

    @property
    def _world(self) -> Path:
        return self.path / "world"

    @property
    def world(self) -> str:
        """``real``, ``simulated``, or empty while nothing has come yet."""
        try:
            return self._world.read_text()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise LakeError(f"{self._world} cannot be read: {one_line(error)}") from error

    def settle(self, kind: SourceKind) -> None:
        """Note which world the data is about; simulated and real data never share a home.

        Raises:
            LakeError: when the home already holds the other world.
        """
        coming = SIMULATED if kind is SourceKind.SIMULATED else REAL
        held = self.world or self._claim(coming)
        if held != coming:
            raise LakeError(
                f"{self.path} holds {held} data and this is {coming}: they never mix; choose another folder with --home"
            )

    @contextmanager
    def alone(self, progress: Progress) -> Iterator[None]:
        """Change the tables or the warehouse alone among all processes: others say that they wait, and wait.

        A process that dies lets go. Streamed tables need no turn: nothing but sinks writes them, and of two sinks
        the one whose commit comes second looks again.
        """
        with ExitStack() as turn:
            try:
                turn.enter_context(locked(self.marker, lambda: self._waiting(progress)))
            except OSError as error:
                raise LakeError(f"{self.marker} cannot be read: {one_line(error)}") from error
            yield

    @contextmanager
    def _waiting(self, progress: Progress) -> Iterator[None]:
        logger.info("%s: waiting for another run of this home to end", self.path)
        progress.start("wait for another run of this home", 1)
        yield
        progress.advance()
        progress.finish()

    def _claim(self, world: str) -> str:
        """Note the world, unless another thread or process was first; return the one that is noted."""
        try:
            return world if write_once(self._world, world.encode()) else self.world
        except OSError as error:
            raise LakeError(f"{self.path} cannot be written: {one_line(error)}") from error


def open_folder(path: Path, *, create: bool = True) -> HomeFolder:
    """Open the home folder at ``path``, making it where it is new and ``create`` is set.

    Raises:
        LakeError: when it is missing, not writable, or written by a newer version, or its path holds a ``?``.
    """
    home = HomeFolder(path)
    if "?" in str(path.absolute()):
        raise LakeError(f"{path} has a '?' in its path, where no database opens a file: choose another with --home")
    try:
        if home.marker.exists():
            _refuse_newer(home)
            return home
        if not create:
            raise LakeError(f"{path} holds nothing yet: run 'topheavy demo' or 'topheavy run SOURCE' first")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in it is its owner's alone
        write_over(home.marker, json.dumps({"format": FORMAT}).encode())
    except OSError as error:
        raise LakeError(f"{path} cannot be used as a home: {one_line(error)}") from error
    return home


def _refuse_newer(home: HomeFolder) -> None:
    held = _format(home.marker)
    if held > FORMAT:
        raise LakeError(
            f"{home.path} was written by a newer topheavy (format {held}, this one reads {FORMAT}): "
            "upgrade topheavy, or choose another folder with --home"
        )


def _format(marker: Path) -> int:
    try:
        held = json.loads(marker.read_text())["format"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise LakeError(f"{marker} cannot be read ({one_line(error)}): restore it or start a new home") from error
    if not isinstance(held, int):
        raise LakeError(f"{marker} cannot be read (its format is {held!r}): restore it or start a new home")
    return held
