"""Live group share: what part of the market caps that can be measured now a named group has, with its coverage."""

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import NUMBER, TEXT, WHOLE, Column
from topheavy.stream.processor import FromAnswer, Given, frame_of


def shares(live_caps: pa.Table, reference: Given) -> pa.Table:
    """Return each group's share, from ``live_caps``; an issuer counts once however many of its classes are members."""
    valued = frame_of(live_caps)
    of = frame_of(reference.shares).select("security", "issuer")
    members = frame_of(reference.groups).join(of, on="security").select("group", "issuer").unique()
    sizes = members.group_by("group").agg(members=pl.len())
    groups = members.join(valued, on="issuer").group_by("group")
    priced = groups.agg(group_cap=pl.col("market_cap").sum(), members_priced=pl.len())
    total = float(valued["market_cap"].sum())
    return (
        priced.join(sizes, on="group")
        .with_columns(
            total_cap=pl.lit(total),
            share=pl.col("group_cap") / total,
            priced=pl.lit(valued.height),
            issuers=pl.lit(reference.shares.num_rows),
            event_time=pl.lit(valued["event_time"].max(), pl.Datetime("us", "UTC")),
            trades=pl.lit(int(valued["trades"].sum())),
            source_kind=pl.lit("simulated" if "simulated" in valued["source_kind"] else valued["source_kind"].max()),
        )
        .to_arrow()
    )


PROCESSOR = FromAnswer(
    "live_share",
    "a group's part of the live market caps",
    (
        Column("group", TEXT, "the group's name"),
        Column("share", NUMBER, "the group's part of the companies priced now, not of a whole index", "1"),
        Column("group_cap", NUMBER, "market caps of its members that are priced", "currency"),
        Column("total_cap", NUMBER, "market caps of all companies that are priced", "currency"),
        Column("members", WHOLE, "its members, each company once", "number"),
        Column("members_priced", WHOLE, "those with a live price", "number"),
        Column("priced", WHOLE, "companies with a live price", "number"),
        Column("issuers", WHOLE, "companies whose count of shares is published", "number"),
    ),
    key=("group",),
    first="share",
    of="live_caps",
    follow=shares,
)
