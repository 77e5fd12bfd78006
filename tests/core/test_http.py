"""The seam to the network, against a real server on this machine."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from topheavy.core.clock import fixed_clock
from topheavy.core.errors import Malformed, SourceBusy, SourceError, SourceRefused
from topheavy.core.http.client import LONGEST_WAIT, SIMULATED_HEADER, Client, is_loopback
from topheavy.core.http.concurrency import Gate
from topheavy.core.http.limits import Limits, limiter
from topheavy.core.http.network import UNSAID_WAIT, seconds_wished
from topheavy.core.units import SourceKind

NOON = datetime(2024, 12, 6, 12, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(attempts=3, timeout=2.0, clock=fixed_clock(NOON), gate=hurried_gate()) as client:
        yield client


def hurried_gate() -> Gate:
    """A gate whose clock runs so fast that every pause is over when it is looked at."""
    return Gate(now=count(step=1_000_000.0).__next__)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@contextmanager
def raw_server(answer: bytes, *, hang: bool = False) -> Iterator[str]:
    """A server below HTTP: it reads a request and sends ``answer``, or nothing for as long as it is asked."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    if hang:
                        done.wait(5)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_the_body_comes_untouched_with_what_was_asked(httpserver: HTTPServer, client: Client) -> None:
    body = bytes(range(256)) * 10
    httpserver.expect_request("/x").respond_with_data(body, content_type="text/csv")
    reply = client.get(httpserver.url_for("/x"), {"b": "2", "a": "1"})
    assert reply.page.content == body
    assert reply.page.media_type.startswith("text/csv")
    assert reply.page.request == httpserver.url_for("/x?b=2&a=1")
    assert reply.kind is SourceKind.VENDOR


