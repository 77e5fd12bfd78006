"""The server answers, says where, ends when told, and says clearly why it cannot start."""

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

from topheavy.core.errors import WebError
from topheavy.web.server import running, serve


def test_it_answers_for_as_long_as_the_block_lasts(real_home: Path) -> None:
    with running(real_home) as address:
        assert httpx2.get(f"{address}/ping").json() == {"status": "ok"}
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{address}/ping")
    assert "topheavy-web" not in {thread.name for thread in threading.enumerate()}


def test_two_apps_of_one_process_serve_their_own_homes(real_home: Path, simulated_home: Path) -> None:
    with running(real_home) as real, running(simulated_home) as simulated:
        assert httpx2.get(f"{real}/api/about").json()["world"] == "real"
        assert httpx2.get(f"{simulated}/api/about").json()["world"] == "simulated"
        assert "_dash-config" in httpx2.get(f"{real}/concentration").text


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WebError, match=rf"port {port} on 127\.0\.0\.1 cannot be opened .* choose another"):
            serve(Path("unused"), port, lambda _: None)


def test_an_interrupt_ends_it_cleanly(real_home: Path) -> None:
    code = (
        "from pathlib import Path; from topheavy.web.server import serve; "
        f"serve(Path({str(real_home)!r}), 0, lambda address: print(address, flush=True)); print('ended')"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert httpx2.get(f"{address}/ping").status_code == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")
