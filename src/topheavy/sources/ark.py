"""ARK: daily holdings files (CSV) of ARK Invest's exchange-traded funds."""

from datetime import UTC, datetime
from typing import ClassVar

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.fundfile.source import FundFile
from topheavy.sources.fundfile.table import Columns


class Ark(FundFile):
    """Prints the fund's symbol and the as-of date on every line; a money-market fund comes without a symbol."""

    name: ClassVar[str] = "ark"
    title: ClassVar[str] = "ARK: a fund's daily holdings file (CSV)"
    columns: ClassVar[Columns] = {
        "fund": ("fund",),
        "as_of": ("date",),
        "symbol": ("ticker",),
        "name": ("company",),
        "cusip": ("cusip",),
        "quantity": ("shares", "quantity"),
        "value": ("market value ($)", "market value"),
        "weight": ("weight (%)", "weight"),
    }
    orders: ClassVar[tuple[str, ...]] = ("date,fund,company,ticker,cusip,shares,market value ($),weight (%)",)

    def sample(self) -> Answer:
        """Return a small fund of made-up companies."""
        body = (
            'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'
            '03/05/2024,XMPK,"EXAMPLE WORKS INC",XMPL,00A000109,"4,000","$600,000.00",60.00%\n'
            '03/05/2024,XMPK,"SAMPLE STORES CORP","SMPL UW",00B000107,"13,000","$390,000.00",39.00%\n'
            '03/05/2024,XMPK,"MADE-UP TRSY OBLIG FUND",,X9MADEUPX,"10,000","$10,000.00",1.00%\n'
            '"Made up by hand. Not for investing."\n'
        )
        return Answer(
            Unit(self.name, "holdings", subject="ark_XMPK_2024-03-05.csv"),
            (Page("ark_XMPK_2024-03-05.csv", body.encode(), "text/csv"),),
            datetime(2024, 3, 6, 12, tzinfo=UTC),
            SourceKind.FILE,
            {"file": "ark_XMPK_2024-03-05.csv"},
        )


SOURCE = Ark()
