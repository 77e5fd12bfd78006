"""A trained network as a Keras model, for who wants to go on with it in Keras."""

import os
from typing import TYPE_CHECKING

from topheavy.forecast.extra import forecasting
from topheavy.forecast.lstm.network import Floats, Network

if TYPE_CHECKING:
    from keras import Model


def keras_model(network: Network, row: Floats, steps: int) -> "Model":
    """Return a Keras model (examples × steps × 1 → examples × 1) with one network's weights, on JAX by default.

    Its inputs are those of ``transform.inputs``, its outputs usual moves.
    """
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with forecasting():
        import keras

    model = keras.Sequential(
        [keras.Input((steps, 1)), keras.layers.LSTM(network.units), keras.layers.Dense(1)], name="topheavy_lstm"
    )
    model.set_weights(network.split(row))
    return model
