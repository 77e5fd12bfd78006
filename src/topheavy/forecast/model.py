"""What a model is: how it is fitted to a task, and what a fitted one can do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from topheavy.core.errors import UsageError
from topheavy.core.plugins import MODELS, load, unknown
from topheavy.core.progress import Progress, Silent
from topheavy.forecast.panel import Matrix
from topheavy.forecast.target import TARGETS
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins

if TYPE_CHECKING:
    from onnx import ModelProto

Parameter: TypeAlias = int | float | str | bool

ALL = frozenset(TARGETS)


class Fitted(Protocol):
    """A model that has learned."""

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        ...

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change of ``now`` at each origin, origins × series; NaN where history is too short.

        ``x`` is sessions × series on the working scale. Nothing after an origin's row is looked at for that origin.
        """
        ...

    def graph(self) -> "ModelProto":
        """Return the same as ONNX.

        Inputs ``window`` (batch × lookback, double) and ``series`` (batch, int64: its number in training); output
        ``change`` (batch, double).
        """
        ...


@dataclass(frozen=True, slots=True)
class Training:
    """How a model is fitted: its seed, parameters, where checkpoints rest (nowhere by default) and who hears of it.

    ``workers`` is how many processes of this machine share the work, where a model can share it.
    """

    seed: int = 0
    params: Mapping[str, Parameter] = field(default_factory=dict)
    checkpoints: Path | None = None
    progress: Progress = field(default_factory=Silent)
    workers: int = 1


Fit: TypeAlias = Callable[[Task, Training], Fitted]


@dataclass(frozen=True, slots=True)
class Model:
    """What a file in ``models/`` declares.

    ``defaults`` are its hyper-parameters; ``fit`` is handed a whole set of them. ``scope`` is ``series`` where each
    series has a model of its own, ``global`` where one model learns from all. ``slow`` models are left out of a
    backtest unless they are asked for by name.
    """

    name: str
    title: str
    text: str
    fit: Fit
    targets: frozenset[str] = ALL
    scope: str = "series"
    defaults: Mapping[str, Parameter] = field(default_factory=dict)
    slow: bool = False

    def learn(self, task: Task, training: Training | None = None) -> Fitted:
        """Fit the model to a task.

        Raises:
            UsageError: when it does not forecast this target, or a parameter is not one of its own.
        """
        self.must_forecast(task.target.name)
        settings = training or Training()
        return self.fit(task, replace(settings, params=self.complete(settings.params)))

    def must_forecast(self, target: str) -> None:
        """Refuse a target that the model is not made for.

        Raises:
            UsageError: the message lists those that it is made for.
        """
        if target not in self.targets:
            raise UsageError(f"{self.name} does not forecast {target}, only {', '.join(sorted(self.targets))}")

    def complete(self, params: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """Return ``params`` with the defaults for the rest, each as its default's type.

        Raises:
            UsageError: when one is not known here, or is not of its type.
        """
        whole = dict(self.defaults)
        for name, value in params.items():
            if name not in whole:
                raise UsageError(unknown(f"{self.name} parameter", name, self.defaults))
            whole[name] = _like(self.defaults[name], value, f"{self.name}'s {name}")
        return whole


def models() -> Mapping[str, Model]:
    """Return every model by name."""
    return load(MODELS)


def _like(default: Parameter, value: Parameter, what: str) -> Parameter:
    """Read a value, maybe text from a flag or the environment, as the type of its default."""
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).lower()]
        return type(default)(value)
    except (ValueError, KeyError):
        raise UsageError(f"{what} is '{value}', which is no {type(default).__name__}") from None
