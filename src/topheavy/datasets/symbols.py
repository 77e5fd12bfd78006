"""Symbols: which symbol named which security, from when to when."""

from topheavy.datasets.schema import DAY, TEXT, Check, Column, Dataset

DATASET = Dataset(
    name="symbols",
    grain="a period in which a symbol named a security",
    columns=(
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "the symbol, house spelling"),
        Column("since", DAY, "first session under this symbol"),
        Column("until", DAY, "last session under this symbol; empty: still", optional=True),
        Column("evidence", TEXT, "where the fact comes from", optional=True),
    ),
    key=("symbol", "since"),
    checks=(Check("period_reversed", "until < since", "a period ends after it begins"),),
)
