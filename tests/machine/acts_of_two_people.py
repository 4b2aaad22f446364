"""Where the policy asks for a second person: two sign the same, or something comes between."""

from dataclasses import replace
from typing import Any

from audit.log import Side
from relationships.moves.policing import PolicyWish
from relationships.moves.requesting import create_request

from .acts_of_decisions import Decisions
from .acts_of_policies import Policies
from .acts_of_requests import fresh
from .drawing import act
from .naive_policy import policy_of
from .steps import approving, terminating
from .witness import Refusal
from .world import GLOBAL, SUPPORT, USERS

GRAVE = ((USERS,), (GLOBAL,), (USERS, SUPPORT))
BETWEEN = ("nothing", "the same person", "another grant", "another content")


class TwoPeople(Decisions, Policies):
    """Approvals of privileged roles that wait for another global admin."""

    @act(1)
    def take_two(self, data: Any) -> None:
        customer = self.pick(data, self.world.customers, "customer")
        policy = policy_of(self.rows, customer.pk)
        if policy is None or not policy.second_person:
            self._rule(customer.pk, PolicyWish(second_person=True))
        if decision := self._asked_gravely(data, customer):
            by, other = self.world.admin(customer), self.world.deputy(customer)
            self._sign(decision, by)
            self._between(data, decision, customer)
            self._sign(decision, other)

    def _asked_gravely(self, data: Any, customer: Any) -> int | None:
        """The key of a decision on privileged roles, if there comes to be one."""
        partner = self.pick(data, self._usual(data), "partner")
        roles = self.world.roles_of(self.pick(data, GRAVE, "roles"))
        ask = replace(self._wish(data, partner), roles=roles, days=30)
        ask = replace(ask, request_code=self._code(data, customer.pk))
        by = self.world.agent(partner)
        made = self.make("ask", lambda: create_request(fresh(partner), ask, by=by))
        if isinstance(made, Refusal):
            return None
        self._open(made.pk, customer)
        waiting = [row.id for row in self.open_decisions() if row.request_id == made.pk]
        return waiting[0] if waiting else None

    def _between(self, data: Any, decision: int, customer: Any) -> None:
        between = self.pick(data, BETWEEN, "between")
        by = self.world.admin(customer)
        if between == "the same person":
            self._sign(decision, by)
        elif between == "another grant":
            self._sign(decision, by, days=7)
        elif between == "another content":
            for grant in self.live_grants():
                if grant.customer_id == customer.pk:
                    self.witness.make(terminating(grant.id, by=by, side=Side.CUSTOMER))
                    break

    def _sign(self, decision: int, by: Any, **answer: Any) -> None:
        answer = {"switches": self.world.keys, **answer}
        self.witness.make(approving(decision, by=by, rows=self.rows, **answer))
