"""Trades: a live trade, exactly once, with the place in the stream that brought it."""

from topheavy.datasets.schema import MOMENT, NUMBER, TEXT, WHOLE, Check, Column, Dataset, Layer

DATASET = Dataset(
    name="trades",
    grain="a live trade",
    columns=(
        Column("feed", TEXT, "the feed that numbered the trade"),
        Column("sequence", WHOLE, "the trade's number, unique within its feed"),
        Column("security", TEXT, "the security, as the feed names it"),
        Column("event_time", MOMENT, "when it was traded", "UTC"),
        Column("price", NUMBER, "price paid, as traded", "currency"),
        Column("size", NUMBER, "shares traded", "shares"),
        Column("venue", TEXT, "where it was traded", optional=True),
        Column("source_kind", TEXT, "vendor, file or simulated"),
        Column("partition", WHOLE, "the topic's partition that brought it"),
        Column("batch", WHOLE, "offset at which the batch begins that brought it, in that partition"),
        Column("received_at", MOMENT, "when the sink read it from the broker", "UTC"),
    ),
    key=("feed", "sequence"),
    layer=Layer.STREAMED,
    day_of="event_time",
    checks=(
        Check("price_not_positive", "price <= 0", "a price is above zero"),
        Check("size_negative", "size < 0", "a size is zero or more"),
    ),
)
