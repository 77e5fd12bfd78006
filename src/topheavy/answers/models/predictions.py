"""The forecaster: which models a home has registered and what they say; whoever serves the app hands it in."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Protocol

from pydantic import FailFast, Field, model_validator

from topheavy.answers.evidence import Fact
from topheavy.core.errors import UsageError, WebError

MOST_VALUES = 2_000
"""So many values of one series are read."""

MOST_INSTANCES = 1_000
"""So many forecasts are made at once."""

NAMED_OR_GIVEN = "say a security by name, or give values, or both: whose values they are"

Security = Annotated[
    str, Field(max_length=64, description="its published history is read", examples=["AAPL", "magnificent7"])
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Values = Annotated[
    tuple[Number, ...],
    FailFast(),
    Field(max_length=MOST_VALUES, description="raw values of what the model reads, one a session, oldest first"),
]


class Instance(Fact):
    """One series to forecast: by name, by its values, or both."""

    security: Security = ""
    values: Values = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Instance":
        if not (self.security or self.values):
            raise ValueError(NAMED_OR_GIVEN)
        return self


class Invocation(Fact):
    """What is asked of a model: one instance, or several as ``instances``."""

    security: Security = ""
    values: Values = ()
    instances: Annotated[tuple[Instance, ...], FailFast()] = Field(
        default=(), max_length=MOST_INSTANCES, description="several at once, in place of one"
    )
    level: float = Field(default=0.9, gt=0, lt=1, description="how often the interval is to cover what comes")

    @model_validator(mode="after")
    def _asks_in_one_way(self) -> "Invocation":
        if bool(self.instances) == bool(self.security or self.values):
            raise ValueError(f"give instances, or one: {NAMED_OR_GIVEN}")
        return self

    @property
    def asked(self) -> tuple[Instance, ...]:
        """The instances, one or several."""
        return self.instances or (Instance(security=self.security, values=self.values),)


class Prediction(Fact):
    """What a model says of one series."""

    security: str = Field(description="whose it is; empty where values were given alone")
    value: float = Field(description="the forecast, in ``unit``")
    low: float | None = Field(description="lower end of the interval; absent where ``reason`` says why")
    high: float | None = Field(description="upper end of the interval")
    level: float = Field(description="how often such an interval covers what comes")
    reason: str = Field(description="why there is no interval; empty where there is one")
    naive: float = Field(description='what "tomorrow = today" says')
    unit: str = Field(examples=["currency"])
    horizon: int = Field(description="sessions ahead")
    as_of: date | None = Field(description="the last session of the history; absent where values were given")
    session: date | None = Field(description="the session it is for; absent where values were given")


class Spoken(Fact):
    """What a model says, and which model it is."""

    name: str = Field(examples=["return-1"])
    version: int
    model: str = Field(description="its kind", examples=["drift"])
    title: str
    target: str
    snapshot: str = Field(description="the data it learned from")
    read_from: str = Field(description="the publication its history was read from; empty where values were given")
    trained_until: date
    made_at: datetime = Field(description="when the model was made (UTC)")
    world: str = Field(description="real, or simulated: a market that never was", examples=["real"])
    notice: str = Field(description="SIMULATED where the model learned from a market that never was")
    predictions: tuple[Prediction, ...] = Field(description="one an instance, in the order asked")


class Registered(Fact):
    """A name under which models are registered, and who answers to it."""

    name: str = Field(examples=["return-1"])
    target: str
    text: str = Field(description="what is forecast, in words")
    unit: str
    horizon: int = Field(description="sessions ahead")
    champion: int = Field(description="the version that answers by default")
    challenger: int | None = Field(description="the version that would like to")
    versions: tuple[int, ...]
    model: str = Field(description="the champion's kind")
    world: str = Field(description="real, or simulated: a market that never was")


class RegisteredModels(Fact):
    """Every name under which models are registered."""

    models: tuple[Registered, ...]


class ModelCard(Registered):
    """A version of a model: what it is, what it reads, what it learned from and how it did."""

    version: int
    title: str
    reads: str = Field(description="what its values are: prices, variances or shares")
    scope: str = Field(description="series: each has a model of its own; global: it takes any series")
    series: tuple[str, ...] = Field(description="the series it learned from")
    fewest: int = Field(description="values a forecast needs")
    wanted: int = Field(description="values a forecast with an interval needs; more make no difference")
    params: Mapping[str, int | float | str | bool] = Field(description="hyper-parameters")
    seed: int
    snapshot: str = Field(description="the data it learned from")
    code_version: str
    trained_from: date
    trained_until: date
    made_at: datetime
    metrics: Mapping[str, float | None] = Field(description="how it did on sessions it had not seen")
    errors: int = Field(description="known errors that its intervals are made of")
    opset: int = Field(description="the version of ONNX's operators")
    sha256: str = Field(description="of the ONNX file, in hex")
    notice: str = Field(description="SIMULATED where the model learned from a market that never was")


class Unfit(UsageError):
    """A model cannot make anything of what it was given."""


class NotReady(WebError):
    """No forecast can be made here now; the message says why and what to do."""


class Forecaster(Protocol):
    """The models of a home. A model is named as ``return-1``, ``return-1@challenger`` or ``return-1@3``."""

    def models(self) -> tuple[Registered, ...]:
        """Return every name under which models are registered."""
        ...

    def model(self, name: str) -> ModelCard:
        """Return what is known of one version.

        Raises:
            UsageError: when there is none such.
        """
        ...

    def invoke(self, name: str, invocation: Invocation) -> Spoken:
        """Forecast.

        Raises:
            UsageError: when there is no such model or security.
            Unfit: when the values cannot be what the model reads, or are too few.
            NotReady: when the model cannot be opened here.
        """
        ...

    def hosted(self) -> str:
        """Return the name of the model that answers where none is named.

        Raises:
            NotReady: when there is none, or it cannot be opened here.
        """
        ...
