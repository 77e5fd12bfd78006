"""A planted key, sent in every place a key can be in, shows in no error, traceback or log, whatever goes wrong."""

import gzip
import logging
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import stamina

from topheavy.core.errors import SourceError
from topheavy.core.http.client import Client
from topheavy.core.http.concurrency import Gate

KEY = "s3cretPLANTEDkey"
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"

ANSWERS = {
    "refused": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "too many": b"HTTP/1.1 429 Too Many\r\nRetry-After: 9999\r\nContent-Length: 0\r\n\r\n",
    "server error": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "round": f"HTTP/1.1 302 Found\r\nLocation: /again?apiKey={KEY}\r\nConnection: close\r\n\r\n".encode(),
    "elsewhere": f"HTTP/1.1 302 Found\r\nLocation: ftp://me:{KEY}@x/?key={KEY}\r\nConnection: close\r\n\r\n".encode(),
    "nowhere": f"HTTP/1.1 302 Found\r\nLocation: http://no.invalid/{KEY}\r\nConnection: close\r\n\r\n".encode(),
    "odd redirect": f"HTTP/1.1 302 Found\r\nLocation: http://[:{KEY}\r\nConnection: close\r\n\r\n".encode(),
    "no http": b"hello\r\n\r\n",
    "nothing": b"",
    "cut short": HEAD + b"Content-Length: 100\r\n\r\nonly this",
    "cut short in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nonly this",
    "cut short in gzip": HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"abc")[:-4],
    "no gzip": HEAD + b"Content-Encoding: gzip\r\n\r\nnot gzip",
    "too large": HEAD + b"\r\n" + bytes(2_000),
    "silent": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhang!",
}


@contextmanager
def vendor(answer: bytes, *, hangs: bool = False) -> Iterator[str]:
    """A server below HTTP that gives every caller the same answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(65536)
                    if hangs:
                        caller.recv(1)  # returns when the caller has lost its patience
                    else:
                        caller.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.NOTSET)
    with stamina.set_testing(True, attempts=2):
        yield


def told(url: str, header: str = f"Bearer {KEY}") -> str:
    """Everything that a failed call shows of itself."""
    moment = iter(range(0, 10**9, 10**6))
    client = Client(timeout=0.3, max_bytes=1_000, gate=Gate(now=lambda: float(next(moment))))
    with client, pytest.raises(SourceError) as caught:
        client.get(url, {"apiKey": KEY, "limit": "5"}, {"Authorization": header})
    error: BaseException | None = caught.value
    shown = [*traceback.format_exception(caught.value)]
    while error is not None:
        shown += [str(error), repr(error), repr(error.args), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


@pytest.mark.parametrize("case", ANSWERS)
def test_whatever_the_vendor_does(
    case: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with vendor(ANSWERS[case], hangs=case == "silent") as host:
        shown = told(f"http://me:{KEY}@{host}/x")
    assert KEY not in shown + caplog.text + "".join(capfd.readouterr())
    assert host in shown
    assert "limit=5" in shown


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://no.invalid/x",
        f"http://me:{KEY}@[::1",
        f"http://me:{KEY}@a b/",
        f"ftp://me:{KEY}@x/?token={KEY}",
        f"?apiKey={KEY}",
        f"http://x:99999/?apiKey={KEY}",
    ],
)
def test_whatever_the_address_is(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert KEY not in told(url) + caplog.text


@pytest.mark.parametrize("odd", [f"{KEY}\n", f"{KEY}\r\nX: y", f"{KEY}é", f"{KEY}\x00"])
def test_whatever_is_odd_about_the_key(odd: str, caplog: pytest.LogCaptureFixture) -> None:
    assert KEY not in told("http://127.0.0.1:1/x", odd) + caplog.text
