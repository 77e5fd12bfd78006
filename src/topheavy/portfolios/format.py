"""The contract of a format: what a file in ``formats/`` declares and does."""

from abc import ABC, abstractmethod
from typing import ClassVar

from topheavy.portfolios.document import Document
from topheavy.portfolios.position import Portfolio


class Format(ABC):
    """What one broker exports. Subclass it in a file of its own and end the file with ``FORMAT = YourBroker()``."""

    name: ClassVar[str]
    title: ClassVar[str]
    """Whose export it is and where that is found, for the docs and for people who look for theirs."""
    rank: ClassVar[int] = 50
    """Where several formats know a file, the highest rank reads it."""

    @abstractmethod
    def recognises(self, document: Document) -> bool:
        """Say whether the file is of this format, by what stands in it and never by its name."""

    @abstractmethod
    def read(self, document: Document) -> Portfolio:
        """Read the positions; every other line is left out with its reason.

        Raises:
            UsageError: when it holds no positions; the message says what it holds and what to give instead.
        """

    @abstractmethod
    def sample(self) -> bytes:
        """Return a small export written by hand, true in shape, for the contract suite and the docs."""
