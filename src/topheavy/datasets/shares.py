"""Shares: a count outstanding, effective at one date and known at a later one."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

CLASS = "class"
ISSUER = "issuer"

DATASET = Dataset(
    name="shares",
    grain="a count of shares outstanding, effective at a date and known at another",
    columns=(
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "symbol as printed by the source, house spelling"),
        Column("effective", DAY, "the date the count speaks of"),
        Column("known", DAY, "the date the count could first be known (filing, publication)"),
        Column("count", NUMBER, "shares outstanding", "shares on the count's basis"),
        Column("covers", TEXT, "class: this share class; issuer: all classes, in this class's equivalents"),
        Column("basis", DAY, "the date whose share unit is counted; the effective date when as filed"),
        Column("evidence", TEXT, "form, page or note behind the count", optional=True),
    ),
    key=("security", "effective", "known", "covers", "source", "count"),
    security_by="effective",
    checks=(
        Check("count_not_positive", "count <= 0", "a count is above zero"),
        Check("covers_unknown", "covers not in ('class', 'issuer')", "covers is 'class' or 'issuer'"),
    ),
)
