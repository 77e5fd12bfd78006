"""Training sets: what a registered model learned from and was tested on, value by value."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="training_sets",
    grain="a value that a registered model learned from or was tested on",
    columns=(
        Column("name", TEXT, "the question the model answers"),
        Column("version", WHOLE, "the model's version in the registry", "number"),
        Column("part", TEXT, "train: before the cut; test: held out, then learned from in the model that is served"),
        Column("series", TEXT, "the security or group"),
        Column("session", DAY, "trading day"),
        Column("value", NUMBER, "the value as read from the publication", "unit of the history"),
    ),
    key=("name", "version", "series", "session"),
    layer=Layer.RECORDED,
)
