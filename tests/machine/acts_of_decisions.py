"""The customer decides: everything, a part, with and without switches, or no."""

from typing import Any

from customers.rights import CustomerRole
from relationships.models import DecisionSignature
from relationships.moves import deciding
from tests import factories as make

from .acts_of_requests import Requests
from .drawing import act
from .steps import approving, decision_of

DAYS = (None, 1, 30, 90)
HALVES = ("both", "selling", "administration", "both", "neither")


class Decisions(Requests):
    """Answers to the decisions that are open."""

    @act(5)
    def approve_everything(self, data: Any) -> None:
        """With every switch, so that whoever is in the way is displaced."""
        if decision := self.decision(data):
            self._approve(data, decision, {"switches": self.world.keys})

    @act(2)
    def approve_without_a_switch(self, data: Any) -> None:
        if decision := self.decision(data):
            self._approve(data, decision, {})

    @act(4)
    def approve_a_part(self, data: Any) -> None:
        if not (decision := self.decision(data)):
            return
        asked = self.asked_roles(decision.request_id)
        answer: dict[str, Any] = {
            "switches": self.world.keys if self.now_and_then(data, 2) else frozenset(),
            "days": self.pick(data, DAYS, "days"),
            "roles": [role for role in asked if not self.now_and_then(data)],
        }
        half = self.pick(data, HALVES, "half")
        if half in ("administration", "neither"):
            answer["selling"] = False
        if half in ("selling", "neither"):
            answer["administration"] = False
        self._approve(data, decision, answer)

    @act(2)
    def decline(self, data: Any) -> None:
        if not (decision := self.decision(data)):
            return
        by = self.world.admin(decision.customer_id)

        def decline():
            row = decision_of(decision.id)
            answer = make.make_answer(row, selling=None, administration=None, roles=[])
            deciding.decline(row, answer, by=by)

        self.make("decline", decline, certified=True)

    @act(needs=Requests.open_decisions)
    def pass_on(self, data: Any) -> None:
        decision = self.pick(data, self.open_decisions(), "decision")
        by = self.world.reader(decision.customer_id)

        def pass_on():
            row = decision_of(decision.id)
            admins = row.customer.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
            to = admins.order_by("pk")[0]
            deciding.pass_on(row, to, by=by)

        self.make("pass on", pass_on)

    def _approve(self, data: Any, decision: Any, answer: dict[str, Any]) -> None:
        """By the admin, or where that one has signed already mostly by the other."""
        by = self.world.admin(decision.customer_id, fresh=not self.now_and_then(data, 8))
        signed = self.rows.where(DecisionSignature, decision_id=decision.id, actor_id=by.pk)
        if any(signed) and not self.now_and_then(data):
            by = self.world.deputy(decision.customer_id)
        self.witness.make(approving(decision.id, by=by, rows=self.rows, **answer))
