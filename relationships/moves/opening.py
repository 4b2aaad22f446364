"""From the link to a decision: *Continue*."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from audit.log import Side, hold
from customers.models import Customer, CustomerMembership
from partnercenter.lib.names import spellings_of
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import PartnerMembership

from ..models import Decision, PolicyRefusal, RelationshipRequest
from ..models.decision import partners_concerned_by
from .refusing import AgainstPolicy, against_policy, lift_refusals, note_refusal


class NotAddressed(Refused):
    """This request is for somebody else; nobody is named."""


def is_insider(request: RelationshipRequest, user: Any) -> bool:
    """Whether the person works for a partner that the request concerns, and so never decides."""
    places = PartnerMembership.objects.current().filter(user=user)
    return places.filter(partner__in=partners_concerned_by(request)).exists()


def organisations_for(request: RelationshipRequest, user: Any) -> QuerySet[Customer]:
    """The customers of this person for which the request opens (design 5.3)."""
    mine = Customer.objects.active().filter(memberships__in=user.customer_memberships.current())
    if request.addressed_email:
        addressed = User.objects.active().filter(
            emailaddress__email__iexact=request.addressed_email, emailaddress__verified=True
        )
        reached = CustomerMembership.objects.current().filter(user__in=addressed)
        mine = mine.filter(pk__in=reached.values("customer"))
    if request.addressed_tenant_id:
        mine = mine.filter(tenant_id=request.addressed_tenant_id)
    if request.addressed_domain:
        mine = mine.filter(primary_domain__in=spellings_of(request.addressed_domain))
    return mine.distinct().order_by("name", "pk")


def follow(
    request: RelationshipRequest, customer: Customer, *, by: Actor, at: datetime | None = None
) -> Decision | PolicyRefusal:
    """*Continue*: the decision of this organisation, or what its request policy says instead."""
    try:
        return open_decision(request, customer, by=by, at=at)
    except AgainstPolicy as against:
        return _refuse(request, customer, against, by=by, at=at)


@transaction.atomic
def _refuse(
    request: RelationshipRequest,
    customer: Customer,
    against: AgainstPolicy,
    *,
    by: Actor,
    at: datetime | None,
) -> PolicyRefusal:
    """In a transaction of its own, because the first was undone with the refusal."""
    customer.lock()
    request.partner.lock()
    request.lock()
    return note_refusal(request, customer, against.found, by=by, side=Side.CUSTOMER, at=moment(at))


@transaction.atomic
def open_decision(
    request: RelationshipRequest, customer: Customer, *, by: Actor, at: datetime | None = None
) -> Decision:
    """The first *Continue* of an organisation's person; later ones lead to the same decision."""
    if by.user is None or not customer.memberships.current().filter(user=by.user).exists():
        raise PermissionDenied
    customer.lock()
    request.partner.lock()
    request.lock()
    at = moment(at)
    known = request.decisions.filter(customer=customer).order_by("-id").first()
    if known is not None and (request.single_use or known.status == "open"):
        return known
    if why := request.why_unanswerable(at):
        raise Refused(why)
    if not organisations_for(request, by.user).filter(pk=customer.pk).exists():
        raise NotAddressed(_("This request is addressed to someone else."))
    if found := against_policy(request, customer, at):
        raise AgainstPolicy(found)
    try:
        with transaction.atomic():
            decision = request.decisions.create(
                customer=customer, single_use=request.single_use, opened_at=at, opened_by=by
            )
    except IntegrityError:
        return request.decisions.open().get(customer=customer)
    lift_refusals(request, [customer], at)
    hold((Side.CUSTOMER, customer.party.id), (Side.PARTNER, request.partner.party.id))
    request_id = {"request": str(request.public_id)}
    customer.record("request.opened", by=by, at=at, details=request_id)
    # The partner learns that somebody opened it, not who and not for which organisation.
    request.record("request.opened", by=by, at=at, side=Side.CUSTOMER)
    return decision
