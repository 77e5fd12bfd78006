"""Weights: a member's part of an index on a session, by issuer and by line, and how it is known."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Column, Dataset, Layer

HOW = (
    "measured: its cap, which is explained; doubtful: its cap is not, so it counts as not measured, as claimed where "
    "other evidence allows it, else by that; "
    "carried: its own weight of the 21 sessions before, moved with the index; nearest: its own weight of the nearest "
    "day that has one; by fund: its weight in the nearest file of a fund like the index; typical: what members are "
    "worth that nothing is known of; fund: a line of the fund's own file"
)
"""How a member's value is known."""

DATASET = Dataset(
    name="weights",
    grain="a member of an index on a session, at a level",
    columns=(
        Column("session", DAY, "trading day, or a fund file's as-of date"),
        Column("index", TEXT, "the index, or the fund whose holdings these are"),
        Column("level", TEXT, "issuer: a company once; line: a share class"),
        Column("member", TEXT, "the issuer, or the security at level line"),
        Column("security", TEXT, "the member's main share class"),
        Column("name", TEXT, "name of the company", optional=True),
        Column("value", NUMBER, "market cap (index) or market value held (fund)", "currency", optional=True),
        Column("weight", NUMBER, "value ÷ the index's total", "1", optional=True),
        Column("value_low", NUMBER, "at least so much, where it is not measured", "currency", optional=True),
        Column("value_high", NUMBER, "at most so much, where it is not measured", "currency", optional=True),
        Column("how", TEXT, HOW),
        Column(
            "reason",
            TEXT,
            "why it is not measured: no bar, not listed, no share count, failed, or the doubt about its cap",
            optional=True,
        ),
    ),
    key=("session", "index", "level", "member"),
    layer=Layer.DERIVED,
    month_of="session",
)
