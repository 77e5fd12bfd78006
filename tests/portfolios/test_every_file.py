"""Every broker's export and every holdings file there is, read or refused, and written down as it is."""

import importlib.util
from types import ModuleType

from support.market_data import PROJECT, market_folder, needs_market


def reader() -> ModuleType:
    spec = importlib.util.spec_from_file_location("read_exports", PROJECT / "docs" / "read_exports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_market
def test_the_table_says_what_comes_of_every_file() -> None:
    read_exports, market = reader(), market_folder()
    assert market is not None
    page: str = read_exports.page(market)
    assert (PROJECT / "docs" / "reference" / "brokers.md").read_text() == page, "run docs/read_exports.py"
    rows = [line for line in page.splitlines() if line.startswith("| ") and "/" in line.split(" | ")[0]]
    data = [file for place in ("brokers", "holdings", "nport") for file in read_exports.files(market / place)]
    assert len(rows) == len(data)


@needs_market
def test_partial_holdings_keep_the_sum_their_lines_have() -> None:
    read_exports, market = reader(), market_folder()
    assert market is not None
    row = read_exports.holdings(market / "holdings" / "samples" / "spy_holdings_sample.csv", market)
    assert "| 20 | 48.12% |" in row
