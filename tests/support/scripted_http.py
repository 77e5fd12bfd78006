"""A network that says what it was told to: an ``Http`` for tests, and one that leads every call to a local server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from topheavy.core.errors import SourceRefused
from topheavy.core.http.client import Client, Reply
from topheavy.core.log.logger import redact
from topheavy.core.units import Page, SourceKind


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a source made it."""

    url: str
    headers: Mapping[str, str]


@dataclass
class ScriptedHttp:
    """Answers from ``bodies`` by full address, else from ``in_turn`` (its last one again and again), else 404."""

    bodies: Mapping[str, bytes] = field(default_factory=dict)
    in_turn: Sequence[bytes] = ()
    kind: SourceKind = SourceKind.VENDOR
    calls: list[Call] = field(default_factory=list)

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        full = _full(url, params)
        place = min(len(self.calls), len(self.in_turn) - 1)
        self.calls.append(Call(full, dict(headers or {})))
        if full not in self.bodies and not self.in_turn:
            raise SourceRefused(f"{redact(full)}: HTTP 404, there is no such thing")
        content = self.bodies[full] if full in self.bodies else self.in_turn[place]
        return Reply(Page(redact(full), content, "application/json"), self.kind)


@dataclass
class Rerouted:
    """The real client, with every address led to a server on this machine: path and query stay as asked."""

    client: Client
    server: str

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return self.client.get(f"{self.server}{parts.path}{query}", params, headers)


def _full(url: str, params: Mapping[str, str] | None) -> str:
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
