"""Windows a second that an LSTM learns from, beside Keras on TensorFlow and PyTorch, on one machine in one run.

    uv run --extra forecast python benchmarks/forecast_training.py [--torch]

The same windows (of simulated walks), network, batch, epochs, optimiser and held-out windows for all; peers run in
environments of their own, made by uv. Each is a fresh process, in turn. ``--torch`` is asked for because PyTorch brings
some 3 GB of CUDA with it. Exits 1 where an aim is not reached. ``README.md`` beside this file says what is measured.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from topheavy.forecast.lstm.windows import Lessons, lessons
from topheavy.forecast.panel import Panel
from topheavy.forecast.target import target
from topheavy.forecast.task import task

HERE = Path(__file__).resolve().parent
AIM_ONE, AIM_MANY = 2.0, 20.0
EPOCHS, SECURITIES, MEASURED = 5, 100, 4
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class Case:
    """One training: ``series`` of ``sessions``, windows of ``steps`` moves; one network, or one ``each``."""

    title: str
    steps: int
    units: int
    batch: int
    epochs: int
    series: int
    sessions: int
    each: bool = False

    @property
    def job(self) -> dict[str, int]:
        job = {"steps": self.steps, "units": self.units, "batch": self.batch, "epochs": self.epochs}
        return job | {"only": MEASURED} if self.each else job

    def lessons(self) -> Lessons:
        rng = np.random.default_rng(1)
        prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (self.sessions, self.series)), axis=0))
        days = np.busday_offset("2020-01-01", np.arange(self.sessions), roll="forward").astype("datetime64[D]")
        names = tuple(f"S{number}" for number in range(self.series))
        return lessons(task(Panel(days, names, prices), target("price"), 1), self.steps + 1, each=self.each)


CASES = (
    Case("ours by default: 20 steps, 16 units, batches of 256", 20, 16, 256, EPOCHS, 20, 1_000),
    Case("20 steps, 32 units, batches of 64", 20, 32, 64, EPOCHS, 20, 1_000),
    Case("60 steps, 50 units, batches of 32 (Keras' default)", 60, 50, 32, EPOCHS, 5, 1_000),
    Case(
        f"{SECURITIES} securities, a network each: 20 steps, 16 units, batches of 32",
        20,
        16,
        32,
        20,
        SECURITIES,
        504,
        True,
    ),
)


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    program: str
    installs: tuple[str, ...] = ()
    devices: int = 1

    def run(self, folder: Path) -> tuple[list[dict[str, Any]], float]:
        """Return what each case took, and the seconds of the whole process."""
        program = [str(HERE / self.program), str(folder)]
        isolated = [_uv(), "run", "--quiet", "--no-project", "--python", PYTHON]
        uses = [word for library in self.installs for word in ("--with", library)]
        command = [*isolated, *uses, "python", *program] if self.installs else [sys.executable, *program]
        flags = f"--xla_force_host_platform_device_count={self.devices}" if self.devices > 1 else ""
        began = perf_counter()
        done = subprocess.run(command, env=os.environ | {"XLA_FLAGS": flags}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{self.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1]), perf_counter() - began


OURS = Contender("ours", "forecast_training_ours.py")
SHARED = Contender("ours, on two devices", "forecast_training_ours.py", devices=2)
KERAS = Contender("Keras on TensorFlow", "forecast_training_keras.py", ("tensorflow-cpu", "numpy"))
TORCH = Contender("PyTorch", "forecast_training_torch.py", ("torch", "numpy"))


def _uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        raise SystemExit("no uv on PATH: it makes the peers' environments")
    return found


def prepare(folder: Path) -> list[Lessons]:
    """Write what all of them read."""
    every = [case.lessons() for case in CASES]
    for number, one in enumerate(every):
        one.save(folder / f"lessons{number}.npz")
    (folder / "jobs.json").write_text(json.dumps([case.job for case in CASES]))
    return every


Runs = dict[Contender, list[list[dict[str, Any]]]]


def one_network(number: int, learn: int, runs: Runs) -> float:
    """Print windows a second after the first epoch and CPU a window, what the first took longer, and the whole.

    Returns how many times as many windows a second as Keras.
    """
    print(f"\n{CASES[number].title}; {learn:,} windows, {EPOCHS} epochs")
    head = (
        f"{'':24}",
        f"{'windows/s':>12}",
        f"{'(of rounds)':>20}",
        f"{'CPU µs':>8}",
        f"{'compile s':>11}",
        f"{'whole s':>9}",
    )
    print(*head, f"{'loss':>8}", f"{'ours is':>9}", f"{'whole':>8}", sep="")
    speeds, wholes = {}, {}
    for one, rounds in runs.items():
        mine = [done[number] for done in rounds]
        rates = [learn / median(done["epochs"][1:]) for done in mine]
        first = median(done["epochs"][0] - median(done["epochs"][1:]) for done in mine)
        speeds[one], wholes[one] = median(rates), median(done["total"] for done in mine)
        spread = f"{min(rates):,.0f} … {max(rates):,.0f}"
        ratios = f"{speeds[OURS] / speeds[one]:>8.1f}×{wholes[one] / wholes[OURS]:>7.1f}×"
        loss = median(done["loss"] for done in mine)
        cpu = median(done["cpu"] for done in mine) / learn / (EPOCHS - 1) * 1e6
        took = f"{cpu:>8.1f}{first:>11.1f}{wholes[one]:>9.1f}"
        print(f"{one.name:24}{speeds[one]:>12,.0f}{spread:>20}{took}{loss:>8.3f}{ratios}")
    return speeds[OURS] / speeds[KERAS]


def many_networks(number: int, runs: Runs) -> float:
    """Print the seconds for all networks, compilation included; return the ratio to a loop of Keras trainings."""
    case = CASES[number]
    print(f"\n{case.title}; {case.epochs} epochs, compilation included")
    print(f"peers train {MEASURED} of them, and their seconds are multiplied by {SECURITIES / MEASURED:.1f}")
    print(f"{'':44}{'seconds':>10}{'(of rounds)':>16}{'ours is':>10}")
    lines: dict[str, list[float]] = {}
    for one, rounds in runs.items():
        scale = SECURITIES / MEASURED if one.installs else 1.0
        lines[one.name] = [done[number]["total"] * scale for done in rounds]
        if "kinder" in rounds[0][number]:
            lines[f"{one.name}, compiled once"] = [done[number]["kinder"] * scale for done in rounds]
    ours = median(lines[OURS.name])
    for name, seconds in lines.items():
        spread = f"{min(seconds):.1f} … {max(seconds):.1f}"
        print(f"{name:44}{median(seconds):>10.1f}{spread:>16}{median(seconds) / ours:>9.1f}×")
    return median(lines[KERAS.name]) / ours


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--torch", action="store_true", help="PyTorch too: some 3 GB to download")
    chosen = parser.parse_args()
    contenders = [OURS, SHARED, KERAS, *([TORCH] if chosen.torch else [])]
    runs: Runs = {one: [] for one in contenders}
    with tempfile.TemporaryDirectory(prefix="topheavy-") as name:
        every = prepare(Path(name))
        for number in range(chosen.rounds):
            for one in contenders:
                done, seconds = one.run(Path(name))
                runs[one].append(done)
                print(f"round {number + 1}: {one.name} {seconds:.0f} s", file=sys.stderr)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}, Python {platform.python_version()}"
    print(f"SIMULATED walks; medians of {chosen.rounds} rounds, {machine}")
    single = [one_network(at, len(every[at].learn[0]), runs) for at, case in enumerate(CASES) if not case.each]
    many = many_networks(len(CASES) - 1, runs)
    met = single[0] >= AIM_ONE and many >= AIM_MANY
    print(f"\naim {AIM_ONE:.0f} times Keras on TensorFlow with our defaults, {AIM_MANY:.0f} times with many: "
          f"{single[0]:.1f} and {many:.1f}, {'met' if met else 'NOT met'}")  # fmt: skip
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
