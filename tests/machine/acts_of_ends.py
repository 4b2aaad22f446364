"""Administration and selling are taken back by either side; staff suspend and restore partners."""

from typing import Any

from audit.log import Side
from relationships.moves.supervising import restore_partner, suspend_partner

from .drawing import Drawing, act
from .steps import (
    ending_selling,
    partner_of,
    pausing_or_resuming,
    removing_administration,
    terminating,
)

SIDES = (Side.CUSTOMER, Side.PARTNER)


class Ends(Drawing):
    """Ends that a person makes."""

    @act(2, needs=Drawing.live_grants)
    def terminate(self, data: Any) -> None:
        grant = self.pick(data, self.live_grants(), "grant")
        self.witness.make(terminating(grant.id, **self._one_side(data, grant)))

    @act(2, needs=Drawing.live_grants)
    def remove_administration(self, data: Any) -> None:
        grant = self.pick(data, self.live_grants(), "grant")
        by = self.world.admin(grant.customer_id)
        self.witness.make(removing_administration(grant.customer_id, grant.partner_id, by=by))

    @act(3, needs=Drawing.live_grants)
    def pause(self, data: Any) -> None:
        """Also what is paused already, which is refused."""
        self._pause_or_resume(data, self.live_grants(), on=True)

    @act(6, needs=Drawing.paused_grants)
    def resume(self, data: Any) -> None:
        self._pause_or_resume(data, self.paused_grants(), on=False)

    @act(4, needs=Drawing.running_pairs)
    def end_selling(self, data: Any) -> None:
        pair = self.pick(data, self.running_pairs(), "pair")
        self.witness.make(ending_selling(pair.id, **self._one_side(data, pair)))

    @act(2)
    def suspend_a_partner(self, data: Any) -> None:
        """At most one at a time, so that something goes on."""
        if self.suspended_partners():
            return
        partner = self.pick(data, self.world.partners, "partner")
        by, key = self.world.operator, partner.pk
        move = {"by": by, "reason": "unpaid"}
        self.make("suspend partner", lambda: suspend_partner(partner_of(key), **move))

    @act(3, needs=Drawing.suspended_partners)
    def restore_a_partner(self, data: Any) -> None:
        key = self.pick(data, self.suspended_partners(), "partner").id
        move = {"by": self.world.operator, "reason": "paid"}
        self.make("restore partner", lambda: restore_partner(partner_of(key), **move))

    def _pause_or_resume(self, data: Any, grants: list, *, on: bool) -> None:
        grant = self.pick(data, grants, "grant")
        whole = self.now_and_then(data, 2)
        of = {"partner": grant.partner_id} if whole else {"grant": grant.id}
        by = self.world.admin(grant.customer_id)
        self.witness.make(pausing_or_resuming(grant.customer_id, by=by, on=on, **of))

    def _one_side(self, data: Any, row: Any) -> dict[str, Any]:
        side = self.pick(data, SIDES, "side")
        if side == Side.CUSTOMER:
            return {"by": self.world.admin(row.customer_id), "side": side}
        return {"by": self.world.agent(row.partner_id), "side": side}
