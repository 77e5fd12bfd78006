"""Scores: what became of a forecast once the session it was for had come."""

from topheavy.datasets.schema import DAY, MOMENT, NUMBER, TEXT, WHOLE, YES_NO, Column, Dataset, Layer

DATASET = Dataset(
    name="scores",
    grain="a forecast whose session has come",
    columns=(
        Column("name", TEXT, "the question the model answers"),
        Column("version", WHOLE, "the model's version in the registry", "number"),
        Column("model", TEXT, "which model it is"),
        Column("target", TEXT, "return, price, volatility or share"),
        Column("horizon", WHOLE, "sessions from the origin to the session forecast", "sessions"),
        Column("series", TEXT, "the security, or the group whose share was forecast"),
        Column("origin", DAY, "the last session the model had seen"),
        Column("session", DAY, "the session the forecast was for"),
        Column("actual", NUMBER, "what came", "unit of the target"),
        Column("error", NUMBER, "actual − forecast", "unit of the target"),
        Column("naive_error", NUMBER, "actual − what 'tomorrow = today' said", "unit of the target"),
        Column("within", YES_NO, "the interval held it; empty where there was none", optional=True),
        Column("scored_at", MOMENT, "when it was scored", "UTC"),
        Column("snapshot", TEXT, "the publication that said what came"),
    ),
    key=("name", "version", "series", "origin"),
    layer=Layer.RECORDED,
    month_of="session",
)
