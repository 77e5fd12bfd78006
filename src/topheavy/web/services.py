"""What whoever serves the app hands in: eyes and hands for what the published copy cannot say."""

from dataclasses import dataclass
from pathlib import Path

from topheavy.answers.collections.facts import CollectionsReader
from topheavy.answers.live.facts import LiveMarket
from topheavy.answers.models.facts import BacktestsReader
from topheavy.answers.models.predictions import Forecaster
from topheavy.answers.models.selection import NO_BOARD
from topheavy.answers.published import Published
from topheavy.core.errors import UsageError
from topheavy.portfolios.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Services:
    """Each may be absent: a page or route that needs one says so then."""

    collections: CollectionsReader | None = None
    """From which the collecting is watched."""
    live: LiveMarket | None = None
    """What streams, as it moves."""
    forecaster: Forecaster | None = None
    """The registered models, to be asked."""
    backtests: BacktestsReader | None = None
    """How they did."""
    shelf: Shelf | None = None
    """Own portfolios, kept in the home."""


NOTHING = Services()


class View(Published):
    """What a page looks through: the published copy, and the services that whoever serves the app has services in."""

    def __init__(self, home: Path, services: Services = NOTHING) -> None:
        super().__init__(home)
        self.collections, self.live, self.backtests = services.collections, services.live, services.backtests
        self.shelf = services.shelf


def board_of(view: View) -> BacktestsReader:
    """Return the view's board.

    Raises:
        UsageError: when whoever serves the app services none in.
    """
    if view.backtests is None:
        raise UsageError(NO_BOARD)
    return view.backtests


def shelf_of(view: View) -> Shelf:
    """Return the view's shelf of own portfolios.

    Raises:
        UsageError: when whoever serves the app hands none in.
    """
    if view.shelf is None:
        raise UsageError("this app keeps no portfolios: 'topheavy serve' does")
    return view.shelf