def test_parameters_join_those_already_in_the_address(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x", query_string="cursor=abc&limit=5").respond_with_data(b"ok")
    assert client.get(httpserver.url_for("/x?cursor=abc"), {"limit": "5"}).page.content == b"ok"


def test_headers_are_sent_and_we_say_who_we_are(httpserver: HTTPServer, client: Client) -> None:
    seen: list[dict[str, str]] = []

    def note(request: Request) -> Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        return Response(b"ok")

    httpserver.expect_request("/x").respond_with_handler(note)
    client.get(httpserver.url_for("/x"), {}, {"Authorization": "Bearer k"})
    client.get(httpserver.url_for("/x"), {}, {"User-Agent": "me me@example.org"})
    assert seen[0]["authorization"] == "Bearer k"
    assert seen[0]["user-agent"].startswith("topheavy/")
    assert seen[1]["user-agent"] == "me me@example.org"


def test_connections_are_kept_alive(client: Client) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            accepted.append(connection)
            with connection:
                while connection.recv(65536):
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        for _ in range(3):
            assert client.get(f"http://127.0.0.1:{listening.getsockname()[1]}/").page.content == b"ok"
        client.close()
        thread.join(5)
    assert len(accepted) == 1


def test_a_closed_client_opens_again(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(b"ok")
    client.close()
    client.close()
    assert client.get(httpserver.url_for("/x")).page.content == b"ok"


def test_a_simulated_answer_says_so(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(b"{}", headers={SIMULATED_HEADER: "1"})
    assert client.get(httpserver.url_for("/x")).kind is SourceKind.SIMULATED


def test_gzip_of_the_wire_is_undone(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(
        gzip.compress(b"date,close\n"), headers={"content-encoding": "gzip"}
    )
    assert client.get(httpserver.url_for("/x")).page.content == b"date,close\n"


def test_a_gzipped_file_stays_a_gzipped_file(httpserver: HTTPServer, client: Client) -> None:
    body = gzip.compress(b"date,close\n")
    httpserver.expect_request("/x.csv.gz").respond_with_data(body, content_type="application/gzip")
    assert client.get(httpserver.url_for("/x.csv.gz")).page.content == body


def test_broken_gzip_is_malformed(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(b"not gzip at all", headers={"content-encoding": "gzip"})
    with pytest.raises(Malformed, match="cannot be decoded"):
        client.get(httpserver.url_for("/x"))


def test_a_gzip_bomb_is_refused_before_it_fills_memory(httpserver: HTTPServer) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    assert len(bomb) < 100_000
    httpserver.expect_request("/x").respond_with_data(bomb, headers={"content-encoding": "gzip"})
    with Client(max_bytes=1_000_000) as small, pytest.raises(Malformed, match="more than 1,000,000 bytes"):
        small.get(httpserver.url_for("/x"))


@pytest.mark.parametrize("retry_after", ["0", "3"])
def test_429_is_asked_again(httpserver: HTTPServer, client: Client, retry_after: str) -> None:
    httpserver.expect_ordered_request("/x").respond_with_data(b"", status=429, headers={"Retry-After": retry_after})
    httpserver.expect_ordered_request("/x").respond_with_data(b"ok")
    assert client.get(httpserver.url_for("/x")).page.content == b"ok"


def test_the_vendors_wish_is_carried(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/s").respond_with_data(b"", status=429, headers={"Retry-After": "7"})
    then = format_datetime(NOON + timedelta(seconds=90), usegmt=True)
    httpserver.expect_request("/d").respond_with_data(b"", status=503, headers={"Retry-After": then})
    httpserver.expect_request("/n").respond_with_data(b"", status=429)
    httpserver.expect_request("/e").respond_with_data(b"", status=500)
    assert _wished(client, httpserver.url_for("/s")) == 7.0
    assert _wished(client, httpserver.url_for("/d")) == 90.0
    assert _wished(client, httpserver.url_for("/n")) == UNSAID_WAIT
    assert _wished(client, httpserver.url_for("/e")) is None


def _wished(client: Client, url: str) -> float | None:
    with pytest.raises(SourceBusy) as caught:
        client.get(url)
    return caught.value.retry_after


def test_who_asks_us_to_wait_too_long_is_not_waited_for(httpserver: HTTPServer, client: Client) -> None:
    wish = str(int(LONGEST_WAIT) + 1)
    httpserver.expect_request("/x").respond_with_data(b"", status=429, headers={"Retry-After": wish})
    with pytest.raises(SourceBusy):
        client.get(httpserver.url_for("/x"))
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_a_vendor_that_stays_busy_is_busy(httpserver: HTTPServer, client: Client, status: int) -> None:
    httpserver.expect_request("/x").respond_with_data(b"oops", status=status)
    with pytest.raises(SourceBusy, match=f"HTTP {status}"):
        client.get(httpserver.url_for("/x"))
    assert len(httpserver.log) == 3


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "key is missing"), (403, "no right"), (404, "no such thing"), (400, "not accepted"), (204, "not accepted")],
)
def test_a_refusal_is_final(httpserver: HTTPServer, client: Client, status: int, hint: str) -> None:
    httpserver.expect_request("/x").respond_with_data(b"", status=status)
    with pytest.raises(SourceRefused, match=hint):
        client.get(httpserver.url_for("/x"))
    assert len(httpserver.log) == 1


def test_redirects_are_followed_but_not_in_circles(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/old").respond_with_data(b"", status=302, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data(b"ok")
    httpserver.expect_request("/round").respond_with_data(b"", status=302, headers={"Location": "/round"})
    assert client.get(httpserver.url_for("/old")).page.content == b"ok"
    with pytest.raises(SourceRefused):
        client.get(httpserver.url_for("/round"))


def test_connection_refused_is_busy(client: Client) -> None:
    with pytest.raises(SourceBusy, match="ConnectError"):
        client.get(f"http://127.0.0.1:{closed_port()}/x")


def test_silence_is_busy() -> None:
    client = Client(attempts=1, timeout=0.2)
    with raw_server(b"", hang=True) as url, client, pytest.raises(SourceBusy, match="Timeout"):
        client.get(f"{url}/x")


def test_an_answer_in_drips_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            caller, _ = listening.accept()
            caller.recv(65536)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            with caller, suppress(ConnectionError):  # the caller hangs up
                for _ in range(100):
                    caller.sendall(b"x")
                    time.sleep(0.03)

        thread, started = threading.Thread(target=drip, daemon=True), time.monotonic()
        thread.start()
        with Client(attempts=1, timeout=0.1) as client, pytest.raises(SourceBusy, match="Timeout"):
            client.get(f"http://127.0.0.1:{listening.getsockname()[1]}/x")
        assert 0.9 <= time.monotonic() - started < 2.5
        thread.join()


def test_a_body_cut_short_is_busy(client: Client) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this") as url, pytest.raises(SourceBusy):
        client.get(f"{url}/x")


def test_no_http_at_all_is_busy(client: Client) -> None:
    with raw_server(b"hello\r\n\r\n") as url, pytest.raises(SourceBusy, match="invalid HTTP"):
        client.get(f"{url}/x")


@pytest.mark.parametrize("address", ["", "polygon", "ftp://example.org/x", "http://", "http://[::1", "http://a\x00b/"])
def test_what_is_no_address_is_refused(client: Client, address: str) -> None:
    with pytest.raises(SourceRefused, match="not an address"):
        client.get(address)


def test_secrets_do_not_reach_the_page_or_a_message(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(b"ok")
    httpserver.expect_request("/no").respond_with_data(b"", status=403)
    reply = client.get(httpserver.url_for("/x"), {"apiKey": "s3cret", "limit": "1"})
    assert reply.page.request.endswith("/x?apiKey=***&limit=1")
    with pytest.raises(SourceRefused) as refused:
        client.get(httpserver.url_for("/no").replace("http://", "http://me:s3cret@"), {"token": "s3cret"})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("key", ["s3cret\n", "s3cret\r\nX: y", "s3crét"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(httpserver: HTTPServer, client: Client, key: str) -> None:
    with pytest.raises(SourceRefused, match="header") as caught:
        client.get(httpserver.url_for("/x"), {}, {"Authorization": f"Bearer {key}"})
    assert "s3cr" not in str(caught.value)


def test_every_call_takes_its_turn(httpserver: HTTPServer) -> None:
    turns: list[int] = []
    httpserver.expect_ordered_request("/x").respond_with_data(b"", status=500)
    httpserver.expect_ordered_request("/x").respond_with_data(b"ok")
    with Client(pause=lambda: turns.append(1)) as client:
        client.get(httpserver.url_for("/x"))
    assert len(turns) == 2  # a retry is a call like any other


@pytest.mark.parametrize(
    "limits", [Limits(), Limits(2, 0), Limits(0, 5), Limits(10, 5), Limits(1, 100), Limits(1, 30), Limits(5, 5)]
)
def test_any_pair_of_limits_can_be_kept(limits: Limits) -> None:
    limiter(limits)()


def test_a_limit_is_kept_by_threads_together() -> None:
    wait, started = limiter(Limits(per_second=2)), datetime.now(UTC)
    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert datetime.now(UTC) - started >= timedelta(seconds=0.9)


@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "1.5", "²", "Fri, 99 Dec 2024", "Fri, 06 Dec 2024 12:00:00 +9999999"]
)
def test_a_wish_we_cannot_read_is_none(text: str) -> None:
    assert seconds_wished(text, NOON) is None


def test_a_moment_gone_by_is_now() -> None:
    assert seconds_wished("Fri, 06 Dec 2024 11:00:00 GMT", NOON) == 0.0


@given(st.text())
def test_any_header_is_read_or_not_but_never_fatal(text: str) -> None:
    assert (seconds_wished(text, NOON) or 0.0) >= 0.0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/v3", True),
        ("http://[::1]:8000", True),
        ("http://localhost:1", True),
        ("https://api.polygon.io", False),
        ("http://localhost.example.org", False),
        ("http://127.0.0.1@example.org/", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_all_of_this_is_one_tree() -> None:
    assert all(issubclass(kind, SourceError) for kind in (SourceBusy, SourceRefused, Malformed))
