"""Mails that tell both sides what was decided; who acted comes first (complaint U22)."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Actor, User
from audit.log import Side
from audit.models import Event
from customers.models import Customer
from customers.rights import CustomerRight
from mail import outbox
from partners.models import Partner
from partners.rights import PartnerRight

from ..effects import Effect
from ..models import Decision
from ..policy_changes import PolicyChanges
from ..wavering import TO_AND_FRO
from .answer_mails import facts_of, tell_answer
from .displacing import Displaced

# A partner may change its mind as often as it likes, and fill nobody's letter box with it.
TOLD_ONCE_A_DAY = ("administration.extension_wished", "administration.extension_not_wished")


def name_of(by: Actor) -> str:
    """Who acted, as a mail says it."""
    return by.user.get_full_name() if by.user else by.label


def tell_decision(decision: Decision, *, by: Actor) -> None:
    """Write to the partner's people who may ask, and to the customer's who decide."""
    tell_answer(decision.request, decision=decision, at=decision.decided_at)
    facts = facts_of(decision)
    deciders = decision.customer.memberships.having(CustomerRight.DECIDE)
    for seat in deciders.select_related("user"):
        outbox.send_to(
            seat.user,
            "decision_customer",
            context={
                **facts,
                "actor": name_of(by),
                "partners_link": settings.SITE_URL
                + reverse("relationships:customer-partners", args=[decision.customer.slug]),
                "link": settings.SITE_URL + decision.get_absolute_url(),
            },
            key=f"decision:{decision.public_id}:customer:{seat.user.public_id}",
        )


def tell_passed_on(decision: Decision, *, by: Actor) -> None:
    """Ask the chosen person; who asks comes first."""
    place = decision.assigned_to
    if place is None:
        return
    _send(
        "passed_on",
        place.user,
        {
            "actor": name_of(by),
            "partner": decision.request.partner.name,
            "customer": decision.customer.name,
            "request": decision.request.name,
            "link": settings.SITE_URL + decision.get_absolute_url(),
        },
        key=f"passed-on:{decision.public_id}",
    )


def tell_second(decision: Decision, *, by: Actor) -> None:
    """Ask the others who can decide for the second of two approvals."""
    for place in decision.deciders().select_related("user"):
        if place.user == by.user:
            continue
        outbox.send_to(
            place.user,
            "second_approval",
            context={
                "actor": name_of(by),
                "partner": decision.request.partner.name,
                "customer": decision.customer.name,
                "request": decision.request.name,
                "link": settings.SITE_URL + decision.get_absolute_url(),
            },
        )


def tell_displaced(customer: Customer, lost: Displaced) -> None:
    """Tell the partner that lost a service; never to whom."""
    places = lost.partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    for place in places.select_related("user"):
        _send(
            "displaced",
            place.user,
            {
                "customer": customer.name,
                "services": [service.name for service in lost.services],
                "roles": lost.roles,
                "ended": lost.ended,
                "link": settings.SITE_URL
                + reverse("relationships:partner-home", args=[lost.partner.slug]),
            },
        )


def tell_end(
    kind: str,
    partner: Partner,
    customer: Customer,
    effects: list[Effect],
    *,
    by: Actor,
    side: Side,
    event: Event,
    in_bulk: bool = False,
) -> None:
    """
    Tell both sides that administration or selling was taken back, who did it first.

    Of many at once the partner's own people are told by one mail at the end (ADR 0020).
    """
    person = name_of(by)
    about = str(event.public_id)
    if kind in TOLD_ONCE_A_DAY:
        about = f"{kind}:{event.subject_id}:{event.at:%Y%m%d}"
    facts = {
        "act": kind,
        "partner": partner.name,
        "customer": customer.name,
        "by_customer": side == Side.CUSTOMER,
        "effects": effects,
    }
    partner_link = reverse("relationships:partner-home", args=[partner.slug])
    places = partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION).select_related("user")
    for place in () if in_bulk else places:
        actor = customer.name if side == Side.CUSTOMER else person
        link = settings.SITE_URL + partner_link
        _send(
            "taken_back_partner",
            place.user,
            {**facts, "actor": actor, "link": link},
            key=f"end:{about}:partner:{place.user.public_id}",
        )
    customer_link = reverse("relationships:customer-partners", args=[customer.slug])
    if kind in TO_AND_FRO:  # the answer is given on the page of the partner
        place_of_answer = [customer.slug, partner.slug]
        customer_link = reverse("relationships:customer-partner", args=place_of_answer)
    for seat in customer.memberships.having(CustomerRight.DECIDE).select_related("user"):
        actor = partner.name if side == Side.PARTNER else person
        link = settings.SITE_URL + customer_link
        _send(
            "taken_back_customer",
            seat.user,
            {**facts, "actor": actor, "link": link},
            key=f"end:{about}:customer:{seat.user.public_id}",
        )


def tell_policy(customer: Customer, event: Event, *, by: Actor) -> None:
    """Tell the others who decide for the customer that its request policy is another now."""
    link = settings.SITE_URL + reverse("relationships:customer-policy", args=[customer.slug])
    seats = customer.memberships.having(CustomerRight.DECIDE).exclude(user=by.user)
    for seat in seats.select_related("user").order_by("pk"):
        _send(
            "policy_changed",
            seat.user,
            {
                "actor": name_of(by),
                "customer": customer.name,
                "changes": PolicyChanges(event),
                "link": link,
            },
            key=f"policy:{event.public_id}:{seat.user.public_id}",
        )


def _send(kind: str, user: User, context: dict, key: str | None = None) -> None:
    outbox.send_to(user, kind, context=context, key=key)
