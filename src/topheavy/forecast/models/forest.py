"""Random forest on lags and moving averages, of changes: it does not know the level, so it need not extrapolate it."""

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.trees import THREADS, Grown, lessons, of_forest
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over

MOST = 20_000
"""Examples each tree draws, at most: more make trees slower to grow, and little better."""


def fit(task: Task, training: Training) -> Fitted:
    """Grow a forest on the examples of all series."""
    features, seen, change = lessons(task)
    with forecasting():
        from sklearn.ensemble import RandomForestRegressor
    forest = RandomForestRegressor(
        n_estimators=training.params["trees"],
        min_samples_leaf=training.params["leaf"],
        max_features=1 / 3,
        max_samples=min(len(seen), MOST),
        random_state=training.seed,
        n_jobs=THREADS,
    )
    forest.fit(seen, change)
    return Grown(forest.predict, of_forest(forest), features, over(task))


MODEL = Model(
    name="forest",
    title="random forest on changes",
    text=(
        "A random forest on the last steps and on moving averages less the newest value; it predicts the change. One "
        "forest for all series."
    ),
    fit=fit,
    scope="global",
    defaults={"trees": 100, "leaf": 50},
)
