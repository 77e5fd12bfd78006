"""The concentration page as a reader sees it, in a real browser that can reach nothing but this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.looking import CHROMIUM, Look
from topheavy.web.frame.theme import DARK, LIGHT
from topheavy.web.frame.theme import Look as Palette
from topheavy.web.server import running

expect.set_options(timeout=20_000)
CHART = "#concentration-course .js-plotly-plot"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no 'chromium' was found: install Debian's package to see the pages"),
]


@pytest.fixture(scope="module")
def real(real_home: Path) -> Iterator[str]:
    with running(real_home) as address:
        yield address


@pytest.fixture(scope="module")
def simulated(simulated_home: Path) -> Iterator[str]:
    with running(simulated_home) as address:
        yield address


def answer(page: Page) -> str:
    page.locator("#concentration-answer").wait_for()
    return plain(page.locator("#concentration-answer").inner_text())


def plain(text: str) -> str:
    return " ".join(text.split())


def drawn(page: Page) -> None:
    """Wait until the figure has its line."""
    page.wait_for_function("() => document.querySelectorAll('#concentration-course .scatterlayer .js-line').length > 0")


def test_the_answer_and_every_figure_are_there(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        assert answer(page) == "The Magnificent 7 make up 80.0 % of the S&P 500"
        drawn(page)
        expect(page.locator(".tile")).to_have_count(5)
        expect(page.locator("#concentration-bars li")).to_have_count(2)
        expect(page.locator("#concentration-grid .ag-center-cols-container .ag-row")).to_have_count(4)
        expect(page.get_by_text("real data", exact=True)).to_be_visible()
        expect(page.get_by_text("100.0 % coverage by weight")).to_be_visible()
        expect(page).to_have_title("Concentration · topheavy")


def test_another_day_shows_other_figures_and_another_address(look: Look, real: str) -> None:
    with look(f"{real}/") as page:
        assert "80.0 %" in answer(page)
        page.locator("#concentration-day").click()
        page.get_by_role("button", name="Previous month").or_(page.locator("[data-direction=previous]")).first.click()
        page.get_by_role("button", name="28 March 2024").click()
        expect(page.locator("#concentration-answer")).to_contain_text("75.0")
        assert "day=2024-03-28" in page.url
        assert "75.00 %" in plain(page.locator(".sum").inner_text())
        expect(page.locator(".ag-center-cols-container")).to_contain_text("carried: no bar")


def test_a_day_is_chosen_by_clicking_on_the_course(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        drawn(page)
        pixel = page.evaluate(f"() => document.querySelector('{CHART}')._fullLayout.xaxis.d2p('2024-03-26')")
        ground = page.locator("#concentration-course .nsewdrag").first.bounding_box()
        assert ground
        page.mouse.move(ground["x"] + pixel, ground["y"] + 60)
        expect(page.locator("#concentration-course .hoverlayer")).to_contain_text("of the index")
        page.mouse.click(ground["x"] + pixel, ground["y"] + 60)
        expect(page.locator("#concentration-answer")).to_contain_text("60.0")
        assert "day=2024-03-26" in page.url
        expect(page.locator("#concentration-day")).to_contain_text("26 Mar 2024")


def test_an_address_shows_the_same_again_and_back_goes_back(look: Look, real: str) -> None:
    with look(f"{real}/concentration?group=gamma&level=line&day=2024-03-28&compare=2024-03-26") as page:
        assert answer(page) == "Gamma makes up 15.0 % of the S&P 500"
        expect(page.locator("#concentration-group")).to_have_value("gamma")
        expect(page.locator("#concentration-bars li")).to_have_count(2)
        page.locator("#concentration-index").click()
        page.get_by_role("option", name="FND").click()
        expect(page.locator("#concentration-answer")).to_contain_text("of FND")
        page.go_back()
        expect(page.locator("#concentration-answer")).to_contain_text("15.0")
        expect(page.locator("#concentration-compare")).to_contain_text("26 Mar 2024")


def test_a_day_that_is_no_session_is_said(look: Look, real: str) -> None:
    with look(f"{real}/concentration?day=2024-03-31") as page:
        expect(page.locator("#concentration-notes")).to_contain_text("Sunday")
        assert "75.0 %" in answer(page)


def test_a_withheld_day_shows_no_figure(look: Look, real: str) -> None:
    with look(f"{real}/concentration?day=2024-03-27") as page:
        assert "is withheld" in answer(page)
        assert "below the floor" in answer(page)
        drawn(page)
        expect(page.locator("#concentration-course")).to_contain_text("withheld")


def test_simulated_figures_cannot_be_taken_for_real_ones(look: Look, simulated: str) -> None:
    with look(f"{simulated}/concentration") as page:
        assert "80.0 %" in answer(page)
        banner = page.locator(".banner")
        expect(banner).to_be_in_viewport()
        expect(banner).to_contain_text("SIMULATED")
        expect(page.locator(".badge")).to_have_text("SIMULATED")
        expect(page).to_have_title("SIMULATED · Concentration · topheavy")
        drawn(page)
        expect(page.locator("#concentration-course")).to_contain_text("SIMULATED")


def test_real_figures_carry_no_banner(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        answer(page)
        expect(page.locator(".banner")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_nothing_runs_off_the_side(look: Look, real: str, width: int) -> None:
    with look(f"{real}/concentration", width=width) as page:
        drawn(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        box = page.locator("#concentration-answer").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize(("scheme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_it_follows_the_readers_light_or_dark(look: Look, real: str, scheme: str, palette: Palette) -> None:
    with look(f"{real}/concentration", scheme=scheme) as page:
        drawn(page)
        lines = f"() => document.querySelector('{CHART}').data.find(line => line.name === 'share').line.color"
        assert page.evaluate(lines) == palette.accent
        red, green, blue = (int(palette.paper[at : at + 2], 16) for at in (1, 3, 5))
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == f"rgb({red}, {green}, {blue})"


def test_the_switch_redraws_the_figure_in_the_other_colours(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        drawn(page)
        page.get_by_label("Light or dark").click()
        page.wait_for_function(
            f"() => document.querySelector('{CHART}').data.find(line => line.name === 'share').line.color"
            f" === '{DARK.accent}'"
        )


def test_a_fund_of_one_day_shows_its_make_up_and_no_course(look: Look, real: str) -> None:
    with look(f"{real}/concentration?index=FND") as page:
        assert answer(page) == "The Magnificent 7 make up 60.0 % of FND"
        expect(page.get_by_text("speaks of one day")).to_be_visible()
        expect(page.locator("#concentration-course")).to_be_hidden()
        expect(page.locator("#concentration-compare")).to_be_hidden()
        expect(page.locator("#concentration-bars li")).to_have_count(1)


def test_an_unknown_group_is_said_and_leads_back(look: Look, real: str) -> None:
    with look(f"{real}/concentration?group=magnificent8") as page:
        expect(page.get_by_text("did you mean 'magnificent7'?")).to_be_visible()
        expect(page.locator("#concentration-body")).to_be_hidden()
        page.get_by_role("link", name="Show the default instead").click()
        assert "80.0 %" in answer(page)


def test_a_range_narrows_the_course_and_a_search_the_table(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        drawn(page)
        before = page.evaluate(f"() => document.querySelector('{CHART}').layout.xaxis.range[0]")
        page.get_by_text("1M", exact=True).click()
        page.locator("#concentration-find").fill("gamma")
        rows = page.locator("#concentration-grid .ag-center-cols-container .ag-row")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("Gamma Holdings")
        assert before


def test_an_empty_home_says_what_to_run(look: Look, tmp_path: Path) -> None:
    with running(tmp_path) as address, look(f"{address}/concentration") as page:
        expect(page.get_by_role("heading", name="Nothing is published here yet")).to_be_visible()
        expect(page.get_by_text("topheavy demo")).to_be_visible()


def test_a_file_that_cannot_be_read_is_said(look: Look, tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("this is no database")
    with running(tmp_path) as address, look(f"{address}/concentration") as page:
        expect(page.get_by_role("alert")).to_contain_text("could not be brought up to date")
        expect(page.get_by_role("alert")).to_contain_text("not a valid DuckDB database")


def test_the_keyboard_reaches_the_figures_first(look: Look, real: str) -> None:
    with look(f"{real}/concentration") as page:
        answer(page)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
        unnamed = page.evaluate(
            "() => [...document.querySelectorAll('main input:not([type=hidden]), main button, header button, header a'"
            ")]"
            ".filter(e => !e.closest('.ag-root-wrapper') && !e.getAttribute('aria-label') && !e.innerText.trim()"
            " && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"
        )
        assert unnamed == []


def test_the_interfaces_own_page_needs_nothing_from_elsewhere(look: Look, real: str) -> None:
    with look(f"{real}/docs") as page:
        expect(page.get_by_role("heading", name="GET /api/members")).to_be_visible()
