"""A home with a history long enough to learn from: three companies that walk at random for most of a year."""

from datetime import date
from pathlib import Path

import numpy as np

from support.own_files import GROUPS, MEMBERS, SHARES, write
from topheavy.core.calendar import sessions
from topheavy.home import Home
from topheavy.jobs.road import ask_for, run

DAYS = sessions(date(2023, 1, 3), date(2023, 9, 29))
"""187 sessions."""

SHARES_THEN = SHARES.replace("2024-05-01", "2022-12-01")


def closes(count: int) -> dict[str, list[float]]:
    """The closes of the first ``count`` sessions, the same however many are asked for."""
    steps = np.random.default_rng(11).normal(0, 0.02, (len(DAYS), 3))
    prices = np.array([50.0, 100.0, 200.0]) * np.exp(np.cumsum(steps, axis=0))
    return {
        name: [round(float(price), 4) for price in prices[:count, at]] for at, name in enumerate(("AAA", "BBB", "CCC"))
    }


def publish(home: Home, folder: Path, count: int, missed: range = range(0)) -> None:
    """Publish the first ``count`` sessions, but not those ``missed``; a later call with more goes on from there."""
    found = closes(count)
    lines = ["session,symbol,open,high,low,close"]
    for at, day in enumerate(DAYS[:count]):
        if at in missed:
            continue
        for name, prices in found.items():
            before = prices[at - 1] if at else prices[0]
            high, low = max(before, prices[at]) * 1.01, min(before, prices[at]) * 0.99
            lines.append(f"{day},{name},{before},{high:.4f},{low:.4f},{prices[at]}")
    members = MEMBERS.replace("2020-01-02", "2022-01-03")
    manifest = write(folder, bars="\n".join(lines), shares=SHARES_THEN, constituents=members, groups=GROUPS)
    ask = ask_for(DAYS[0], DAYS[count - 1], frozenset(), str(manifest))
    done = run(home, "files", ask, again=True)
    assert not done.failures
