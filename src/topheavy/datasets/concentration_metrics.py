"""Concentration metrics: the original pipeline's table of that name, with each issuer counted once."""

from topheavy.datasets.schema import DAY, NUMBER, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="concentration_metrics",
    grain="a session",
    columns=(
        Column("trading_date", DAY, "trading day"),
        Column("total_mag7_market_cap", NUMBER, "the group's cap", "currency"),
        Column("sp500_total_market_cap", NUMBER, "the index's cap, each issuer once", "currency", optional=True),
        Column("mag7_pct_of_sp500", NUMBER, "the group's part of the index", "%", optional=True),
        Column("mag7_companies_count", WHOLE, "group members in the index that day", "companies"),
    ),
    key=("trading_date",),
    layer=Layer.VIEW,
)
