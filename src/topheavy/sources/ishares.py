"""iShares: holdings files (CSV) of BlackRock's exchange-traded funds, as downloaded from a fund's page."""

from datetime import UTC, datetime
from typing import ClassVar

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.fundfile.source import FundFile
from topheavy.sources.fundfile.table import Columns


class IShares(FundFile):
    """Prints the fund's name and the as-of date above the table, never the fund's symbol."""

    name: ClassVar[str] = "ishares"
    title: ClassVar[str] = "iShares: a fund's holdings file (CSV)"
    columns: ClassVar[Columns] = {
        "symbol": ("Ticker",),
        "name": ("Name",),
        "sector": ("Sector",),
        "class": ("Asset Class",),
        "value": ("Market Value",),
        "weight": ("Weight (%)", "Weight"),
        "quantity": ("Shares", "Quantity", "Par Value"),
        "price": ("Price",),
        "isin": ("ISIN",),
        "cusip": ("CUSIP",),
        "currency": ("Currency", "Market Currency"),
    }
    orders: ClassVar[tuple[str, ...]] = (
        "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,"
        "Location,Exchange,Currency,FX Rate,Market Currency,Accrual Date",
        "Ticker,Name,Asset Class,Weight (%),Price,Shares,Market Value,Notional Value,Sector,SEDOL,ISIN,Exchange",
    )
    funds: ClassVar[dict[str, str]] = {
        "iShares Core S&P 500 ETF": "IVV",
        "iShares S&P 100 ETF": "OEF",
        "iShares Core S&P Mid-Cap ETF": "IJH",
        "iShares Core S&P Small-Cap ETF": "IJR",
        "iShares Core S&P Total U.S. Stock Market ETF": "ITOT",
        "iShares S&P 500 Growth ETF": "IVW",
        "iShares S&P 500 Value ETF": "IVE",
        "iShares Russell 1000 ETF": "IWB",
        "iShares Russell 1000 Growth ETF": "IWF",
        "iShares Russell 1000 Value ETF": "IWD",
        "iShares Russell 2000 ETF": "IWM",
        "iShares Russell 3000 ETF": "IWV",
        "iShares U.S. Technology ETF": "IYW",
        "iShares Semiconductor ETF": "SOXX",
    }

    def sample(self) -> Answer:
        """Return a small fund of made-up companies."""
        body = (
            "\ufeffiShares Made-Up Companies ETF\n"
            'Fund Holdings as of,"Mar 05, 2024"\n'
            'Inception Date,"Jan 10, 2001"\n'
            'Shares Outstanding,"40,000.00"\n'
            "\xa0\n"
            "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Quantity,Price,Currency\n"
            '"XMPL","EXAMPLE WORKS INC","Industrials","Equity","600,000.00","60.00","4,000.00","150.00","USD"\n'
            '"SMPL","SAMPLE STORES CORP","Consumer Staples","Equity","390,000.00","39.00","13,000.00","30.00","USD"\n'
            '"USD","USD CASH","Cash and/or Derivatives","Cash","12,000.00","1.20","12,000.00","100.00","USD"\n'
            '"MGN","MARGIN OWED","Cash and/or Derivatives","Cash","-2,000.00","-0.20","-2,000.00","100.00","USD"\n'
            '"ESH4","EMINI MAR 24","Cash and/or Derivatives","Futures","0.00","0.00","2.00","5,000.00","USD"\n'
            "\xa0\n"
            '"Made up by hand.\nNot for investing."\n'
        )
        return Answer(
            Unit(self.name, "holdings", subject="ishares_XMPF_2024-03-05.csv"),
            (Page("ishares_XMPF_2024-03-05.csv", body.encode(), "text/csv"),),
            datetime(2024, 3, 6, 12, tzinfo=UTC),
            SourceKind.FILE,
            {"file": "ishares_XMPF_2024-03-05.csv"},
        )


SOURCE = IShares()
