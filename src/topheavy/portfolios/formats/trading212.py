"""Trading 212: the slices of a pie, with its total."""

from typing import ClassVar

from topheavy.portfolios.headed import Headed


class Trading212(Headed):
    """Its history of orders is a list of transactions and does not say what is held."""

    name: ClassVar[str] = "trading212"
    title: ClassVar[str] = "Trading 212: a pie, exported (CSV)"
    headings: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"slice", "name", "investedvalue", "value", "ownedquantity"}),
    )

    def sample(self) -> bytes:
        """Return a made-up export."""
        return (
            b'"Slice","Name","Invested value","Value","Result","Owned quantity"\n'
            b'"XMPL","Example Works","450.00","500.00","50.00","10"\n'
            b'"XMPF","Made-Up Companies ETF","410.00","400.00","-10.00","2"\n'
            b'"Total","","860.00","900.00","40.00",""\n'
        )


FORMAT = Trading212()
