"""The latest: what series were worth up to the newest session, read once a publication for models that are asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from topheavy.answers.models.history import Subject, history
from topheavy.answers.published import Kept, edition_of
from topheavy.core.errors import UsageError
from topheavy.forecast.panel import Matrix, Panel
from topheavy.forecast.serving.card import Card
from topheavy.warehouse.ask import Warehouse

MOST_SERIES = 8192
"""Several models over every member of an index, at once."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A series' whole history: raw values, oldest first, the last one of the session ``as_of``."""

    values: Matrix
    as_of: date
    snapshot: str


class Latest:
    """Histories out of one published copy, kept until it is another one."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._kept = Kept(lambda: edition_of(warehouse.path), MOST_SERIES)

    def of(self, card: Card, names: Iterable[str]) -> Mapping[str, Recent]:
        """Return the history of each series named, of what the model reads.

        Raises:
            NotPublished: while nothing is published.
            UsageError: when one of them is not known, or has no history.
        """
        keys = {name: (card.aim.reads, card.index, name) for name in names}
        return self._kept.remember_all(keys, lambda absent: self._read(card, absent))

    def _read(self, card: Card, names: list[str]) -> dict[str, Recent]:
        if card.aim.reads == "shares":
            panels = [history(self._warehouse, card.aim, Subject(group=name, index=card.index)) for name in names]
            return {name: _recent(panel, name) for name, panel in zip(names, panels, strict=True)}
        panel = history(self._warehouse, card.aim, Subject(securities=tuple(names)))
        return {name: _recent(panel, name) for name in names}


def _recent(panel: Panel, name: str) -> Recent:
    if name not in panel.series:
        raise UsageError(f"{name} has no history in the publication: collect some, or give values")
    values = panel.values[:, panel.series.index(name)]
    there = np.flatnonzero(~np.isnan(values))
    whole = values[there[0] : there[-1] + 1]
    return Recent(whole, panel.sessions[there[-1]].item(), panel.snapshot)
