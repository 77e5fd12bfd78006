"""Vanguard: the positions of all accounts, and below them every transaction of the period."""

from typing import ClassVar

from topheavy.portfolios.headed import Headed


class Vanguard(Headed):
    """The second table, of transactions, is never counted."""

    name: ClassVar[str] = "vanguard"
    title: ClassVar[str] = "Vanguard: Download center, OfxDownload.csv"
    headings: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"accountnumber", "investmentname", "symbol", "shares", "shareprice", "totalvalue"}),
    )

    def sample(self) -> bytes:
        """Return a made-up export."""
        return (
            b"Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
            b"00000000,MADE-UP COMPANIES ETF,XMPF,2,200,400,\n"
            b"00000000,EXAMPLE WORKS INC,XMPL,10,50,500,\n"
            b"\n"
            b"Account Number,Trade Date,Transaction Type,Investment Name,Symbol,Shares,Share Price,\n"
            b"00000000,2024-03-01,Buy,EXAMPLE WORKS INC,XMPL,10,50,500,\n"
        )


FORMAT = Vanguard()
