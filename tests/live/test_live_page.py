"""The live page in a real browser while a replay runs through a real Kafka, with the sink in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Page, expect

from live.test_sink import make, say
from support.kafka import Kafka
from support.looking import CHROMIUM, Look, browser, looking
from support.sink_statuses import NOW, publish_counts, sink_status, sinks_at_work
from support.trades import trades
from topheavy.answers.live.reader import LiveReader
from topheavy.answers.sql import ask
from topheavy.core.clock import fixed_clock
from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.stream.feed import Ask
from topheavy.web.server import running
from topheavy.web.services import Services

expect.set_options(timeout=30_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no 'chromium' was found: install Debian's package to see the pages"),
]
NAMES, SHARES = ("AAPL", "MSFT", "GE"), {"AAPL": 1000.0, "MSFT": 500.0, "GE": 50.0}
COUNT, MINUTES = 9_000, 15


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    with browser() as context:
        yield looking(context)


def history() -> pa.Table:
    """Fifteen minutes of three companies, ten trades a second; prices go up, each company's at its own pace."""
    begin = datetime(2024, 12, 6, 14, 30, tzinfo=UTC)
    moments = [begin + timedelta(seconds=number * MINUTES * 60 / COUNT) for number in range(COUNT)]
    return pa.table(
        {
            "security": [NAMES[number % 3] for number in range(COUNT)],
            "event_time": pa.array(moments, pa.timestamp("us", "UTC")),
            "price": [100.0 + (number % 3 + 1) * round(number / COUNT, 2) for number in range(COUNT)],
            "size": [100.0 * (1 + number % 5) for number in range(COUNT)],
        }
    )


@contextmanager
def sink(kafka: Kafka, topic: str, home: Path) -> Iterator[None]:
    """A sink in a process of its own, ended as a person would."""
    words = ["stream", "sink", "--topic", topic, "--home", str(home)]
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", *words]
    with subprocess.Popen(command, env=os.environ | {"TOPHEAVY_KAFKA": kafka.bootstrap}) as process:
        yield
        process.terminate()
    assert process.returncode == 0


@contextmanager
def served(home: Path) -> Iterator[str]:
    ticker = LiveReader(home)
    with running(home, Services(live=ticker)) as address:
        yield address
    ticker.close()


def seen_while(page: Page, selector: str, done: Any) -> list[str]:
    """Every text an element had, in order, until ``done``."""
    page.evaluate(
        """selector => { window.seen = []; setInterval(() => {
            const text = document.querySelector(selector)?.innerText;
            if (text && text !== window.seen.at(-1)) window.seen.push(text); }, 50); }""",
        selector,
    )
    while not done():
        page.wait_for_timeout(200)
    return list(page.evaluate("() => window.seen"))


def test_the_figures_move_and_agree_with_sql_in_the_end(kafka: Kafka, topic: str, look: Look, tmp_path: Path) -> None:
    home, settings = publish_counts(tmp_path), read_settings(tmp_path, {"TOPHEAVY_KAFKA": kafka.bootstrap})
    make(kafka, topic, 2)
    make(kafka, f"{topic}.dead", 1)
    with served(home) as address, look(f"{address}/live") as page, ThreadPoolExecutor(1) as pool:
        expect(page.locator("#live-head")).to_contain_text("No market was followed here yet")
        expect(page.locator("#live-head")).to_contain_text("topheavy stream sink")
        with sink(kafka, topic, home):
            expect(page.locator("#live-head")).to_contain_text("WAITING")
            speed = MINUTES * 60 / 12
            sending = pool.submit(feed, settings, "replay", Ask(history()), Manner(speed=speed, topic=topic))
            kept = seen_while(page, "#live-kept", sending.done)
            expect(page.locator("#live-head .mode")).to_have_text("REPLAY")
            assert sending.result().acknowledged == COUNT
            say(kafka, topic, b"no trade at all")
            expect(page.locator("#live-kept")).to_have_text(f"{COUNT:,}")
            expect(page.locator("#live-dead-letters")).to_have_text("1")
            expect(page.locator("#live-tiles")).to_contain_text("JSON")
            expect(page.locator("#live-behind")).to_have_text("0")
            assert len(kept) >= 4, kept
            assert [int(one.replace(",", "")) for one in kept] == sorted(int(one.replace(",", "")) for one in kept)
        expect(page.locator("#live-head")).to_contain_text("Nothing streams now")
        agrees_with_sql(page, home)


