"""Progress as an argument: long work tells how far it is, whoever listens."""

from typing import Protocol


class Progress(Protocol):
    """What long work sees of the person watching."""

    def start(self, title: str, total: int) -> None:
        """Begin a stage of ``total`` steps."""
        ...

    def advance(self, *, failed: bool = False) -> None:
        """Note that one step ended."""
        ...

    def say(self, text: str) -> None:
        """Tell in a few words how the stage stands: a model's error, say. Shown beside the count."""
        ...

    def finish(self) -> None:
        """End the stage."""
        ...


class Silent:
    """Nobody watches."""

    def start(self, title: str, total: int) -> None:
        """Say nothing."""

    def advance(self, *, failed: bool = False) -> None:
        """Say nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""
