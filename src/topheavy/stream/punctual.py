"""Being punctual on a busy machine: the thread that waits for a moment gets its core when the moment has come."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from topheavy.core.log.logger import logger


@contextmanager
def punctual() -> Iterator[None]:
    """Let this thread go before ordinary ones for the length of a block, and keep the garbage collector out of it.

    A thread that sleeps most of the time takes nothing from the others, but where every core is busy it would wait
    for its turn, tens of milliseconds at times. Linux lets it go first (``SCHED_RR``, the lowest priority there is)
    for who has ``CAP_SYS_NICE`` or a limit of real-time priority (``ulimit -r 1``); elsewhere all is as it was.
    """
    gc.freeze()  # what is there now stays: a full collection would look at every object of every library
    before = _first()
    try:
        yield
    finally:
        if before is not None:
            os.sched_setscheduler(0, before, os.sched_param(0))
        gc.unfreeze()


def _first() -> int | None:
    """Go first; return what was before, or ``None`` where that is not given to us."""
    if not hasattr(os, "sched_setscheduler"):
        return None
    before = os.sched_getscheduler(0)
    if before != os.SCHED_OTHER:  # somebody has decided already
        return None
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError as error:
        logger.debug("this thread takes its turn like any other (%s): a busy machine may make it late", error)
        return None
    return before
