"""Daily trading: the original pipeline's table of that name, as traded, as a view over bars."""

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Column, Dataset, Layer

DATASET = Dataset(
    name="daily_trading",
    grain="a security's session",
    columns=(
        Column("trading_date", DAY, "trading day"),
        Column("ticker", TEXT, "the security, by its latest symbol"),
        Column("open_price", NUMBER, "first price, as traded", "currency"),
        Column("high_price", NUMBER, "highest price, as traded", "currency"),
        Column("low_price", NUMBER, "lowest price, as traded", "currency"),
        Column("close_price", NUMBER, "last price, as traded", "currency"),
        Column("volume", NUMBER, "shares traded, as traded", "shares", optional=True),
        Column("vwap", NUMBER, "volume-weighted average price, as traded", "currency", optional=True),
    ),
    key=("trading_date", "ticker"),
    layer=Layer.VIEW,
)
