"""Boosting: LightGBM on the features of the random forest."""

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.trees import THREADS, Grown, lessons, of_booster
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over


def fit(task: Task, training: Training) -> Fitted:
    """Boost trees on the examples of all series."""
    features, seen, change = lessons(task)
    with forecasting():
        import lightgbm
    params = {
        "objective": "regression",
        "learning_rate": training.params["rate"],
        "num_leaves": training.params["leaves"],
        "min_data_in_leaf": training.params["leaf"],
        "seed": training.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": THREADS,
        "verbosity": -1,
    }
    booster = lightgbm.train(params, lightgbm.Dataset(seen, change), num_boost_round=training.params["rounds"])
    return Grown(booster.predict, of_booster(booster), features, over(task))


MODEL = Model(
    name="boosting",
    title="LightGBM on changes",
    text="Gradient-boosted trees on the random forest's features; they predict the change. One model for all series.",
    fit=fit,
    scope="global",
    defaults={"rounds": 100, "rate": 0.05, "leaves": 15, "leaf": 100},
)
