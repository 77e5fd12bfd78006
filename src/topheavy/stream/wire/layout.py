"""What a trade is on the wire: its columns, and where each of its bytes lies."""

from typing import Final

import numpy as np
import pyarrow as pa

from topheavy.core.units import SourceKind

TRADE: pa.Schema = pa.schema(
    [
        pa.field("feed", pa.string(), nullable=False),
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("security", pa.string(), nullable=False),
        pa.field("event_time", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("price", pa.float64(), nullable=False),
        pa.field("size", pa.float64(), nullable=False),
        pa.field("venue", pa.string()),
        pa.field("source_kind", pa.string(), nullable=False),
    ]
)
"""One trade. ``sequence`` is unique within its feed; prices in the security's currency, sizes in shares."""

VERSION: Final = 1
MAGIC = b"TH" + bytes([VERSION])
RECORD = np.dtype(
    [("sequence", "<i8"), ("event_time", "<i8"), ("price", "<f8"), ("size", "<f8"), ("venue", "u1")], align=False
)
SPLIT, NO_VENUE = "\x1f", 255
START = len(MAGIC) + 2
KINDS = frozenset(str(kind) for kind in SourceKind)
