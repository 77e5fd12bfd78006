"""What whoever serves the app hands in: eyes and hands for what the published copy cannot say."""

from dataclasses import dataclass

from topheavy.web.desk import Desk
from topheavy.web.forecaster import Forecaster
from topheavy.web.scores import Board
from topheavy.web.tape import Tape


@dataclass(frozen=True, slots=True)
class Handed:
    """Each may be absent: a page or route that needs one says so then."""

    desk: Desk | None = None
    """From which the collecting is watched."""
    tape: Tape | None = None
    """What streams, as it moves."""
    forecaster: Forecaster | None = None
    """The registered models, to be asked."""
    board: Board | None = None
    """How they did."""


NOTHING = Handed()
