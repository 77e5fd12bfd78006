"""What the client owes a vendor and a collection: bounded calls at once, pauses for all, a budget, and counts."""

import gzip
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest
import stamina

from topheavy.core.errors import Malformed, SourceBusy, SourceRefused
from topheavy.core.http.client import LONGEST_WAIT, Client
from topheavy.core.http.concurrency import RUN, Gate
from topheavy.core.http.limits import Limits, limiter
from topheavy.core.http.retry_budget import FLOOR, SHARE, Traffic
from topheavy.core.units import SourceKind

Answer = tuple[int, dict[str, str], bytes]
OK: Answer = (200, {}, b"ok")


@pytest.fixture(autouse=True)
def no_back_off() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


class Vendor:
    """A server of many threads that asks ``answer`` what to say to the n-th call, and notes who came when."""

    def __init__(self, answer: Callable[[int], Answer]) -> None:
        self.answer = answer
        self.url = ""
        self.came: list[float] = []
        self.headers: list[dict[str, str]] = []
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        with self.lock:
            number = len(self.came)
            self.came.append(time.monotonic())
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            status, headers, body = self.answer(number)
        finally:
            with self.lock:
                self.inside -= 1
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def vendor(answer: Callable[[int], Answer]) -> Iterator[Vendor]:
    mine = Vendor(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece, or the next one waits for the caller's acknowledgement

        def do_GET(self) -> None:
            mine.serve(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        mine.url = f"http://127.0.0.1:{server.server_port}/x"
        try:
            yield mine
        finally:
            server.shutdown()
            thread.join()


def hurried(most: int = 10) -> Gate:
    """A gate whose clock runs so fast that every pause is over when it is looked at."""
    return Gate(most, now=count(step=1_000_000.0).__next__)


def outcome(client: Client, url: str) -> str:
    try:
        return client.get(url).page.content.decode()
    except SourceBusy as error:
        return str(error)


# at once


def test_no_more_calls_at_once_than_the_gate_is_wide() -> None:
    def slow(_: int) -> Answer:
        time.sleep(0.02)
        return OK

    with vendor(slow) as at, Client(gate=Gate(3)) as client, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: outcome(client, at.url), range(24))) == {"ok"}
    assert 2 <= at.most <= 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_crowded_vendor_is_asked_less_at_once_and_more_again_later(status: int) -> None:
    with vendor(lambda n: (status, {}, b"") if n < 2 else OK) as at, Client(gate=hurried()) as client:
        assert client.width == 10
        assert outcome(client, at.url) == "ok"
        assert client.width == 2
        for _ in range(RUN * 3):
            client.get(at.url)
        assert client.width == 5


def test_a_vendor_that_is_silent_is_crowded_and_one_that_is_broken_is_not() -> None:
    def answer(number: int) -> Answer:
        if number == 0:
            time.sleep(0.5)
        return (500, {}, b"") if number == 1 else OK

    with vendor(answer) as at, Client(timeout=0.2, gate=hurried()) as client:
        assert outcome(client, at.url) == "ok"
        assert client.width == 5


# pauses


def test_a_pause_one_thread_is_asked_for_is_kept_by_all() -> None:
    with vendor(lambda n: (429, {"Retry-After": "1"}, b"") if n == 0 else OK) as at, Client() as client:
        with ThreadPoolExecutor(4) as pool:
            first = pool.submit(outcome, client, at.url)
            while client.traffic.too_many == 0:
                time.sleep(0.001)
            others = [pool.submit(outcome, client, at.url) for _ in range(3)]
            assert {work.result() for work in [first, *others]} == {"ok"}
        assert len(at.came) == 5
        assert min(at.came[1:]) - at.came[0] >= 0.95


def test_a_vendor_that_wants_no_call_for_long_gets_none() -> None:
    wish = str(int(LONGEST_WAIT) + 60)
    with vendor(lambda _: (429, {"Retry-After": wish}, b"")) as at, Client() as client:
        assert "HTTP 429" in outcome(client, at.url)
        assert "wants no call for another 1" in outcome(client, at.url)
        assert len(at.came) == client.traffic.calls == 1


def test_no_turn_is_spent_on_a_closed_door() -> None:
    turns: list[float] = []
    gate = Gate()
    with vendor(lambda _: OK) as at, Client(gate=gate, pause=lambda: turns.append(gate.closed_for)) as client:
        gate.close_for(0.2)
        client.get(at.url)
    assert turns == [0.0]


def test_a_pause_that_begins_while_a_turn_is_waited_for_is_kept() -> None:
    turns: list[float] = []
    gate = Gate()

    def pause() -> None:
        turns.append(time.monotonic())
        if len(turns) == 1:
            gate.close_for(0.2)

    with vendor(lambda _: OK) as at, Client(gate=gate, pause=pause) as client:
        client.get(at.url)
        assert len(turns) == 2
        assert at.came[0] - turns[0] >= 0.2


