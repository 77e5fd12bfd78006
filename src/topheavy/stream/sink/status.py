"""A sink's bulletin: what it knows of the market and of its work, in a small file of the home that is put there anew
about every second, so that another process can show it without reading the tables.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from topheavy.core.errors import StreamError, one_line
from topheavy.core.files.locks import SignOfLife, is_locked
from topheavy.core.log.logger import logger

FOLDER, VERSION = "live", 2
MOMENTS = ("began_at", "said_at", "committed_at", "heard_at")
_PLAIN = {pa.timestamp("us", "UTC"): pa.int64(), pa.date32(): pa.int32()}
"""How a column stands in JSON: µs and days since 1970."""


@dataclass(frozen=True, slots=True)
class Part:
    """A partition: the next offset to read, and the one after its last message where the broker has said it."""

    next: int
    end: int | None


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """What one sink said last. ``seconds``: trades kept by second since 1970; moments are in UTC."""

    topic: str
    index: int
    of: int
    began_at: datetime
    said_at: datetime
    over: bool = False
    why: str = ""
    """Why it ended, where that was not as wished."""
    trades: int = 0
    again: int = 0
    dead: int = 0
    newest_dead: str = ""
    commits: int = 0
    committed_at: datetime | None = None
    """When trades were last committed."""
    heard_at: datetime | None = None
    """When anything was last read, known and unreadable records included."""
    kinds: Mapping[str, datetime] = field(default_factory=dict)
    """Source kind → when it was last received."""
    seconds: Mapping[int, int] = field(default_factory=dict)
    parts: Mapping[int, Part] = field(default_factory=dict)
    answers: Mapping[str, pa.Table] = field(default_factory=dict)
    """The answers of the processors that trades move, by name."""
    lives: bool = False
    """Whether its process is there still: not written, but looked at."""


class StatusFile:
    """Where one sink puts its bulletins up; a locked file beside them says for how long its process lives."""

    def __init__(self, home: Path, topic: str, index: int, of: int) -> None:
        self._folder, self._topic, self._part = home / FOLDER, topic, f"{index + 1}-of-{of}"
        self._name = f"{topic}.{self._part}.{uuid4().hex[:8]}"
        self._sign_of_life: SignOfLife | None = None
        self._troubled = False

    def open(self) -> None:
        """Begin, and take away what sinks of this topic left behind that are no more, where we take their place.

        Raises:
            StreamError: when the folder cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for file in self._folder.glob("*.json"):
                if self._is_ours(file) and not is_locked(file.with_suffix(".lock")):
                    file.unlink(missing_ok=True)
            self._sign_of_life = SignOfLife(self._folder / f"{self._name}.lock")
        except OSError as error:
            raise StreamError(f"{self._folder} cannot be written: {one_line(error)}; check the disk") from error

    def put(self, sink_status: SinkStatus) -> None:
        """Put a bulletin in place of the last; trouble with it is told once and stops nothing: the tables count."""
        path = self._folder / f"{self._name}.json"
        beside = path.with_suffix(".new")
        try:
            beside.write_text(json.dumps(_plain(sink_status), separators=(",", ":")))
            beside.replace(path)
        except OSError as error:
            if not self._troubled:
                logger.warning("the live page is not kept up to date: %s: %s", path, one_line(error))
            self._troubled = True

    def close(self) -> None:
        """End; the last bulletin stays."""
        if self._sign_of_life is not None:
            self._sign_of_life.end()
            self._sign_of_life = None

    def _is_ours(self, file: Path) -> bool:
        """Say whether a bulletin is of our part, or of a way to share the topic that is given up."""
        topic, part, _, _ = file.name.rsplit(".", 3)
        return topic == self._topic and (part == self._part or part.split("-of-")[1] != self._part.split("-of-")[1])


def sink_statuses(home: Path) -> list[SinkStatus]:
    """Return what the sinks of a home said last, as far as it matters now.

    While sinks are at work, these are theirs and those of the ones that shared the partitions with them; else those
    of the sinks that were the last to speak.
    """
    statuses = [status for file in sorted((home / FOLDER).glob("*.json")) if (status := _read(file))]
    working = {(status.topic, status.of) for status in statuses if status.lives}
    if not working and statuses:
        last = max(statuses, key=lambda status: status.said_at)
        working = {(last.topic, last.of)}
    return [status for status in statuses if (status.topic, status.of) in working]


def _read(file: Path) -> SinkStatus | None:
    """Return a bulletin; ``None`` where it was taken away under our eyes."""
    try:
        plain = json.loads(file.read_text())
        lives = is_locked(file.with_suffix(".lock"))
        return _bulletin(plain, lives=lives)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StreamError(f"{file} cannot be read ({one_line(error)}): remove it, the next sink writes it") from error


def _plain(sink_status: SinkStatus) -> dict[str, Any]:
    rest = {name: getattr(sink_status, name) for name in SinkStatus.__slots__ if name not in {"answers", "lives"}}
    for name in MOMENTS:
        rest[name] = rest[name] and rest[name].isoformat()
    rest["kinds"] = {kind: at.isoformat() for kind, at in sink_status.kinds.items()}
    rest["parts"] = {part: asdict(state) for part, state in sink_status.parts.items()}
    answers = {name: _columns(rows) for name, rows in sink_status.answers.items()}
    return {"version": VERSION, **rest, "answers": answers}


def _bulletin(plain: dict[str, Any], *, lives: bool) -> SinkStatus:
    version = plain.pop("version")
    if version != VERSION:
        raise ValueError(f"version {version} is not known here")
    for name in MOMENTS:
        plain[name] = datetime.fromisoformat(plain[name]) if plain[name] else None
    plain["kinds"] = {kind: datetime.fromisoformat(at) for kind, at in plain["kinds"].items()}
    plain["seconds"] = {int(at): count for at, count in plain["seconds"].items()}
    plain["parts"] = {int(part): Part(**state) for part, state in plain["parts"].items()}
    plain["answers"] = {name: _table(columns) for name, columns in plain["answers"].items()}
    return SinkStatus(**plain, lives=lives)


def _columns(table: pa.Table) -> dict[str, Any]:
    """Write a table by columns, each with its type; moments and days as numbers."""
    plain = {name: table[name].cast(_PLAIN.get(table[name].type, table[name].type)) for name in table.column_names}
    return {name: {"type": str(table[name].type), "values": plain[name].to_pylist()} for name in plain}


def _table(columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: _column(column["type"], column["values"]) for name, column in columns.items()})


_TYPES = {str(kind): kind for kind in (*_PLAIN, pa.float64(), pa.int64(), pa.string(), pa.bool_())}
"""The types that a live answer's columns may have."""


def _column(name: str, values: list[Any]) -> pa.Array:
    kind = _TYPES[name]
    return pa.array(values, _PLAIN.get(kind, kind)).cast(kind)
