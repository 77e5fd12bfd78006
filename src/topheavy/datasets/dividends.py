"""Dividends: cash paid on one share, by its first session without the claim."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

DATASET = Dataset(
    name="dividends",
    grain="a cash dividend of a security",
    columns=(
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "symbol as printed by the source, house spelling"),
        Column("effective", DAY, "ex-date: first session without the claim"),
        Column("amount", NUMBER, "cash per share", "currency"),
        Column("currency", TEXT, "ISO code", optional=True),
        Column("basis", DAY, "the date whose shares the amount is quoted in; the ex-date when as paid"),
        Column("kind", TEXT, "regular, special or other, as the source says", optional=True),
    ),
    key=("security", "effective", "amount"),
    security_by="effective",
    checks=(Check("amount_negative", "amount < 0", "a dividend is zero or more"),),
)
