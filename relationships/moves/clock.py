"""What time alone does: requests lapse, administration is extended or ends at its end date."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Actor
from audit.log import Side, hold, record
from customers.models import Customer
from partnercenter.lib.prepared import Prepared
from partnercenter.lib.states import moment
from partners.models import Partner
from subscriptions.models import Subscription

from ..models import (
    AdminRelationship,
    AdminStatus,
    DecisionStatus,
    EndedBecause,
    PartnerRelationship,
    RelationshipRequest,
    RequestStatus,
    ResellerEndedBecause,
    ResellerRelationship,
    ResellerStatus,
    ServiceEndedBecause,
)
from .administration import end_grant, end_service_administrations
from .answer_mails import send_gathered, tell_answer
from .refusing import tell_due
from .reminding import AHEAD, remind_due
from .time_mails import tell_partner_and_customer, tell_selling_ended

BATCH = 100
EXTENSION = timedelta(days=180)


def sweep(at: datetime | None = None) -> int:
    """Do all that is due; safe to run twice at once, and after a standstill."""
    at = moment(at)
    lapsed = RelationshipRequest.objects.open().filter(expires_at__lte=at).order_by("expires_at")
    ended = AdminRelationship.objects.past_their_end(at).order_by("ends_at")
    requests = list(lapsed[:BATCH])
    customers = {relationship.customer for relationship in ended.select_related("customer")[:BATCH]}
    for request in requests:
        lapse(request, at=at)
    for customer in sorted(filter(None, customers), key=lambda customer: customer.pk):
        with transaction.atomic():
            customer.lock()
            expire_past_end(customer, at=at)
    done = len(requests) + len(customers) + wind_up(at)
    return done + tell_due(at) + remind_due(at) + send_gathered(at)


def wind_up(at: datetime) -> int:
    """End what winds down once the last subscription of its seller has come to its end."""
    live = Subscription.objects.live().filter(
        customer=OuterRef("customer"), seller=OuterRef("partner")
    )
    over = ResellerRelationship.objects.filter(~Exists(live), status=ResellerStatus.WINDING_DOWN)
    found = list(over.select_related("customer", "partner").order_by("pk")[:BATCH])
    for relationship in found:
        _wind_up(relationship, at=at)
    return len(found)


@transaction.atomic
def _wind_up(relationship: ResellerRelationship, *, at: datetime) -> None:
    customer, partner = relationship.customer, relationship.partner
    customer.lock()
    partner.lock()
    relationship.lock()
    live = Subscription.objects.live().filter(customer=customer, seller=partner)
    if relationship.status != ResellerStatus.WINDING_DOWN or live.exists():
        return
    by = Actor.objects.clock()
    because = ResellerEndedBecause.LAST_SUBSCRIPTION
    relationship.move_to(ResellerStatus.ENDED, ended_at=at, ended_by=by, ended_because=because)
    PartnerRelationship.objects.relist(partner, customer, at)
    event = record(
        "selling.ended",
        by=by,
        at=at,
        side=Side.OPERATOR,
        subject=("reseller_relationship", str(relationship.public_id)),
        customer=customer.party,
        partner=partner.party,
    )
    tell_selling_ended(partner, customer, event.public_id)


@transaction.atomic
def lapse(request: RelationshipRequest, *, at: datetime) -> None:
    """A request that nobody answered in time is over for everybody."""
    by = Actor.objects.clock()
    request.partner.lock()
    request.lock()
    if request.status != RequestStatus.OPEN or not request.past_its_end(at):
        return
    request.move_to(RequestStatus.EXPIRED, closed_at=at, closed_by=by)
    withdraw_open_decisions(request, at=at)
    end_unanswered(request, because=EndedBecause.LAPSED, by=by, at=at)
    request.record("request.expired", by=by, at=at, side=Side.OPERATOR)
    tell_answer(request, at=at)


def withdraw_open_decisions(request: RelationshipRequest, *, at: datetime) -> None:
    for decision in request.decisions.open().order_by("id"):
        decision.move_to(DecisionStatus.WITHDRAWN, decided_at=at)


def end_unanswered(request: RelationshipRequest, *, because: str, by: Actor, at: datetime) -> None:
    """The admin relationship that waited with the request never becomes active."""
    waiting = request.admin_relationships.filter(status=AdminStatus.APPROVAL_PENDING)
    for relationship in waiting.order_by("id"):
        relationship.move_to(
            AdminStatus.TERMINATED, ended_at=at, ended_by=by, ended_because=because
        )


_past_end_of = Prepared(
    lambda customer, at: (
        AdminRelationship.objects.past_their_end(at)
        .filter(customer_id=customer)
        .order_by("id")
        .values_list("id")
    )
)


def past_end_of(customer: Customer, at: datetime) -> list[AdminRelationship]:
    """What of this customer's administration is past its end; nearly always nothing."""
    ids = [key for (key,) in _past_end_of(customer=customer.pk, at=at)]
    if not ids:
        return []
    return list(
        AdminRelationship.objects.filter(pk__in=ids).select_related("partner").order_by("id")
    )


