"""Time goes forward, and the clock does what is due: one of its sweeps, or all of them."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from relationships.models import RelationshipRequest
from relationships.moves import clock, renewing
from subscriptions.lifecycle import outlook
from subscriptions.moves import aging

from .drawing import DATA, Drawing

STEPS = (1, 1, 8, 8, 31, 31, 91, 366)
SWEEPS = {"relationships": clock.sweep, "renewing": renewing.sweep, "aging": aging.sweep}


class Time(Drawing):
    """Without a sweep, nothing is written: an end holds all the same."""

    @rule(days=st.sampled_from(STEPS), swept=st.booleans())
    def days_pass(self, days, swept):
        self._reach(self.now + timedelta(days=days), swept=swept)

    @rule(data=DATA, swept=st.booleans())
    def the_next_end_comes(self, data, swept):
        """To the very moment, one before it, or one after it."""
        ends = sorted(set(self._ends()))[:4]
        if not ends:
            return
        end = self.pick(data, ends, "end")
        off = self.pick(data, (0, 1, -1), "microseconds off")
        self._reach(end + timedelta(microseconds=off), swept=swept)

    @rule(names=st.sampled_from([tuple(SWEEPS), *((name,) for name in SWEEPS)]))
    def the_clock_does_what_is_due(self, names):
        for name in names:
            self.make(f"sweep: {name}", SWEEPS[name], clock=True)

    def _reach(self, moment: datetime, *, swept: bool) -> None:
        self.world.clock.reach(moment)
        self.witness.pass_time()
        if swept:
            self.the_clock_does_what_is_due(SWEEPS)

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
