"""Checkpoints: where a training stands after each epoch, written so that a kill at any moment leaves a whole one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from topheavy.core.errors import ForecastError
from topheavy.core.files.durable import write_over
from topheavy.forecast.lstm.epoch import Arrays

INDEX = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a training stands; every array has a row for each network.

    ``best`` are the weights that did best on what was held out, ``least`` their loss there, ``waited`` the epochs
    since.
    """

    epoch: int
    weights: Any
    memory: Arrays
    best: Any
    least: Any
    waited: Any

    def arrays(self) -> dict[str, Any]:
        """Return its arrays by name."""
        memory = {f"memory{at}": part for at, part in enumerate(self.memory)}
        return {"weights": self.weights, "best": self.best, "least": self.least, "waited": self.waited, **memory}


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A folder with the last checkpoint of one training.

    ``of`` says what is trained, from which data: a checkpoint of anything else is not gone on from.
    """

    folder: Path
    of: Mapping[str, Any]

    def write(self, standing: Standing) -> None:
        """Keep where the training stands, in place of what was kept before.

        The arrays are written first, under a name of their own; the index that names them is renamed into place.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        packed = BytesIO()
        np.savez(packed, **standing.arrays())
        name = f"epoch-{standing.epoch:05}.npz"
        write_over(self.folder / name, packed.getvalue())
        index = {"epoch": standing.epoch, "file": name, "sha256": _digest(packed.getvalue()), "of": dict(self.of)}
        write_over(self.folder / INDEX, json.dumps(index, indent=1).encode())
        for old in self.folder.glob("epoch-*.npz"):
            if old.name != name:
                old.unlink()

    def read(self) -> Standing | None:
        """Return where this training stood, or nothing where it has not begun or the folder is another training's.

        Raises:
            ForecastError: when what the index names is not what was written.
        """
        try:
            index = json.loads((self.folder / INDEX).read_text())
            if index["of"] != json.loads(json.dumps(dict(self.of))):
                return None
            packed = (self.folder / index["file"]).read_bytes()
        except FileNotFoundError:
            return None
        if _digest(packed) != index["sha256"]:
            raise ForecastError(
                f"the checkpoint in {self.folder} is damaged: remove the folder to train from the start"
            )
        with np.load(BytesIO(packed), allow_pickle=False) as saved:
            memory = tuple(saved[name] for name in sorted(saved) if name.startswith("memory"))
            return Standing(index["epoch"], saved["weights"], memory, saved["best"], saved["least"], saved["waited"])


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
