"""How soon a served forecast comes: over HTTP at a given rate, and by ONNX beside the framework's own predict.

    uv run --extra forecast python benchmarks/forecast_serving.py

Every model that forecasts returns is fitted to the same made-up prices and registered; one forecast of one series is
then asked of the registered file and of the fitted model itself, in turn. Over HTTP a real uvicorn process on loopback
is sent one instance, 64 values or as many as the model reads, at fixed moments, whether it has answered or not; what it
takes is counted from the moment it was due, so that nothing that waited is left out. How late this program itself was
is printed beside it: on a machine that other work shares, both wait. Exits 1 where p99 misses the aim.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from topheavy import __version__
from topheavy.forecast.lstm.keras_model import keras_model
from topheavy.forecast.lstm.recurrent import Recurrent
from topheavy.forecast.lstm.transform import inputs
from topheavy.forecast.model import Fitted, Model, Training, models
from topheavy.forecast.panel import Matrix, Panel
from topheavy.forecast.scoring.conformal import learn
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import Registry
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

AIM = 0.010
"""Seconds within which 99 of 100 forecasts are to come over HTTP."""

CONNECTIONS = 16
SERIES, SESSIONS = 10, 1_000


def walk(seed: int) -> Panel:
    """Return prices of a random walk."""
    rng = np.random.default_rng(seed)
    days = np.busday_offset("2020-01-02", np.arange(SESSIONS), roll="forward").astype("datetime64[D]")
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (SESSIONS, SERIES)), axis=0))
    return Panel(days, tuple(f"S{n}" for n in range(SERIES)), prices, f"seed {seed}")


def register(home: Path, model: Model, fitted: Fitted, learned: Task) -> str:
    """Register a fitted model under its own name."""
    errors = np.random.default_rng(0).normal(0, 1, 1_000)
    card = Card(
        name=model.name.replace(".", "-"), model=model.name, title=model.title, target="return", horizon=1,
        series=learned.series, lookback=fitted.lookback, snapshot="made up", code_version=__version__,
        trained_from=learned.sessions[0].item(), trained_until=learned.sessions[-1].item(), made_at=datetime.now(UTC),
        world="simulated", scope=model.scope, intervals=learn(errors, np.zeros(1_000), np.ones(1_000)),
    )  # fmt: skip
    return Registry(home).register(card, fitted.graph()).name


def micros(call: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Return the median and the 99th percentile of what a call takes, in microseconds."""
    call()
    took: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end or len(took) < 20:
        began = perf_counter()
        call()
        took.append(perf_counter() - began)
    return float(np.median(took)) * 1e6, float(np.quantile(took, 0.99)) * 1e6


def beside_the_framework(home: Path, panel: Panel, seconds: float, only: list[str]) -> list[str]:
    """Fit, register and time every model; return the names that are registered."""
    one, names = task(panel, target("return"), 1), []
    print(
        f"{'model':16}{'its own predict':>24}{'ONNX graph':>22}{'ratio':>8}{'registry, whole':>24}   (µs: median, p99)"
    )
    for model in sorted(models().values(), key=lambda model: model.name):
        if "return" in model.targets and (not only or model.name in only):
            short = {"epochs": 2} if "epochs" in model.defaults else {}  # how well it learned does not matter here
            fitted = model.learn(one, Training(params=short))
            names.append(register(home, model, fitted, one))
            timed(Registry(home), names[-1], fitted, one, panel, seconds)
    return names


def timed(registry: Registry, name: str, fitted: Fitted, one: Task, panel: Panel, seconds: float) -> None:
    """Print what a forecast of one series takes: the fitted model, the graph alone, and from raw values by name."""
    served = registry.open(name)
    alone = one.x[-fitted.lookback :].copy()
    given = {"window": np.ascontiguousarray(alone[:, :1].T), "series": np.array([0])}
    alone[:, 1:] = np.nan
    values = panel.values[-served.wanted :, :1].T
    own = micros(lambda: fitted.predict(alone, np.array([len(alone) - 1])), seconds)
    graph = micros(lambda: served.session.run(["change"], given), seconds)
    whole = micros(lambda: registry.open(name).forecast(values, [0]), seconds)
    print(
        f"{name:16}{own[0]:14,.0f}{own[1]:10,.0f}{graph[0]:12,.0f}{graph[1]:10,.0f}{own[0] / graph[0]:8.1f}"
        f"{whole[0]:14,.0f}{whole[1]:10,.0f}",
        flush=True,
    )
    if isinstance(fitted, Recurrent) and not fitted.each:
        timed_in_keras(fitted, given["window"], graph[0], seconds)


