"""The error tree: one class a room, and retry is a type.

::

    TopheavyError
    ├── UsageError            × Terminal    the command, setting or manifest is wrong (exit 2)
    ├── SourceError           a vendor or a file did not give what was asked
    │   ├── SourceBusy        × Transient   429, 5xx, timeouts, resets: ask again later
    │   ├── SourceRefused     × Terminal    401, 403, 404: asking again does not help
    │   └── Malformed         × Terminal    an answer came, but cannot be read as what it should be
    ├── LakeError             the raw zone or its ledger
    ├── TableError            the Iceberg tables
    │   ├── CheckFailed       × Terminal    rows that a dataset's own rules forbid
    │   └── Overtaken         × Transient   someone else has already written these rows
    ├── MetricError           a question or its engine
    ├── WarehouseError        the published copy
    │   └── NotPublished      × Terminal    a check refused publication, or nothing was published yet
    ├── StreamError           the broker, a message on it, or what feeds it
    │   └── BrokerAway        × Transient   no broker answers: it may come back
    ├── ForecastError         a model, its history or the registry
    └── WebError              the pages

Messages say what happened, to which data, and what to do next, in one line.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topheavy.core.units import Page


class TopheavyError(Exception):
    """The root: catch this to catch everything this package raises on purpose.

    Example:
        >>> try:
        ...     home.sql("SELECT * FROM nowhere")
        ... except topheavy.TopheavyError as error:
        ...     print(type(error).__name__)
        WarehouseError
    """


class Transient:
    """Mixed in where the same call may succeed later; carries the vendor's own wish, in seconds."""

    retry_after: float | None = None


class Terminal:
    """Mixed in where asking again cannot help."""


class UsageError(TopheavyError, Terminal):
    """A command, setting or manifest that cannot be acted on.

    Example:
        >>> try:
        ...     home.ask("concentration", index="SP50")
        ... except topheavy.UsageError as error:
        ...     print(error)
        no index is called 'SP50': did you mean 'SP500'?
    """


class SourceError(TopheavyError):
    """A vendor or a file did not give what was asked; ``calls`` are the requests it took to know."""

    calls: int = 1


class SourceBusy(SourceError, Transient):
    """The vendor could not answer now: rate limit, server error, time-out or broken connection.

    ``crowded`` says that asking less at once may help: 429, 503 or a time-out.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, crowded: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.crowded = crowded


class SourceRefused(SourceError, Terminal):
    """The vendor will not answer this request: wrong key, no right, or no such thing."""


class Malformed(SourceError, Terminal):
    """An answer came but is not what it should be; its bytes are kept.

    ``pages`` are the first bytes of a body that never became an answer, for who keeps such things.
    """

    def __init__(self, message: str, pages: "tuple[Page, ...]" = ()) -> None:
        super().__init__(message)
        self.pages = pages


class LakeError(TopheavyError):
    """The raw zone or the ledger cannot be read or written."""


class TableError(TopheavyError):
    """An Iceberg table cannot be read or written."""


class CheckFailed(TableError, Terminal):
    """Rows break a rule their dataset declares; nothing was written."""


class Overtaken(TableError, Transient):
    """A streamed table is further on than the rows that come: they are already there."""


class MetricError(TopheavyError):
    """A question is unknown, lacks an input, or its engine refused it."""


class WarehouseError(TopheavyError):
    """The published copy cannot be built or read."""


class NotPublished(WarehouseError, Terminal):
    """Nothing was published, or a check refused it; what was published before is still there.

    Example:
        >>> try:
        ...     topheavy.open(empty).ask("concentration")
        ... except topheavy.NotPublished as error:
        ...     print("first:", str(error).split(": ")[1])
        first: run 'topheavy run SOURCE' or 'topheavy demo'
    """


class StreamError(TopheavyError):
    """The broker, a message on it or a feed did not do what was asked."""


class BrokerAway(StreamError, Transient):
    """No broker answers, or not in time."""


class ForecastError(TopheavyError):
    """A model cannot be fitted, kept or asked, or there is no history for it."""


class WebError(TopheavyError):
    """A page cannot be served."""


def one_line(error: BaseException) -> str:
    """Return the error's message on one line, never empty."""
    text = " ".join(str(error).split())
    return text or type(error).__name__
