"""Random sequences of every move: a few with every run of the suite, many in `make soak`."""

import os
import random
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import EVERYTHING, IMPORTANT, machine_in

pytestmark = pytest.mark.django_db

# The same sequences at every run, so that a red one is red for everybody.
SHORT = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=2000, stateful_step_count=50, derandomize=False)
# How many sequences the soak tells of at once.
ROUND = 20


def test_every_promise_holds_after_every_step_of_random_sequences(world):
    reached = Counter()
    run_state_machine_as_test(machine_in(world, reached), settings=SHORT)
    assert not sorted(IMPORTANT - reached.keys()), "the sequences no longer get there"


class Progress:
    """One line for each round, and what was done where somebody stops it."""

    def __init__(self, capsys, number: int, sequences: int):
        self.capsys, self.number, self.sequences = capsys, number, sequences
        self.done, self.reached, self.began = 0, Counter(), time.monotonic()

    def say(self, line: str) -> None:
        with self.capsys.disabled():
            print(line, flush=True)  # noqa: T201  it is read while the soak runs

    def begin(self) -> None:
        self.say(f"\nMACHINE_SEED={self.number}: {self.sequences} sequences of 50 steps")

    def count(self) -> None:
        self.done += 1
        if self.done % ROUND == 0:
            self.say(self.sentence())

    def sentence(self) -> str:
        steps, approved = self.reached["steps"], self.reached["approve"]
        refused = sum(times for what, times in self.reached.items() if what.startswith("refused"))
        minutes = (time.monotonic() - self.began) / 60
        return (
            f"{self.done} of {self.sequences} sequences in {minutes:.1f} minutes: {steps} steps, "
            f"{approved} approvals, {refused} refusals"
        )

    def end(self) -> None:
        self.say(f"{self.sentence()} (MACHINE_SEED={self.number})")
        self.say(", ".join(f"{what}: {times}" for what, times in sorted(self.reached.items())))


@pytest.mark.soak
def test_every_promise_holds_over_many_long_sequences(world, capsys):
    """MACHINE_SEED repeats a run, MACHINE_SEQUENCES shortens it; Ctrl-C says what was done."""
    number = int(os.environ.get("MACHINE_SEED", random.SystemRandom().randrange(2**32)))
    sequences = int(os.environ.get("MACHINE_SEQUENCES", LONG.max_examples))
    progress = Progress(capsys, number, sequences)
    machine = machine_in(world, progress.reached, at_the_end=progress.count)
    progress.begin()
    try:
        run_state_machine_as_test(
            seed(number)(machine), settings=settings(LONG, max_examples=sequences)
        )
    finally:
        progress.end()
    if sequences >= LONG.max_examples:
        assert not sorted(EVERYTHING - progress.reached.keys()), "never reached"
