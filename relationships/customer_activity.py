"""What a customer reads of its log: its own chain, in sentences; of others it reads no person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Actor, ActorKind
from audit import kinds
from audit.models import Event, EventQuerySet, Side
from customers.models import Customer

from .activity import THINGS as PARTNERS_THINGS
from .models import Certificate
from .passing import acts

# The first word of an event's kind says what it is about.
THINGS = {thing: label for thing, label in PARTNERS_THINGS.items() if thing != "partner"} | {
    "customer": PARTNERS_THINGS["partner"]
}


@dataclass(frozen=True)
class Line:
    """One event in words."""

    at: datetime
    title: str
    who: str
    certificate: str = ""


def chosen(
    customer: Customer,
    *,
    thing: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> EventQuerySet:
    """The customer's events of one thing, in a time."""
    events = Event.objects.in_chain(f"customer:{customer.tenant_id}")
    if thing:
        events = events.filter(kind__startswith=f"{thing}.")
    else:
        events = acts(events)
    if since:
        events = events.filter(at__gte=since)
    if until:
        events = events.filter(at__lt=until)
    return events


def lines(customer: Customer, events: Iterable[Event]) -> list[Line]:
    """The events in words, each with its certificate, in two more queries for all of them."""
    events = list(events)
    actors = Actor.objects.filter(
        public_id__in={event.actor_id for event in events},
        user__customer_memberships__customer=customer,
    )
    own = {
        str(actor.public_id): actor.user.get_full_name()
        for actor in actors.select_related("user").distinct()
        if actor.user
    }
    proofs = dict(Certificate.objects.filter(event__in=events).values_list("event", "public_id"))
    return [
        Line(event.at, kinds.sentence(event), _who(event, own), str(proofs.get(event.pk, "")))
        for event in events
    ]


def _who(event: Event, own: dict[str, str]) -> str:
    if event.actor_kind == ActorKind.CLOCK:
        return _("the clock")
    if event.side == Side.PARTNER:
        return event.partner_name
    if event.actor_id in own:
        return own[event.actor_id]
    return settings.OPERATOR_NAME if event.side == Side.OPERATOR else event.customer_name
