"""The home every asset works in, and our errors as Dagster's: only what may pass is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from topheavy.core.errors import Terminal, TopheavyError, Transient, one_line
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home

RETRIES = dg.RetryPolicy(max_retries=4, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

TABLES_POOL = "tables"
"""Runs that write the tables and the warehouse wait for each other here; vendors have a pool each."""


class HomeResource(dg.ConfigurableResource):
    """A home folder; without one, TOPHEAVY_HOME says where, as it does for the command line."""

    folder: str = ""

    @contextmanager
    def open(self) -> Iterator[Home]:
        """Open it for one step; what fails is told to Dagster as a failure of its own kind."""
        with _told(), open_home(read_settings(Path(self.folder) if self.folder else None)) as home:
            yield home


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except TopheavyError as error:
        kind = "terminal" if isinstance(error, Terminal) else type(error).__name__
        raise failure(one_line(error), passes=isinstance(error, Transient), kind=kind) from error


def failure(description: str, *, passes: bool, **metadata: str) -> dg.Failure:
    """Return a failure that is tried again only where asking again may help."""
    return dg.Failure(description, metadata=metadata, allow_retries=passes)


class Told:
    """A progress that ends up in the run's log."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log
        self._title, self._total, self._done, self._failed = "", 0, 0, 0

    def start(self, title: str, total: int) -> None:
        """Note a stage."""
        self._title, self._total, self._done, self._failed = title, total, 0, 0

    def advance(self, *, failed: bool = False) -> None:
        """Count a step, and tell of every hundredth."""
        self._done += 1
        self._failed += failed
        if self._done % 100 == 0:
            self.finish()

    def finish(self) -> None:
        """Tell how far the stage is."""
        if self._total:
            self._log.info(f"{self._title}: {self._done:,} of {self._total:,}, {self._failed:,} failed")
