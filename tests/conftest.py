"""What tests of several rooms share: the real market, carried the whole road once a test session."""

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from support.market_data import PROJECT, market_folder, needs_market
from support.marks import mark_items, slow_files_first
from support.skipped import told
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home
from topheavy.jobs.road import ask_for, run

SINCE, UNTIL = date(2020, 11, 30), date(2023, 12, 29)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they take, before any are chosen by their marks; long ones come first."""
    mark_items(items)
    slow_files_first(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Say at the very end what was skipped for want of what, and the command that brings it."""
    yield
    reports = terminalreporter.stats.get("skipped", [])
    reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports]
    if reasons:
        terminalreporter.section("not tested here")
        for line in told(reasons):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test counts its calls in the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("TOPHEAVY_STATE", raising=False)
        yield


@pytest.fixture(scope="session")
def real_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The real files, collected, refined and published: to be read, never written.

    The workers of one session share it: the first builds it, the others wait.
    """
    folder = market_folder()
    if folder is None:
        pytest.skip(needs_market.kwargs["reason"])
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    settings = read_settings(shared / "real", {"TOPHEAVY_MARKET_DATA": str(folder)})
    with alone(shared / "real.lock"), open_home(settings) as home:
        if not home.warehouse.path.exists():
            ask = ask_for(SINCE, UNTIL, frozenset(), str(PROJECT / "examples" / "sp500.toml"))
            assert run(home, "files", ask).failures == []
    with open_home(settings, create=False) as home:
        yield home


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock other processes wait for; one that dies lets it go."""
    with closing(sqlite3.connect(path, timeout=300, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
