"""Failed collections: the original pipeline's table of that name: every empty cell with its reason."""

from topheavy.datasets.schema import DAY, TEXT, Column, Dataset, Layer

DATASET = Dataset(
    name="failed_collections",
    grain="a member of the index without a measured cap on a session",
    columns=(
        Column("trading_date", DAY, "trading day"),
        Column("ticker", TEXT, "the member"),
        Column("reason", TEXT, "no bar, not listed, no share count, failed: cause"),
    ),
    key=("trading_date", "ticker"),
    layer=Layer.VIEW,
)
