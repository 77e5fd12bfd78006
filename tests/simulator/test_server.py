"""The server's process: it starts, answers, and leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date

import httpx2
import pytest

from topheavy.core.errors import SourceError, UsageError
from topheavy.core.http.client import SIMULATED_HEADER
from topheavy.simulator.api.server import Simulation, running, serve
from topheavy.simulator.market import MarketOptions

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

OPTIONS = MarketOptions(seed=5, since=date(2024, 1, 2), until=date(2024, 3, 28), companies=30)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with Simulation(OPTIONS) as started:
        yield started


def test_it_answers_as_a_simulated_vendor(simulation: Simulation) -> None:
    answer = httpx2.get(f"{simulation.url}/groups.csv")
    assert answer.headers[SIMULATED_HEADER] == "seed 5"
    assert answer.text.startswith("group,ticker\nmagnificent7,ORQD\n")


def test_it_serves_what_the_market_of_its_options_holds(simulation: Simulation) -> None:
    url = f"{simulation.url}/v2/aggs/grouped/locale/us/market/stocks/2024-03-28"
    body = httpx2.get(url, params={"adjusted": "false"}).content
    market = OPTIONS.make()
    assert body.count(b'"T":') == sum(line.trades_on(date(2024, 3, 28)) for line in market.lines)
    assert f'"c":{market.bars.close[-1, 0]}'.encode() in body


def test_answers_do_not_wait_for_acknowledgements(simulation: Simulation) -> None:
    with httpx2.Client() as client:
        client.get(f"{simulation.url}/groups.csv")
        before = time.monotonic()
        for _ in range(50):
            client.get(f"{simulation.url}/groups.csv")
        assert time.monotonic() - before < 1.5  # 40 ms each, were they to wait


def test_it_ends_with_its_block() -> None:
    with Simulation(OPTIONS) as started:
        pid = started.pid
        assert alive(pid)
    assert not alive(pid)


def test_it_ends_when_the_block_raises() -> None:
    started = Simulation(OPTIONS)

    def fail_inside() -> None:
        with started:
            assert alive(started.pid)
            raise ValueError("something else went wrong")

    with pytest.raises(ValueError, match="something else"):
        fail_inside()
    assert not alive(started.pid)


def test_it_can_be_started_by_its_options_alone() -> None:
    with running(seed=6, since=OPTIONS.since, until=OPTIONS.until, companies=30) as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx2.get(f"{url}/constituents.csv").status_code == 200


@pytest.mark.kill
@pytest.mark.slow
def test_it_ends_when_its_parent_is_killed() -> None:
    code = (
        "import sys, time; from datetime import date;"
        "from topheavy.simulator.market import MarketOptions; from topheavy.simulator.api.server import Simulation\n"
        f"with Simulation({OPTIONS!r}) as s:\n"
        "    print(s.pid, flush=True); time.sleep(60)"
    ).replace("datetime.date", "date")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
    assert gone_within(pid, 10)


def test_a_market_that_cannot_be_made_is_told_with_the_childs_words() -> None:
    with pytest.raises(SourceError, match="needs 30 companies or more, not 3"), Simulation(MarketOptions(companies=3)):
        pass


def test_a_server_that_stays_silent_is_given_up() -> None:
    with pytest.raises(SourceError, match=r"in silence; it had 0\.01 s"), Simulation(OPTIONS, patience=0.01):
        pass


def test_a_taken_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="choose another"):
        serve(OPTIONS, taken.getsockname()[1])


def test_the_command_ends_with_one_line_when_refused() -> None:
    command = [sys.executable, "-m", "topheavy.simulator", "--companies", "3"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
