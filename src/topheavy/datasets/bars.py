"""Bars: a security's session, as received, on a declared price basis."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Check, Column, Dataset

DATASET = Dataset(
    name="bars",
    grain="a security's session",
    columns=(
        Column("session", DAY, "trading day of the exchange (XNYS)"),
        Column("security", TEXT, "the security, by its latest symbol"),
        Column("symbol", TEXT, "symbol as printed by the source, house spelling"),
        Column("open", NUMBER, "first price", "currency"),
        Column("high", NUMBER, "highest price", "currency"),
        Column("low", NUMBER, "lowest price", "currency"),
        Column("close", NUMBER, "last price", "currency"),
        Column("volume", NUMBER, "shares traded", "shares on the price basis", optional=True),
        Column("vwap", NUMBER, "volume-weighted average price", "currency", optional=True),
        Column(
            "basis",
            DAY,
            "the date whose shares the prices are quoted in: the session itself when as traded, "
            "the download date when the vendor had divided by every split up to then",
        ),
        Column(
            "dividend_basis",
            DAY,
            "the date up to which dividends had been taken out of the prices; empty: none were",
            optional=True,
        ),
    ),
    key=("session", "security"),
    month_of="session",
    security_by="session",
    exact_symbol=True,
    checks=(
        Check("price_not_positive", "open <= 0 or high <= 0 or low <= 0 or close <= 0", "prices are above zero"),
        Check("volume_negative", "volume < 0", "volume is zero or more"),
    ),
)
