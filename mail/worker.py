"""The process that works in the background."""

import contextlib
import logging
import os
import select
import signal
import threading
import time
from types import FrameType

from django.db import Error, close_old_connections, connections

from . import outbox, sweeps

logger = logging.getLogger(__name__)

PERIOD = 1.0
LONGEST_PAUSE = 30.0


class Worker:
    """Every second: mail that is due, then the rooms' sweeps; until it is told to stop."""

    def __init__(self) -> None:
        self.stopped = False
        self.errors = 0
        # A signal wakes the worker from its pause by a byte in this pipe.
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        self._told_to_stop = threading.Event()

    def listen(self) -> None:
        """Stop at SIGTERM or SIGINT, after what is being done."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def run(self) -> None:
        logger.info("worker started")
        threads = [
            threading.Thread(target=self.keep_sweeping, args=[sweep], name=sweep.name)
            for sweep in sweeps.apart()
        ]
        for thread in threads:
            thread.start()
        while not self.stopped:
            started = time.monotonic()
            pause = self.turn() - (time.monotonic() - started)
            if pause > 0 and not self.stopped:
                select.select([self._wake_reader], [], [], pause)
        for thread in threads:
            thread.join()
        logger.info("worker stopped")

    def turn(self) -> float:
        """Do what is due, and say how long to wait before the next turn."""
        try:
            close_old_connections()
            outbox.deliver_due(stopping=lambda: self.stopped)
            sweeps.run_due(time.monotonic(), stopping=lambda: self.stopped)
        except Error as error:
            # Any error class may come from a database that restarts or changes its primary.
            self.errors += 1
            pause = min(PERIOD * 2**self.errors, LONGEST_PAUSE)
            logger.warning(
                "database: %s: %s; next try in %.0f s", type(error).__name__, error, pause
            )
            _drop_connections()
            return pause
        except Exception:
            logger.exception("turn failed")
        self.errors = 0
        return PERIOD

    def keep_sweeping(self, sweep: sweeps.Sweep) -> None:
        """A thread of its own for one sweep that takes long, until the worker is told to stop."""
        errors = 0
        while not self.stopped:
            try:
                close_old_connections()
                sweep.run(lambda: self.stopped)
                errors = 0
            except Error as error:
                errors += 1
                logger.warning("sweep %s: %s: %s", sweep.name, type(error).__name__, error)
                _drop_connections()
            except Exception:
                logger.exception("sweep %s failed", sweep.name)
            pause = min(2**errors, LONGEST_PAUSE) if errors else sweep.every
            self._told_to_stop.wait(pause)
        _drop_connections()

    def stop(self) -> None:
        self.stopped = True
        self._told_to_stop.set()
        with contextlib.suppress(BlockingIOError):  # the pipe is full of wake-ups already
            os.write(self._wake_writer, b"\0")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()


def _drop_connections() -> None:
    for connection in connections.all(initialized_only=True):
        try:
            connection.close()
        except Error:
            connection.connection = None
