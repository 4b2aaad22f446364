"""Administration and selling are taken back by either side; staff suspend and restore partners."""

from typing import Any

from hypothesis.stateful import precondition, rule

from audit.log import Side
from relationships.moves.supervising import restore_partner, suspend_partner

from .drawing import DATA, Drawing
from .steps import ending_selling, partner_of, removing_administration, terminating

SIDES = (Side.CUSTOMER, Side.PARTNER)


class Ends(Drawing):
    """Ends that a person makes."""

    @rule(data=DATA)
    def something_is_taken_back(self, data):
        grants, pairs = self.live_grants(), self.running_pairs()
        self.act(
            data,
            (self._terminate, grants),
            (self._remove, grants),
            (self._end_selling, pairs),
        )

    @precondition(Drawing.running_pairs)
    @rule(data=DATA)
    def somebody_ends_selling(self, data):
        self._end_selling(data)

    @rule(data=DATA)
    def staff_suspend_or_restore(self, data):
        """At most one at a time, so that something goes on."""
        suspended = self.suspended_partners()
        self.act(data, (self._suspend, not suspended), (self._restore, suspended))

    def _terminate(self, data: Any) -> None:
        grant = self.pick(data, self.live_grants(), "grant")
        self.witness.make(terminating(grant.id, **self._one_side(data, grant)))

    def _remove(self, data: Any) -> None:
        grant = self.pick(data, self.live_grants(), "grant")
        by = self.world.admin(grant.customer_id)
        self.witness.make(removing_administration(grant.customer_id, grant.partner_id, by=by))

    def _end_selling(self, data: Any) -> None:
        pair = self.pick(data, self.running_pairs(), "pair")
        self.witness.make(ending_selling(pair.id, **self._one_side(data, pair)))

    def _suspend(self, data: Any) -> None:
        partner = self.pick(data, self.world.partners, "partner")
        by, key = self.world.operator, partner.pk
        move = {"by": by, "reason": "unpaid"}
        self.make("suspend partner", lambda: suspend_partner(partner_of(key), **move))

    def _restore(self, data: Any) -> None:
        key = self.pick(data, self.suspended_partners(), "partner").id
        move = {"by": self.world.operator, "reason": "paid"}
        self.make("restore partner", lambda: restore_partner(partner_of(key), **move))

    def _one_side(self, data: Any, row: Any) -> dict[str, Any]:
        side = self.pick(data, SIDES, "side")
        if side == Side.CUSTOMER:
            return {"by": self.world.admin(row.customer_id), "side": side}
        return {"by": self.world.agent(row.partner_id), "side": side}
