"""Market caps: an issuer's cap on a session, and how it is known."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, YES_NO, Column, Dataset, Layer

DATASET = Dataset(
    name="market_caps",
    grain="an issuer's market cap on a session",
    columns=(
        Column("session", DAY, "trading day"),
        Column("issuer", TEXT, "the company"),
        Column("security", TEXT, "its main share class: the one whose close is shown"),
        Column("name", TEXT, "name of the company"),
        Column("market_cap", NUMBER, "all share classes together", "currency"),
        Column("close", NUMBER, "the main class's close, as traded", "currency"),
        Column(
            "shares",
            NUMBER,
            "shares of all classes, in the main class's equivalents",
            "shares as of the session",
        ),
        Column("shares_effective", DAY, "the date the count in use speaks of"),
        Column("how", TEXT, "issuer count, or sum of N classes"),
        Column("repaired", YES_NO, "a repair acts on a value behind this figure"),
        Column("doubt", TEXT, "why the cap is not explained, in one line; empty: it is", optional=True),
    ),
    key=("session", "issuer"),
    layer=Layer.DERIVED,
    month_of="session",
)
