"""Fidelity: the positions of all accounts, or a monthly statement with its sections and subtotals."""

from typing import ClassVar

from topheavy.portfolios.headed import Headed


class Fidelity(Headed):
    """Its column Type is the kind of account, not of security; its last lines are legal ones."""

    name: ClassVar[str] = "fidelity"
    title: ClassVar[str] = "Fidelity: Positions, downloaded (Portfolio_Positions….csv), or a statement (CSV)"
    headings: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"accountname", "lastprice", "currentvalue", "symbol"}),
        frozenset({"symbolcusip", "beginningvalue", "endingvalue"}),
    )

    def sample(self) -> bytes:
        """Return a made-up export."""
        return (
            b"Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Type\n"
            b"X00000000,Individual,SPAXX**,HELD IN MONEY MARKET,,,$100.00,Cash,\n"
            b"X00000000,Individual,XMPL,EXAMPLE WORKS INC,10,$50.00,$500.00,Cash,\n"
            b"X00000000,Individual,XMPF,MADE-UP COMPANIES ETF,2,$200.00,$400.00,Margin,\n"
            b"\n"
            b'"Date downloaded Mar-05-2024 9:30 p.m ET"\n'
        )


FORMAT = Fidelity()
