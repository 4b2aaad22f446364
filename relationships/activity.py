"""
What a partner reads of its log: its own chain, in sentences.

No other partner's name stands in that chain. A customer that declined stays without a name, a
person is named only where it is the partner's own, and what an event keeps sealed is not read.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from accounts.models import Actor, ActorKind
from audit import kinds
from audit.models import Event, EventQuerySet, Side
from partners.models import Partner

from .models import PartnerRelationship
from .passing import STEPS, acts

# The first word of an event's kind says what it is about.
THINGS = {
    "request": _l("requests"),
    "selling": _l("selling"),
    "administration": _l("administration"),
    STEPS: _l("each step of an administration"),
    "subscription": _l("subscriptions"),
    "partner": _l("the organisation and its people"),
}
# What a customer did without showing itself to the partner (design 5.2), said without its name.
UNNAMED = {"request.declined": _l("The customer declined the request.")}


@dataclass(frozen=True)
class Line:
    """One event in words."""

    event: Event
    title: str
    customer: str
    customer_id: str  # only where the customer has a page
    who: str

    @property
    def at(self) -> datetime:
        return self.event.at


def chosen(
    partner: Partner,
    *,
    thing: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    customer_id: str = "",
    only_by: Any = None,
) -> EventQuerySet:
    """The partner's events of one thing, in a time, with a customer, by one user alone."""
    events = Event.objects.of_partner(str(partner.tenant_id))
    if thing:
        events = events.filter(kind__startswith=f"{thing}.")
    else:
        events = acts(events)
    if since:
        events = events.filter(at__gte=since)
    if until:
        events = events.filter(at__lt=until)
    if customer_id:
        events = events.filter(customer_id=customer_id).exclude(kind__in=UNNAMED)
    if only_by is not None:
        own = Actor.objects.filter(user=only_by).values_list("public_id", flat=True)
        events = events.filter(actor_id__in=[str(public_id) for public_id in own])
    return events


def lines(partner: Partner, events: Iterable[Event]) -> list[Line]:
    """The events in words, in two more queries for all of them."""
    events = list(events)
    known = _customers_known_to(partner, {event.customer_id for event in events})
    people = _own_people(partner, {event.actor_id for event in events})
    return [_line(event, known, people) for event in events]


def _line(event: Event, known: Collection[str], people: dict[str, str]) -> Line:
    customer = "" if event.kind in UNNAMED else event.customer_name
    return Line(
        event=event,
        title=title(event),
        customer=customer,
        customer_id=event.customer_id if customer and event.customer_id in known else "",
        who=_who(event, customer, people),
    )


def title(event: Event) -> str:
    """The event in words, as the partner may know it."""
    return str(UNNAMED[event.kind]) if event.kind in UNNAMED else kinds.sentence(event)


def _who(event: Event, customer: str, people: dict[str, str]) -> str:
    if event.side == Side.PARTNER:
        return people.get(event.actor_id) or _("your organisation")
    if event.side == Side.CUSTOMER:
        return customer or _("the customer")
    return _("the clock") if event.actor_kind == ActorKind.CLOCK else settings.OPERATOR_NAME


def _customers_known_to(partner: Partner, customer_ids: set[str]) -> set[str]:
    pairs = PartnerRelationship.objects.filter(
        partner=partner, customer__tenant_id__in=customer_ids - {""}
    )
    return {str(tenant_id) for tenant_id in pairs.values_list("customer__tenant_id", flat=True)}


def _own_people(partner: Partner, actor_ids: set[str]) -> dict[str, str]:
    """The names of those who are or were the partner's own."""
    actors = Actor.objects.filter(
        public_id__in=actor_ids, user__partner_memberships__partner=partner
    )
    return {
        str(actor.public_id): actor.user.get_full_name()
        for actor in actors.select_related("user").distinct()
        if actor.user
    }
