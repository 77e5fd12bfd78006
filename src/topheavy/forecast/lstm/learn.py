"""Learning from a task: what both LSTM models do, for one network or for one each series."""

from topheavy.core.errors import UsageError
from topheavy.forecast.extra import forecasting
from topheavy.forecast.lstm.network import Network
from topheavy.forecast.lstm.recurrent import Recurrent
from topheavy.forecast.lstm.together.workers import train_shared
from topheavy.forecast.lstm.train import Recipe, train
from topheavy.forecast.lstm.windows import lessons
from topheavy.forecast.model import Training
from topheavy.forecast.task import Task


def learn(task: Task, training: Training, *, each: bool) -> Recurrent:
    """Train on a task, one network or one for ``each`` series, shared by as many processes as ``training`` says."""
    params = training.params
    lookback = int(params["lookback"])
    if lookback < 3:
        raise UsageError(f"lookback is {lookback}: an LSTM reads 3 values or more")
    recipe = Recipe(
        units=int(params["units"]),
        epochs=int(params["epochs"]),
        batch=int(params["batch"]),
        rate=float(params["rate"]),
        patience=int(params["patience"]),
        seed=training.seed,
    )
    taught = lessons(task, lookback, each=each)
    with forecasting():
        if training.workers > 1:
            trained = train_shared(taught, recipe, training.workers, training.checkpoints, training.progress)
        else:
            trained = train(taught, recipe, training.checkpoints, training.progress)
    return Recurrent(Network(recipe.units), trained.weights, lookback, task.horizon)
