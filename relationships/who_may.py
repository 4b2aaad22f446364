"""
Who may do what: whether a user may act in a role with a customer now, and by which path.

The one function that pages, the API and the authorization endpoint ask. The way leads from the user
through a membership and a group to an assignment, its admin relationship and the customer; every
link must hold. Where one is missing, the answer says which.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from customers.models import Customer, CustomerStatus
from partnercenter.lib.prepared import Prepared
from partners.models import Partner, PartnerMembership, PartnerStatus

from .models import (
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AdminStatus,
    AssignmentStatus,
)
from .ways import ways, with_role


class Link(StrEnum):
    """A link of the path, from the user to the customer."""

    USER = "user"
    CUSTOMER = "customer"
    MEMBERSHIP = "membership"
    PARTNER = "partner"
    RELATIONSHIP = "relationship"
    ROLE = "role"
    PAUSED = "paused"
    END = "end"
    ASSIGNMENT = "assignment"
    GROUP = "group"


@dataclass(frozen=True)
class Path:
    """Yes, and why: the keys of the assignment and of the person's place, and until when."""

    assignment_id: int
    place_id: int
    until: datetime

    def __bool__(self) -> bool:
        return True

    @cached_property
    def assignment(self) -> AccessAssignment:
        """With its group, its grant and the partner, in one more query."""
        related = AccessAssignment.objects.select_related("relationship__partner", "group")
        return related.get(pk=self.assignment_id)

    @property
    def relationship(self) -> AdminRelationship:
        return self.assignment.relationship


@dataclass(frozen=True)
class Missing:
    """No, and why: the first link that does not hold on the best way there is."""

    link: Link

    def __bool__(self) -> bool:
        return False

    @property
    def sentence(self) -> str:
        return SENTENCES[self.link]()


def may(
    user: Any,
    customer: Customer,
    role: AdminRole,
    at: datetime,
    *,
    partner: Partner | None = None,
) -> Path | Missing:
    """
    May this user act in this role with this customer at this moment? At most two queries.

    With a partner, only ways through it count: it learns nothing of what others gave the person.
    """
    if not user.is_active:
        return Missing(Link.USER)
    if customer.status != CustomerStatus.ACTIVE:
        return Missing(Link.CUSTOMER)
    asked: dict[str, Any] = {"user": user.pk, "customer": customer.pk, "role": role.pk}
    if partner is not None:
        asked["partner"] = partner.pk
    for assignment, place, until in _longest(at=at, **asked):
        return Path(assignment, place, until)
    for (place,) in _furthest(at=at, **asked):
        return Missing(list(Link)[place])
    return Missing(Link.RELATIONSHIP)


@Prepared
def _longest(
    *, at: datetime, user: int, customer: int, role: int, partner: int | None = None
) -> QuerySet[Any]:
    """Of all the ways that hold, the one that holds longest."""
    whole = ways(at).filter(with_role(role), person=user, relationship__customer=customer)
    if partner is not None:
        whole = whole.filter(relationship__partner=partner)
    found = whole.order_by("-relationship__ends_at", "pk")
    return found.values_list("pk", "place", "relationship__ends_at")[:1]


@Prepared
def _furthest(
    *, at: datetime, user: int, customer: int, role: int, partner: int | None = None
) -> QuerySet[Any]:
    """Of all the ways that begin right, the place of the link at which the best one breaks."""
    places = PartnerMembership.objects.current().filter(user=user, partner=OuterRef("partner"))
    given = AdminRelationshipRole.objects.filter(
        relationship=OuterRef("pk"), role=role, removed_at__isnull=True
    )
    assigned = AccessAssignment.objects.filter(
        with_role(role), relationship=OuterRef("pk"), status=AssignmentStatus.ACTIVE
    )
    links = {
        Link.MEMBERSHIP: Q(Exists(places)),
        Link.PARTNER: Q(partner__status=PartnerStatus.ACTIVE),
        Link.RELATIONSHIP: Q(status=AdminStatus.ACTIVE),
        Link.ROLE: Q(Exists(given)),
        Link.PAUSED: Q(paused_at__isnull=True),
        Link.END: Q(ends_at__gt=at),
        Link.ASSIGNMENT: Q(Exists(assigned)),
    }
    order = list(Link)
    broken = [When(~holds, then=Value(order.index(link))) for link, holds in links.items()]
    grants = AdminRelationship.objects.filter(customer=customer)
    if partner is not None:
        grants = grants.filter(partner=partner)
    breaks = grants.annotate(broken=Case(*broken, default=Value(order.index(Link.GROUP))))
    return breaks.order_by("-broken").values_list("broken")[:1]


SENTENCES = {
    Link.USER: lambda: _("This person's account is not active."),
    Link.CUSTOMER: lambda: _("The customer's account is closed."),
    Link.MEMBERSHIP: lambda: _("This person works for no partner that administers here."),
    Link.PARTNER: lambda: _("The partner is suspended."),
    Link.RELATIONSHIP: lambda: _("No administration of a partner of this person is active here."),
    Link.ROLE: lambda: _("The partner was not given this role, or it was taken away."),
    Link.PAUSED: lambda: _("The administration is paused."),
    Link.END: lambda: _("The administration has come to its end."),
    Link.ASSIGNMENT: lambda: _("The role is assigned to none of the partner's groups."),
    Link.GROUP: lambda: _("This person is in none of the groups to which the role is assigned."),
}
