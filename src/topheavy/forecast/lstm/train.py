"""Training: epoch after epoch until what was held out gets no better, with a checkpoint after each."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from topheavy.core.errors import ForecastError, UsageError
from topheavy.core.progress import Progress
from topheavy.forecast.lstm.checkpoint import Checkpoints, Standing
from topheavy.forecast.lstm.epoch import Fixed, Loop, devices, fresh, loop, room
from topheavy.forecast.lstm.network import Floats, Network
from topheavy.forecast.lstm.windows import Lessons, Numbers


@dataclass(frozen=True, slots=True)
class Recipe:
    """How networks are trained.

    ``rate`` is Adam's step; ``patience`` is how many epochs a network may bring nothing new on what was held out before
    it is left as it was best, 0 to train all ``epochs`` and keep the last.
    """

    units: int
    epochs: int
    batch: int
    rate: float
    patience: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("units", "epochs", "batch"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}: it has to be 1 or more")
        if not 0 < self.rate < 1 or self.patience < 0:
            raise UsageError(f"rate is {self.rate} and patience {self.patience}: above 0 and below 1, and 0 or more")


@dataclass(frozen=True, slots=True)
class Trained:
    """The weights (networks × weights) and the losses of each epoch: mean over networks, learned and held out."""

    weights: Floats
    losses: tuple[tuple[float, float], ...]


def train(
    lessons: Lessons, recipe: Recipe, checkpoints: Path | None, progress: Progress, *, abreast: bool | None = None
) -> Trained:
    """Train a network for each of the lessons' parts, on every device there is.

    Where there are several processes, all of them call this with the same arguments, and all get the same answer.
    ``abreast`` is how many networks share a device: by default together on an accelerator, one by one on a processor.
    """
    running = _Running(lessons, recipe, devices(), abreast)
    kept = Checkpoints(checkpoints, _of(lessons, recipe)) if checkpoints else None
    standing, losses = running.begin(kept), []
    progress.start("training", recipe.epochs)
    for _ in range(standing.epoch):
        progress.advance()
    while standing.epoch < recipe.epochs and running.goes_on(standing):
        standing, learned, held_out = running.epoch(standing)
        losses.append((learned, held_out))
        if kept and running.leads:
            kept.write(standing)
        progress.say(f"loss {learned:.4f}, held out {held_out:.4f}")
        progress.advance()
    progress.finish()
    return Trained(running.end(standing), tuple(losses))


class _Running:
    """One training: what it learns from, laid out for the devices it runs on."""

    def __init__(self, lessons: Lessons, recipe: Recipe, on: tuple[Any, ...], abreast: bool | None) -> None:
        import jax

        self.lessons, self.recipe, self.network = lessons, recipe, Network(recipe.units)
        self.leads = jax.process_index() == 0
        self.count, many = len(lessons.learn), len(lessons.learn) > 1
        self.rows = -(-self.count // len(on)) * len(on) if many else 1
        self.width = recipe.batch if many else -(-recipe.batch // len(on)) * len(on)
        self.batches = max(1, *(-(-len(numbers) // recipe.batch) for numbers in lessons.learn))
        self.loop: Loop = loop(
            self.network, recipe.rate, many=many, abreast=on[0].platform != "cpu" if abreast is None else abreast, on=on
        )
        self.fixed = self._fixed(len(on))

    def _fixed(self, share: int) -> Fixed:
        counts = np.where(np.arange(self.width) < self.recipe.batch, 1 / self.recipe.batch, 0.0).astype(np.float32)
        most = room(max(len(numbers) for numbers in self.lessons.held), share)
        held_out, held_counts = np.zeros((self.rows, most), np.int32), np.zeros((self.rows, most), np.float32)
        for row, numbers in enumerate(self.lessons.held):
            held_out[row, : len(numbers)], held_counts[row, : len(numbers)] = numbers, 1 / max(1, len(numbers))
        size = room(len(self.lessons.targets))
        x = np.zeros((size, self.lessons.inputs.shape[1]), np.float32)
        y = np.zeros(size, np.float32)
        x[: len(self.lessons.inputs)], y[: len(self.lessons.targets)] = self.lessons.inputs, self.lessons.targets
        return self.loop.place(counts, held_out, held_counts, x, y)

    def begin(self, kept: Checkpoints | None) -> Standing:
        """Return where the training stands: at its last checkpoint, or at the start."""
        weights = self.network.initial(self.recipe.seed, self.count)
        least = np.array([_naive(self.lessons.targets[numbers]) for numbers in self.lessons.held], np.float32)
        start = Standing(0, weights, fresh(weights, self.recipe.rate), weights, least, np.zeros(self.count, np.int32))
        if kept is None:
            return start
        return _agreed(kept.read() if self.leads else None, start)

    def goes_on(self, standing: Standing) -> bool:
        """Say whether any network still has patience."""
        return not self.recipe.patience or bool((standing.waited < self.recipe.patience)[self.lessons.taught].any())

    def epoch(self, standing: Standing) -> tuple[Standing, float, float]:
        """Return where it stands after one more epoch, and the mean losses."""
        order = np.zeros((self.rows, room(self.batches), self.width), np.int32)
        for row, numbers in enumerate(self._order(standing.epoch)):
            order[row, : self.batches, : self.recipe.batch] = numbers
        state = (self._padded(standing.weights), tuple(self._padded(part) for part in standing.memory))
        weights, memory, learned, held_out = self.loop.epoch(*state, order, self.batches, self.fixed)
        weights, memory = weights[: self.count], tuple(part[: self.count] for part in memory)
        learned, held_out = learned[: self.count], held_out[: self.count]
        patient = (standing.waited < self.recipe.patience) | (self.recipe.patience == 0)
        better = patient & self.lessons.taught & (held_out < standing.least)
        now = Standing(
            standing.epoch + 1,
            weights,
            memory,
            np.where(better[:, None], weights, standing.best),
            np.where(better, held_out, standing.least),
            np.where(better, 0, standing.waited + 1).astype(np.int32),
        )
        return now, float(learned[self.lessons.taught].mean()), float(held_out[self.lessons.taught].mean())

    def end(self, standing: Standing) -> Floats:
        """Return the weights that are kept; a network that had nothing to learn is as it began.

        Raises:
            ForecastError: when they are no numbers any more, because the steps were too long.
        """
        begun = self.network.initial(self.recipe.seed, self.count)
        last = np.where(self.lessons.taught[:, None], standing.weights, begun)
        kept = np.asarray(standing.best if self.recipe.patience else last)
        if not np.isfinite(kept).all():
            raise ForecastError(f"the training went astray with rate {self.recipe.rate:g}: give a smaller one")
        return kept

    def _order(self, epoch: int) -> Iterator[Numbers]:
        """Yield the order of each network's examples in an epoch, the last batch filled up from its beginning."""
        for row, numbers in enumerate(self.lessons.learn):
            rng = np.random.default_rng([self.recipe.seed, epoch, row])
            drawn = rng.permutation(numbers) if len(numbers) else np.zeros(1, np.int32)
            yield np.resize(drawn, (self.batches, self.recipe.batch))

    def _padded(self, value: Any) -> Any:
        """Return ``value`` with as many rows as the devices share evenly."""
        return np.concatenate([value, np.repeat(value[:1], self.rows - self.count, axis=0)])


