"""Contest: a champion is trained anew on what has come since, and gives way only to what has shown to be better."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from topheavy.answers.models.error_unit import error_unit
from topheavy.answers.models.history import Subject
from topheavy.core.clock import Clock, system_clock
from topheavy.core.progress import Progress
from topheavy.datasets.schema import dataset
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.compare import diebold_mariano
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import Registry
from topheavy.home import Home
from topheavy.jobs.forecast.train import Order, Trained, train
from topheavy.tables.read import read


def promote(home: Path, name: str, version: str, *, back: bool = False) -> int:
    """Make a version the champion, or the former champion again; return which one it is now.

    Raises:
        UsageError: when there is none such.
    """
    registry = Registry(home)
    return (registry.roll_back(name) if back else registry.promote(name, version)).champion


FEWEST = 21
"""Sessions on which both must have been scored before one is judged: a month."""

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a contest: who is champion now, and why, in words."""

    name: str
    champion: int
    promoted: bool
    why: str


def retrain(place: Home, name: str, *, clock: Clock = system_clock, progress: Progress | None = None) -> Trained | None:
    """Train a name's champion anew, as it was ordered, on all that has come since; it challenges the old one.

    ``None`` where nothing has come since the newest version was trained.

    Raises:
        UsageError: when no model of that name is registered.
    """
    registry = Registry(place.settings.home)
    newest, champion = registry.card(name, registry.versions(name)[-1]), registry.card(name)
    if newest.snapshot == place.warehouse.about()["fingerprint"]:
        return None
    return train(place, _order(champion), clock=clock, progress=progress)


def renew(
    place: Home, names: list[str] | None = None, *, clock: Clock = system_clock, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Judge the contest of every name (or of ``names``), then train its champion anew; return what came of both."""
    rows = []
    for name in names or Registry(place.settings.home).names():
        verdict = judge(place, name)
        trained = retrain(place, name, clock=clock, progress=progress)
        outcome = (
            f"version {trained.card.version} was trained" if trained else "nothing has come since the last training"
        )
        rows.append(asdict(verdict) | {"trained": outcome})
    return rows


def judge(place: Home, name: str) -> Verdict:
    """Promote a name's challenger where its recorded forecasts were better, on the sessions both were scored for.

    Better is a lower mean squared error that the test of Diebold and Mariano does not put down to chance.

    Raises:
        UsageError: when no model of that name is registered.
    """
    registry = Registry(place.settings.home)
    aliases = registry.aliases(name)
    if aliases.challenger is None:
        return Verdict(name, aliases.champion, False, "there is no challenger")
    card = registry.card(name)
    differences = _differences(place, name, aliases.challenger, aliases.champion)
    if len(differences) < FEWEST:
        return Verdict(name, aliases.champion, False, f"{len(differences)} of {FEWEST} sessions are scored for both")
    evidence = diebold_mariano(differences, card.horizon)
    if not (evidence.statistic < 0 and evidence.p < SIGNIFICANT):
        return Verdict(
            name, aliases.champion, False, f"no evidence that {aliases.challenger} is better, p {evidence.p:.2f}"
        )
    registry.promote(name, aliases.challenger)
    return Verdict(name, aliases.challenger, True, f"better on {len(differences)} sessions, p {evidence.p:.3f}")


def _order(card: Card) -> Order:
    if card.aim.reads == "shares":
        subject = Subject(group=card.series[0], index=card.index, since=card.trained_from)
    else:
        subject = Subject(securities=card.series, since=card.trained_from)
    return Order(card.model, card.target, card.horizon, subject, card.params, card.seed, card.held_out, card.name)


def _differences(place: Home, name: str, challenger: int, champion: int) -> Matrix:
    """Return the challenger's mean squared error less the champion's, session by session where both were scored."""
    errors: dict[int, dict[tuple[date, str], float]] = defaultdict(dict)
    columns = ("name", "version", "target", "series", "session", "actual", "error", "naive_error")
    for row in read(place.tables, dataset("scores"), columns=columns).to_pylist():
        if row["name"] == name:
            unit = error_unit(row["target"], row["actual"] - row["naive_error"])
            errors[row["version"]][row["session"], row["series"]] = (row["error"] / unit) ** 2
    by_session: defaultdict[date, list[float]] = defaultdict(list)
    for key in sorted(errors[challenger].keys() & errors[champion].keys()):
        by_session[key[0]].append(errors[challenger][key] - errors[champion][key])
    return np.array([np.mean(differences) for _, differences in sorted(by_session.items())])
