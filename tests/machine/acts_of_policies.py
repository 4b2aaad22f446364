"""A customer changes which requests reach its people, by rules and by lists."""

from typing import Any

from customers.models import Customer
from relationships.models import RequestPolicy
from relationships.moves import policing
from relationships.moves.policing import PolicyWish
from relationships.moves.requesting import create_request

from .acts_of_requests import Requests, fresh
from .drawing import act
from .naive_policy import policy_of
from .steps import partner_of
from .witness import Refusal

# The gentle ones come first, so that most sequences still get to an approval.
WISHES = (
    PolicyWish(),
    PolicyWish(longest_days=90),
    PolicyWish(never_privileged=True),
    PolicyWish(second_person=True),
    PolicyWish(quiet_days=7),
    PolicyWish(who="known"),
    PolicyWish(most_roles=1, longest_days=30),
    PolicyWish(who="listed"),
)


class Policies(Requests):
    """Policies that tighten and loosen while requests are under way."""

    @act(3)
    def change_policy(self, data: Any) -> None:
        customer = self.pick(data, self.world.customers, "customer").pk
        wish = self.pick(data, WISHES, "wish")
        self._rule(customer, wish, stale=self.now_and_then(data, 8))

    @act(1)
    def ask_for_a_code(self, data: Any) -> None:
        """From then on whoever asks has it, or has not; until none is needed any more."""
        customer = self.pick(data, self.world.customers, "customer")
        by = self.world.admin(customer)

        def code(move: Any) -> Any:
            return lambda: move(Customer.objects.get(pk=customer.pk), by=by)

        policy = policy_of(self.rows, customer.pk)
        if policy is None or not policy.code:
            self.make("renew code", code(policing.renew_code))
        else:
            self.make("drop code", code(policing.drop_code))

    def _rule(self, customer: int, wish: PolicyWish, *, stale: bool = False) -> None:
        def move() -> Any:
            row = Customer.objects.get(pk=customer)
            seen = RequestPolicy.objects.of(row).version - stale
            by = self.world.admin(customer)
            return policing.set_policy(row, wish, by=by, seen=seen, meant=True)

        self.make("change policy", move)

    @act(4)
    def list_a_partner(self, data: Any) -> None:
        """Mostly one that asks the customer then, and the list is as it was after that."""
        customer = self.pick(data, self.world.customers, "customer")
        partner = self.pick(data, self._usual(data), "partner")
        how = self.pick(data, ("deny", "allow", "take off"), "list")
        self._list(customer.pk, partner.pk, how)
        if self.now_and_then(data):
            return
        ask, by = self._wish(data, partner), self.world.agent(partner)
        made = self.make("ask", lambda: create_request(fresh(partner), ask, by=by))
        if not isinstance(made, Refusal):
            self._open(made.pk, customer)
        self._list(customer.pk, partner.pk, "take off")

    def _list(self, customer: int, partner: int, how: str) -> None:
        def move() -> Any:
            given = Customer.objects.get(pk=customer), partner_of(partner)
            by = self.world.admin(customer)
            if how == "take off":
                return policing.unlist_partner(*given, by=by, meant=True)
            return policing.list_partner(*given, allowed=how == "allow", by=by, meant=True)

        self.make("list partner", move)
