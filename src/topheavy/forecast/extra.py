"""What forecasting needs besides topheavy itself: the extra ``forecast``, and what to say where it is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from topheavy.core.errors import UsageError


class NotInstalled(UsageError):
    """A library of the extra ``forecast`` is not installed."""


@contextmanager
def forecasting() -> Iterator[None]:
    """Import libraries of the extra in here.

    Raises:
        NotInstalled: when one is not there; the message says how to get it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise NotInstalled(
            f"{error.name} is not installed, and is needed here: pip install 'topheavy[forecast]'"
        ) from error
