"""
Each way on which somebody may act now: a person, their group, a role of a grant, a customer.

The conditions of access stand here once: `who_may.may` asks for one person, the access matrix draws
all of them.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from customers.models import Customer, CustomerStatus
from partners.models import Partner, PartnerStatus, SecurityGroupMember
from partners.rights import Agent

from .models import AccessAssignment, AdminStatus, AssignmentStatus

MEMBERSHIPS = "group__partner__memberships"
PERSON = f"{MEMBERSHIPS}__user"


def ways(at: datetime) -> QuerySet[Any]:
    """
    Assignments that can be used now, each once for every person who is in its group.

    `place` is the person's membership in the partner, `person` their account.
    """
    inside = SecurityGroupMember.objects.filter(
        group=OuterRef("group"), membership=OuterRef("place"), removed_at__isnull=True
    )
    return (
        AccessAssignment.objects.annotate(place=F(MEMBERSHIPS), person=F(PERSON))
        .alias(
            left_at=F(f"{MEMBERSHIPS}__removed_at"),
            agent=F(f"{MEMBERSHIPS}__agent"),
            # Joined, they would make PostgreSQL think about the order of too many tables.
            signs_in=_of(User.objects, "person", "is_active"),
            partner_status=_of(Partner.objects, "relationship__partner", "status"),
            customer_status=_of(Customer.objects, "relationship__customer", "status"),
        )
        .filter(
            # The built-in group holds exactly the admin agents, whatever its rows say.
            Q(agent=Agent.ADMIN_AGENT, group__built_in=True)
            | Q(Exists(inside), group__built_in=False),
            status=AssignmentStatus.ACTIVE,
            relationship__status=AdminStatus.ACTIVE,
            relationship__paused_at__isnull=True,
            relationship__ends_at__gt=at,
            partner_status=PartnerStatus.ACTIVE,
            customer_status=CustomerStatus.ACTIVE,
            left_at__isnull=True,
            signs_in=True,
        )
    )


def _of(rows: Any, key: str, column: str) -> Subquery:
    return Subquery(rows.filter(pk=OuterRef(key)).values(column)[:1])


def with_role(role: Any) -> Exists:
    """Asked of an assignment; joined, SQLite would begin with all that were ever given the role."""
    given = AccessAssignment.roles.through.objects
    return Exists(given.filter(accessassignment=OuterRef("pk"), adminrole=role))
