"""Workers: processes of this machine that train one model together, watched by the one that started them."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import numpy as np

from topheavy.core.errors import ForecastError
from topheavy.core.progress import Progress
from topheavy.forecast.lstm.train import Recipe, Trained
from topheavy.forecast.lstm.windows import Lessons

LESSONS, ORDER, TRAINED = "lessons.npz", "order.json", "trained.npz"


def train_shared(
    lessons: Lessons, recipe: Recipe, workers: int, checkpoints: Path | None, progress: Progress
) -> Trained:
    """Train as ``train`` does, shared by ``workers`` processes: they end with the model that one alone would reach.

    Raises:
        ForecastError: when a worker did not end well; the others are ended then.
    """
    with TemporaryDirectory(prefix="topheavy-") as name:
        folder = Path(name)
        lessons.save(folder / LESSONS)
        kept = str(checkpoints.resolve()) if checkpoints else None
        (folder / ORDER).write_text(json.dumps({"recipe": asdict(recipe), "checkpoints": kept}))
        with _started(folder, workers) as processes:
            _relay(processes[0], progress)
        for rank, process in enumerate(processes):
            if process.returncode:
                raise ForecastError(
                    f"worker {rank} of {workers} ended with {process.returncode}: {_last(folder, rank)}"
                )
        with np.load(folder / TRAINED, allow_pickle=False) as trained:
            return Trained(trained["weights"], tuple((float(a), float(b)) for a, b in trained["losses"]))


@contextmanager
def _started(folder: Path, workers: int) -> Iterator[Sequence["subprocess.Popen[str]"]]:
    """Run the workers; where one fails, or the block is left early, all are ended."""
    world = {"TOPHEAVY_WORLD_SIZE": str(workers), "TOPHEAVY_COORDINATOR": f"127.0.0.1:{free_port()}"}
    command = [sys.executable, "-m", "topheavy.forecast.lstm.together.worker", str(folder)]
    processes: list[subprocess.Popen[str]] = []
    watching: list[Thread] = []
    try:
        for rank in range(workers):
            environment = os.environ | world | {"TOPHEAVY_WORLD_RANK": str(rank)}
            with (folder / f"errors{rank}").open("w") as errors:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,  # a worker whose standard input ends has lost who started it, and ends too
                    stdout=subprocess.DEVNULL if rank else subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                    text=True,
                )
            processes.append(process)
        watching = [Thread(target=_watch, args=(process, processes), daemon=True) for process in processes]
        for thread in watching:
            thread.start()
        yield processes
        for thread in watching:
            thread.join()
    finally:
        for process in processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def _watch(process: "subprocess.Popen[str]", processes: Sequence["subprocess.Popen[str]"]) -> None:
    """Wait for one worker; where it fails, end the others: they would wait for it."""
    if process.wait():
        for other in processes:
            other.terminate()


def _relay(process: "subprocess.Popen[str]", progress: Progress) -> None:
    """Pass on what the leading worker tells, until it has no more to tell."""
    assert process.stdout is not None
    for line in process.stdout:
        message = json.loads(line)
        if message["what"] == "start":
            progress.start(message["title"], message["total"])
        elif message["what"] == "say":
            progress.say(message["text"])
        elif message["what"] == "advance":
            progress.advance()
        else:
            progress.finish()


def _last(folder: Path, rank: int) -> str:
    """Return the last line a worker wrote on standard error."""
    lines = (folder / f"errors{rank}").read_text().strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
