"""Funds inside funds: how much of each fund a holding of one comes to, all the way down, rings cut with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DEEPEST = 64
"""No real fund is so many funds deep; whatever is deeper stays unexplained."""

MOST_STEPS = 100_000
"""Rings inside rings can be walked in more ways than there is time for."""


@dataclass(slots=True)
class Reach:
    """What one unit of a fund comes to: of each fund, itself included, and what was cut at which fund and why."""

    funds: dict[int, float] = field(default_factory=dict)
    cut: dict[tuple[int, str], float] = field(default_factory=dict)
    deepest: int = 0

    def take(self, other: "Reach", weight: float) -> None:
        """Add ``weight`` units of another fund's reach."""
        for fund, part in other.funds.items():
            self.funds[fund] = self.funds.get(fund, 0.0) + weight * part
        for key, part in other.cut.items():
            self.cut[key] = self.cut.get(key, 0.0) + weight * part
        self.deepest = max(self.deepest, other.deepest + 1)


class Nesting:
    """The funds that hold funds: ``children`` is, by fund, the funds it holds and their parts of it."""

    def __init__(self, names: Sequence[str], children: Mapping[int, Mapping[int, float]]) -> None:
        self._names = names
        self._children = children
        self._done: dict[int, Reach] = {}
        self._steps = 0

    def reach(self, fund: int) -> Reach:
        """Return what one unit of a fund comes to.

        A fund that is met again below itself is cut there: what it would come to is in the reach already, as far as
        the ring goes round once.
        """
        self._steps = 0
        return self._walk(fund, ())

    def _walk(self, fund: int, above: tuple[int, ...]) -> Reach:
        if fund in self._done:
            return self._done[fund]
        self._steps += 1
        reach = Reach({fund: 1.0})
        here = (*above, fund)
        for child, weight in self._children.get(fund, {}).items():
            if reason := self._stop(child, here):
                reach.cut[child, reason] = reach.cut.get((child, reason), 0.0) + weight
            else:
                reach.take(self._walk(child, here), weight)
        if not reach.cut:  # what lies below a cut depends on the way that led to it
            self._done[fund] = reach
        return reach

    def _stop(self, child: int, here: tuple[int, ...]) -> str:
        name = self._names[child]
        if child in here:
            between = [self._names[fund] for fund in here[here.index(child) + 1 :]]
            way = f" through {' and '.join(between)}" if between else ""
            return f"{name} holds itself{way}: cut there, or it would go round for ever"
        if len(here) >= DEEPEST:
            return f"{name} is more than {DEEPEST} funds deep"
        return f"{name} lies in rings of funds too entangled to follow" if self._steps > MOST_STEPS else ""
