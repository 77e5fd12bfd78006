"""A rule of a script: which fault strikes which calls, decided for each by what was asked and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from topheavy.simulator.hostile.act import Given
from topheavy.simulator.hostile.table import Fault


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule looks at: the request less its key, the days it names, its how many-th ask this is, since when."""

    request: str
    path: str
    days: tuple[date, ...]
    ask: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault, its settings, and the calls it strikes; ``salt`` keeps apart what two rules draw."""

    fault: Fault
    given: Given
    when: Mapping[str, Any]
    salt: str

    def dice(self, call: Asked) -> Random:
        """Return the random numbers of a call: the same for the same seed, rule, request and number of asking."""
        return self._dice("acts", call)

    def _dice(self, what: str, call: Asked) -> Random:
        return Random(f"{self.salt}|{what}|{call.request}|{call.ask}")

    def strikes(self, call: Asked) -> bool:
        """Say whether the fault strikes this ask."""
        return all(self._allows(name, value, call) for name, value in self.when.items())

    def _allows(self, name: str, value: Any, call: Asked) -> bool:
        match name:
            case "share":
                return bool(self._dice("strikes", call).random() < value)
            case "asks":
                return bool(value[0] <= call.ask <= value[1])
            case "path":
                return fnmatchcase(call.path, value)
            case "dates":
                return any(value[0] <= day <= value[1] for day in call.days)
            case _:
                return bool(call.seconds < value)
