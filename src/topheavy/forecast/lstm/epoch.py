"""An epoch: every batch of every network in one compiled loop, shared by all devices there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.lstm.network import Floats, Network
from topheavy.forecast.lstm.windows import Numbers

PART = "part"
"""What the devices share: the examples of a batch where there is one network, the networks where there are many."""

Arrays: TypeAlias = tuple[NDArray[Any], ...]


def devices() -> tuple[Any, ...]:
    """Return the devices of every process that takes part."""
    import jax

    return tuple(jax.devices())


def room(count: int, multiple: int = 1) -> int:
    """Return the size to lay ``count`` things out in: one of few sizes, so that little is compiled anew.

    >>> room(5), room(64), room(65), room(65, 3)
    (8, 64, 128, 129)
    """
    size = 1 << (max(count, 1) - 1).bit_length()
    return -(-size // multiple) * multiple


def fresh(weights: Floats, rate: float) -> Arrays:
    """Return Adam's memory before the first batch, a row for each network."""
    import jax

    return tuple(np.asarray(leaf) for leaf in jax.tree.leaves(jax.vmap(_adam(rate).init)(weights)))


@dataclass(frozen=True, slots=True)
class Fixed:
    """What stays the same from epoch to epoch, on the devices.

    What each place of a batch counts for; the examples held out and what each counts for, networks × examples; inputs
    and targets.
    """

    counts: Any
    held: Any
    held_counts: Any
    x: Any
    y: Any


@dataclass(frozen=True, slots=True)
class Loop:
    """A compiled epoch, and where on the devices its arrays lie."""

    run: Callable[..., Any]
    mine: Any
    """Where what belongs to one network lies."""

    order: Any
    held: Any
    counts: Any
    whole: Any

    def place(self, counts: Floats, held_out: Numbers, held_counts: Floats, x: Floats, y: Floats) -> Fixed:
        """Lay what stays the same on the devices."""
        return Fixed(
            _put(counts, self.counts),
            _put(held_out, self.held),
            _put(held_counts, self.held),
            _put(x, self.whole),
            _put(y, self.whole),
        )

    def epoch(self, weights: Floats, memory: Arrays, order: Numbers, batches: int, fixed: Fixed) -> Any:
        """Learn from ``batches`` batches of ``order`` (networks × batches × batch: the numbers of examples).

        Returns weights, Adam's memory, the mean loss, and the loss on what was held out, a row for each network.
        """
        import jax

        done = self.run(
            _put(weights, self.mine),
            tuple(_put(part, self.mine) for part in memory),
            _put(order, self.order),
            _put(np.int32(batches), self.whole),
            fixed.counts,
            fixed.held,
            fixed.held_counts,
            fixed.x,
            fixed.y,
        )
        return jax.tree.map(_home, done)


@cache
def loop(network: Network, rate: float, *, many: bool, abreast: bool, on: tuple[Any, ...]) -> Loop:
    """Return the loop over an epoch, for one network or ``many``, on some devices.

    Networks are trained ``abreast`` (each step is one multiplication for all) or, which is faster where a core has
    its hands full with one, after each other. Sums over a batch go over all devices before a step is taken, so that the
    step is that of one device.
    """
    import jax
    from jax.sharding import Mesh, NamedSharding
    from jax.sharding import PartitionSpec as Spec

    single = _one(network, rate, shared=not many and len(on) > 1)

    def every(
        weights: Any,
        memory: Any,
        order: Any,
        batches: Any,
        counts: Any,
        held_out: Any,
        held_counts: Any,
        x: Any,
        y: Any,
    ) -> Any:
        def train(each: tuple[Any, ...]) -> Any:
            return single(*each, batches, counts, x, y)

        rows = (weights, memory, order, held_out, held_counts)
        return jax.vmap(lambda *row: train(row))(*rows) if abreast else jax.lax.map(train, rows)

    whole, first, last = Spec(), Spec(PART), Spec(None, PART)
    mine, batch, held_out, counts = (
        (first, first, first, whole) if many else (whole, Spec(None, None, PART), last, first)
    )
    mesh = Mesh(np.array(on), (PART,))
    takes = (mine, mine, batch, whole, counts, held_out, held_out, whole, whole)
    run = jax.jit(jax.shard_map(every, mesh=mesh, in_specs=takes, out_specs=mine, check_vma=False))
    return Loop(run, *(NamedSharding(mesh, spec) for spec in (mine, batch, held_out, counts, whole)))


def _adam(rate: float) -> Any:
    import optax

    return optax.adam(rate)


def _one(network: Network, rate: float, *, shared: bool) -> Callable[..., Any]:
    """Return the epoch of one network, on one device's share."""
    import jax
    import jax.numpy as jnp
    import optax

    adam = _adam(rate)
    shape = jax.tree.structure(adam.init(jnp.zeros(network.size)))

    def total(value: Any) -> Any:
        return jax.lax.psum(value, PART) if shared else value

    def epoch(
        weights: Any,
        memory: Any,
        order: Any,
        held_out: Any,
        held_counts: Any,
        batches: Any,
        counts: Any,
        x: Any,
        y: Any,
    ) -> Any:
        def loss(weights: Any, numbers: Any, counts: Any) -> Any:
            return jnp.sum(counts * (network.apply(weights, x[numbers]) - y[numbers]) ** 2)

        def batch(at: Any, state: Any) -> Any:
            weights, memory, lost = state
            # one sum over the devices, not one for the loss and one for the slope
            value, slope = jax.value_and_grad(loss)(weights, order[at], counts)
            summed = total(jnp.append(slope, value))
            moved, memory = adam.update(summed[:-1], memory)
            return optax.apply_updates(weights, moved), memory, lost + summed[-1]

        start = (weights, jax.tree.unflatten(shape, memory), jnp.zeros((), jnp.float32))
        weights, memory, lost = jax.lax.fori_loop(0, batches, batch, start)
        return weights, tuple(jax.tree.leaves(memory)), lost / batches, total(loss(weights, held_out, held_counts))

    return epoch


def _put(value: Any, at: Any) -> Any:
    import jax

    return jax.make_array_from_callback(np.shape(value), at, lambda part: np.asarray(value)[part])


def _home(value: Any) -> NDArray[Any]:
    """Bring an array back from the devices, and from other processes what only they have."""
    if value.is_fully_addressable or value.is_fully_replicated:
        return np.asarray(value)
    from jax.experimental.multihost_utils import process_allgather

    return np.asarray(process_allgather(value, tiled=True))
