"""Weights: a member's part of an index on a session, by issuer and by line, and how it is known."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Column, Dataset, Layer

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
        Column(
            "how",
            TEXT,
            "measured; carried: the last known cap of the 21 sessions before; "
            "median: stands in at the median member; fund: market value in the fund's own file",
        ),
        Column(
            "reason",
            TEXT,
            "why it is not measured: no bar, not listed, no share count, failed",
            optional=True,
        ),
    ),
    key=("session", "index", "level", "member"),
    layer=Layer.DERIVED,
    month_of="session",
)
