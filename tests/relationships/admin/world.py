"""Rows of everything that staff look at, reached by the domain's own moves."""

from accounts.models import Actor
from customers.models import Customer
from partners.models import Partner, PartnerKind
from relationships.models import Decision
from relationships.moves.deciding import approve
from tests import factories as make


def grant(
    partner: Partner,
    customer: Customer,
    *,
    role_ids: tuple[str, ...] = (make.EXCHANGE_ADMINISTRATOR,),
    **fields,
) -> Decision:
    """The customer has allowed everything that the partner asked."""
    admin = make.join_customer(customer)
    fields.setdefault("asks_selling", partner.kind != PartnerKind.ADVISOR)
    request = make.make_request(partner, email=admin.email, role_ids=role_ids, **fields)
    decision = make.make_decision(request, customer, by=admin)
    by = Actor.objects.of(admin)
    by.signed_in_again_at = make.now()
    approve(decision, make.make_answer(decision), by=by)
    return decision


def make_pair() -> Decision:
    """A partner that sells to a customer and administers for it, and a subscription."""
    partner, customer = make.make_partner(), make.make_customer()
    make.make_subscription(customer, seller=partner)
    return grant(partner, customer)
