"""
Who may do what: whether a user may act in a role with a customer now, and by which path.

The one function that pages, the API and the authorization endpoint ask. The way leads from the user
through a membership and a group to an assignment, its admin relationship and the customer; every
link must hold. Where one is missing, the answer says which.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from customers.models import Customer, CustomerStatus
from partners.models import PartnerMembership, PartnerStatus, SecurityGroupMember
from partners.rights import Agent

from .models import (
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AdminStatus,
    AssignmentStatus,
)


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
    """Yes, and why: each link of the way, and until when it holds."""

    assignment: AccessAssignment
    relationship: AdminRelationship
    until: datetime

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Missing:
    """No, and why: the first link that does not hold on the best way there is."""

    link: Link

    def __bool__(self) -> bool:
        return False

    @property
    def sentence(self) -> str:
        return SENTENCES[self.link]()


def may(user: Any, customer: Customer, role: AdminRole, at: datetime) -> Path | Missing:
    """May this user act in this role with this customer at this moment? At most two queries."""
    if not user.is_active:
        return Missing(Link.USER)
    if customer.status != CustomerStatus.ACTIVE:
        return Missing(Link.CUSTOMER)
    whole = (
        AccessAssignment.objects.filter(
            _in_group(user),
            status=AssignmentStatus.ACTIVE,
            roles=role,
            relationship__customer=customer,
            relationship__status=AdminStatus.ACTIVE,
            relationship__paused_at__isnull=True,
            relationship__ends_at__gt=at,
            relationship__partner__status=PartnerStatus.ACTIVE,
        )
        .select_related("relationship__partner", "group")
        .order_by("-relationship__ends_at", "pk")
        .first()
    )
    if whole is not None:
        relationship = whole.relationship
        assert relationship.ends_at is not None  # noqa: S101  an active one has an end
        return Path(whole, relationship, relationship.ends_at)
    return _nearest(user, customer, role, at)


def _in_group(user: Any) -> Q:
    """The user is in the assignment's group; the built-in one holds exactly the admin agents."""
    places = PartnerMembership.objects.current().filter(user=user)
    agents = places.filter(partner=OuterRef("group__partner"), agent=Agent.ADMIN_AGENT)
    members = SecurityGroupMember.objects.filter(
        group=OuterRef("group"), removed_at__isnull=True, membership__in=places
    )
    return Q(Exists(agents), group__built_in=True) | Q(Exists(members), group__built_in=False)


def _nearest(user: Any, customer: Customer, role: AdminRole, at: datetime) -> Missing:
    """Of all the ways that begin right, how far does the best one lead?"""
    places = PartnerMembership.objects.current().filter(user=user, partner=OuterRef("partner"))
    given = AdminRelationshipRole.objects.filter(
        relationship=OuterRef("pk"), role=role, removed_at__isnull=True
    )
    assigned = AccessAssignment.objects.filter(
        relationship=OuterRef("pk"), roles=role, status=AssignmentStatus.ACTIVE
    )
    grants = (
        AdminRelationship.objects.filter(customer=customer)
        .annotate(
            is_member=Exists(places),
            has_role=Exists(given),
            is_assigned=Exists(assigned),
        )
        .select_related("partner")
    )
    missing = [_first_missing(grant, at) for grant in grants]
    order = list(Link)
    return Missing(max(missing, key=order.index, default=Link.RELATIONSHIP))


def _first_missing(grant: Any, at: datetime) -> Link:
    links = (
        (Link.MEMBERSHIP, grant.is_member),
        (Link.PARTNER, grant.partner.status == PartnerStatus.ACTIVE),
        (Link.RELATIONSHIP, grant.status == AdminStatus.ACTIVE),
        (Link.ROLE, grant.has_role),
        (Link.PAUSED, grant.paused_at is None),
        (Link.END, grant.ends_at is not None and grant.ends_at > at),
        (Link.ASSIGNMENT, grant.is_assigned),
    )
    return next((link for link, holds in links if not holds), Link.GROUP)


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