def hold_chains(customer: Customer, partners: Iterable[Partner], *, at: datetime) -> None:
    """All at once: the customer's, those of these partners, and of whoever's grant is over."""
    over = {grant.partner for grant in past_end_of(customer, at)}
    hold(
        (Side.CUSTOMER, customer.party.id),
        *((Side.PARTNER, partner.party.id) for partner in {*partners, *over}),
    )


def extend_past_end(customer: Customer, *, at: datetime) -> None:
    """What is due for extension goes on from its end, by the customer's standing yes (7.12)."""
    due = AdminRelationship.objects.to_be_extended().past_their_end(at).filter(customer=customer)
    for grant in due.select_related("partner", "extension_allowed_by").order_by("id"):
        was = grant.ends_at
        assert was is not None  # noqa: S101  an active one has an end
        until = was
        while until <= at:  # after a long standstill it may be due more than once
            until += EXTENSION
        grant.ends_at = until
        grant.version += 1
        grant.remind_at = until - AHEAD
        grant.save(update_fields=["ends_at", "remind_at", "version"])
        allowed_by = grant.extension_allowed_by
        record(
            "administration.extended",
            by=Actor.objects.clock(),
            at=at,
            side=Side.OPERATOR,
            subject=("admin_relationship", str(grant.public_id)),
            customer=customer.party,
            partner=grant.partner.party,
            details={
                "was": was,
                "until": until,
                "wished_at": grant.extension_wished_at,
                "allowed_at": grant.extension_allowed_at,
                "allowed_by": str(allowed_by.public_id) if allowed_by else "",
            },
        )
        _tell("extended", grant)


def expire_past_end(customer: Customer, *, at: datetime) -> None:
    """
    End what of this customer's administration is past its end; the customer is locked.

    What is to be extended is extended first: until then nobody could use it. A move that writes to
    the chains of partners besides calls `hold_chains` before.
    """
    if not past_end_of(customer, at):
        return
    hold_chains(customer, (), at=at)
    by = Actor.objects.clock()
    extend_past_end(customer, at=at)
    for relationship in past_end_of(customer, at):
        end_grant(
            relationship,
            status=AdminStatus.EXPIRED,
            because=EndedBecause.END_REACHED,
            by=by,
            side=Side.OPERATOR,
            at=at,
        )
        end_service_administrations(
            customer, relationship.partner, by=by, at=at, because=ServiceEndedBecause.EXPIRED
        )
        PartnerRelationship.objects.relist(relationship.partner, customer, at)
        record(
            "administration.expired",
            by=by,
            at=at,
            side=Side.OPERATOR,
            subject=("admin_relationship", str(relationship.public_id)),
            customer=customer.party,
            partner=relationship.partner.party,
        )
        _tell("expired", relationship)


def _tell(act: str, grant: AdminRelationship) -> None:
    until = f"{grant.ends_at:%Y%m%d}"
    tell_partner_and_customer(act, grant, key=lambda person: until)
