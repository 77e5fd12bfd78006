"""A small home in which every page has something to show, served with all that a home can show and do besides."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi.testclient import TestClient

from support.sink_statuses import NOW, sink_status, sinks_at_work
from support.small_board import board_home
from support.small_ledger import small_home
from support.small_warehouse import publish_small
from support.trades import trades
from topheavy.answers.collections.facts import NEVER_ASKED, Asking
from topheavy.answers.collections.reader import monitor
from topheavy.answers.live.reader import LiveReader
from topheavy.answers.models.backtests import board
from topheavy.core.clock import fixed_clock
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.web.app import make_app
from topheavy.web.services import Services

HERE = "http://127.0.0.1:8050"


class NotedRetries:
    """What is asked for again is noted, and never begins."""

    def __init__(self) -> None:
        self.noted: list[tuple[tuple[str, ...], tuple[str, ...], int]] = []

    def start(self, sources: Sequence[str], units: Sequence[str], count: int) -> Asking:
        """Note it."""
        self.noted.append((tuple(sources), tuple(units), count))
        return self.asking()

    def asking(self) -> Asking:
        """Nothing goes on."""
        return NEVER_ASKED


def whole_home(home: Path) -> Path:
    """Make a simulated home: published figures, backtests, a ledger, all small enough to check by hand."""
    small_home(home, SourceKind.SIMULATED)
    board_home(home, SourceKind.SIMULATED)
    return publish_small(home, world="simulated")


@contextmanager
def served_home(home: Path) -> Iterator[TestClient]:
    """Serve a home made by ``whole_home`` while a sink says what it kept."""
    settings = read_settings(home, {})
    kept = [trades([0, 1, 2], apart=1), trades([3], "MSFT", apart=1)]
    with (
        sinks_at_work(home, sink_status(*kept)),
        closing(LiveReader(home, fixed_clock(NOW))) as live,
        board(settings) as backtests,
        monitor(settings, fixed_clock(NOW), NotedRetries()) as collections,
        TestClient(make_app(home, Services(collections, live, None, backtests)), base_url=HERE) as client,
    ):
        yield client
