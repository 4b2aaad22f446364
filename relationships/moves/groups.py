"""
A partner's security groups: who is in them, and what ends with one that is closed (rule R-G8).

The built-in group holds exactly the admin agents, and stays. A group is closed and never deleted,
so that the log and old assignments keep their meaning.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold
from audit.models import Event
from partnercenter.lib.names import NOT_IN_A_NAME
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerMembership, SecurityGroup, SecurityGroupMember

from ..models import AccessAssignment, AssignmentStatus
from .administration import manages_administration
from .assignment_mails import readers_of, tell_group, usable_of
from .assignments import end_assignment

MOST = 200  # open groups of one partner
LONGEST_NAME = 100


class GroupRefused(Refused):
    """This cannot be done with this group; the message is for people."""


@transaction.atomic
def open_group(
    partner: Partner, name: str, *, by: Actor, at: datetime | None = None
) -> SecurityGroup:
    """A new group with nobody in it."""
    _begin(partner, by)
    if partner.security_groups.open().count() >= MOST:
        raise GroupRefused(_("Your organisation has as many groups as it can have."))
    name, at = _free_name(partner, name), moment(at)
    group = partner.security_groups.create(name=name, created_at=at)
    _record(group, "opened", by=by, at=at, details={"name": name})
    return group


@transaction.atomic
def rename_group(group: SecurityGroup, name: str, *, by: Actor, at: datetime | None = None) -> None:
    """The same group under another name; who is in it and what it has stay."""
    _begin_with(group, by)
    was, name = group.name, _free_name(group.partner, name, but=group)
    if name == was:
        return
    group.name = name
    group.save(update_fields=["name"])
    _record(group, "renamed", by=by, at=moment(at), details={"was": was, "is": name})


@transaction.atomic
def add_person(
    group: SecurityGroup, place: PartnerMembership, *, by: Actor, at: datetime | None = None
) -> None:
    """From now on the person has the roles that are assigned to the group."""
    _begin_with(group, by)
    place.refresh_from_db()
    if place.partner_id != group.partner_id or place.removed_at is not None:
        raise GroupRefused(_("This person does not belong to your organisation."))
    if group.places.filter(membership=place, removed_at__isnull=True).exists():
        raise GroupRefused(_("This person is in the group already."))
    at = moment(at)
    group.places.create(membership=place, added_at=at, added_by=by)
    _record_person(group, "person_added", place, by=by, at=at)


@transaction.atomic
def take_out(
    group: SecurityGroup, place: PartnerMembership, *, by: Actor, at: datetime | None = None
) -> None:
    """From the next decision about access on the person has the group's roles no more."""
    _begin_with(group, by)
    row: SecurityGroupMember | None = group.places.filter(
        membership=place, removed_at__isnull=True
    ).first()
    if row is None:
        raise GroupRefused(_("This person is not in the group."))
    row.removed_at, row.removed_by = moment(at), by
    row.save(update_fields=["removed_at", "removed_by"])
    _record_person(group, "person_taken_out", place, by=by, at=row.removed_at)


@transaction.atomic
def close_group(
    group: SecurityGroup, *, by: Actor, at: datetime | None = None
) -> list[AccessAssignment]:
    """Nobody is in it and nothing is assigned to it any more; which assignments ended with it."""
    _begin_with(group, by)
    # Another move may be ending one of them at this moment, under its customer's lock.
    list(group.assignments.select_for_update(no_key=True).order_by("pk"))
    at, standing = moment(at), assignments_of(group)
    usable, readers = usable_of(group, at), readers_of(group)
    hold(
        (Side.PARTNER, group.partner.party.id),
        *((Side.CUSTOMER, row.relationship.customer.party.id) for row in _with_customer(standing)),
    )
    for assignment in standing:
        end_assignment(assignment, by=by, at=at)
    group.places.filter(removed_at__isnull=True).update(removed_at=at, removed_by=by)
    group.closed_at, group.closed_by = at, by
    group.save(update_fields=["closed_at", "closed_by"])
    details = {"name": group.name, "assignments": len(standing)}
    event = _record(group, "closed", by=by, at=at, details=details)
    tell_group("closed", group, event, usable, readers, by=by)
    return standing


def assignments_of(group: SecurityGroup) -> list[AccessAssignment]:
    """What is assigned to the group now, with the grants and their customers."""
    rows = group.assignments.filter(status=AssignmentStatus.ACTIVE)
    rows = rows.select_related("relationship__customer", "relationship__partner", "group")
    return list(rows.prefetch_related("roles").order_by("relationship__customer__name", "pk"))


def _with_customer(rows: Iterable[AccessAssignment]) -> list[Any]:
    return [row for row in rows if row.relationship.customer is not None]


def _begin(partner: Partner, by: Actor) -> None:
    partner.lock()
    if not manages_administration(by, partner):
        raise PermissionDenied


def _begin_with(group: SecurityGroup, by: Actor) -> None:
    _begin(group.partner, by)
    group.refresh_from_db()
    if group.closed_at is not None:
        raise GroupRefused(_("This group was closed."))
    if group.built_in:
        raise GroupRefused(
            _("This group holds exactly the admin agents. Change who is one on the page of people.")
        )


def _free_name(partner: Partner, name: str, *, but: SecurityGroup | None = None) -> str:
    if re.search(NOT_IN_A_NAME, name):
        raise GroupRefused(_("Write the name without links, angle brackets or hidden characters."))
    name = " ".join(name.split())
    if not any(sign.isalnum() for sign in name):
        raise GroupRefused(_("Give the group a name."))
    if len(name) > LONGEST_NAME:
        raise GroupRefused(_("A name has at most %(most)d characters.") % {"most": LONGEST_NAME})
    others = partner.security_groups.open()
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.filter(name__iexact=name).exists():
        raise GroupRefused(_("There is a group of this name already."))
    return name


def _record_person(
    group: SecurityGroup, act: str, place: PartnerMembership, *, by: Actor, at: datetime
) -> None:
    person = place.user
    event = _record(group, act, by=by, at=at, details={"person": str(person.public_id)})
    usable, readers = usable_of(group, at), readers_of(group)
    tell_group(act, group, event, usable, readers, by=by, person=person)


def _record(
    group: SecurityGroup, act: str, *, by: Actor, at: datetime, details: dict[str, Any]
) -> Event:
    named = {"group": str(group.public_id), "group_name": group.name}
    details = {**named, **details}
    return group.partner.record(f"partner.group_{act}", by=by, at=at, details=details)
