"""Company details: the original pipeline's table of that name, as a view over market caps."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Column, Dataset, Layer

DATASET = Dataset(
    name="company_details",
    grain="a company on a session",
    columns=(
        Column("trading_date", DAY, "trading day"),
        Column("ticker", TEXT, "the company's main share class"),
        Column("company_name", TEXT, "name of the company"),
        Column("market_cap", NUMBER, "all share classes together", "currency"),
        Column("shares_outstanding", NUMBER, "shares of all classes, in the main class's equivalents", "shares"),
        Column("currency", TEXT, "ISO code"),
        Column("description", TEXT, "what the company does", optional=True),
    ),
    key=("trading_date", "ticker"),
    layer=Layer.VIEW,
)
