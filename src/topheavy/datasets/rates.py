"""Rates: what a unit of another currency is worth in US dollars on a session."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

DATASET = Dataset(
    name="rates",
    grain="a currency on a session",
    columns=(
        Column("session", DAY, "the day the rate holds for"),
        Column("currency", TEXT, "ISO code"),
        Column("rate", NUMBER, "US dollars for one unit of the currency", "USD"),
    ),
    key=("session", "currency"),
    checks=(Check("rate_not_positive", "rate <= 0", "a rate is above zero"),),
)
