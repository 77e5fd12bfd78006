"""Small trades for tests: numbered, at one a millisecond, unless said otherwise."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from topheavy.stream.wire.format import TRADE

START = datetime(2024, 12, 6, 14, 30, tzinfo=UTC)


def trades(
    sequences: list[int], security: str = "AAPL", *, feed: str = "made", start: datetime = START, apart: float = 0.001
) -> pa.Table:
    """Trades whose price and time follow from their number; simulated, as they say."""
    rows = [
        {
            "feed": feed,
            "sequence": number,
            "security": security,
            "event_time": start + timedelta(seconds=number * apart),
            "price": 100 + number % 7,
            "size": 1.0 + number % 5,
            "venue": None if number % 3 else "X",
            "source_kind": "simulated",
        }
        for number in sequences
    ]
    return pa.Table.from_pylist(rows, schema=TRADE)
