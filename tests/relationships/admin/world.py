"""Rows of everything that staff look at, reached by the domain's own moves."""

from accounts.models import Actor
from customers.models import Customer
from partners.models import Partner, PartnerKind
from relationships.models import BulkAct, BulkJob, BulkSource, Decision, RequestPolicy
from relationships.moves import bulk, policing
from relationships.moves.bulk import Chosen
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


def make_policy(customer: Customer, *denied: Partner) -> RequestPolicy:
    """The customer has a request policy with a code, and denies these partners."""
    by = Actor.objects.of(make.join_customer(customer))
    for partner in denied or (make.make_partner(),):
        policing.list_partner(customer, partner, allowed=False, by=by)
    policing.renew_code(customer, by=by)
    return customer.request_policy


def make_job(partner: Partner, act: BulkAct = BulkAct.TERMINATE, **given) -> BulkJob:
    """A bulk job of two rows, of which one was refused when it was chosen."""
    grants = partner.admin_relationships.order_by("pk")
    rows = [
        *(Chosen(relationship_id=one.pk) for one in grants[:1]),
        Chosen(key="nowhere", refused="There is no such administration."),
    ]
    by = Actor.objects.of(make.make_admin_agent(partner))
    return bulk.choose(partner, act, rows, by=by, source=BulkSource.FILE, given=given)


def make_pair() -> Decision:
    """A partner that sells to a customer and administers for it, and a subscription."""
    partner, customer = make.make_partner(), make.make_customer()
    make.make_subscription(customer, seller=partner)
    return grant(partner, customer)
