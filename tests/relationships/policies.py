"""A customer with a request policy, and a partner that asks."""

from accounts.models import Actor
from mail.models import Delivery
from relationships.models import Decision, PolicyRefusal, RequestPolicy
from relationships.moves import deciding, policing
from relationships.moves.opening import follow
from relationships.moves.policing import PolicyWish
from tests import factories as make


class Fenced:
    """Fernhill has a policy; alder is a stranger to it until they have something."""

    def __init__(self):
        self.customer = make.make_customer("Fernhill", domain="fernhill.example")
        self.admin = make.join_customer(self.customer)
        self.by = Actor.objects.of(self.admin)
        self.alder = make.make_partner("Alder", domain="alder.example")
        self.agent = make.make_admin_agent(self.alder)
        self.seller = Actor.objects.of(self.agent)

    def rule(self, *, meant=False, **rules):
        """These rules and no others."""
        seen = RequestPolicy.objects.of(self.customer).version
        return policing.set_policy(
            self.customer, PolicyWish(**rules), by=self.by, seen=seen, meant=meant
        )

    def deny(self):
        policing.list_partner(self.customer, self.alder, allowed=False, by=self.by)

    def allow(self):
        policing.list_partner(self.customer, self.alder, allowed=True, by=self.by)

    def ways_in(self):
        """How a request is addressed to the customer."""
        return {
            "a decider's address": {"email": self.admin.email},
            "an address of the domain": {"email": "office@fernhill.example"},
            "the tenant id": {"email": "", "addressed_tenant_id": self.customer.tenant_id},
            "the domain": {"email": "", "addressed_domain": "fernhill.example"},
        }

    def ask(self, **fields):
        fields.setdefault("email", self.admin.email)
        fields.setdefault("role_ids", ())
        return make.make_request(self.alder, by=self.agent, **fields)

    def go_on(self, request, at=None):
        return follow(request, self.customer, by=self.by, at=at)

    def meet(self):
        """From now on the two know each other."""
        decision = make.make_decision(self.ask(), self.customer, by=self.admin)
        deciding.approve(decision, make.make_answer(decision), by=self.by)


def rules_of(refusal: PolicyRefusal) -> list[str]:
    return [stored["rule"] for stored in refusal.rules]


def mails(kind="request") -> list[str]:
    found = Delivery.objects.filter(kind=kind).order_by("pk")
    return list(found.values_list("recipient", flat=True))


def nothing_waits() -> bool:
    return not Decision.objects.filter(status="open").exists()
