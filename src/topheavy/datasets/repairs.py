"""Repairs: a correction someone can read and switch off; the original stays where it is."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, YES_NO, Column, Dataset, Layer

DATASET = Dataset(
    name="repairs",
    grain="a correction of one value",
    columns=(
        Column("id", TEXT, "short hash of rule, place and value: the same fault has the same id"),
        Column("rule", TEXT, "the rule that found it"),
        Column("dataset", TEXT, "the dataset corrected"),
        Column("security", TEXT, "the security corrected"),
        Column("effective", DAY, "the row's date"),
        Column("covers", TEXT, "for counts: class or issuer; empty otherwise"),
        Column("source", TEXT, "the source whose row is corrected"),
        Column("field", TEXT, "the column corrected"),
        Column("before", NUMBER, "the value as received"),
        Column("after", NUMBER, "the value used instead; empty: the row is not used", optional=True),
        Column("evidence", TEXT, "why, in one sentence with the figures"),
        Column("active", YES_NO, "false once someone switched it off"),
    ),
    key=("id",),
    layer=Layer.DERIVED,
)
