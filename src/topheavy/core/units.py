"""The unit of work and its answer: what is asked of a source, and what came, as it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from urllib.parse import quote


class SourceKind(StrEnum):
    """How far a figure can be trusted to be about the real world."""

    VENDOR = "vendor"
    FILE = "file"
    SIMULATED = "simulated"


class Outcome(StrEnum):
    """How a unit of work ended, as the ledger keeps it."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Fault(StrEnum):
    """The kind of a failure, as the ledger keeps it."""

    BUSY = "busy"  # may pass
    REFUSED = "refused"  # asking again does not help
    MALFORMED = "malformed"  # came, and cannot be read


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """The smallest thing that is asked for, fails or succeeds, and is asked for again, as a whole.

    ``session`` for what belongs to one trading day, ``subject`` for what belongs to one company, fund,
    file or period. Both may be set (a company's details on a day).
    """

    source: str
    route: str
    session: date | None = None
    subject: str = ""

    @property
    def id(self) -> str:
        """A readable, unique name: ``polygon/bars/session=2024-12-06`` or ``sec/shares/AAPL``."""
        parts = [self.source, self.route]
        if self.session:
            parts.append(f"session={self.session.isoformat()}")
        if self.subject:
            named = quote(self.subject, safe="@.,=:+ ")
            parts.append(named.replace("=", "%3D", 1) if named.startswith("session=") else named)
        return "/".join(parts)


@dataclass(frozen=True, slots=True)
class Page:
    """One response body, untouched, with the request that brought it (secrets already redacted)."""

    request: str
    content: bytes
    media_type: str = ""

    @property
    def sha256(self) -> str:
        """The content's hash, in hex."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything one unit brought: its pages in order, when, and of which kind."""

    unit: Unit
    pages: tuple[Page, ...]
    received_at: datetime
    kind: SourceKind
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the reader must know and the bytes do not say (a manifest entry, a file's name)."""

    @property
    def version(self) -> str:
        """A hash over all pages and facts: the same content is the same version."""
        digest = sha256()
        for page in self.pages:
            digest.update(page.sha256.encode())
        for key in sorted(self.facts):
            digest.update(f"\0{key}={self.facts[key]}".encode())
        return digest.hexdigest()
