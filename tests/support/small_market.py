"""A simulated market of thirty companies over a month, and a network in front of it that can be told to fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock

from topheavy.core.clock import Clock
from topheavy.core.http.client import Http, Reply
from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.demo import simulated_settings

SINCE, UNTIL = date(2024, 11, 1), date(2024, 12, 13)
SESSIONS = 30
"""Weekdays in that period less Thanksgiving (2024-11-28)."""


def settings_for(home: Path, base: str) -> Settings:
    return simulated_settings(read_settings(home, {}), base)


def at(text: str) -> Clock:
    """A clock that stands still, in UTC."""
    return lambda: datetime.fromisoformat(f"{text}+00:00")


@dataclass
class Watched:
    """The real network; counts what is asked, and first asks ``before`` what it thinks of an address."""

    http: Http
    before: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        with self.lock:
            self.asked.append(url)
        self.before(url)
        return self.http.get(url, params or {}, headers or {})
