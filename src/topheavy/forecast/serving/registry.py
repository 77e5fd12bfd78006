"""The registry: where models rest, ``models/<name>/<version>/`` with ``model.onnx`` and ``card.json``, nothing else."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topheavy.core.errors import ForecastError, UsageError, one_line
from topheavy.core.files.durable import write, write_over
from topheavy.core.files.locks import locked
from topheavy.core.plugins import unknown
from topheavy.forecast.serving.card import Card, read_card
from topheavy.forecast.serving.versions import versions_in

if TYPE_CHECKING:
    from onnx import ModelProto

    from topheavy.forecast.serving.served import Served

CHAMPION, CHALLENGER = "champion", "challenger"

GRAPH, CARD, ALIASES = "model.onnx", "card.json", "aliases.json"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MAKING = ".making"
"""A version that is being written; it is another's only while the name is locked, and a dead one's otherwise."""


@dataclass(frozen=True, slots=True)
class Aliases:
    """Which version answers by default, which one would like to, and which did so before, the last one last."""

    champion: int
    challenger: int | None = None
    former: tuple[int, ...] = ()


def name_of(target: str, horizon: int) -> str:
    """Return the usual name of a question: ``return-1``."""
    return f"{target}-{horizon}"


class Registry:
    """The models of one home. Reading needs no lock: what is there is whole and never changes.

    Whoever registers or promotes is alone among all processes that do so under the same name.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "models"

    def register(self, card: Card, graph: "ModelProto") -> Card:
        """Keep a model as the next version of its name and return its card, with version, opset and hash.

        The first version is champion until another one is promoted; a newer one challenges it.

        Raises:
            UsageError: when the name cannot be a folder's.
            ForecastError: when it cannot be written.
        """
        folder = self._folder(card.name)
        written = graph.SerializeToString(deterministic=True)
        opset = max(entry.version for entry in graph.opset_import if entry.domain in {"", "ai.onnx"})
        with _writing(folder):
            version = max(versions_in(folder), default=0) + 1
            whole = replace(card, version=version, opset=opset, sha256=sha256(written).hexdigest())
            making = folder / _MAKING
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            write(making / GRAPH, written)
            write(making / CARD, whole.to_json().encode())
            making.rename(folder / str(version))
        return whole

    def names(self) -> list[str]:
        """Return every name that has a version."""
        if not self.path.is_dir():
            return []
        return sorted(
            folder.name for folder in self.path.iterdir() if _NAME.fullmatch(folder.name) and versions_in(folder)
        )

    def versions(self, name: str) -> list[int]:
        """Return the versions of a name, ascending.

        Raises:
            UsageError: when there is none of that name.
        """
        if versions := versions_in(self._folder(name)):
            return versions
        if names := self.names():
            raise UsageError(unknown("registered model", name, names))
        raise UsageError(f"no model is registered in {self.path.parent}: train one first ('topheavy forecast train')")

    def aliases(self, name: str) -> Aliases:
        """Return what ``champion`` and ``challenger`` stand for.

        Raises:
            UsageError: when there is none of that name.
            ForecastError: when the file cannot be read.
        """
        versions = self.versions(name)
        path = self._folder(name) / ALIASES
        try:
            stated: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"champion": versions[0]}
            champion, former = int(stated["champion"]), tuple(int(number) for number in stated.get("former", ()))
            named = None if stated.get("challenger") is None else int(stated["challenger"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise ForecastError(f"{path} cannot be read ({one_line(error)}): remove it and promote again") from error
        if champion not in versions:
            raise ForecastError(f"{path} names version {champion}, which is not there: remove it and promote again")
        newer = versions[-1] if versions[-1] > champion else None
        return Aliases(champion, newer if named is None else named, former)

    def version(self, name: str, which: int | str = CHAMPION) -> int:
        """Return the version that ``which`` says: a number, ``champion`` or ``challenger``.

        Raises:
            UsageError: when there is none such.
        """
        versions = self.versions(name)
        if which in (CHAMPION, CHALLENGER):
            version = getattr(self.aliases(name), str(which))
            if version is None:
                raise UsageError(f"{name} has no challenger: its newest version is its champion")
            return int(version)
        if (number := str(which)) not in {str(version) for version in versions}:
            newest = ", ".join(str(version) for version in versions[-8:])
            raise UsageError(f"{name} has no version '{number}': ask for champion, challenger or one of {newest}")
        return int(number)

    def card(self, name: str, which: int | str = CHAMPION) -> Card:
        """Return the card of a version.

        Raises:
            UsageError: when there is none such.
            ForecastError: when it cannot be read.
        """
        return self._card(self.folder(name, which))

    def promote(self, name: str, version: int | str) -> Aliases:
        """Make a version the champion, and remember which one was.

        Raises:
            UsageError: when there is none such.
        """
        with self._changing(name):
            chosen, aliases = self.version(name, version), self.aliases(name)
            if chosen == aliases.champion:
                return self._keep(name, replace(aliases, challenger=None))
            return self._keep(name, Aliases(chosen, None, (*aliases.former, aliases.champion)))

    def challenge(self, name: str, version: int | str) -> Aliases:
        """Make a version the challenger, in place of the newest one.

        Raises:
            UsageError: when there is none such, or it is the champion.
        """
        with self._changing(name):
            chosen, aliases = self.version(name, version), self.aliases(name)
            if chosen == aliases.champion:
                raise UsageError(f"{name} {chosen} is the champion: another version has to challenge it")
            return self._keep(name, replace(aliases, challenger=chosen))

    def roll_back(self, name: str) -> Aliases:
        """Make the former champion the champion again.

        Raises:
            UsageError: when there was none before.
        """
        with self._changing(name):
            aliases = self.aliases(name)
            if not aliases.former:
                raise UsageError(f"{name} {aliases.champion} is the first champion: there is none to roll back to")
            return self._keep(name, Aliases(aliases.former[-1], None, aliases.former[:-1]))

    def open(self, name: str, which: int | str = CHAMPION) -> "Served":
        """Return a version ready to forecast; it is loaded once and kept while its file does not change.

        Raises:
            UsageError: when there is none such, or onnxruntime is not installed.
            ForecastError: when the file is not the one that was registered, or is no such model.
        """
        from topheavy.forecast.serving.served import opened

        folder = self.folder(name, which)
        return opened(folder / GRAPH, self._card(folder))

    def folder(self, name: str, which: int | str = CHAMPION) -> Path:
        """Return where a version rests.

        Raises:
            UsageError: when there is none such.
        """
        return self._folder(name) / str(self.version(name, which))

    def _folder(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError(f"no model can be called '{name[:80]}': take small letters, digits, '-' and '_'")
        return self.path / name

    @contextmanager
    def _changing(self, name: str) -> Iterator[None]:
        self.versions(name)  # else an unknown name would get a folder
        with _writing(self._folder(name)):
            yield

    def _keep(self, name: str, aliases: Aliases) -> Aliases:
        write_over(self._folder(name) / ALIASES, json.dumps(asdict(aliases)).encode())
        return self.aliases(name)

    def _card(self, folder: Path) -> Card:
        path = folder / CARD
        try:
            state = path.stat()
            return _read(path, (state.st_mtime_ns, state.st_size, state.st_ino))
        except OSError as error:
            raise ForecastError(f"{path} cannot be read ({one_line(error)}): train the model again") from error


@lru_cache(maxsize=256)
def _read(path: Path, _edition: tuple[int, ...]) -> Card:
    return read_card(path.read_text(), str(path))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Change what lies under a name alone among all processes; one that dies lets go."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ForecastError(f"{folder} cannot be used for models: {one_line(error)}") from error
    try:
        with locked(folder) as lock:
            yield
            os.fsync(lock)
    except OSError as error:
        raise ForecastError(f"{folder} cannot be written: {one_line(error)}") from error
