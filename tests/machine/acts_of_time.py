"""Time goes forward, and the clock does what is due: one of its sweeps, or all of them."""

from datetime import datetime, timedelta
from typing import Any

from relationships.models import RelationshipRequest
from relationships.moves import clock, renewing
from subscriptions.lifecycle import outlook
from subscriptions.moves import aging

from .drawing import Drawing, act

STEPS = (1, 1, 8, 8, 31, 31, 91, 366)
SWEEPS = {"relationships": clock.sweep, "renewing": renewing.sweep, "aging": aging.sweep}
ALL = tuple(SWEEPS)


class Time(Drawing):
    """Without a sweep, nothing is written: an end holds all the same."""

    @act(3)
    def let_days_pass(self, data: Any) -> None:
        days = self.pick(data, STEPS, "days")
        self._reach(data, self.now + timedelta(days=days))

    @act(3)
    def let_the_next_end_come(self, data: Any) -> None:
        """To the very moment, one before it, or one after it."""
        if ends := sorted(set(self._ends()))[:4]:
            off = timedelta(microseconds=self.pick(data, (0, 1, -1), "microseconds off"))
            self._reach(data, self.pick(data, ends, "end") + off)

    @act(10, needs=Drawing.grants_to_extend)
    def let_an_extension_come(self, data: Any) -> None:
        """What was wished and allowed comes to its end."""
        grant = self.pick(data, self.grants_to_extend(), "grant")
        self._reach(data, grant.ends_at)
        self.make("sweep: relationships", SWEEPS["relationships"], clock=True)

    @act(3)
    def do_what_is_due(self, data: Any) -> None:
        names = self.pick(data, (ALL, ALL, *((name,) for name in ALL)), "sweeps")
        for name in names:
            self.make(f"sweep: {name}", SWEEPS[name], clock=True)

    def _reach(self, data: Any, moment: datetime) -> None:
        self.world.clock.reach(moment)
        self.witness.pass_time()
        if self.now_and_then(data, 2):
            self.do_what_is_due(data)

    def _ends(self) -> Any:
        for grant in self.live_grants():
            yield grant.ends_at
        for request in self.rows.where(RelationshipRequest, status="open"):
            if request.expires_at and request.expires_at > self.now:
                yield request.expires_at
        for row in self.subscriptions():
            step = outlook(row).next_step
            if step and step.at > self.now:
                yield step.at
