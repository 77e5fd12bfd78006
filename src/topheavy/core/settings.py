"""Where everything lives and what may be set: ``TOPHEAVY_*`` in the environment, nothing else.

Secrets come from the environment only, are read at the moment of use and never stored.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from topheavy.core.errors import UsageError

HOME_VARIABLE = "TOPHEAVY_HOME"


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings. ``environment`` is kept so that plug-ins can read their own variables."""

    home: Path
    environment: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        """Return ``TOPHEAVY_<name>``, or ``default`` where it is not set."""
        return self.environment.get(f"TOPHEAVY_{name}", default)

    def number(self, name: str, default: float) -> float:
        """Return ``TOPHEAVY_<name>`` as a number.

        Raises:
            UsageError: when it is set to something that is not a number.
        """
        text = self.text(name)
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"TOPHEAVY_{name} is '{text}', which is not a number: unset it or fix it")
        return value

    def secret(self, *names: str) -> str:
        """Return the first of the environment variables ``names`` that is set.

        Raises:
            UsageError: when none is set; the message names the first.
        """
        for name in names:
            if value := self.environment.get(name):
                return value
        raise UsageError(f"no key found: set {names[0]} in the environment")

    @property
    def coverage_floor(self) -> float:
        """Below this coverage (0 to 1) a figure is withheld. Setting: ``TOPHEAVY_COVERAGE_FLOOR``."""
        return self.number("COVERAGE_FLOOR", 0.8)

    @property
    def state(self) -> Path:
        """Folder of what all homes of a user share: the calls of the last minute, by vendor. Made when needed.

        Setting: ``TOPHEAVY_STATE``; by default ``topheavy`` in the system's folder for such things.
        """
        usual = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state") / "topheavy"
        return _expanded(Path(self.text("STATE") or usual), "set TOPHEAVY_STATE to a folder")

    @property
    def market_data(self) -> Path:
        """Folder of real market files for the packaged example manifest and the tests."""
        return Path(self.text("MARKET_DATA", "../shared/market"))


def read_settings(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; ``home`` given on the command line wins over ``TOPHEAVY_HOME``.

    Raises:
        UsageError: when the home is in the folder of a user there is none of.
    """
    env = dict(os.environ if environment is None else environment)
    chosen = home or Path(env.get(HOME_VARIABLE) or ".topheavy")
    return Settings(home=_expanded(chosen, "give a folder with --home"), environment=env)


def _expanded(folder: Path, advice: str) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise UsageError(f"the folder '{folder}' names a user there is none of: {advice}") from None
