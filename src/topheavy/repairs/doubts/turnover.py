"""Turnover: a count against which the volume traded is more, or far less, than any company's.

In a session between a five-thousandth and a tenth of a large company's shares change hands. A count in thousands, or
of another unit than the volume's, is out of that by a factor of ten and more, whatever the counts around it say.
"""

from datetime import date
from typing import ClassVar

import polars as pl

from topheavy.datasets.shares import CLASS, ISSUER
from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.prices import levelled
from topheavy.repairs.rule import Frames, count_series, whole_since

LEAST, MOST = 1 / 20_000, 1.5
SESSIONS = 10
"""Sessions with a volume of their own that it takes to say what is usual."""

SMALLEST_VOLUME = 10_000.0
"""A smaller usual volume is no listed company's, or none at all."""


class Turnover(DoubtRule):
    """Counts that the volume contradicts."""

    name: ClassVar[str] = "turnover"
    title: ClassVar[str] = "A share count that the volume traded contradicts"
    reads: ClassVar[tuple[str, ...]] = ("shares", "bars", "splits")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a count."""
        whole = whole_since(frames)
        rows = [
            (security, covers, item.effective, later.effective if later else None, item.count, item.level)
            for (security, covers), counts in count_series(frames).items()
            if covers == ISSUER or security not in whole
            for item, later in zip(counts, [*counts[1:], None], strict=True)
        ]
        schema = {
            "security": pl.String,
            "covers": pl.String,
            "effective": pl.Date,
            "until": pl.Date,
            "count": pl.Float64,
            "level": pl.Float64,
        }
        counts = pl.DataFrame(rows, schema=schema, orient="row")
        bars = levelled(frames).select("security", pl.col("session").alias("effective"), "unit_volume")
        found = [self._contradicted(counts.filter(covers=covers), bars) for covers in (CLASS, ISSUER)]
        return [self._doubt(*row) for row in pl.concat(found).sort("security", "effective").iter_rows()]

    def _contradicted(self, counts: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
        in_use = bars.sort("security", "effective").join_asof(
            counts.sort("security", "effective").with_columns(counted="effective"),
            on="effective",
            by="security",
            check_sortedness=False,
        )
        volume = pl.col("unit_volume")
        usual = (
            in_use.filter(volume > 0)
            .group_by("security", "covers", "counted")
            .agg(
                pl.col("until").first(),
                pl.col("count").first(),
                pl.col("level").first(),
                volume.median().alias("usual"),
                pl.len().alias("sessions"),
                volume.n_unique().alias("distinct"),
            )
            .with_columns(turnover=pl.col("usual") / pl.col("level"))
        )
        told = (pl.col("sessions") >= SESSIONS) & (pl.col("distinct") > SESSIONS // 2)
        wrong = usual.filter(told, pl.col("usual") >= SMALLEST_VOLUME, ~pl.col("turnover").is_between(LEAST, MOST))
        return wrong.select("security", "covers", pl.col("counted").alias("effective"), "until", "count", "turnover")

    def _doubt(
        self, security: str, covers: str, effective: date, until: date | None, count: float, turnover: float
    ) -> Doubt:
        seen = (
            f"of the {count:,.0f} shares counted on {effective}, {turnover:.3g} times all are traded in a usual "
            f"session: between {LEAST:g} and {MOST:g} is possible"
        )
        question = f"is the count {count:,.0f} of {security} on {effective} in thousands, or of another unit?"
        return Doubt(self.name, security, effective, until, seen, question, f"{effective}|{covers}|{count!r}")

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """A count in thousands: more shares are traded in a session than there are."""
        days = [date(2024, 6, day) for day in range(3, 29)]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["THOUS"] * len(days),
                "close": [50.0] * len(days),
                "volume": [1e6 + 1e3 * day for day in range(len(days))],
                "basis": days,
                "source": ["example"] * len(days),
            }
        )
        counts = count_rows([("THOUS", date(2024, 5, 3), 150_000.0)])
        return {"bars": bars, "shares": counts, "splits": no_splits()}, [("THOUS", date(2024, 5, 3), None)]


DOUBT = Turnover()
