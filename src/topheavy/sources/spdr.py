"""SPDR: holdings files (xlsx) of State Street's exchange-traded funds, and the sector funds' index pages (CSV)."""

from datetime import UTC, datetime
from typing import ClassVar

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.fundfile.source import FundFile
from topheavy.sources.fundfile.table import Columns


class Spdr(FundFile):
    """Prints the fund's symbol and the as-of date above the table; an index page prints the date only."""

    name: ClassVar[str] = "spdr"
    title: ClassVar[str] = "SPDR: a fund's holdings file (xlsx), or a sector fund's index page (CSV)"
    fund_label: ClassVar[str] = "ticker symbol"
    columns: ClassVar[Columns] = {
        "symbol": ("Ticker", "Symbol", "Identifier"),  # until 2019 the symbol stood under Identifier
        "name": ("Name", "Company Name", "Security Name"),
        "cusip": ("Identifier", "CUSIP"),
        "isin": ("ISIN",),
        "weight": ("Weight", "Weight (%)", "Index Weight", "Percent of Fund"),
        "sector": ("Sector",),
        "quantity": ("Shares Held", "Shares"),
        "value": ("Market Value",),
        "price": ("Last",),
        "currency": ("Local Currency",),
    }
    orders: ClassVar[tuple[str, ...]] = (
        "Name,Ticker,Identifier,SEDOL,Weight,Sector,Shares Held,Local Currency",
        "Symbol,Company Name,Index Weight,Last,Change,%Change,Volume,52 Week Range",
        "Name,Identifier,Weight,Sector,Shares Held",
    )

    def sample(self) -> Answer:
        """Return a small fund of made-up companies, in the CSV form."""
        body = (
            "Fund Name:,SPDR Made-Up Companies ETF,,,,,,\n"
            "Ticker Symbol:,XMPS,,,,,,\n"
            "Holdings:,As of 05-Mar-2024,,,,,,\n"
            ",,,,,,,\n"
            "Name,Ticker,Identifier,SEDOL,Weight,Sector,Shares Held,Local Currency\n"
            "EXAMPLE WORKS INC,XMPL,00A000109,B000001,70.25,-,7025.0,USD\n"
            "SAMPLE HOLDINGS CORP CL B,SMP.B,00B000107,B000002,29.5,-,2950.0,USD\n"
            "US DOLLAR,-,999USDZ92,-,0.25,-,2500.5,USD\n"
            ",,,,,,,\n"
            "Made up by hand. Not for investing.,,,,,,,\n"
        )
        return Answer(
            Unit(self.name, "holdings", subject="holdings-daily-us-en-xmps.csv"),
            (Page("holdings-daily-us-en-xmps.csv", body.encode(), "text/csv"),),
            datetime(2024, 3, 6, 12, tzinfo=UTC),
            SourceKind.FILE,
            {"file": "holdings-daily-us-en-xmps.csv"},
        )


SOURCE = Spdr()
