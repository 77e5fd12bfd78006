"""The exposure page in a browser: from nothing to the largest companies, by mouse, by keyboard, from a file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from support.fund_books import line, publish_funds
from support.looking import CHROMIUM, Look
from topheavy.portfolios.shelf import Shelf
from topheavy.web.server import running
from topheavy.web.services import Services

expect.set_options(timeout=20_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no 'chromium' was found: install Debian's package to see the pages"),
]

AXE = os.environ.get("TOPHEAVY_AXE", "")
COMPANIES = {
    name: (f"{place:010d}", title)
    for place, (name, title) in enumerate({"AAA": "Alpha", "BBB": "Beta", "CCC": "Gamma", "DDD": "Delta"}.items(), 1)
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    funds = {
        "INN": [line("AAA", 0.5, sector="Technology"), line("BBB", 0.5, sector="Energy")],
        "OUT": [line("INN", 0.4), line("CCC", 0.5), line("USD", 0.1, asset_class="cash")],
    }
    return publish_funds(
        tmp_path_factory.mktemp("funds"), funds, COMPANIES, {"magnificent7": ["AAA", "CCC"]}, world="simulated"
    ).home


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with running(home, Services(shelf=Shelf(home))) as address:
        yield f"{address}/exposure"


def test_pasting_shows_at_once_what_is_inside(look: Look, address: str) -> None:
    with look(address) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("60% OUT, 20% INN, 10% DDD, 10% VXUS")
        rows = page.locator("#exposure-companies li")
        expect(rows.first).to_contain_text("Gamma")
        expect(rows.first).to_contain_text("30.00")
        expect(page.locator("#exposure-answer")).to_contain_text("You own 4 companies")
        expect(page.locator("#exposure-unknown")).to_contain_text("topheavy run nport VXUS")
        expect(page.get_by_role("region", name="Overlap of funds")).to_contain_text("40.0")
        expect(page.get_by_text("SIMULATED").first).to_be_visible()


def test_three_actions_lead_a_newcomer_to_the_largest_companies(look: Look, address: str) -> None:
    with look(address.replace("/exposure", "/runs")) as page:
        page.get_by_role("link", name="Exposure").click()
        page.get_by_role("button", name="Try an example").click()
        expect(page.locator("#exposure-companies li").first).to_be_visible()


def test_it_can_be_done_with_the_keyboard_alone(look: Look, address: str) -> None:
    with look(address) as page:
        page.locator("#exposure-text").wait_for()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "exposure-text":
                break
        page.keyboard.type("100% OUT")
        expect(page.locator("#exposure-answer")).to_contain_text("You own 3 companies")
        for _ in range(8):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "exposure-add":
                break
        page.keyboard.type("50% DDD")
        expect(page.get_by_role("heading", name="If you add DDD")).to_be_visible()


def test_a_brokers_export_is_opened_and_its_other_lines_are_counted(look: Look, address: str, tmp_path: Path) -> None:
    export = tmp_path / "positions.csv"
    export.write_text("Symbol,Description,Quantity,Market Value\nOUT,Outer fund,1,600\nDDD,Delta,4,400\nTotal,,,1000\n")
    with look(address) as page:
        page.locator("#exposure-file input").set_input_files(export)
        expect(page.locator("#exposure-read")).to_contain_text("Positions.csv: 2 positions read as table")
        expect(page.locator("#exposure-read")).to_contain_text("1 other lines are not counted")
        expect(page.locator("#exposure-companies li").first).to_contain_text("Delta")


def test_a_list_of_transactions_is_refused_and_nothing_old_is_left_standing(look: Look, address: str) -> None:
    with look(address) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("100% OUT")
        expect(page.locator("#exposure-answer")).to_be_visible()
        page.get_by_role("textbox", name="Your portfolio").fill("Date,Action,Symbol,Amount\n2024-01-01,Buy,OUT,5")
        expect(page.locator("#exposure-problem")).to_contain_text("is a list of transactions")
        expect(page.locator("#exposure-answer")).to_have_count(0)


def test_its_course_is_shown_when_asked_for(look: Look, address: str) -> None:
    with look(address) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("100% OUT")
        page.get_by_role("button", name="Show its course").click()
        expect(page.get_by_role("region", name="The portfolio through time")).to_contain_text("INN, OUT")


def test_a_portfolio_is_kept_by_name_and_chosen_again(look: Look, address: str, home: Path) -> None:
    with look(address) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("100% INN")
        expect(page.locator("#exposure-answer")).to_be_visible()
        page.get_by_label("Keep it on this machine as").fill("mine")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.get_by_text("Kept as mine, for you alone.")).to_be_visible()
    assert Shelf(home).content("mine") == b"100% INN"
    with look(address) as page:
        page.locator("#exposure-kept").click()
        page.get_by_role("option", name="mine").click()
        expect(page.locator("#exposure-read")).to_contain_text("Mine: 1 positions read as typed")


def test_nothing_that_is_owned_stands_in_the_address_or_is_stored(look: Look, address: str) -> None:
    with look(address) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("100% OUT")
        expect(page.locator("#exposure-answer")).to_be_visible()
        assert page.url == address
        assert "OUT" not in json.dumps(page.evaluate("({...localStorage, ...sessionStorage})"))


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(
    look: Look, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with look(address, width, scheme) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("60% OUT, 20% INN, 20% VXUS")
        expect(page.locator("#exposure-answer")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.skipif(not Path(AXE).is_file(), reason="TOPHEAVY_AXE names no axe.min.js (npm package axe-core)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(look: Look, address: str, scheme: Literal["light", "dark"]) -> None:
    with look(address, 1280, scheme) as page:
        page.get_by_role("textbox", name="Your portfolio").fill("60% OUT, 20% INN, 10% DDD, 10% VXUS")
        expect(page.locator("#exposure-answer")).to_be_visible()
        page.get_by_label("What if I add").fill("10% DDD")
        expect(page.get_by_role("heading", name="If you add DDD")).to_be_visible()
        page.add_script_tag(content=Path(AXE).read_text())
        found = page.evaluate("axe.run().then(done => done.violations)")
        serious = {item["id"]: [node["html"][:160] for node in item["nodes"]] for item in found
                   if item["impact"] in ("serious", "critical")}  # fmt: skip
        assert serious == {}
