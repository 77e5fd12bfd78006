"""DEGIRO: the portfolio, its values in the local currency and in that of the account."""

from typing import ClassVar

from topheavy.portfolios.headed import Headed


class Degiro(Headed):
    """Names things by ISIN alone; its numbers have the comma of the language."""

    name: ClassVar[str] = "degiro"
    title: ClassVar[str] = "DEGIRO: Portfolio, exported (CSV)"
    headings: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"product", "symboolisin", "aantal", "slotkoers"}),
        frozenset({"product", "symbolisin", "quantity", "closing"}),
        frozenset({"produkt", "symbolisin", "anzahl", "schlusskurs"}),
        frozenset({"produit", "symboleisin", "quantite", "cloture"}),
    )

    def sample(self) -> bytes:
        """Return a made-up export."""
        return (
            b"Product,Symbool/ISIN,Aantal,Slotkoers,Lokale waarde,,Waarde in EUR\n"
            b'CASH & CASH FUND & FTX CASH (EUR),,,,EUR,"100,00","100,00"\n'
            b'EXAMPLE WORKS INC,US0378331005,10,"50,00",USD,"500,00","460,00"\n'
            b'MADE-UP COMPANIES ETF,IE00B4BNMY34,2,"200,00",EUR,"400,00","400,00"\n'
        )


FORMAT = Degiro()
