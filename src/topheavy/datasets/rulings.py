"""Rulings: what a person answered to a doubt's question, with evidence; each can be switched off."""

from topheavy.datasets.schema import MOMENT, TEXT, YES_NO, Check, Column, Dataset, Layer

DATASET = Dataset(
    name="rulings",
    grain="a person's ruling on a doubt",
    columns=(
        Column("doubt", TEXT, "the doubt's id"),
        Column("verdict", TEXT, "yes: the data are wrong as the question says; no: they are right as they are"),
        Column("because", TEXT, "the evidence, in the person's words"),
        Column("made_at", MOMENT, "when it was made", "UTC"),
        Column("active", YES_NO, "false once it was switched off"),
    ),
    key=("doubt",),
    layer=Layer.RECORDED,
    checks=(Check("verdict_unknown", "verdict not in ('yes', 'no')", "a verdict is 'yes' or 'no'"),),
)
