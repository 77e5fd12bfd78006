"""The runs page as a reader sees it, while another process collects and when something failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.looking import CHROMIUM, Look
from support.small_ledger import AAA, BBB, BUSY, DAYS, at, small_home
from support.small_market import SINCE, UNTIL, settings_for
from topheavy.core.settings import read_settings
from topheavy.core.units import Outcome, SourceKind, Unit
from topheavy.jobs.serve.serve import open_monitor
from topheavy.lake.folder import open_folder
from topheavy.lake.leases import Leases
from topheavy.lake.ledger import Ledger
from topheavy.lake.records import Attempt
from topheavy.simulator.api.server import running as simulated_vendor
from topheavy.web.server import running
from topheavy.web.services import Services

expect.set_options(timeout=20_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no 'chromium' was found: install Debian's package to see the pages"),
]


@contextmanager
def watched(home: Path) -> Iterator[str]:
    with open_monitor(read_settings(home, {})) as desk, running(home, Services(desk)) as address:
        yield address


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with watched(small_home(tmp_path_factory.mktemp("runs") / "home")) as address:
        yield address


def rows(page: Page) -> list[str]:
    """The units in the table, from the top."""
    page.locator("#runs-grid .ag-row [col-id=route]").first.wait_for()
    page.wait_for_timeout(300)
    return page.evaluate(
        "() => [...document.querySelectorAll('#runs-grid .ag-row')].sort((a, b) => a.rowIndex - b.rowIndex)"
        ".map(row => row.getAttribute('row-id'))"
    )


def test_units_and_collections_are_there_before_anything_was_published(look: Look, address: str) -> None:
    with look(f"{address}/runs") as page:
        expect(page.locator("#runs-now h1")).to_have_text("Nothing is being collected right now")
        expect(page.locator("#runs-count")).to_have_text("5 units")
        assert set(rows(page)) == {unit.id for unit in (*DAYS, AAA, BBB)}
        expect(page.locator("#runs-before tbody tr")).to_have_count(2)
        expect(page.locator("#runs-before tbody tr").first).to_contain_text("broken off")
        expect(page.locator("#runs-sources tbody tr").first).to_contain_text("polygon")
        expect(page.locator("#runs-grid")).to_contain_text("busy: https://vendor.example/2024-12-06: HTTP 503")
        expect(page).to_have_title("Runs · topheavy")


def test_filters_narrow_the_table_and_are_in_the_address(look: Look, address: str) -> None:
    with look(f"{address}/runs") as page:
        expect(page.locator("#runs-count")).to_have_text("5 units")
        page.locator("#runs-state").get_by_text("failed").click()
        expect(page.locator("#runs-count")).to_have_text("2 units")
        page.locator("#runs-source").click()
        page.get_by_role("option", name="sec").click()
        expect(page.locator("#runs-count")).to_have_text("1 unit")
        assert rows(page) == [BBB.id]
        assert page.url.endswith("/runs?state=failed&source=sec")
        expect(page.locator("#runs-json")).to_have_attribute("href", "/api/runs?state=failed&source=sec")
        expect(page.locator("#runs-again")).to_have_text("Ask again for what failed of sec (1)")


def test_an_address_shows_the_same_again(look: Look, address: str) -> None:
    with look(f"{address}/runs?find=2024-12-06&state=failed") as page:
        expect(page.locator("#runs-count")).to_have_text("1 unit")
        assert rows(page) == [BUSY.id]
        expect(page.locator("#runs-find")).to_have_value("2024-12-06")


def test_what_failed_is_a_click_away(look: Look, address: str) -> None:
    with look(f"{address}/runs") as page:
        page.locator("#runs-sources a").first.click()
        expect(page.locator("#runs-count")).to_have_text("1 unit")
        assert page.url.endswith("/runs?state=failed&source=polygon")


def test_progress_shows_while_another_collects(look: Look, tmp_path: Path) -> None:
    home = open_folder(tmp_path / "home")
    ledger = Ledger(home.path / "ledger.sqlite")
    with watched(home.path) as address, look(f"{address}/runs") as page:
        expect(page.locator("#runs-now")).to_contain_text("Nothing was ever asked for here.")
        with Leases(home.path, ledger) as leases:
            ledger.begin(leases.holder, "polygon bars", 4, at(0))
            expect(page.locator("#runs-now h1")).to_have_text("Collecting: 0 of 4 units")
            home.settle(SourceKind.SIMULATED)
            for number, unit in enumerate(DAYS, 1):
                outcome = Outcome.OK if number > 1 else Outcome.FAILED
                ledger.note_attempt(Attempt(unit, outcome, None, 1, 1, at(number), None, 1, leases.holder))
                expect(page.locator("#runs-now h1")).to_have_text(f"Collecting: {number} of 4 units")
            expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "75")
            expect(page.locator("#runs-now")).to_contain_text("1 failed")
            expect(page.locator("#runs-count")).to_have_text("3 units")
            expect(page.locator(".banner")).to_contain_text("SIMULATED")
        expect(page.locator("#runs-before")).to_contain_text("broken off")
    ledger.close()


def test_what_failed_is_asked_for_again_from_the_page(look: Look, tmp_path: Path) -> None:
    home = small_home(tmp_path / "home", SourceKind.SIMULATED)
    with (
        simulated_vendor(seed=3, since=SINCE, until=UNTIL, companies=30, faults="latency:wait=2s") as base,
        open_monitor(settings_for(home, base)) as desk,
        running(home, Services(desk)) as address,
        look(f"{address}/runs?state=failed&source=polygon") as page,
    ):
        page.locator("#runs-grid .ag-row input[type=checkbox]").first.click()
        selected = page.locator("#runs-selected")
        expect(selected).to_have_text("Ask again for the selected (1)")
        selected.click()
        expect(page.locator("#runs-asking")).to_have_text("Asking again: 1 unit.")
        expect(page.locator("#runs-again")).to_be_disabled()
        expect(page.locator("#runs-now h1")).to_have_text("Collecting: 0 of 1 unit")
        expect(page.locator("#runs-asking")).to_contain_text("1 came, 0 failed")
        expect(page.locator("#runs-count")).to_have_text("0 units")
        expect(selected).to_be_disabled()


def test_why_it_cannot_be_asked_again_is_said(look: Look, tmp_path: Path) -> None:
    with watched(small_home(tmp_path / "home")) as address, look(f"{address}/runs?source=polygon") as page:
        page.locator("#runs-again").click()
        expect(page.locator("#runs-asking .wrong")).to_contain_text("no key found: set POLYGON_API_KEY")


def test_many_units_are_fetched_as_they_are_scrolled_to(look: Look, tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    ledger = Ledger(home / "ledger.sqlite")
    with ledger.transaction() as file:
        file.executemany(
            "INSERT INTO attempts VALUES (?,'sec','shares','',?,'ok',NULL,1,1,?,NULL,1,'')",
            [(Unit("sec", "shares", subject=f"S{n}").id, f"S{n}", at(200 + n).isoformat()) for n in range(20_000)],
        )
    ledger.close()
    with watched(home) as address, look(f"{address}/runs") as page:
        expect(page.locator("#runs-count")).to_have_text("20,005 units")
        assert rows(page)[0] == "sec/shares/S19999"
        page.evaluate("() => dash_ag_grid.getApi('runs-grid').ensureIndexVisible(20004)")
        expect(page.locator(f"#runs-grid .ag-row[row-id='{DAYS[0].id}']")).to_contain_text(DAYS[0].session.isoformat())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_runs_off_the_side(look: Look, address: str, width: int, scheme: str) -> None:
    with look(f"{address}/runs", width=width, scheme=scheme) as page:
        expect(page.locator("#runs-count")).to_have_text("5 units")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        unnamed = page.evaluate(
            "() => [...document.querySelectorAll('main input:not([type=hidden]), main button')]"
            ".filter(e => !e.closest('.ag-root-wrapper') && !e.getAttribute('aria-label') && !e.innerText.trim()"
            " && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"
        )
        assert unnamed == []


def test_the_empty_home_leads_here(look: Look, address: str) -> None:
    with look(f"{address}/concentration") as page:
        expect(page.get_by_role("heading", name="Nothing is published here yet")).to_be_visible()
        page.locator(".empty").get_by_role("link", name="Runs").click()
        expect(page.locator("#runs-count")).to_have_text("5 units")


def test_the_published_copy_alone_says_that_it_is(look: Look, real_home: Path) -> None:
    with running(real_home) as address, look(f"{address}/runs") as page:
        expect(page.locator("#runs-none")).to_contain_text("'topheavy serve' also watches the collecting")
