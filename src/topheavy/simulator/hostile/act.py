"""What a fault is made of: an act on a call, made from its settings, at its stage of the way."""

from collections.abc import Awaitable, Callable, Mapping
from enum import IntEnum
from typing import Any

from topheavy.simulator.hostile.call import Call

Given = Mapping[str, Any]
"""A fault's settings by name, as their kinds read them."""

Act = Callable[[Call], Awaitable[None]]
Make = Callable[[Given], Act]


class Stage(IntEnum):
    """Where on the way a fault stands, so that a script's order does not matter: who asks meets them from the top."""

    ARRIVAL = 0
    REFUSAL = 1
    WIRE = 2
    BYTES = 3
    ROWS = 4
