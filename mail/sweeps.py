"""What the worker does again and again: each room registers its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error

logger = logging.getLogger(__name__)


@dataclass
class Sweep:
    """Work that looks for what is due; it may run in several workers at once."""

    name: str
    run: Callable[..., object]
    every: float
    next_at: float = 0.0
    apart: bool = False


_registered: dict[str, Sweep] = {}


def register(name: str, run: Callable[[], object], *, every: float) -> None:
    """Let the worker call this every so many seconds."""
    _registered[name] = Sweep(name, run, every)


def register_apart(name: str, run: Callable[[Callable[[], bool]], object], *, every: float) -> None:
    """
    The same for work that takes long: it has a thread of its own and holds up no mail.

    It is given a question that it asks often: whether it is told to stop.
    """
    _registered[name] = Sweep(name, run, every, apart=True)


def apart() -> list[Sweep]:
    return [sweep for sweep in _registered.values() if sweep.apart]


def unregister(name: str) -> None:
    _registered.pop(name, None)


def run_due(now: float, stopping: Callable[[], bool] = lambda: False) -> None:
    """
    Run what is due at this monotonic time.

    A sweep that fails does not keep the others from running. An error of the database is raised in
    the end, for the worker to wait until it is back.
    """
    database_error: Error | None = None
    for sweep in list(_registered.values()):
        if sweep.apart or stopping() or now < sweep.next_at:
            continue
        sweep.next_at = now + sweep.every
        try:
            sweep.run()
        except Error as error:
            database_error = error
            logger.warning("sweep %s: %s: %s", sweep.name, type(error).__name__, error)
        except Exception:
            logger.exception("sweep %s failed", sweep.name)
    if database_error is not None:
        raise database_error
