"""The demo's portfolio: some of the made-up companies, kept under a name, to be looked through on the page."""

from topheavy.home import Home
from topheavy.jobs.demo.part import Part
from topheavy.portfolios.shelf import Shelf

NAME = "demo"
PARTS = {1: 30, 2: 25, 3: 20, 10: 15, 20: 10}
"""Per cent of each position, by the company's rank in the index: three giants and two others."""

_LARGEST = """
SELECT security FROM market_caps WHERE session = (SELECT MAX(session) FROM market_caps)
ORDER BY market_cap DESC, security LIMIT $most
"""


def portfolio(home: Home) -> Part:
    """Keep a portfolio of some large companies; one that is kept under the name already stays."""
    shelf = Shelf(home.settings.home)
    if NAME not in {kept.name for kept in shelf.names()}:
        largest = home.warehouse.rows(_LARGEST, {"most": max(PARTS)})
        positions = (f"{part}% {largest[rank - 1]['security']}" for rank, part in PARTS.items())
        shelf.keep(NAME, ", ".join(positions).encode())
    return Part("Exposure", f'portfolio "{NAME}" is kept, {shelf.content(NAME).decode()}; choose it on the page')
