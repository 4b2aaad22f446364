"""How roles and whole grants of administration end, whoever ends them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Actor
from audit.log import Side, record_in_turn
from customers.models import Customer
from partners.models import Partner
from partners.rights import PartnerRight
from subscriptions.models import Service

from ..content import services_administered_by
from ..models import (
    AdminRelationship,
    AdminRelationshipRole,
    AdminStatus,
    AssignmentStatus,
    EndedBecause,
    ServiceAdministration,
)
from ..passing import PASSED


def manages_administration(by: Actor, partner: Partner) -> bool:
    """The partner's admin agents and global admins (design section 6)."""
    if by.user is None or not by.user.is_active:
        return False
    places = partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    return places.filter(user=by.user).exists()


def record_passage(
    grant: AdminRelationship,
    *,
    by: Actor,
    side: Side,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Each state that Graph names on the way to the one in which the grant rests now."""
    record_in_turn(
        PASSED[AdminStatus(grant.status)],
        by=by,
        at=at,
        side=side,
        subject=("admin_relationship", str(grant.public_id)),
        customer=grant.customer.party if grant.customer else None,
        partner=grant.partner.party,
        details={"administration": grant.name} | (details or {}),
    )


def end_grant(
    grant: AdminRelationship,
    *,
    because: str,
    by: Actor,
    side: Side,
    at: datetime,
    status: str = AdminStatus.TERMINATED,
) -> None:
    """
    The grant is over, and nobody of the partner's groups has its roles any more.

    Its chains are held already where the move writes to those of other partners too.
    """
    grant.move_to(status, ended_at=at, ended_by=by, ended_because=because)
    record_passage(grant, by=by, side=side, at=at, details={"because": because})
    for assignment in grant.assignments.filter(status=AssignmentStatus.ACTIVE).order_by("pk"):
        assignment.move_to(AssignmentStatus.DELETED, deleted_at=at, deleted_by=by)


def take_roles(
    grant: AdminRelationship,
    given: Iterable[AdminRelationshipRole],
    *,
    by: Actor,
    at: datetime,
    because: str = EndedBecause.DISPLACED,
) -> None:
    """Take roles from a running grant, and from the groups that had them."""
    taken = list(given)
    AdminRelationshipRole.objects.filter(pk__in=[row.pk for row in taken]).update(
        removed_at=at, removed_by=by, removed_because=because
    )
    roles = [row.role for row in taken]
    for assignment in grant.assignments.filter(status=AssignmentStatus.ACTIVE).order_by("pk"):
        assignment.roles.remove(*roles)
        if not assignment.roles.exists():
            assignment.move_to(AssignmentStatus.DELETED, deleted_at=at, deleted_by=by)


def end_service_administrations(
    customer: Customer, partner: Partner, *, by: Actor, at: datetime, because: str
) -> list[Service]:
    """Give up the services that no running grant of the partner administers; which those were."""
    running = AdminRelationship.objects.running(at).filter(customer=customer, partner=partner)
    standing = AdminRelationshipRole.objects.filter(
        relationship__in=running, removed_at__isnull=True
    ).select_related("role__service")
    kept = services_administered_by([granted.role for granted in standing])
    over = ServiceAdministration.objects.running().filter(customer=customer, partner=partner)
    over = over.exclude(service__in=kept)
    freed = [held.service for held in over.select_related("service").order_by("service__name")]
    over.update(ended_at=at, ended_by=by, ended_because=because)
    return freed
