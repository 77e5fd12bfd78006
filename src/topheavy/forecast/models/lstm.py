"""LSTM: one network that reads the last moves of any series, in units of their own size."""

from topheavy.forecast.lstm.learn import learn
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task


def fit(task: Task, training: Training) -> Fitted:
    """Train one network on the windows of all series."""
    return learn(task, training, each=False)


MODEL = Model(
    name="lstm",
    title="LSTM",
    text="One LSTM for all series: it reads the last moves over their own size, and begins as tomorrow = today.",
    fit=fit,
    scope="global",
    defaults={"lookback": 21, "units": 16, "epochs": 30, "batch": 256, "rate": 0.003, "patience": 5},
    slow=True,
)
