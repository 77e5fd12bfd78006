"""The oracle's figures of one index on one session: how top-heavy it is, and the band that is left open."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import exp, fsum, log, sqrt

COVERAGE_FLOOR = 0.8


@dataclass(frozen=True, slots=True)
class Value:
    """What a member is worth, how that is known, and within which bounds where it is not measured."""

    value: float
    how: str
    low: float | None = None
    high: float | None = None

    def times(self, portion: float) -> "Value":
        low, high = (None if end is None else end * portion for end in (self.low, self.high))
        return Value(self.value * portion, self.how, low, high)

    def doubtful(self, claimed: float) -> "Value":
        """A doubted cap: as claimed where the evidence allows it or where there is none, else by the evidence."""
        if self.low is None or self.high is None:
            raise ValueError("what is measured is not doubted")
        if self.how != "typical":
            value = claimed if self.low <= claimed <= self.high else self.value
            return Value(value, "doubtful", self.low, self.high)
        return Value(claimed, "doubtful", min(claimed, self.low), max(claimed, self.high))


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part of an index."""

    value: float
    weight: float
    how: str
    low: float | None
    high: float | None

    @property
    def down(self) -> float:
        """By how much of the index's total it may be worth less."""
        return 0.0 if self.low is None else self.weight * (self.value - self.low) / self.value

    @property
    def up(self) -> float:
        return 0.0 if self.high is None else self.weight * (self.high - self.value) / self.value


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an index, at least and at most; nothing where withheld."""

    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How top-heavy an index is; ``None`` where withheld."""

    members: int
    measured: int
    coverage: float
    total: float | None = None
    total_low: float | None = None
    total_high: float | None = None
    top1: float | None = None
    top5: float | None = None
    top10: float | None = None
    top10_low: float | None = None
    top10_high: float | None = None
    hhi: float | None = None
    hhi_low: float | None = None
    hhi_high: float | None = None
    effective_n: float | None = None
    entropy_n: float | None = None
    gini: float | None = None


def weighed(values: Mapping[str, Value]) -> dict[str, Part]:
    total = fsum(item.value for item in values.values())
    return {
        member: Part(item.value, item.value / total, item.how, item.low, item.high) for member, item in values.items()
    }


def is_measured(part: Part) -> bool:
    return part.how in ("measured", "fund")


def covered(parts: Collection[Part]) -> float:
    """The measured part of the value."""
    return fsum(part.value for part in parts if is_measured(part)) / fsum(part.value for part in parts)


def is_stated(parts: Collection[Part]) -> bool:
    """Enough is covered by weight, and of enough members the size is known."""
    sized = sum(part.how not in ("typical", "doubtful") for part in parts)
    return covered(parts) >= COVERAGE_FLOOR and sized / len(parts) >= COVERAGE_FLOOR


def spread(parts: Iterable[Part], end: str) -> float:
    """How far a sum may be off: typical members all the same way, others each its own."""
    listed = [(part.how, getattr(part, end)) for part in parts]
    alike = fsum(off for how, off in listed if how == "typical")
    return alike + sqrt(fsum(off * off for how, off in listed if how != "typical"))


def share_with_band(group: Collection[Part], every: Collection[Part]) -> Share:
    share = fsum(part.weight for part in group)
    low = share - sqrt(fsum(part.down**2 for part in group))
    high = share + sqrt(fsum(part.up**2 for part in group))
    most, least = 1 - share + spread(every, "up"), 1 - share - spread(every, "down")
    return Share(share, low / (low + most), high / (high + max(least, 0.0)))


def figures_of(parts: Iterable[Part]) -> Figures:
    """The figures of one index on one session."""
    held = sorted(parts, key=lambda part: part.value)
    n, measured, coverage = len(held), sum(map(is_measured, held)), covered(held)
    if not is_stated(held):
        return Figures(n, measured, coverage)
    weights = [part.weight for part in held]
    squares, total = fsum(w * w for w in weights), fsum(part.value for part in held)
    first, rest = held[-10:], held[:-10]
    low, high = fsum(p.weight - p.down for p in first), fsum(p.weight + p.up for p in first)
    others = fsum(p.weight for p in rest)
    most, least = 1 + spread(held, "up"), 1 - spread(held, "down")
    return Figures(
        members=n,
        measured=measured,
        coverage=coverage,
        total=total,
        total_low=total * least,
        total_high=total * most,
        top1=weights[-1],
        top5=fsum(weights[-5:]),
        top10=fsum(weights[-10:]),
        top10_low=low / (low + others + spread(rest, "up")),
        top10_high=high / (high + others - spread(rest, "down")),
        hhi=fsum((100 * w) ** 2 for w in weights),
        hhi_low=fsum((100 * (p.weight - p.down)) ** 2 for p in held) / most**2,
        hhi_high=fsum((100 * (p.weight + p.up)) ** 2 for p in held) / least**2,
        effective_n=1 / squares,
        entropy_n=exp(-fsum(w * log(w) for w in weights if w > 0)),
        gini=fsum((2 * i - n - 1) * w for i, w in enumerate(weights, start=1)) / (n * fsum(weights)),
    )