def timed_in_keras(fitted: Recurrent, window: Matrix, onnx: float, seconds: float) -> None:
    """Print what the same network takes by Keras' ``predict``."""
    network = keras_model(fitted.network, fitted.weights[0], fitted.lookback - 1)
    moves = inputs(window)[0][..., None].astype(np.float32)
    keras = micros(lambda: network.predict(moves, verbose=0), seconds)
    print(
        f"{'  in Keras, JAX':16}{keras[0]:14,.0f}{keras[1]:10,.0f}{onnx:12,.0f}{'':10}{keras[0] / onnx:8.1f}",
        flush=True,
    )


async def ask(port: int, request: bytes, rate: float, seconds: float) -> tuple[list[float], list[float], int]:
    """Send a request ``rate`` times a second; return what each took from when it was due, how late it was sent, and
    how many failed."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    took: list[float] = []
    late: list[float] = []
    failed = 0

    async def one(due: float) -> None:
        nonlocal failed
        reader, writer = await free.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took.append(perf_counter() - due)
        failed += b" 200 " not in head.split(b"\r\n")[0]
        free.put_nowait((reader, writer))

    began, waiting = perf_counter(), set()
    for n in range(int(rate * seconds)):
        due = began + n / rate
        if (pause := due - perf_counter()) > 0:
            await asyncio.sleep(pause)
        late.append(perf_counter() - due)
        going = asyncio.create_task(one(due))
        waiting.add(going)
        going.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
    return took, late, failed


def over_http(home: Path, name: str, panel: Panel, rate: float, seconds: float) -> float:
    """Serve the home, ask for forecasts at a rate and print what they took; return the 99th percentile in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    body = json.dumps(
        {"security": "S0", "values": panel.values[-Registry(home).card(name).wanted :, 0].tolist()}
    ).encode()
    head = f"POST /api/models/{name}/invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    environment = os.environ | {"TOPHEAVY_HOME": str(home), "TOPHEAVY_ENDPOINT_MODEL": name}
    command = [sys.executable, "-m", "uvicorn", "--factory", "topheavy.jobs.serving:hosted", "--port", str(port),
               "--log-level", "warning", "--no-access-log"]  # fmt: skip
    with subprocess.Popen(command, env=environment) as server:
        try:
            until_it_answers(port)
            asyncio.run(ask(port, request, rate, 2))
            before = cpu_of(server.pid)
            took, late, failed = asyncio.run(ask(port, request, rate, seconds))
            used = (cpu_of(server.pid) - before) / len(took)
        finally:
            server.terminate()
    p50, p99 = np.quantile(took, [0.5, 0.99]) * 1e3
    due50, due99 = np.quantile(late, [0.5, 0.99]) * 1e3
    print(
        f"{name} over HTTP at {rate:.0f} a second, {len(took):,} in all: p50 {p50:.2f} ms, p99 {p99:.2f} ms, "
        f"longest {max(took) * 1e3:.1f} ms (aim: p99 {AIM * 1e3:.0f} ms), failed {failed}; the server's own CPU "
        f"{used * 1e3:.2f} ms each; sent late by p50 {due50:.2f} ms, p99 {due99:.2f} ms",
        flush=True,
    )
    if failed:
        raise SystemExit(f"{failed} of {len(took)} were not answered")
    return float(p99) / 1e3


def cpu_of(process: int) -> float:
    """Return the seconds of CPU a process has used (Linux)."""
    user, system = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def until_it_answers(port: int) -> None:
    """Wait until the server's ping says that a model is ready."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as ping:
                ping.sendall(b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if b" 200 " in ping.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not answer within a minute")


def main() -> None:
    """Run the benchmark."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, default=200, help="requests a second")
    options.add_argument("--seconds", type=float, default=15, help="how long to ask over HTTP, for each model")
    options.add_argument("--each", type=float, default=1, help="seconds for each of the other figures")
    options.add_argument("--model", action="append", default=[], help="only this one; may be given several times")
    options.add_argument("--http", action="append", default=[], help="ask these over HTTP (default: forest and lstm)")
    given = options.parse_args()
    panel = walk(1)
    with tempfile.TemporaryDirectory() as folder:
        names = beside_the_framework(Path(folder), panel, given.each, given.model)
        wanted = [name for name in given.http or ["forest", "lstm"] if name in names] or names[:1]
        slowest = max(over_http(Path(folder), name, panel, given.rate, given.seconds) for name in wanted)
    raise SystemExit(slowest > AIM)


if __name__ == "__main__":
    main()
