"""LSTM for each series: as many networks as series, each with what it alone has seen, all trained in one loop."""

from topheavy.forecast.lstm.learn import learn
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task


def fit(task: Task, training: Training) -> Fitted:
    """Train a network on the windows of each series."""
    return learn(task, training, each=True)


MODEL = Model(
    name="lstm_each",
    title="LSTM for each series",
    text="An LSTM for every series, which learns from that series alone; otherwise as the shared one.",
    fit=fit,
    defaults={"lookback": 21, "units": 16, "epochs": 30, "batch": 32, "rate": 0.003, "patience": 5},
    slow=True,
)
