"""
Organisations look after their own people: invite, change what somebody may do, let go (rule R79).

In a partner a user-management admin manages people and no admins; only a global admin hands out and
takes away admin settings. In a customer's organisation the global admins do. One global admin
always remains. What somebody had ends at the next request of any session they have open, because
every page asks for the place anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from customers.models import Customer, CustomerInvitation, CustomerMembership
from customers.rights import CustomerRight, CustomerRole
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerInvitation, PartnerMembership
from partners.rights import Admin, Agent

from .people_mails import tell
from .remembering import remember

Organisation = Partner | Customer
Place = PartnerMembership | CustomerMembership
Offer = PartnerInvitation | CustomerInvitation
# What a place gives: agent and admin in a partner, role in a customer's organisation.
Roles = Mapping[str, str]


class PeopleRefused(Refused):
    """This cannot be done with this person; the message is for people."""


def roles_of(place: Place | Offer) -> dict[str, str]:
    if isinstance(place, CustomerMembership | CustomerInvitation):
        return {"role": place.role}
    return {"agent": place.agent, "admin": place.admin}


def manages(by: Actor, organisation: Organisation, roles: Roles) -> bool:
    """Whether the actor gives, changes and takes away places with these roles here."""
    if by.user is None or not by.user.is_active:
        return False
    places: Any = organisation.memberships.current()
    own = places.filter(user=by.user).first()
    if isinstance(own, PartnerMembership):
        return own.manages(admin=roles["admin"])
    return own is not None and own.may(CustomerRight.MANAGE_PEOPLE)


@transaction.atomic
def change_roles(place: Place, roles: Roles, *, by: Actor, at: datetime | None = None) -> None:
    """Give a person's place other roles."""
    _begin(place, by=by)
    if not manages(by, place.organisation, roles):
        raise PermissionDenied(_("Only a global admin hands out admin roles."))
    was = roles_of(place)
    if was == dict(roles):
        raise PeopleRefused(_("These are the roles that this person has already."))
    check_roles(roles)
    before, why_last = place.role_label, why_not_leaving(place)
    for name, value in roles.items():
        setattr(place, name, value)
    if why_last and not place.rules:
        raise PeopleRefused(why_last)
    place.save(update_fields=list(roles))
    _close(place, "role_changed", by=by, at=at, was=before, details={"was": was, "is": dict(roles)})


@transaction.atomic
def remove(place: Place, *, by: Actor, at: datetime | None = None) -> None:
    """Take a person's place away, with their groups and what was still offered to them."""
    _begin(place, by=by)
    if by.user is not None and place.user_id == by.user.pk:
        raise PeopleRefused(_("This is your own place. To give it up, leave the organisation."))
    _take_away(place, "person_removed", by=by, at=at)


@transaction.atomic
def leave(place: Place, *, by: Actor, at: datetime | None = None) -> None:
    """A person gives up their own place."""
    place.organisation.lock()
    place.refresh_from_db()
    if by.user is None or place.user_id != by.user.pk or place.removed_at is not None:
        raise PermissionDenied
    _take_away(place, "person_left", by=by, at=at)


def why_not_leaving(place: Place) -> str:
    """The sentence for the last global admin; empty for everybody else."""
    if not place.rules or place.organisation.memberships.ruling().exclude(pk=place.pk).exists():
        return ""
    return _("This is the only global admin of %(organisation)s. Make somebody else one first.") % {
        "organisation": place.organisation.name
    }


def check_roles(roles: Roles) -> None:
    """Only roles that there are, and at least one."""
    known = {"role": CustomerRole, "agent": Agent, "admin": Admin}
    if not all(value in known[name].values for name, value in roles.items()):
        raise PeopleRefused(_("Choose a role."))
    if set(roles.values()) <= {Agent.NONE, Admin.NONE}:
        raise PeopleRefused(_("Choose an agent setting or an admin setting."))


def _begin(place: Place, *, by: Actor) -> None:
    """Hold the organisation, so that two admins never remove each other."""
    place.organisation.lock()
    place.refresh_from_db()
    if not manages(by, place.organisation, roles_of(place)):
        raise PermissionDenied(_("Only a global admin manages admins."))
    if place.removed_at is not None:
        raise PeopleRefused(_("This person has no place here any more."))


def _take_away(place: Place, kind: str, *, by: Actor, at: datetime | None) -> None:
    if why := why_not_leaving(place):
        raise PeopleRefused(why)
    at = moment(at)
    place.removed_at, place.removed_by = at, by
    place.save(update_fields=["removed_at", "removed_by"])
    if isinstance(place, PartnerMembership):
        place.group_places.filter(removed_at__isnull=True).update(removed_at=at, removed_by=by)
    offered = withdraw_offers(place.organisation, place.user, by=by, at=at)
    remember(place.organisation, place.user, at=at)
    details = {"roles": roles_of(place), "withdrawn": offered}
    _close(place, kind, by=by, at=at, details=details)


def withdraw_offers(
    organisation: Organisation, person: User, *, by: Actor, at: datetime
) -> list[str]:
    """Nobody comes back by an invitation that was sent before they were let go."""
    addresses = [address.email.lower() for address in person.emailaddress_set.all()]
    offers: Any = organisation.invitations
    standing = offers.open(at).filter(email__in=[*addresses, person.email.lower()])
    ids = [str(public_id) for public_id in standing.values_list("public_id", flat=True)]
    standing.update(withdrawn_at=at, withdrawn_by=by)
    return ids


def _close(
    place: Place,
    act: str,
    *,
    by: Actor,
    at: datetime | None,
    details: dict[str, Any],
    was: str = "",
) -> None:
    at = moment(at)
    room = "partner" if isinstance(place, PartnerMembership) else "customer"
    event = place.organisation.record(
        f"{room}.{act}", by=by, at=at, details={"person": str(place.user.public_id), **details}
    )
    tell(
        act,
        place.organisation,
        place.user,
        role=place.role_label,
        was=was,
        by=by,
        key=str(event.public_id),
    )
