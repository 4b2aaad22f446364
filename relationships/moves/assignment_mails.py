"""
Mails about what a partner's groups may do: roles given to one or taken from it, people in and out.

The people of the group and those who manage it are told. The customer's global admins are told
when roles become usable, by which group and not by whom (design 5.4).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Actor, User
from audit.models import Event
from mail import outbox
from partners.models import SecurityGroup
from partners.rights import PartnerRight

from ..models import AccessAssignment, AdminRelationship, AdminRole, AssignmentStatus
from .notices import name_of

# So many customers are named in one mail; the rest are counted.
NAMED = 20


@dataclass(frozen=True)
class Reader:
    """A person to tell: in the group or not, and whether they manage groups."""

    person: User
    inside: bool
    manages: bool


def readers_of(group: SecurityGroup) -> list[Reader]:
    """Who is in the group, and who manages what it has; each once."""
    partner = group.partner
    inside = group.people().filter(user__is_active=True).select_related("user")
    people = {place.user_id: place.user for place in inside}
    managing = partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    managers = {place.user_id: place.user for place in managing.select_related("user")}
    everybody = people | managers
    return [Reader(everybody[key], key in people, key in managers) for key in sorted(everybody)]


@dataclass(frozen=True)
class Usable:
    """What a group has at one moment: the first customers by name, and how many more there are."""

    named: list[dict[str, Any]]
    more: int


def usable_of(group: SecurityGroup, at: datetime) -> Usable:
    """Without what is past its end, whether the clock has come by or not."""
    running = AdminRelationship.objects.running(at)
    rows = group.assignments.filter(status=AssignmentStatus.ACTIVE, relationship__in=running)
    first = rows.select_related("relationship__customer").prefetch_related("roles")
    named = [
        {
            "customer": row.relationship.customer,
            "roles": sorted(role.name for role in row.roles.all()),
            "until": row.relationship.ends_at,
        }
        for row in first.order_by("relationship__customer__name", "pk")[:NAMED]
    ]
    return Usable(named, rows.count() - len(named))


def tell_assignment(
    act: str, assignment: AccessAssignment, event: Event, *, new: list[AdminRole], by: Actor
) -> None:
    """Tell both sides of one change by hand."""
    relationship, group = assignment.relationship, assignment.group
    if relationship.customer is None:
        return
    facts = _facts_of(relationship, group) | {
        "act": act,
        "actor": name_of(by),
        "roles": sorted(role.name for role in assignment.roles.all()),
    }
    own = [relationship.customer.tenant_id, relationship.public_id]
    page = _link("administration", group.partner.slug, *own)
    home = _link("partner-home", group.partner.slug)
    for reader in readers_of(group):
        outbox.send_to(
            reader.person,
            "assignment",
            context={**facts, "own": reader.inside, "link": page if reader.manages else home},
            key=f"assignment:{event.public_id}:partner:{reader.person.public_id}",
        )
    tell_customer(assignment, event, new=new)


def tell_customer(assignment: AccessAssignment, event: Event, *, new: list[AdminRole]) -> None:
    """Tell the customer's global admins which roles a group can use from now on, if any."""
    relationship = assignment.relationship
    customer = relationship.customer
    if customer is None or not new:
        return
    facts = _facts_of(relationship, assignment.group) | {
        "roles": sorted(role.name for role in new),
        "link": _link("customer-partner", customer.slug, relationship.partner.slug),
    }
    for seat in customer.memberships.ruling().select_related("user").order_by("pk"):
        outbox.send_to(
            seat.user,
            "assignment_customer",
            context=facts,
            key=f"assignment:{event.public_id}:customer:{seat.user.public_id}",
        )


def tell_group(
    act: str,
    group: SecurityGroup,
    event: Event,
    usable: Usable,
    readers: list[Reader],
    *,
    by: Actor,
    person: User | None = None,
) -> None:
    """
    Tell that somebody was put into a group or taken out, or that it was closed, with what it had.

    Of the people of a group only the one that it is about is told who comes and goes.
    """
    if person is not None:
        others = [reader for reader in readers if reader.manages and reader.person != person]
        managers = {reader.person for reader in readers if reader.manages}
        readers = [*others, Reader(person, True, person in managers)]
    facts: dict[str, Any] = {
        "act": act,
        "actor": name_of(by),
        "group": group.name,
        "partner": group.partner.name,
        "person": person.get_full_name() if person else "",
        "standing": usable.named,
        "more": usable.more,
    }
    page = _link("group-list", group.partner.slug)
    home = _link("partner-home", group.partner.slug)
    for reader in readers:
        own = reader.inside if person is None else reader.person == person
        outbox.send_to(
            reader.person,
            "group",
            context={**facts, "own": own, "link": page if reader.manages else home},
            key=f"group:{event.public_id}:{reader.person.public_id}",
        )


def _facts_of(relationship: AdminRelationship, group: SecurityGroup) -> dict[str, Any]:
    return {
        "group": group.name,
        "partner": relationship.partner.name,
        "customer": str(relationship.customer),
        "until": relationship.ends_at,
        "paused": relationship.paused_at is not None,
    }


def _link(name: str, *args: Any) -> str:
    return settings.SITE_URL + reverse(f"relationships:{name}", args=args)
