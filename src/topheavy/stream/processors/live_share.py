"""Live group share: what part of the market caps that can be measured now a named group has, with its coverage."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.stream.processor import Given, Live, Processor, frame_of
from topheavy.stream.processors.live_caps import LiveCaps


class LiveShare(Live):
    """A group a row: its cap, the total, the share, and how many of its members and of all issuers have a price."""

    def __init__(self, given: Given) -> None:
        self._caps = LiveCaps(given)
        self._issuers = given.shares.num_rows
        of = frame_of(given.shares).select("security", "issuer")
        self._members = frame_of(given.groups).join(of, on="security").select("group", "issuer").unique()

    def take(self, trades: pa.Table) -> None:
        """Move the caps on."""
        self._caps.take(trades)

    def answer(self) -> pa.Table:
        """Return each group's share; an issuer counts once however many of its classes are members."""
        caps = frame_of(self._caps.answer())
        total = float(caps["market_cap"].sum())
        sizes = self._members.group_by("group").agg(members=pl.len())
        groups = self._members.join(caps, on="issuer").group_by("group")
        valued = groups.agg(group_cap=pl.col("market_cap").sum(), members_priced=pl.len())
        return (
            valued.join(sizes, on="group")
            .sort("group")
            .with_columns(
                total_cap=pl.lit(total),
                share=pl.col("group_cap") / total,
                priced=pl.lit(caps.height),
                issuers=pl.lit(self._issuers),
            )
            .to_arrow()
        )


PROCESSOR = Processor("live_share", "a group's part of the live market caps", timedelta(days=1), LiveShare)
