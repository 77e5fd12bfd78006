"""A card: what is known of a registered model, everything needed to serve it and to judge it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from topheavy.core.errors import ForecastError, one_line
from topheavy.forecast.model import Parameter
from topheavy.forecast.scoring.conformal import MOVES, Intervals
from topheavy.forecast.target import Target, target

FORMAT = 1
"""The layout of a card that this version reads and writes."""


@dataclass(frozen=True, slots=True)
class Card:
    """``name`` is the question a model answers (``return-1``), ``version`` counts its answers from 1.

    A model is registered with version 0 and no hash: the registry gives it both. ``trained_from`` and
    ``trained_until`` are the first and last session it has seen; ``snapshot`` names the tables they were read from.
    A metric that is not known is NaN here and null in JSON.
    """

    name: str
    model: str
    title: str
    target: str
    horizon: int
    series: tuple[str, ...]
    lookback: int
    snapshot: str
    code_version: str
    trained_from: date
    trained_until: date
    made_at: datetime
    world: str
    """``real`` or ``simulated``."""
    index: str = ""
    """The index that a share is a part of; empty: the one with the longest history."""
    held_out: int = 0
    """Sessions it was tried on before it was fitted for good: ``metrics`` speak of them."""
    scope: str = "series"
    """``series``: each series has a model of its own; ``global``: one model takes any series."""
    seed: int = 0
    params: Mapping[str, Parameter] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    intervals: Intervals = field(default_factory=lambda: Intervals(()))
    version: int = 0
    opset: int = 0
    sha256: str = ""
    """Of ``model.onnx``, in hex."""
    format: int = FORMAT

    @property
    def aim(self) -> Target:
        """The target it forecasts, with its transform.

        Raises:
            UsageError: when this version of topheavy knows no such target.
        """
        return target(self.target)

    @property
    def fewest(self) -> int:
        """How many values up to the origin a forecast needs."""
        return max(self.lookback, self.horizon if self.aim.reads == "variances" else 1)

    @property
    def wanted(self) -> int:
        """How many values a forecast with an interval needs; more make no difference."""
        return max(self.fewest, MOVES + 1)

    def to_json(self) -> str:
        """Return the card as JSON that ``read_card`` reads back."""
        stated: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        stated |= {name: stated[name].isoformat() for name in ("trained_from", "trained_until", "made_at")}
        stated["params"] = dict(self.params)
        stated["metrics"] = {name: value if math.isfinite(value) else None for name, value in self.metrics.items()}
        stated["intervals"] = self.intervals.errors
        return json.dumps(stated, indent=1, allow_nan=False)


def read_card(text: str, where: str) -> Card:
    """Read a card; ``where`` says whose it is, for the message.

    Raises:
        ForecastError: when it is not a card, or was written by a newer version.
    """
    try:
        stated = json.loads(text)
        if stated["format"] > FORMAT:
            raise ForecastError(
                f"{where} was written by a newer topheavy (format {stated['format']}, this one reads {FORMAT}): "
                "upgrade topheavy, or train the model again"
            )
        return _card(stated)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ForecastError(f"{where} cannot be read ({one_line(error)}): train the model again") from error


def _card(stated: dict[str, Any]) -> Card:
    read: dict[str, Any] = stated | {
        "series": tuple(stated["series"]),
        "trained_from": date.fromisoformat(stated["trained_from"]),
        "trained_until": date.fromisoformat(stated["trained_until"]),
        "made_at": datetime.fromisoformat(stated["made_at"]),
        "metrics": {name: math.nan if value is None else float(value) for name, value in stated["metrics"].items()},
        "intervals": Intervals(tuple(float(error) for error in stated["intervals"])),
    }
    return Card(**read)
