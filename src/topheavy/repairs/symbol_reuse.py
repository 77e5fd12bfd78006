"""Symbol reuse: a count listed under a symbol that another company bore on its date.

Count lists name companies by their latest symbol, so history under a reused symbol mixes two companies
(COR was CoreSite before Cencora, WTW was Weight Watchers before Willis Towers Watson). A count is another
company's when its date lies in that company's period of the symbol and it is out of line, by a factor of 1.4
or more, with the first count the security has in its own right.
"""

from datetime import date
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.rule import Frames, Repair, Rule, count_series

OUT_OF_LINE = 1.4


class SymbolReuse(Rule):
    """Counts of the company that bore the symbol before."""

    name: ClassVar[str] = "symbol_reuse"
    title: ClassVar[str] = "A share count from when another company bore the symbol"
    order: ClassVar[int] = 10
    reads: ClassVar[tuple[str, ...]] = ("shares", "symbols", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a count that belongs to someone else."""
        suspects = _suspects(frames)
        if not suspects.height:
            return []
        doubtful = {(row["security"], row["effective"]): row for row in suspects.iter_rows(named=True)}
        found = []
        for (security, covers), counts in count_series(frames).items():
            own = [item for item in counts if (security, item.effective) not in doubtful]
            for item in counts:
                row = doubtful.get((security, item.effective))
                if row and (not own or _out_of_line(item.level, own[0].level)):
                    found.append(self._repair(row, covers, item.count, item.source))
        return found

    def _repair(self, row: dict[str, object], covers: str, count: float, source: str) -> Repair:
        effective = row["effective"]
        assert isinstance(effective, date)
        return Repair(
            rule=self.name,
            dataset="shares",
            security=str(row["security"]),
            effective=effective,
            source=source,
            field="count",
            before=count,
            after=None,
            evidence=(
                f"{count:,.0f} is listed under {row['symbol']} on {effective}, when that was another company's "
                f"symbol ({row['note']}), and is out of line with {row['security']}'s own counts"
            ),
            covers=covers,
        )

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """NEW was another company's symbol until 2021-12-28; its count of 2021-09-01 is listed under NEW too."""
        counts = count_rows([("NEW", date(2021, 9, 1), 44.0), ("NEW", date(2023, 7, 31), 200.0)])
        symbols = pl.DataFrame(
            {
                "security": ["NEW", "NEW", "GONE"],
                "symbol": ["OLD", "NEW", "NEW"],
                "since": [date(2001, 1, 2), date(2023, 9, 1), date(2010, 9, 23)],
                "until": [date(2023, 8, 31), None, date(2021, 12, 28)],
                "evidence": ["renamed", "renamed", "bought in 2021"],
            }
        )
        frames = {"shares": counts.with_columns(symbol=pl.lit("NEW")), "symbols": symbols, "splits": no_splits()}
        return frames, [("NEW", date(2021, 9, 1), None)]


def _suspects(frames: Frames) -> pl.DataFrame:
    """Return the (security, date) of counts dated in another bearer's period of the symbol they are listed under."""
    bearers = frames["symbols"].select(
        "symbol", pl.col("security").alias("bearer"), "since", "until", pl.col("evidence").alias("note")
    )
    return (
        frames["shares"]
        .select("security", "symbol", "effective")
        .unique()
        .join(bearers, on="symbol")
        .filter(pl.col("bearer") != pl.col("security"), pl.col("effective").is_between("since", "until"))
        .sort("security", "effective")
    )


def _out_of_line(one: float, other: float) -> bool:
    return not 1 / OUT_OF_LINE < one / other < OUT_OF_LINE


RULE = SymbolReuse()
