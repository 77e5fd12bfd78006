"""Minute bars: a security's minute, recomputed from its trades whenever one of them comes, late ones included."""

from topheavy.datasets.schema import MOMENT, NUMBER, TEXT, WHOLE, YES_NO, Check, Column, Dataset, Layer

DATASET = Dataset(
    name="minute_bars",
    grain="a security's minute with a trade in it",
    columns=(
        Column("security", TEXT, "the security, as the feed names it"),
        Column("minute", MOMENT, "the minute's first moment, by event time", "UTC"),
        Column("open", NUMBER, "first price", "currency"),
        Column("high", NUMBER, "highest price", "currency"),
        Column("low", NUMBER, "lowest price", "currency"),
        Column("close", NUMBER, "last price", "currency"),
        Column("volume", NUMBER, "shares traded", "shares"),
        Column("vwap", NUMBER, "volume-weighted average price; empty where no share was traded", "currency", True),
        Column("trades", WHOLE, "trades in the minute", "trades"),
        Column("final", YES_NO, "the watermark has passed the minute's end: only a late trade changes it now"),
        Column("revision", WHOLE, "how often a late trade corrected the bar after it was final", "corrections"),
        Column("source_kind", TEXT, "vendor, file or simulated"),
    ),
    key=("security", "minute"),
    layer=Layer.STREAMED,
    day_of="minute",
    checks=(
        Check("range_reversed", "high < low", "the highest price is not below the lowest"),
        Check("price_not_positive", "low <= 0", "prices are above zero"),
    ),
)
