"""Invesco: holdings files (CSV) of its exchange-traded funds, QQQ among them."""

from datetime import UTC, datetime
from typing import ClassVar

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.fundfile.source import FundFile
from topheavy.sources.fundfile.table import Columns


class Invesco(FundFile):
    """Prints the fund's symbol and the as-of date on every line."""

    name: ClassVar[str] = "invesco"
    title: ClassVar[str] = "Invesco: a fund's holdings file (CSV)"
    columns: ClassVar[Columns] = {
        "fund": ("Fund Ticker",),
        "as_of": ("Date",),
        "symbol": ("Holding Ticker", "HoldingsTicker", "Ticker"),
        "name": ("Name", "Security Name"),
        "class": ("Class of Shares", "Asset Class"),
        "cusip": ("Security Identifier", "CUSIP"),
        "isin": ("ISIN",),
        "sector": ("Sector",),
        "quantity": ("Shares/Par Value", "Shares/Par", "Shares", "Quantity"),
        "value": ("MarketValue",),
        "weight": ("Weight", "Weight (%)", "Percentage of Fund"),
    }
    orders: ClassVar[tuple[str, ...]] = (
        "Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,Weight,Name,"
        "Class of Shares,Sector,Date",
    )

    def sample(self) -> Answer:
        """Return a small fund of made-up companies."""
        body = (
            "Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,Weight,Name,"
            "Class of Shares,Sector,Date\n"
            'XMPQ,00A000109,XMPL ,"4,000","600,000.00",60.000,Example Works Inc,Common Stock,Industrials,03/05/2024\n'
            'XMPQ,00B000107,SMPL ,"13,000","390,000.00",39.000,Sample Stores Ltd ADR,'
            "American Depository Receipt,Consumer Staples,03/05/2024\n"
            'XMPQ,CASHUSD00,,"10,000","10,000.00",1.000,US Dollars,Currency,,03/05/2024\n'
            "3\n"
        )
        return Answer(
            Unit(self.name, "holdings", subject="invesco_XMPQ_2024-03-05.csv"),
            (Page("invesco_XMPQ_2024-03-05.csv", body.encode(), "text/csv"),),
            datetime(2024, 3, 6, 12, tzinfo=UTC),
            SourceKind.FILE,
            {"file": "invesco_XMPQ_2024-03-05.csv"},
        )


SOURCE = Invesco()
