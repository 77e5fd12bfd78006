"""The network: one LSTM layer and a weighted sum of what it remembers, all its weights in one flat row."""

from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """``units`` memory cells that read one number a step.

    Its weights are Keras' own for ``LSTM(units)`` and ``Dense(1)``, in their order and layout (gates: input, forget,
    candidate, output), laid end to end in one row, so that many networks are one matrix.
    """

    units: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Kernel, recurrent kernel and bias of the layer, kernel and bias of the sum."""
        gates = 4 * self.units
        return (1, gates), (self.units, gates), (gates,), (self.units, 1), (1,)

    @property
    def size(self) -> int:
        """How many weights it has."""
        return sum(prod(shape) for shape in self.shapes)

    def split(self, row: Any) -> list[Any]:
        """Return the arrays that a flat row of weights holds, of NumPy or of JAX."""
        ends = np.cumsum([prod(shape) for shape in self.shapes])
        starts = [0, *ends[:-1]]
        return [row[a:b].reshape(shape) for a, b, shape in zip(starts, ends, self.shapes, strict=True)]

    def initial(self, seed: int, count: int) -> Floats:
        """Return the weights of ``count`` networks before training, one a row.

        As Keras begins: Glorot's uniform kernel, an orthogonal recurrent kernel, a forget gate that is open. The sum's
        weights are zero instead: a network begins as "tomorrow = today" and has to learn to say anything else.
        """
        return np.stack([self._one(np.random.default_rng([seed, number])) for number in range(count)])

    def _one(self, rng: np.random.Generator) -> Floats:
        units, gates = self.units, 4 * self.units
        limit = np.sqrt(6 / (1 + gates))
        kernel = rng.uniform(-limit, limit, gates)
        turned, upper = np.linalg.qr(rng.normal(size=(gates, units)))
        recurrent = (turned * np.sign(np.diag(upper))).T
        bias = np.zeros(gates)
        bias[units : 2 * units] = 1.0
        return np.concatenate([kernel, recurrent.ravel(), bias, np.zeros(units + 1)]).astype(np.float32)

    def apply(self, row: Any, inputs: Any) -> Any:
        """Return what the network says of each row of ``inputs`` (examples × steps), as JAX: one number an example."""
        import jax
        import jax.numpy as jnp

        kernel, recurrent, bias, weights, constant = self.split(row)

        def step(state: tuple[Any, Any], value: Any) -> tuple[tuple[Any, Any], None]:
            output, memory = state
            gates = value[:, None] * kernel + bias + output @ recurrent
            enter, keep, candidate, leave = jnp.split(gates, 4, axis=-1)
            memory = jax.nn.sigmoid(keep) * memory + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
            return (jax.nn.sigmoid(leave) * jnp.tanh(memory), memory), None

        nothing = jnp.zeros((inputs.shape[0], self.units), inputs.dtype)
        (output, _), _ = jax.lax.scan(step, (nothing, nothing), inputs.T)
        return (output @ weights)[:, 0] + constant
