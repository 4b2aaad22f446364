"""Administration and selling are taken back by either side; staff suspend and restore partners."""

from typing import Any

from audit.log import Side
from relationships.moves.supervising import restore_partner, suspend_partner

from .drawing import Drawing, act
from .naive_access import granted_roles
from .steps import (
    ending_selling,
    extension,
    partner_of,
    pausing_or_resuming,
    removing_administration,
    taking_roles_away,
    terminating,
)
from .world import ROLES

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

    @act(4, needs=Drawing.live_grants)
    def take_roles_away(self, data: Any) -> None:
        """Some of them, all of them, or, refused, one that is not given."""
        grant = self.pick(data, self.live_grants(), "grant")
        given = sorted(granted_roles(self.rows, grant.id))
        roles = [key for key in given if self.now_and_then(data, 2)] or given[:1]
        if self.now_and_then(data, 8):
            roles = sorted({role.pk for role in self.world.roles_of(ROLES)} - set(given))[:1]
        self.witness.make(taking_roles_away(grant.id, roles, **self._one_side(data, grant)))

    @act(5, needs=Drawing.live_grants)
    def wish_or_allow_extension(self, data: Any) -> None:
        """Mostly both, so that there is something for the clock to extend."""
        grant = self.pick(data, self.live_grants(), "grant")
        yes = not self.now_and_then(data)
        sides = SIDES if not self.now_and_then(data, 2) else (self.pick(data, SIDES, "side"),)
        for side in sides:
            people = self.world.admin if side == Side.CUSTOMER else self.world.agent
            whose = grant.customer_id if side == Side.CUSTOMER else grant.partner_id
            self.witness.make(extension(grant.id, by=people(whose), side=side, yes=yes))

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
