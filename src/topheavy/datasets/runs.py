"""Runs: a unit of work, how often it was tried and how it ended."""

from topheavy.datasets.schema import MOMENT, NUMBER, TEXT, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="runs",
    grain="a unit of work asked of a source",
    columns=(
        Column("unit", TEXT, "the unit's name"),
        Column("source", TEXT, "the source asked"),
        Column("route", TEXT, "the source's route"),
        Column("session", TEXT, "the trading day asked for, or empty"),
        Column("subject", TEXT, "the company, fund, file or period asked for, or empty"),
        Column("outcome", TEXT, "ok, unchanged or failed"),
        Column("cause", TEXT, "the error, in one line, when it failed", optional=True),
        Column("attempts", WHOLE, "how often it was asked for, in all", "times"),
        Column("seconds", NUMBER, "how long the last attempt took", "s"),
        Column("bytes", WHOLE, "bytes received by the last attempt", "bytes"),
        Column("finished_at", MOMENT, "when the last attempt ended", "UTC"),
        Column("fault", TEXT, "the kind of failure: busy, refused or malformed", optional=True),
        Column("calls", WHOLE, "requests the last attempt took", "times", optional=True),
    ),
    key=("unit",),
    layer=Layer.DERIVED,
)