def agrees_with_sql(page: Page, home: Path) -> None:
    query = """
        SELECT security, COUNT(*) AS trades, SUM(price * size) AS paid, arg_max(price, event_time) AS last,
               arg_min(price, event_time) AS first FROM trades GROUP BY security
    """
    with open_home(read_settings(home, {}), create=False) as place:
        rows = {row["security"]: row for row in ask(place, query)}
        bars = ask(place, "SELECT COUNT(*) AS n, SUM(volume) AS volume FROM minute_bars WHERE security = 'AAPL'")[0]
    assert sum(row["trades"] for row in rows.values()) == COUNT
    for name, row in rows.items():
        shown = page.locator("#live-prices tbody tr", has_text=name).inner_text().replace("\xa0", " ").split("\t")
        change = 100 * (row["last"] / row["first"] - 1)
        assert shown == [name, f"{row['last']:,.2f}", f"▲ {change:.2f} %", f"${row['paid'] / 1e6:,.1f} M"], row
    caps = {name: SHARES[name] * rows[name]["last"] for name in NAMES}
    share = 100 * (caps["AAPL"] + caps["MSFT"]) / sum(caps.values())
    expect(page.locator("#live-share")).to_have_text(f"{share:.2f}\xa0%")
    page.locator("#live-prices").get_by_role("link", name="AAPL").click()
    expect(page.locator("#live-words")).to_contain_text(f"{bars['n']} minutes with trades")
    expect(page.locator("#live-words")).to_contain_text(f"{bars['volume']:,.0f} shares")
    assert page.url.endswith("/live?security=AAPL")


def test_an_open_page_is_told_at_least_once_a_second(look: Look, tmp_path: Path) -> None:
    with sinks_at_work(publish_counts(tmp_path), sink_status(trades(list(range(50)), apart=1))):
        ticker = LiveReader(tmp_path, fixed_clock(NOW))
        with running(tmp_path, Services(live=ticker)) as address, look(f"{address}/live") as page:
            asked: list[float] = []
            page.on("request", lambda one: asked.append(0) if "live-head" in (one.post_data or "") else None)
            expect(page.locator("#live-kept")).to_have_text("50")
            page.wait_for_timeout(1_000)
            asked.clear()
            page.wait_for_timeout(6_000)
            assert len(asked) >= 6
        ticker.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_runs_off_the_side_and_simulated_is_in_plain_sight(
    look: Look, tmp_path: Path, width: int, scheme: str
) -> None:
    said = sink_status(trades(list(range(400)), apart=1), trades(list(range(400, 500)), "MSFT", apart=1))
    with sinks_at_work(publish_counts(tmp_path), said):
        ticker = LiveReader(tmp_path, fixed_clock(NOW))
        with (
            running(tmp_path, Services(live=ticker)) as address,
            look(f"{address}/live", width=width, scheme=scheme) as page,
        ):
            expect(page.locator("#live-head .mode")).to_have_text("SIMULATED")
            expect(page.locator("#live-head")).to_contain_text("This market never was")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            unnamed = page.evaluate(
                "() => [...document.querySelectorAll('main input:not([type=hidden]), main button')]"
                ".filter(e => !e.getAttribute('aria-label') && !e.innerText.trim() && !(e.labels && e.labels.length))"
                ".map(e => e.outerHTML.slice(0, 120))"
            )
            assert unnamed == []
        ticker.close()


def test_a_sink_that_is_missing_is_told_and_another_security_can_be_chosen(look: Look, tmp_path: Path) -> None:
    one, other = sink_status(trades([0, 1]), index=0, of=2), sink_status(trades([2], "MSFT"), index=1, of=2)
    with sinks_at_work(publish_counts(tmp_path), one, other) as boards:
        boards[1].close()
        ticker = LiveReader(tmp_path, fixed_clock(NOW))
        with running(tmp_path, Services(live=ticker)) as address, look(f"{address}/live?security=MSFT") as page:
            expect(page.locator("#live-head")).to_contain_text("Not at work: sink 2 of 2 of trades")
            expect(page.locator("#live-prices .chosen")).to_contain_text("MSFT")
            expect(page.locator("#live-words")).to_have_text("MSFT has no minute yet.")
            expect(page.locator("#live-json")).to_have_attribute("href", re.compile(r"/api/minutes\?security=MSFT"))
            page.locator("#live-prices").get_by_role("link", name="AAPL").click()
            expect(page.locator("#live-words")).to_have_text("AAPL has no minute yet.")
        ticker.close()
