"""Running the simulated vendors: in this process, or in one of its own that ends with its parent."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import date
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from threading import Thread, Timer
from types import TracebackType
from typing import IO, Self

import uvicorn

from topheavy.core.errors import SourceError, UsageError, one_line
from topheavy.simulator.api.app import make_app
from topheavy.simulator.hostile.call import with_transport
from topheavy.simulator.hostile.vendor import hostile
from topheavy.simulator.market import MarketOptions

HOST = "127.0.0.1"
WITH_PARENT = "--with-parent"
_GRACE = 5.0
_DEFAULT = MarketOptions()


def serve(options: MarketOptions, port: int = 0, *, faults: str = "", with_parent: bool = False) -> None:
    """Make the market and serve it on this machine until interrupted; prints one line, its address.

    Port 0 takes any free one. ``faults`` is a script of faults for the vendor to play (see ``hostile``).
    ``with_parent`` also ends it when standard input closes, that is, when the process that started it is gone.

    Raises:
        UsageError: when the port is taken, the script cannot be read, or the options make no market.
    """
    played = hostile(faults)
    with _listen(port) as listening:
        app = with_transport(make_app(options.make(), faults=played))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        server = _Announcing(config, f"http://{HOST}:{listening.getsockname()[1]}")
        if with_parent:
            Thread(target=server.end_with_input, daemon=True).start()
        server.run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise UsageError(f"port {port} cannot be opened ({one_line(error)}): choose another, or 0") from error
    # Connections inherit this. asyncio sets it only on sockets made for TCP by name, and without it an answer
    # whose head and body are written apart waits 40 ms for the client's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Announcing(uvicorn.Server):
    """A server that prints its address once it answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._address, flush=True)

    def end_with_input(self) -> None:
        # Not sys.stdin: a thread waiting inside its lock would break the interpreter's own shutdown.
        while os.read(0, 4096):
            pass
        self.should_exit = True


class Simulation:
    """A simulated market served by a process of its own, from ``with`` to the end of its block.

    ``faults`` is a script of faults for the vendor to play: one line of text, or the name of a TOML file.
    ``url`` is the address to put in front of a vendor's path, ``pid`` the process.
    """

    def __init__(self, options: MarketOptions = _DEFAULT, *, faults: str = "", patience: float = 60.0) -> None:
        self._options, self._faults, self._patience = options, faults, patience
        self._cleanup = ExitStack()
        self.url, self.pid = "", 0

    def __enter__(self) -> Self:
        """Start the process and wait until it answers.

        Raises:
            SourceError: when it ends or is silent; the message carries what it said.
        """
        with ExitStack() as stack:
            errors = stack.enter_context(TemporaryFile())
            process = stack.enter_context(Popen(self._command(), stdin=PIPE, stdout=PIPE, stderr=errors, text=True))
            stack.callback(_end, process)
            self.url, self.pid = self._address(process, errors), process.pid
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def _command(self) -> list[str]:
        flags = (f"--{field.name}={getattr(self._options, field.name)}" for field in fields(self._options))
        return [sys.executable, "-m", "topheavy.simulator", WITH_PARENT, f"--faults={self._faults}", *flags]

    def _address(self, process: "Popen[str]", errors: IO[bytes]) -> str:
        too_long = Timer(self._patience, process.kill)
        too_long.start()
        line = process.stdout.readline().strip() if process.stdout else ""
        too_long.cancel()
        if line.startswith("http"):
            return line
        code = process.wait()
        errors.seek(0)
        words = errors.read().decode(errors="replace").strip().splitlines()
        why = words[-1] if words else f"code {code}, in silence; it had {self._patience:g} s"
        raise SourceError(f"the simulator did not start: {why}")


def _end(process: "Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except TimeoutExpired:
        process.kill()


@contextmanager
def running(
    *,
    seed: int = _DEFAULT.seed,
    since: date = _DEFAULT.since,
    until: date = _DEFAULT.until,
    companies: int = _DEFAULT.companies,
    faults: str = "",
) -> Iterator[str]:
    """Serve a simulated market from a process of its own and yield the address to reach it at.

    Raises:
        SourceError: when it does not start.
    """
    with Simulation(MarketOptions(seed, since, until, companies), faults=faults) as simulation:
        yield simulation.url
