"""Faults of the wire, through a server's process and the real client: what breaks there, and what it costs."""

import gzip
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest

from topheavy.core.errors import SourceBusy, SourceError, one_line
from topheavy.core.http.client import Client, Limits
from topheavy.core.units import SourceKind
from topheavy.simulator.api.server import Simulation, running
from topheavy.simulator.hostile.wire import packed
from topheavy.simulator.market import MarketOptions

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

OPTIONS = MarketOptions(seed=5, since=date(2024, 1, 2), until=date(2024, 3, 28), companies=30)
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks/"
SCRIPT = {
    "latency:300ms": "2024-01-02",
    "timeout:500ms": "2024-01-03",
    "timeout": "2024-01-04",
    "reset": "2024-01-05",
    "drip:20ms:size=200B": "2024-01-08",
    "drip:50ms:size=1B:longest=300ms": "2024-01-09",
    "truncated": "2024-01-10",
    "bomb:300MB": "2024-01-11",
    "reset:asks=1": "2024-01-12",
    "429:asks=1": "2024-01-16",
    "drip:50ms:size=1B": "2024-01-17",
}
BOMB_LIMIT = 8_000_000


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    script = ",".join(f"{fault}:dates={day}" for fault, day in SCRIPT.items())
    with Simulation(OPTIONS, faults=script) as started:
        yield started


def url(simulation: Simulation, fault: str) -> str:
    return f"{simulation.url}{GROUPED}{SCRIPT[fault]}?adjusted=false"


def breaks(simulation: Simulation, fault: str, timeout: float = 5.0) -> float:
    """Fail unless a fault is met as something that may pass; return the seconds it took."""
    began = time.monotonic()
    with Client(Limits(), attempts=1, timeout=timeout) as client, pytest.raises(SourceBusy) as caught:
        client.get(url(simulation, fault))
    assert "HTTP" not in one_line(caught.value), "no answer came at all"
    return time.monotonic() - began


def get(simulation: Simulation, fault: str, attempts: int = 1) -> tuple[int, float]:
    """Return how many bars came, and in how many seconds."""
    began = time.monotonic()
    with Client(Limits(), attempts=attempts) as client:
        reply = client.get(url(simulation, fault))
    assert reply.kind is SourceKind.SIMULATED
    return reply.page.content.count(b'"T":'), time.monotonic() - began


def test_latency_is_waited_for(simulation: Simulation) -> None:
    bars, seconds = get(simulation, "latency:300ms")
    assert bars > 30
    assert 0.3 <= seconds < 2


def test_who_waits_is_no_burden_to_others(simulation: Simulation) -> None:
    began = time.monotonic()
    threads = [threading.Thread(target=get, args=(simulation, "latency:300ms")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 1.5  # one after the other they take 2.4 s


def test_silence_ends_with_the_patience_of_who_asks(simulation: Simulation) -> None:
    assert breaks(simulation, "timeout", timeout=0.3) < 2


def test_silence_ends_with_a_reset_after_its_longest_time(simulation: Simulation) -> None:
    assert 0.5 <= breaks(simulation, "timeout:500ms") < 3


def test_a_reset_may_pass(simulation: Simulation) -> None:
    breaks(simulation, "reset")


def test_a_reset_is_one_on_the_wire(simulation: Simulation) -> None:
    host, port = simulation.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(f"GET {GROUPED}{SCRIPT['reset']} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            wire.recv(1000)


def test_a_drip_comes_whole_and_slowly(simulation: Simulation) -> None:
    bars, seconds = get(simulation, "drip:20ms:size=200B")
    assert bars > 30
    assert 0.3 < seconds < 5  # about twenty parts


def test_a_drip_has_a_longest_time(simulation: Simulation) -> None:
    bars, seconds = get(simulation, "drip:50ms:size=1B:longest=300ms")
    assert bars > 30
    assert 0.3 <= seconds < 2


def test_a_drip_is_left_when_nobody_listens(simulation: Simulation) -> None:
    """A drip a second old is left behind; the server answers others meanwhile and after."""
    host, port = simulation.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(f"GET {GROUPED}{SCRIPT['drip:50ms:size=1B']} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        assert wire.recv(1000).startswith(b"HTTP/1.1 200")
        assert get(simulation, "latency:300ms")[1] < 2
    assert get(simulation, "latency:300ms")[1] < 2


def test_half_a_body_is_no_body(simulation: Simulation) -> None:
    breaks(simulation, "truncated")


def test_half_a_body_is_half_on_the_wire(simulation: Simulation) -> None:
    host, port = simulation.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(f"GET {GROUPED}{SCRIPT['truncated']} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        came = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = came.partition(b"\r\n\r\n")
    (promised,) = re.findall(rb"content-length: (\d+)", head)
    assert len(body) == int(promised) // 2 > 1000


@pytest.mark.parametrize("fault", ["reset:asks=1", "429:asks=1"])
def test_what_passes_is_asked_again(simulation: Simulation, fault: str) -> None:
    bars, seconds = get(simulation, fault, attempts=2)
    assert bars > 30
    assert seconds < 5


def test_a_bomb_is_small_on_the_wire_and_large_at_home() -> None:
    body = b"".join(packed(5_000_000))
    assert len(body) < 10_000
    assert len(gzip.decompress(body)) == 5_000_000


def test_a_bomb_is_refused_and_costs_no_memory(simulation: Simulation) -> None:
    """In a process of its own: its peak is its own, and it may not grow by what the bomb holds."""
    code = (
        "import resource; from topheavy.core.http.client import Client, Limits\n"
        "from topheavy.core.errors import Malformed\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"with Client(Limits(), attempts=1, max_bytes={BOMB_LIMIT}) as client:\n"
        f"    client.get('{simulation.url}/groups.csv'); before = peak()\n"
        f"    try: client.get({url(simulation, 'bomb:300MB')!r})\n"
        "    except Malformed as error: print(peak() - before, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown, said = done.stdout.split(" ", 1)
    assert "more than 8,000,000 bytes came" in said
    assert int(grown) < 150_000  # kB; 300,000 would be the whole of it


def test_running_takes_a_script() -> None:
    served = running(seed=5, since=OPTIONS.since, until=OPTIONS.until, companies=30, faults="502")
    with served as base, Client(Limits(), attempts=1) as client, pytest.raises(SourceBusy, match="HTTP 502"):
        client.get(f"{base}/groups.csv")


def test_a_script_that_cannot_be_read_is_told_with_the_childs_words() -> None:
    with pytest.raises(SourceError, match="there is no fault 'fire'"), Simulation(OPTIONS, faults="fire"):
        pass
