"""Constituents: membership of an index, from when to when."""

from topheavy.datasets.schema import DAY, TEXT, Check, Column, Dataset

DATASET = Dataset(
    name="constituents",
    grain="a period in which a security was a member of an index",
    columns=(
        Column("index", TEXT, "the index, for example SP500"),
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "symbol as printed by the source, house spelling"),
        Column("since", DAY, "first session as a member"),
        Column("until", DAY, "first session no longer a member; empty: still one", optional=True),
        Column("evidence", TEXT, "where the fact comes from", optional=True),
    ),
    key=("index", "security", "since"),
    security_by="since",
    security_until="until",
    checks=(Check("period_reversed", "until < since", "membership ends after it begins"),),
)
