"""What a refine writes into the ledger: at once, or when the tables it makes anew have taken their place."""

from collections.abc import Callable
from dataclasses import dataclass, field

from topheavy.lake.ledger import Ledger


@dataclass(slots=True)
class Notes:
    """Changes of the ledger. Where they are ``held_back``, a refine that is given up has changed nothing in it."""

    ledger: Ledger
    held_back: bool
    changes: list[Callable[[], None]] = field(default_factory=list)

    def refined(self) -> dict[str, tuple[str, str]]:
        """Return unit → (version, edition) of what the tables at hand hold: new ones begin with nothing."""
        return {} if self.held_back else self.ledger.refined()

    def make(self, change: Callable[[], None]) -> None:
        """Make a change, now or later."""
        if self.held_back:
            self.changes.append(change)
        else:
            change()

    def settle(self) -> None:
        """Make the changes that were held back; a kill in between leaves answers to be read again."""
        self.ledger.forget_refined()
        for change in self.changes:
            change()
