"""Magnificent 7 metrics: the original pipeline's table of that name, with each issuer counted once."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, WHOLE, Column, Dataset, Layer

DATASET = Dataset(
    name="magnificent7_metrics",
    grain="a Magnificent 7 company on a session",
    columns=(
        Column("trading_date", DAY, "trading day"),
        Column("ticker", TEXT, "the group member's symbol"),
        Column("market_cap", NUMBER, "all share classes together", "currency"),
        Column("pct_of_mag7", NUMBER, "part of the group's cap", "%", optional=True),
        Column("pct_of_sp500", NUMBER, "part of the index's cap", "%", optional=True),
        Column("ranking", WHOLE, "1 for the group's largest"),
    ),
    key=("trading_date", "ticker"),
    layer=Layer.VIEW,
)
