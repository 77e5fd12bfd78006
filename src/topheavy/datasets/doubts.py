"""Doubts: what nothing in the home explains, from when to when, and the question that would settle it."""

from topheavy.datasets.schema import DAY, TEXT, YES_NO, Column, Dataset, Layer

DATASET = Dataset(
    name="doubts",
    grain="a stretch of a security's caps that nothing explains",
    columns=(
        Column("id", TEXT, "short hash of rule, security and place: the same doubt has the same id"),
        Column("rule", TEXT, "the rule that found it"),
        Column("security", TEXT, "the security whose price or count is doubted"),
        Column("since", DAY, "first day of the stretch"),
        Column("until", DAY, "first day after it; empty: it lasts", optional=True),
        Column("evidence", TEXT, "what was seen, in one sentence with the figures"),
        Column("question", TEXT, "what a person would have to know: yes means that the data are wrong as asked"),
        Column("ruling", TEXT, "yes or no, as a person ruled; empty: open", optional=True),
        Column("because", TEXT, "the evidence that person gave", optional=True),
        Column("acts", YES_NO, "true while caps of the stretch count as doubtful"),
    ),
    key=("id",),
    layer=Layer.DERIVED,
)