def _naive(targets: Floats) -> float:
    """Return the loss of "tomorrow = today", which is what a network says before it is trained."""
    return float(np.mean(targets**2)) if len(targets) else 0.0


def _of(lessons: Lessons, recipe: Recipe) -> dict[str, Any]:
    """Say what a training is of, so that another is not taken for it; more epochs are the same training, longer."""
    digest = sha256(lessons.inputs.tobytes() + lessons.targets.tobytes())
    for numbers in (*lessons.learn, *lessons.held):
        digest.update(len(numbers).to_bytes(8, "little") + numbers.tobytes())
    return {
        "lessons": digest.hexdigest(),
        **{name: value for name, value in asdict(recipe).items() if name != "epochs"},
    }


def _agreed(standing: Standing | None, start: Standing) -> Standing:
    """Return where the leading process stands, in every process; only it needs to see the checkpoints."""
    import jax

    agreed = standing or start
    if jax.process_count() == 1:
        return agreed
    from jax.experimental.multihost_utils import broadcast_one_to_all

    arrays = broadcast_one_to_all({"epoch": np.int32(agreed.epoch), **agreed.arrays()})
    memory = tuple(np.asarray(arrays[f"memory{at}"]) for at in range(len(agreed.memory)))
    return Standing(
        int(arrays["epoch"]),
        np.asarray(arrays["weights"]),
        memory,
        np.asarray(arrays["best"]),
        np.asarray(arrays["least"]),
        np.asarray(arrays["waited"]),
    )
