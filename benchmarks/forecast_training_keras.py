"""Keras on TensorFlow, as its guide trains: ``model.fit``. Needs only tensorflow and numpy; prints seconds as JSON."""

import json
import os
import sys
from pathlib import Path
from time import perf_counter, process_time

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}

import keras
import numpy as np


class Clock(keras.callbacks.Callback):
    """The moment each epoch ended, and the CPU time until then."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []
        self.busy: list[float] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.ends.append(perf_counter())
        self.busy.append(process_time())


def built(job: dict[str, int]) -> keras.Model:
    model = keras.Sequential([keras.Input((job["steps"], 1)), keras.layers.LSTM(job["units"]), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    return model


def fitted(model: keras.Model, x, y, learn, held, job: dict[str, int], clock: Clock) -> float:
    history = model.fit(
        x[learn],
        y[learn],
        batch_size=job["batch"],
        epochs=job["epochs"],
        validation_data=(x[held], y[held]),
        callbacks=[clock],
        verbose=0,
    )
    return history.history["loss"][-1]


def measured(x, y, parts, job: dict[str, int]) -> dict[str, object]:
    """One network, or a few of many: each built and compiled anew, or (kinder) one whose weights are set back."""
    clock, began = Clock(), perf_counter()
    if "only" not in job:
        loss = fitted(built(job), x, y, *parts[0], job, clock)
        times = [after - before for before, after in zip([began, *clock.ends], clock.ends, strict=False)]
        cpu = clock.busy[-1] - clock.busy[0]
        return {"total": perf_counter() - began, "epochs": times, "cpu": cpu, "loss": loss}
    loss = float(np.mean([fitted(built(job), x, y, *part, job, clock) for part in parts]))
    total = perf_counter() - began
    model = built(job)
    fresh = model.get_weights()
    fitted(model, x, y, *parts[0], job, clock)
    began = perf_counter()
    for part in parts:
        model.set_weights(fresh)
        for variable in model.optimizer.variables[1:]:
            if variable.name != "learning_rate":
                variable.assign(np.zeros(variable.shape))
        fitted(model, x, y, *part, job, clock)
    return {"total": total, "kinder": perf_counter() - began, "loss": loss}


def main(folder: Path) -> None:
    done = []
    for number, job in enumerate(json.loads((folder / "jobs.json").read_text())):
        with np.load(folder / f"lessons{number}.npz") as lessons:
            cut = [np.split(lessons[name], lessons[f"{name}_ends"][:-1]) for name in ("learn", "held")]
            parts = list(zip(*cut, strict=True))[: job.get("only")]
            done.append(measured(lessons["inputs"][:, :, None], lessons["targets"], parts, job))
    print(json.dumps(done))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
