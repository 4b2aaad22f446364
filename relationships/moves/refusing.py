"""
A request meets the customer's request policy before it meets a person, or goes on (ADR 0016).

What is against the policy makes no mail and no decision. The customer's log says so at once. The
partner is told by which rule: at once where it knows already that the organisation is here, else
later, as an answer would come, so that naming an organisation tells nothing.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Actor, User
from audit.log import Side, hold, record
from customers.models import Customer, CustomerMembership
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain, domain_of, spellings_of
from partnercenter.lib.refusals import Refused

from ..models import PartnerRelationship, PolicyRefusal, RelationshipRequest, RequestPolicy
from ..policy_rules import Met, Rule, rules_met
from .answer_mails import tell_answer

BATCH = 100


class AgainstPolicy(Refused):
    """The customer's request policy keeps this request from every person."""

    def __init__(self, found: list[Met]) -> None:
        super().__init__(" ".join(met.to_customer for met in found))
        self.found = found


def against_policy(request: RelationshipRequest, customer: Customer, at: datetime) -> list[Met]:
    """The rules of the policy as it stands that the request is against."""
    return rules_met(RequestPolicy.objects.of(customer), request, at)


def customers_behind(request: RelationshipRequest) -> list[Customer]:
    """The organisations whose people the request's address leads to; none where it names nobody."""
    if request.addressed_tenant_id:
        reached = Q(tenant_id=request.addressed_tenant_id)
    elif request.addressed_domain:
        reached = Q(primary_domain__in=spellings_of(request.addressed_domain))
    elif request.addressed_email:
        reached = _reached_by_mail(request.addressed_email)
    else:
        return []
    return list(Customer.objects.active().filter(reached).distinct().order_by("pk"))


def _reached_by_mail(address: str) -> Q:
    """Where the person belongs; and whose domain it is, whoever reads that address there."""
    person = User.objects.active().filter(
        emailaddress__email__iexact=address, emailaddress__verified=True
    )
    places = CustomerMembership.objects.current().filter(user__in=person)
    reached = Q(pk__in=places.values("customer"))
    domain = ascii_domain(domain_of(address))
    if not is_free_mail(domain):
        reached |= Q(primary_domain__in=spellings_of(domain))
    return reached


def note_refusal(
    request: RelationshipRequest,
    customer: Customer,
    found: list[Met],
    *,
    by: Actor,
    side: Side,
    at: datetime,
) -> PolicyRefusal:
    """Write down what was refused; the partner and the request are held."""
    rules = [met.stored() for met in found]
    standing = request.policy_refusals.standing().filter(customer=customer)
    for known in standing.order_by("-pk"):
        if known.rules == rules:
            return known
    # A person of the customer who follows the link answers as any person would.
    at_once = side == Side.CUSTOMER or knows(request, customer)
    wait = timedelta(0) if at_once else timedelta(hours=settings.REQUEST_POLICY_ANSWER_HOURS)
    refusal: PolicyRefusal = request.policy_refusals.create(
        customer=customer,
        rules=rules,
        wrong_code=any(met.rule == Rule.CODE_WRONG for met in found),
        met_at=at,
        met_by=by,
        tell_at=at + wait,
    )
    hold((Side.CUSTOMER, customer.party.id), (Side.PARTNER, request.partner.party.id))
    # An event of the customer alone: which organisation it is, the partner does not learn.
    record(
        "request.against_policy",
        by=by,
        at=at,
        side=side,
        subject=("request", str(request.public_id)),
        customer=customer.party,
        details={
            "asked_by": request.partner.name,
            "asker": str(request.partner.tenant_id),
            "rules": rules,
        },
    )
    if at_once:
        _tell(refusal, at=at)
    return refusal


def lift_refusals(request: RelationshipRequest, customers: list[Customer], at: datetime) -> None:
    """The request gets through now, so that nobody is told any more that it does not."""
    request.policy_refusals.standing().filter(customer__in=customers).update(lifted_at=at)


def knows(request: RelationshipRequest, customer: Customer) -> bool:
    """
    Whether the partner knows by what it named that this organisation is here.

    Whose person reads an address outside the organisation's domain, it does not know.
    """
    if request.policy_refusals.told().filter(customer=customer).exists():
        return True
    address = request.addressed_email
    if address and ascii_domain(domain_of(address)) not in spellings_of(customer.primary_domain):
        return False
    pairs = PartnerRelationship.objects.filter(partner=request.partner, customer=customer)
    return pairs.exists()


def tell_due(at: datetime) -> int:
    """Tell the partners what they are to know by now; safe to run twice at once."""
    due = list(PolicyRefusal.objects.to_tell(at).select_related("request__partner")[:BATCH])
    for refusal in due:
        _tell_later(refusal, at=at)
    return len(due)


@transaction.atomic
def _tell_later(refusal: PolicyRefusal, *, at: datetime) -> None:
    refusal.request.partner.lock()
    refusal.request.lock()
    refusal.lock()
    if refusal.told_at is None and refusal.lifted_at is None:
        _tell(refusal, at=at)


def _tell(refusal: PolicyRefusal, *, at: datetime) -> None:
    """In the partner's log and by mail to those who can ask otherwise; no organisation is named."""
    request = refusal.request
    refusal.told_at = at
    refusal.save(update_fields=["told_at"])
    request.record(
        "request.met_policy",
        by=Actor.objects.clock(),
        at=at,
        side=Side.CUSTOMER,
        details={"rules": refusal.rules},
    )
    tell_answer(request, refusal=refusal, at=at)