def test_clients_of_one_account_share_its_limit(tmp_path: Path) -> None:
    def limited() -> Client:
        return Client(pause=limiter(Limits(per_second=2), vendor="v", account="a", state=tmp_path))

    with vendor(lambda _: OK) as at, limited() as one, limited() as other:
        for client in (one, other, one):
            client.get(at.url)
        assert at.came[2] - at.came[0] >= 0.95


# the budget


def test_a_vendor_that_is_down_does_not_cost_every_unit_its_attempts() -> None:
    units = 200
    with vendor(lambda _: (500, {}, b"")) as at, Client() as client:
        told = [outcome(client, at.url) for _ in range(units)]
        made = client.traffic
    assert len(at.came) == made.calls
    assert made.calls - made.retries == units
    assert made.retries <= FLOOR + SHARE * units + 1
    assert told[0].endswith("HTTP 500")
    assert "not tried again" in told[-1]
    assert "the vendor seems down" in told[-1]


def test_a_short_trouble_is_outlasted() -> None:
    with vendor(lambda n: (502, {}, b"") if n < 3 else OK) as at, Client() as client:
        assert outcome(client, at.url) == "ok"
    assert len(at.came) == 4


@pytest.mark.parametrize(
    ("calls", "retries", "expected"),
    [(FLOOR, FLOOR - 1, True), (FLOOR + 1, FLOOR, True), (2 * FLOOR, FLOOR * 2, False), (10 * FLOOR, 2 * FLOOR, True)],
)
def test_the_budget_is_a_floor_and_a_share(calls: int, retries: int, expected: bool) -> None:
    assert Traffic(calls=calls, retries=retries).may_retry is expected


# counts


def test_what_goes_over_the_wire_is_counted() -> None:
    packed = gzip.compress(b"a" * 10_000)
    answers: list[Answer] = [
        (200, {"Content-Encoding": "gzip"}, packed),
        (429, {}, b""),
        (200, {}, b"12345"),
        (404, {}, b""),
    ]
    with vendor(lambda n: answers[n]) as at, Client(gate=hurried()) as client:
        assert client.traffic == Traffic()
        assert len(client.get(at.url).page.content) == 10_000
        assert outcome(client, at.url) == "12345"
        with pytest.raises(SourceRefused):
            client.get(at.url)
        assert client.traffic == Traffic(calls=4, retries=1, too_many=1, received=len(packed) + 5)


def test_counts_of_many_threads_add_up() -> None:
    with vendor(lambda _: OK) as at, Client() as client, ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: client.get(at.url), range(200)))
        assert client.traffic == Traffic(calls=200, received=400)


# answers


def test_a_body_that_cannot_be_read_comes_with_the_error() -> None:
    with vendor(lambda _: (200, {"Content-Encoding": "gzip"}, b"<html>")) as at, Client() as client:
        with pytest.raises(Malformed) as caught:
            client.get(at.url, {"apiKey": "k"})
        assert len(at.came) == 1
    (page,) = caught.value.pages
    assert (page.content, page.request) == (b"<html>", f"{at.url}?apiKey=***")


def test_a_key_does_not_follow_a_redirect_to_another_host() -> None:
    with vendor(lambda _: OK) as other:
        away = other.url.replace("127.0.0.1", "localhost")
        with vendor(lambda _: (302, {"Location": away}, b"")) as at, Client() as client:
            client.get(at.url, {"apiKey": "s3cret"}, {"Authorization": "Bearer s3cret"})
            assert at.headers[0]["authorization"] == "Bearer s3cret"
        assert "s3cret" not in str(other.headers)


def test_an_address_is_asked_for_as_it_was_given() -> None:
    with vendor(lambda _: OK) as at, Client() as client:
        assert client.get(at.url).page.request == at.url
        assert client.get(f"{at.url}?a=1%2F2&b", {"c": "d|e f"}).page.request == f"{at.url}?a=1%2F2&b&c=d%7Ce+f"
        assert client.get(at.url).kind is SourceKind.VENDOR


def test_retries_are_not_told_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    with vendor(lambda n: (500, {}, b"") if n == 0 else OK) as at, Client() as client:
        client.get(at.url)
    assert capfd.readouterr() == ("", "")


POOLS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from topheavy.core.http.client import Client
for _ in range(4):
    with Client() as client, ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda number: client.get(sys.argv[1], {"limit": str(number)}), range(40)))
print("ended well")
"""


def test_a_process_outlives_the_threads_that_made_its_first_calls() -> None:
    """The library's allocator does not, where a worker thread is the first to load it."""
    with vendor(lambda _: (200, {}, b"{}")) as served:
        ended = subprocess.run([sys.executable, "-c", POOLS, served.url], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "ended well\n"), ended.stderr
