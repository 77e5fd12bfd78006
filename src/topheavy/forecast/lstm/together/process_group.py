"""A world: the processes that train one model together, on this machine or on many, and how each finds the others."""

import json
from dataclasses import dataclass

from topheavy.core.errors import ForecastError, UsageError
from topheavy.core.settings import Settings

PORT = 12355
"""Where the first of SageMaker's hosts is met."""


@dataclass(frozen=True, slots=True)
class World:
    """This process is number ``rank`` of ``size``; the one with number 0 is met at ``coordinator`` (host:port)."""

    rank: int = 0
    size: int = 1
    coordinator: str = ""

    @property
    def leads(self) -> bool:
        """Whether this process is the one that keeps what was trained."""
        return self.rank == 0


def world(settings: Settings) -> World:
    """Return the world that the environment tells of; alone where it tells of none.

    ``TOPHEAVY_WORLD_SIZE``, ``TOPHEAVY_WORLD_RANK`` and ``TOPHEAVY_COORDINATOR`` are read, or what SageMaker sets in a
    training container: ``SM_HOSTS`` (a JSON list) and ``SM_CURRENT_HOST``.

    Raises:
        UsageError: when they contradict each other.
    """
    if "SM_HOSTS" in settings.environment and not settings.text("WORLD_SIZE"):
        return _sagemaker(settings)
    size, rank = int(settings.number("WORLD_SIZE", 1)), int(settings.number("WORLD_RANK", 0))
    coordinator = settings.text("COORDINATOR")
    if not 0 <= rank < size:
        raise UsageError(f"TOPHEAVY_WORLD_RANK is {rank} of {size} processes: number them from 0 to {size - 1}")
    if size > 1 and not coordinator:
        raise UsageError("TOPHEAVY_WORLD_SIZE is set: set TOPHEAVY_COORDINATOR to host:port of process 0 too")
    return World(rank, size, coordinator)


def _sagemaker(settings: Settings) -> World:
    name = settings.environment.get("SM_CURRENT_HOST", "")
    try:
        hosts = sorted(json.loads(settings.environment["SM_HOSTS"]))
        return World(hosts.index(name), len(hosts), f"{hosts[0]}:{PORT}")
    except ValueError:
        raise UsageError(f"SM_HOSTS is no JSON list that has SM_CURRENT_HOST, '{name}', in it") from None


def join(member: World) -> None:
    """Meet the other processes. To be called before anything else of JAX, once; alone, there is nobody to meet.

    Afterwards every training is shared by all of them, and all have to run the same ones in the same order.

    Raises:
        ForecastError: when the others cannot be met, or JAX is already at work.
    """
    if member.size == 1:
        return
    import jax

    loopback = member.coordinator.startswith("127.0.0.1:")
    try:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(
            member.coordinator,
            member.size,
            member.rank,
            coordinator_bind_address=member.coordinator if loopback and member.leads else None,
        )
    except (RuntimeError, ValueError) as error:
        raise ForecastError(
            f"process {member.rank} of {member.size} did not meet the others at {member.coordinator}: {error}"
        ) from error
