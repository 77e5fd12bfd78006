"""Charles Schwab: the positions of an account, with its cash and its total."""

from typing import ClassVar

from topheavy.portfolios.headed import Headed


class Schwab(Headed):
    """Prints what is cash and what is the sum in the column of symbols."""

    name: ClassVar[str] = "schwab"
    title: ClassVar[str] = "Charles Schwab: Positions, exported (CSV)"
    headings: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"symbol", "description", "qtyquantity", "mktvalmarketvalue"}),
        frozenset({"symbol", "description", "quantity", "marketvalue", "%ofaccount"}),
    )

    def sample(self) -> bytes:
        """Return a made-up export."""
        return (
            b'"Positions for account Individual ...000 as of 09:30 AM ET, 2024/03/05"\n'
            b"\n"
            b'"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"\n'
            b'"XMPL","EXAMPLE WORKS INC","10","$50.00","$500.00","Equity"\n'
            b'"XMPF","MADE-UP COMPANIES ETF","2","$200.00","$400.00","ETFs & Closed End Funds"\n'
            b'"Cash & Cash Investments","--","--","--","$100.00","Cash and Money Market"\n'
            b'"Account Total","--","--","--","$1,000.00","--"\n'
        )


FORMAT = Schwab()
