"""The scoreboard page as a reader sees it: the answer, the standings, both charts, and what can be chosen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.looking import CHROMIUM, Look
from support.small_board import board_home, forecast, put, score
from topheavy.answers.models.backtests import board
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.home import open_home
from topheavy.lake.folder import open_folder
from topheavy.web.server import running
from topheavy.web.services import Services

expect.set_options(timeout=20_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no 'chromium' was found: install Debian's package to see the pages"),
]


@contextmanager
def served(home: Path) -> Iterator[str]:
    with board(read_settings(home, {})) as shown, running(home, Services(backtests=shown)) as address:
        yield address


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = board_home(tmp_path_factory.mktemp("board") / "home", SourceKind.SIMULATED)
    with open_home(read_settings(home, {})) as place:
        put(place, "forecasts", [forecast("AAA", 0), forecast("AAA", 1)])
        put(place, "scores", [score("AAA", 0, 0.03, 0.05)])
    with served(home) as address:
        yield address


def drawn(page: Page, chart: str) -> None:
    page.locator(f"#{chart} .scatterlayer .trace").first.wait_for()


def test_the_answer_the_table_and_both_charts_are_there(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard") as page:
        expect(page.locator("#scoreboard-answer")).to_contain_text("Of 3 models, none beats")
        rows = page.locator("#scoreboard-standings-table tbody tr")
        expect(rows).to_have_count(5)
        expect(rows.nth(0)).to_contain_text("tomorrow = today")
        expect(rows.nth(1)).to_contain_text("no evidence of skill")
        expect(rows.nth(4)).to_contain_text("not scored")
        drawn(page, "scoreboard-beside")
        drawn(page, "scoreboard-telling")
        expect(page.locator("#scoreboard-telling-words")).to_contain_text("for AAA, the mean squared error of ridge")
        expect(page.locator("#scoreboard-live tbody tr")).to_contain_text("return-1")
        expect(page.locator("#scoreboard-registered")).to_contain_text("topheavy forecast train")
        expect(page).to_have_title("Scoreboard · topheavy")


def test_simulated_is_in_plain_sight(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard") as page:
        expect(page.locator("#scoreboard-headline .badge")).to_have_text("SIMULATED")
        expect(page.locator("#scoreboard-beside .annotation-text").filter(has_text="SIMULATED")).to_be_visible()


def test_a_model_in_the_table_leads_to_its_charts(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard") as page:
        drawn(page, "scoreboard-telling")
        page.locator("#scoreboard-standings").get_by_role("link", name="LSTM").click()
        expect(page.locator("#scoreboard-telling-words")).to_contain_text("mean squared error of LSTM was 2.00 times")
        expect(page.locator("#scoreboard-standings .chosen")).to_contain_text("LSTM")
        assert page.url.endswith("/scoreboard?target=price&horizon=1&model=lstm&series=AAA")
        page.go_back()
        expect(page.locator("#scoreboard-standings .chosen")).to_contain_text("ridge")


def test_controls_and_address_say_the_same(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard?model=lstm&series=BBB") as page:
        expect(page.locator("#scoreboard-telling-words")).to_contain_text("for BBB, the mean squared error of LSTM")
        page.locator("#scoreboard-target").get_by_text("Return").click()
        expect(page.locator("#scoreboard-answer")).to_contain_text("Ridge on the last steps does not beat")
        assert page.url.endswith("/scoreboard?target=return&horizon=1&model=ridge&series=AAA")
        href = "/api/scoreboard/forecasts?target=return&horizon=1&model=ridge&series=AAA&run=r2"
        expect(page.locator("#scoreboard-json")).to_have_attribute("href", href)


def test_an_earlier_run_can_be_looked_at(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard") as page:
        drawn(page, "scoreboard-beside")
        page.locator("#scoreboard-run").click()
        page.get_by_role("option", name="2024-12-10 10:00").click()
        expect(page.locator("#scoreboard-answer")).to_contain_text("Of 2 models, one beats")
        expect(page.locator("#scoreboard-no-singles")).to_be_visible()
        expect(page.locator("#scoreboard-charts")).to_be_hidden()
        assert page.url.endswith("/scoreboard?target=price&horizon=1&run=r1&model=ridge")


def test_a_horizon_without_single_forecasts_says_why_there_is_no_chart(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard?horizon=5") as page:
        expect(page.locator("#scoreboard-answer")).to_contain_text("Of 2 models, two beat")
        expect(page.locator("#scoreboard-no-singles")).to_contain_text("only the accounts are kept")


def test_an_address_that_cannot_be_shown_says_why(look: Look, address: str) -> None:
    with look(f"{address}/scoreboard?target=prize") as page:
        expect(page.locator("#scoreboard-problem")).to_contain_text("did you mean 'price'?")
        page.get_by_role("link", name="Show the default instead").click()
        expect(page.locator("#scoreboard-answer")).to_contain_text("Of 3 models, none beats")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_runs_off_the_side(look: Look, address: str, width: int, scheme: str) -> None:
    with look(f"{address}/scoreboard", width=width, scheme=scheme) as page:
        drawn(page, "scoreboard-telling")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        table = page.locator("#scoreboard-standings .wide")
        assert table.evaluate("e => e.scrollWidth <= e.clientWidth"), "the standings need no sideways scrolling"
        unnamed = page.evaluate(
            "() => [...document.querySelectorAll('main input:not([type=hidden]), main button')]"
            ".filter(e => !e.getAttribute('aria-label') && !e.innerText.trim()"
            " && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"
        )
        assert unnamed == []


def test_where_nothing_was_tried_it_says_what_to_run(look: Look, tmp_path: Path) -> None:
    home = open_folder(tmp_path / "home").path
    with served(home) as address, look(f"{address}/scoreboard") as page:
        expect(page.get_by_role("heading", name="No model was tried here yet")).to_be_visible()
        expect(page.locator("#scoreboard-nothing")).to_contain_text("topheavy forecast backtest")
        expect(page.locator("#scoreboard-nothing")).to_contain_text("topheavy forecast train")


def test_the_published_copy_alone_says_that_it_is(look: Look, real_home: Path) -> None:
    with running(real_home) as address, look(f"{address}/scoreboard") as page:
        expect(page.locator("#scoreboard-none")).to_contain_text("'topheavy serve' also shows what models said")
