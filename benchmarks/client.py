"""Requests a second of the client that collects, beside peers, on one machine in one run.

    uv run --group bench python benchmarks/client.py

The server is another process of this file: an asyncio protocol that answers every request with the same 300 bytes of
JSON, packed for who accepts gzip, over kept-alive connections. Each client asks for the same addresses with the same
parameters and header; rounds are in turn. CPU is the client's own, per request, and moves less with what else the
machine does. Exits 1 where no round of ours reaches the aim.
"""

import argparse
import asyncio
import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

import httpx2
import requests
import urllib3

from topheavy.core.http.client import Client

AIM = 2_000
THREADS = 10
PARAMS = {"adjusted": "false", "limit": "5"}
HEADERS = {"Authorization": "Bearer none"}
BODY = b'{"status":"OK","results":[' + b",".join(
    b'{"T":"XMPL%d","v":120500,"vw":10.21,"o":10.0,"c":10.5,"h":11.0,"l":9.5,"t":1718049600000}' % n for n in range(3)
) + b"]}"  # fmt: skip

Get = Callable[[str], bytes]


class Answering(asyncio.Protocol):
    """As little of a server as keeps connections alive."""

    def __init__(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        packed = gzip.compress(BODY)
        self.plain = head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
        self.packed = head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
        self.asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *heads, self.asked = (self.asked + data).split(b"\r\n\r\n")
        for head in heads:
            self.transport.write(self.packed if b"gzip" in head else self.plain)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v2/aggs/"
    finally:
        process.kill()
        process.wait()


@contextmanager
def ours() -> Iterator[Get]:
    with Client() as client:
        yield lambda url: client.get(url, PARAMS, HEADERS).page.content


@contextmanager
def with_httpx2() -> Iterator[Get]:
    with httpx2.Client(headers={"accept-encoding": "gzip"}) as client:
        yield lambda url: client.get(url, params=PARAMS, headers=HEADERS).content


@contextmanager
def with_requests() -> Iterator[Get]:
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
        yield lambda url: session.get(url, params=PARAMS, headers=HEADERS).content


@contextmanager
def with_urllib3() -> Iterator[Get]:
    with urllib3.PoolManager(maxsize=THREADS, headers={"accept-encoding": "gzip"}) as pool:
        yield lambda url: pool.request("GET", url, fields=PARAMS, headers={**pool.headers, **HEADERS}).data


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    connect: Callable[[], AbstractContextManager[Get]]
    threads: int


CONTENDERS = (
    Contender("ours", ours, THREADS),
    Contender("httpx2", with_httpx2, THREADS),
    Contender("urllib3", with_urllib3, THREADS),
    Contender("requests", with_requests, THREADS),
    Contender("requests, one by one", with_requests, 1),
)


def measured(contender: Contender, base: str, calls: int) -> tuple[float, float]:
    """Return requests a second and microseconds of CPU a request."""

    def work(worker: int) -> None:
        for number in range(calls // contender.threads):
            if get(f"{base}{worker}/{number}") != BODY:
                raise SystemExit(f"{contender.name} brought something else")

    with contender.connect() as get, ThreadPoolExecutor(contender.threads) as pool:
        list(pool.map(lambda _: get(base), range(contender.threads * 2)))
        started, busy = perf_counter(), process_time()
        list(pool.map(work, range(contender.threads)))
        return calls / (perf_counter() - started), (process_time() - busy) / calls * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", help="be the server")
    parser.add_argument("--calls", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve())
    with server() as base:
        rounds = [[measured(contender, base, chosen.calls) for contender in CONTENDERS] for _ in range(chosen.rounds)]
    print(f"{chosen.rounds} rounds of {chosen.calls:,} requests, {len(BODY)} bytes each; medians (fastest round)")
    print(f"{'client':22}{'threads':>8}{'requests/s':>20}{'CPU µs':>9}{'ours is':>10}")
    columns = list(zip(*rounds, strict=True))
    for contender, runs in zip(CONTENDERS, columns, strict=True):
        rates, cpu = zip(*runs, strict=True)
        ratio = median(rate for rate, _ in columns[0]) / median(rates)
        speed = f"{median(rates):,.0f} ({max(rates):,.0f})"
        print(f"{contender.name:22}{contender.threads:>8}{speed:>20}{median(cpu):>9.0f}{ratio:>9.1f}×")
    fastest = max(rate for rate, _ in columns[0])
    print(f"aim {AIM:,} requests a second: {'met' if fastest >= AIM else 'NOT met'}")
    sys.exit(0 if fastest >= AIM else 1)


if __name__ == "__main__":
    main()
