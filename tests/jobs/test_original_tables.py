"""The original pipeline's five tables, fed with its own figures of 2024-12-13.

The seven caps are the ones Polygon gave that day (DOMAIN reference values). The other companies of the index
are 491 made-up equals whose caps add up to what the published 31.905 % implies when every line carries its
whole company's cap, so that the wrong way gives the published figure and the product's way can be compared.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from topheavy.answers.catalogue.narrowing import Narrowing
from topheavy.answers.show import show
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home
from topheavy.jobs.road import ask_for, run

DAY = date(2024, 12, 13)
CLOSES = {"AAPL": 248.13, "MSFT": 447.27, "NVDA": 134.25, "AMZN": 227.46, "META": 620.35, "TSLA": 436.23}
CAPS = {
    "AAPL": 3_750_689_160_990,
    "MSFT": 3_325_399_124_681,
    "NVDA": 3_287_782_500_000,
    "AMZN": 2_391_744_403_880,
    "META": 1_566_066_461_447,
    "TSLA": 1_400_324_325_046,
}
ALPHABET = 2_323_586_620_000
TWO_LINES = {  # company: (line, close, its own class in billions of shares), the whole company's cap on each line
    "alphabet": (("GOOGL", 189.82, 5.843), ("GOOG", 191.38, 5.534), ALPHABET),
    "fox": (("FOXA", 48.0, 0.23), ("FOX", 45.5, 0.235), 22_000_000_000),
    "news": (("NWSA", 28.5, 0.378), ("NWS", 31.0, 0.19), 16_500_000_000),
}
PUBLISHED = 31.905
OTHERS = 491


@pytest.fixture(scope="module")
def lines() -> dict[str, tuple[float, float]]:
    """Every line's close and the cap the vendor prints on it: the whole company's."""
    seven = sum(CAPS.values()) + ALPHABET
    printed = {name: (CLOSES[name], float(cap)) for name, cap in CAPS.items()}
    for first, second, cap in TWO_LINES.values():
        printed |= {line: (close, float(cap)) for line, close, _ in (first, second)}
    rest = seven / (PUBLISHED / 100) - sum(cap for _, cap in printed.values())
    return printed | {f"O{number:03d}": (100.0, rest / OTHERS) for number in range(OTHERS)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, lines: dict[str, tuple[float, float]]) -> Iterator[Home]:
    folder: Path = tmp_path_factory.mktemp("original")
    own = {line: count for first, second, _ in TWO_LINES.values() for line, _, count in (first, second)}
    bars = [f"{DAY},{line},{close},{close},{close},{close}" for line, (close, _) in lines.items()]
    counts = [f"{line},{DAY},{cap / close!r},issuer" for line, (close, cap) in lines.items()]
    counts += [f"{line},{DAY},{count * 1e9!r},class" for line, count in own.items()]
    members = [f"SP500,{line},1996-01-02" for line in lines]
    (folder / "bars.csv").write_text("\n".join(["session,symbol,open,high,low,close", *bars]))
    (folder / "shares.csv").write_text("\n".join(["symbol,effective,count,covers", *counts]))
    (folder / "members.csv").write_text("\n".join(["index,symbol,since", *members]))
    files = {"bars.csv": "bars", "shares.csv": "shares", "members.csv": "constituents"}
    manifest = folder / "topheavy.toml"
    manifest.write_text("".join(f'[[file]]\npath = "{path}"\ndataset = "{name}"\n' for path, name in files.items()))
    with open_home(read_settings(folder / "home", {})) as opened:
        done = run(opened, "files", ask_for(DAY, DAY, frozenset(), str(manifest)))
        assert done.failures == []
        yield opened


def test_the_five_tables_hold_the_seven_caps(place: Home) -> None:
    wanted = CAPS | {"GOOGL": ALPHABET}
    found = place.warehouse.rows(
        "SELECT ticker, market_cap FROM company_details WHERE trading_date = $day", {"day": DAY}
    )
    caps = {row["ticker"]: row["market_cap"] for row in found}
    assert {name: caps[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)
    ranked = place.warehouse.rows("SELECT ticker, market_cap, ranking FROM magnificent7_metrics ORDER BY ranking")
    assert [row["ticker"] for row in ranked] == sorted(wanted, key=lambda name: -wanted[name])
    total = place.warehouse.rows("SELECT * FROM concentration_metrics")[0]
    assert total["total_mag7_market_cap"] == pytest.approx(18.0456e12, rel=1e-5)
    assert total["mag7_companies_count"] == 7
    traded = place.warehouse.rows("SELECT close_price FROM daily_trading WHERE ticker = 'NVDA'")
    assert [row["close_price"] for row in traded] == [134.25]
    assert place.warehouse.rows("SELECT * FROM failed_collections") == []


def test_counting_every_line_as_its_whole_company_gives_the_published_wrong_share(
    lines: dict[str, tuple[float, float]],
) -> None:
    seven = sum(CAPS.values()) + ALPHABET
    assert 100 * seven / sum(cap for _, cap in lines.values()) == pytest.approx(31.905, abs=0.0005)


def test_show_prints_the_right_share_each_issuer_once(place: Home) -> None:
    row = show(place, "concentration", Narrowing(on=DAY)).rows()[0]
    assert 33.2 < 100 * row["share"] < 33.4
    assert row["members"] == OTHERS + 9
    by_line = show(place, "concentration", Narrowing({"level": "line"}, on=DAY)).rows()[0]
    assert by_line["members"] == OTHERS + 12
    assert by_line["total"] == pytest.approx(row["total"], rel=1e-12)
