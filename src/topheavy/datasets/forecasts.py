"""Forecasts: a prediction made at a time for a session, written down before what it speaks of is known here."""

from topheavy.datasets.schema import DAY, MOMENT, NUMBER, TEXT, WHOLE, YES_NO, Check, Column, Dataset, Layer

DATASET = Dataset(
    name="forecasts",
    grain="a registered model's prediction of a series, made at an origin",
    columns=(
        Column("name", TEXT, "the question the model answers, for example return-1"),
        Column("version", WHOLE, "the model's version in the registry", "number"),
        Column("model", TEXT, "which model it is, for example lstm"),
        Column("target", TEXT, "return, price, volatility or share"),
        Column("horizon", WHOLE, "sessions from the origin to the session forecast", "sessions"),
        Column("series", TEXT, "the security, or the group whose share is forecast"),
        Column("origin", DAY, "the last session the model has seen"),
        Column("session", DAY, "the session the forecast is for"),
        Column("value", NUMBER, "the forecast", "unit of the target"),
        Column("low", NUMBER, "lower end of its interval", "unit of the target", optional=True),
        Column("high", NUMBER, "upper end of its interval", "unit of the target", optional=True),
        Column("level", NUMBER, "part of what comes that the interval is to cover", "1"),
        Column("naive", NUMBER, "what 'tomorrow = today' says", "unit of the target"),
        Column("made_at", MOMENT, "when it was made", "UTC"),
        Column("ahead", YES_NO, "made before that session closed; false where an old market is played again"),
        Column("snapshot", TEXT, "the publication it was made from"),
        Column("source_kind", TEXT, "real or simulated: the world it is about"),
    ),
    key=("name", "version", "series", "origin"),
    layer=Layer.RECORDED,
    month_of="session",
    checks=(
        Check("session_not_ahead", "session <= origin", "a forecast is for a session after its origin"),
        Check("interval_reversed", "low > high", "an interval's lower end is not above its upper end"),
    ),
)
