"""The container's own script answers as a hosting service asks: health and forecasts, under any name, JSON and CSV."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import numpy as np
import pytest

from support.registered import kept, weighed

SERVE = Path(__file__).parent.parent.parent / "deploy" / "sagemaker" / "serve"
PRICES = [100.0, 101.0, 99.5, 102.0, 103.5, 101.0, 104.0]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Models alone, as they lie in ``/opt/ml/model``, and the script in a process of its own."""
    home = tmp_path_factory.mktemp("model")
    kept(home, weighed(), "price", name="price-1", scope="global")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    named = {"TOPHEAVY_HOME": str(home), "TOPHEAVY_ENDPOINT_HOST": "127.0.0.1", "SAGEMAKER_BIND_TO_PORT": port}
    with subprocess.Popen(["sh", str(SERVE), "serve"], env=os.environ | named | {"PATH": path}) as process:
        try:
            answering(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def answering(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until something listens there, or the process has ended."""
    while process.poll() is None:
        try:
            if httpx2.get(f"{address}/ping", timeout=30).status_code == 200:
                return
        except httpx2.ConnectError:
            continue
    raise AssertionError(f"the script ended with {process.returncode}")


def test_health_and_forecasts_are_answered(address: str) -> None:
    headers = {"host": "runtime.sagemaker.example:8080", "content-type": "application/json"}
    body = json.dumps({"instances": [{"values": PRICES}, {"values": PRICES[::-1]}]})
    answer = httpx2.post(f"{address}/invocations", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    x = np.log([PRICES, PRICES[::-1]])
    weights, constant = weighed().weights[0], weighed().constants[0]
    expected = np.exp(x[:, -1] + x @ weights + constant)
    assert [one["value"] for one in answer.json()["predictions"]] == pytest.approx(expected.tolist(), rel=1e-9)
    rows = "\n".join(",".join(str(price) for price in row) for row in (PRICES, PRICES[::-1]))
    again = httpx2.post(f"{address}/invocations", content=rows, headers=headers | {"content-type": "text/csv"})
    assert again.json() == answer.json()
