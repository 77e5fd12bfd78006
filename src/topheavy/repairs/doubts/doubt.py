"""The doubt contract: look at the mended frames, return what is not explained, change nothing."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import ClassVar

from topheavy.repairs.rule import Frames, Repair


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of a security's caps that nothing explains, ``until`` exclusive (``None``: it lasts).

    ``question`` is put so that yes means that the data are wrong as it says; ``if_yes`` then mends them. Without
    a remedy a yes leaves the stretch doubtful; a no takes the data as they are.
    """

    rule: str
    security: str
    since: date
    until: date | None
    evidence: str
    question: str
    mark: str = ""
    """What tells this doubt from another of the same rule, security and day: the value as received."""
    if_yes: tuple[Repair, ...] = ()

    @property
    def identity(self) -> str:
        """The doubt's id: the same fault found again has the same."""
        place = f"{self.rule}|{self.security}|{self.mark or self.since}"
        return sha256(place.encode()).hexdigest()[:10]


class DoubtRule(ABC):
    """A rule that mends nothing. Subclass it in a file of its own and end the file with ``DOUBT = YourRule()``."""

    name: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    @abstractmethod
    def find(self, frames: Frames) -> list[Doubt]:
        """Return every doubt this rule has about ``frames``, once repairs have acted: pure, none on clean data."""

    @abstractmethod
    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """Return frames with a planted fault and what must come of it: (security, since, until)."""
