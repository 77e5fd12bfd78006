"""Backtest forecasts: what a model would have said at each origin, and what came."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="backtest_forecasts",
    grain="a model's forecast of a series at an origin of a backtest",
    columns=(
        Column("run", TEXT, "the backtest"),
        Column("target", TEXT, "return, price, volatility or share"),
        Column("horizon", WHOLE, "sessions from the origin to the session forecast", "sessions"),
        Column("model", TEXT, "which model"),
        Column("series", TEXT, "the security, or the group whose share is forecast"),
        Column("origin", DAY, "the last session the model has seen"),
        Column("session", DAY, "the session the forecast is for"),
        Column("value", NUMBER, "the forecast", "unit of the target"),
        Column("low", NUMBER, "lower end of its interval", "unit of the target", optional=True),
        Column("high", NUMBER, "upper end of its interval", "unit of the target", optional=True),
        Column("naive", NUMBER, "what 'tomorrow = today' says", "unit of the target"),
        Column("actual", NUMBER, "what came", "unit of the target"),
    ),
    key=("run", "target", "horizon", "model", "series", "origin"),
    layer=Layer.RECORDED,
)
