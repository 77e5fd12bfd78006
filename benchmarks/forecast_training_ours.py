"""Our side of ``forecast_training.py``: trains what a folder holds, prints seconds as JSON."""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

from topheavy.core.progress import Silent
from topheavy.forecast.lstm.train import Recipe, train
from topheavy.forecast.lstm.windows import Lessons, read


class Clocked(Silent):
    """The moment each epoch ended, and the CPU time until then."""

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.busy: list[float] = []

    def advance(self, *, failed: bool = False) -> None:
        self.ends.append(perf_counter())
        self.busy.append(process_time())


def measured(lessons: Lessons, job: dict[str, int]) -> dict[str, object]:
    clock, began = Clocked(), perf_counter()
    recipe = Recipe(job["units"], job["epochs"], job["batch"], rate=1e-3, patience=0)
    trained = train(lessons, recipe, None, clock)
    times = [after - before for before, after in zip([began, *clock.ends], clock.ends, strict=False)]
    cpu = clock.busy[-1] - clock.busy[0]
    return {"total": perf_counter() - began, "epochs": times, "cpu": cpu, "loss": trained.losses[-1][0]}


def main(folder: Path) -> None:
    import jax
    import optax

    print(f"{len(jax.devices())} devices, optax {optax.__version__}", file=sys.stderr)  # loaded before the clock runs
    jobs = json.loads((folder / "jobs.json").read_text())
    print(json.dumps([measured(read(folder / f"lessons{number}.npz"), job) for number, job in enumerate(jobs)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
