"""Ruling: a person answers a doubt's question, with evidence; the row stays, and can be switched off."""

import pyarrow as pa

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.progress import Silent
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.tables.read import read
from topheavy.tables.write import replace_all

VERDICTS = ("yes", "no")
OFF = "off"
"""Said instead of a verdict: the ruling made before no longer acts."""


def rule(home: Home, doubt: str, verdict: str, because: str, clock: Clock = system_clock) -> None:
    """Write down a verdict on a doubt, or switch the one made before off; the next publication acts on it.

    Raises:
        UsageError: for another verdict, a verdict without a reason, or a doubt there is none of.
    """
    if verdict not in (*VERDICTS, OFF):
        raise UsageError(f"'{verdict}' is no verdict: write yes, no, or off to take a ruling back")
    if verdict != OFF and not because.strip():
        raise UsageError('a ruling needs its evidence: add --because "where you saw it"')
    with home.lake.folder.alone(Silent()):
        known = set(read(home.tables, dataset("doubts"), columns=("id",))["id"].to_pylist())
        rulings = {row["doubt"]: row for row in read(home.tables, dataset("rulings")).to_pylist()}
        if verdict == OFF and doubt not in rulings:
            raise UsageError(f"nobody ruled on '{doubt}': 'topheavy show doubts' lists what was ruled")
        if verdict != OFF and doubt not in known | set(rulings):
            raise UsageError(f"no doubt has the id '{doubt}': 'topheavy show doubts' lists them")
        fresh = {"doubt": doubt, "verdict": verdict, "because": because.strip(), "made_at": clock(), "active": True}
        rulings[doubt] = rulings[doubt] | {"active": False} if verdict == OFF else fresh
        rows = pa.Table.from_pylist([rulings[name] for name in sorted(rulings)], schema=dataset("rulings").schema)
        replace_all(home.tables, dataset("rulings"), rows)
