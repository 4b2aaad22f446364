"""
Roles of a grant are given to one of the partner's groups, or taken from it (access assignment).

A group has at most the roles that the customer granted; who is in it has them from the moment of
the move on. The customer's log names the group and the roles, never the people.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, SecurityGroup

from ..models import AccessAssignment, AdminRelationship, AdminRole, AssignmentStatus
from .administration import manages_administration
from .assignment_mails import tell_assignment, tell_customer


class AssignmentRefused(Refused):
    """These roles cannot be given to this group; the message is for people."""


class Change(NamedTuple):
    """What became of a group's roles; without an event everything was so already."""

    act: str
    assignment: AccessAssignment
    event: Event | None
    # What the group could not use before, of this grant.
    new: list[AdminRole]


@transaction.atomic
def assign(
    relationship: AdminRelationship,
    group: SecurityGroup,
    roles: Iterable[AdminRole],
    *,
    by: Actor,
    at: datetime | None = None,
) -> AccessAssignment | None:
    """The group has exactly these roles of the grant from now on; none takes it out."""
    change = _assign(relationship, group, roles, by=by, at=_begin(relationship, by=by, at=at))
    if change.event is not None:
        tell_assignment(change.act, change.assignment, change.event, new=change.new, by=by)
    return None if change.act == "unassigned" else change.assignment


@transaction.atomic
def assign_more(
    relationship: AdminRelationship,
    group: SecurityGroup,
    roles: Iterable[AdminRole] | None = None,
    *,
    by: Actor,
    at: datetime | None = None,
) -> list[AdminRole]:
    """
    The group keeps what it has of the grant, and gets these roles as well; which are new to it.

    Without roles it gets all that were granted. Of roles that were not granted here nothing is
    said: the same wish is made for many grants. So the partner's own people are told by one mail
    about all of them (ADR 0020); the customer is told here.
    """
    change = _assign_more(relationship, group, roles, by=by, at=at)
    if change.event is not None:
        tell_customer(change.assignment, change.event, new=change.new)
    return change.new


def assigning_more(
    relationship: AdminRelationship,
    group: SecurityGroup,
    roles: Iterable[AdminRole] | None = None,
    *,
    by: Actor,
    at: datetime | None = None,
) -> list[AdminRole]:
    """What `assign_more` does, without its mails."""
    return _assign_more(relationship, group, roles, by=by, at=at).new


def _assign_more(
    relationship: AdminRelationship,
    group: SecurityGroup,
    roles: Iterable[AdminRole] | None,
    *,
    by: Actor,
    at: datetime | None,
) -> Change:
    at = _begin(relationship, by=by, at=at)
    given = relationship.granted_roles.filter(removed_at__isnull=True).select_related("role")
    wanted = {row.role for row in given}
    if roles is not None:
        wanted &= set(roles)
    if not wanted:
        raise AssignmentRefused(_("The customer has granted none of these roles."))
    held = relationship.assignments.filter(group=group, status=AssignmentStatus.ACTIVE).first()
    has = set(held.roles.all()) if held else set()
    if wanted <= has:
        raise AssignmentRefused(_("The group has these roles already."))
    return _assign(relationship, group, has | wanted, by=by, at=at)


def _assign(
    relationship: AdminRelationship,
    group: SecurityGroup,
    roles: Iterable[AdminRole],
    *,
    by: Actor,
    at: datetime,
) -> Change:
    wanted = {role.pk: role for role in roles}
    held = relationship.assignments.filter(group=group, status=AssignmentStatus.ACTIVE).first()
    if held is None and not wanted:
        raise AssignmentRefused(_("Choose at least one role."))
    if not wanted:
        assert held is not None  # noqa: S101  else it was refused above
        return Change("unassigned", held, end_assignment(held, by=by, at=at), [])
    _check(relationship, relationship.partner, group, wanted)
    has = set(held.roles.values_list("pk", flat=True)) if held else set()
    new = sorted((role for key, role in wanted.items() if key not in has), key=str)
    if held is None:
        act = "assigned"
        held = relationship.assignments.create(group=group, created_at=at, created_by=by)
    elif has == set(wanted):
        return Change("", held, None, [])
    else:
        act = "assignment_changed"
        held.version += 1
        held.save(update_fields=["version"])
    held.roles.set(wanted.values())
    return Change(act, held, _record(act, held, by=by, at=at), new)


def end_assignment(assignment: AccessAssignment, *, by: Actor, at: datetime) -> Event:
    """The group has the roles no more; the partner is locked."""
    assignment.move_to(AssignmentStatus.DELETED, deleted_at=at, deleted_by=by)
    return _record("unassigned", assignment, by=by, at=at)


def _begin(relationship: AdminRelationship, *, by: Actor, at: datetime | None) -> datetime:
    """Hold the customer, the partner and the grant, in the order that all moves keep."""
    customer, partner = relationship.customer, relationship.partner
    if customer is None:
        raise AssignmentRefused(_("The customer has not approved this yet."))
    customer.lock()
    partner.lock()
    relationship.lock()
    if not manages_administration(by, partner):
        raise PermissionDenied
    at = moment(at)
    if not AdminRelationship.objects.running(at).filter(pk=relationship.pk).exists():
        raise AssignmentRefused(_("This administration has ended."))
    return at


def _check(
    relationship: AdminRelationship,
    partner: Partner,
    group: SecurityGroup,
    wanted: dict[int, AdminRole],
) -> None:
    group.refresh_from_db()
    if group.partner_id != partner.pk:
        raise AssignmentRefused(_("Choose a group of your own organisation."))
    if group.closed_at is not None:
        raise AssignmentRefused(_("This group was closed."))
    given = relationship.granted_roles.filter(removed_at__isnull=True)
    if not set(wanted) <= set(given.values_list("role", flat=True)):
        raise AssignmentRefused(_("Choose roles that the customer has granted."))


def _record(act: str, assignment: AccessAssignment, *, by: Actor, at: datetime) -> Event:
    relationship = assignment.relationship
    return record(
        f"administration.{act}",
        by=by,
        at=at,
        side=Side.PARTNER,
        subject=("admin_relationship", str(relationship.public_id)),
        customer=relationship.customer.party if relationship.customer else None,
        partner=relationship.partner.party,
        details={
            "assignment": str(assignment.public_id),
            "group": str(assignment.group.public_id),
            "group_name": assignment.group.name,
            "roles": sorted(str(role.template_id) for role in assignment.roles.all()),
        },
    )
