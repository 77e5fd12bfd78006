"""The demo's portfolio: some of the made-up companies, kept under a name, to be looked through on the page."""

from topheavy.home import Home
from topheavy.jobs.demo.part import Part
from topheavy.portfolios.shelf import Shelf

NAME = "demo"
PARTS = (30, 25, 20, 15, 10)
"""Per cent of each position, the largest company first."""

_LARGEST = """
SELECT security FROM market_caps WHERE session = (SELECT MAX(session) FROM market_caps)
ORDER BY market_cap DESC, security LIMIT $most
"""


def portfolio(home: Home) -> Part:
    """Keep a portfolio of the largest companies; one that is kept under the name already stays."""
    shelf = Shelf(home.settings.home)
    if NAME not in {kept.name for kept in shelf.names()}:
        largest = home.warehouse.rows(_LARGEST, {"most": len(PARTS)})
        positions = (f"{part}% {row['security']}" for part, row in zip(PARTS, largest, strict=True))
        shelf.keep(NAME, ", ".join(positions).encode())
    return Part("Exposure", f'portfolio "{NAME}" is kept, {shelf.content(NAME).decode()}; choose it on the page')
