"""A place is offered by mail, taken up, offered once more, or taken back."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import CustomerInvitation
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerInvitation

from .people import (
    Offer,
    Organisation,
    PeopleRefused,
    Place,
    Roles,
    check_roles,
    manages,
    roles_of,
)
from .people_mails import tell

SAME_ADDRESS_PER_DAY = 3


@transaction.atomic
def invite(
    organisation: Organisation,
    email: str,
    roles: Roles,
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
) -> Offer:
    """
    Offer a place with these roles to an address, whether or not it has an account.

    Whoever manages the organisation's people, as far as they may hand these roles out, or staff.
    """
    organisation.lock()
    at, email = moment(at), email.strip().lower()
    if not _sendable(organisation, roles, by=by):
        raise PermissionDenied(_("Only a global admin hands out admin roles."))
    check_roles(roles)
    if why := _why_not_inviting(organisation, email, at):
        raise PeopleRefused(why)
    _check_limits(organisation, email, by=by, at=at)
    offer = _offer(organisation, email, roles, by=by, reason=reason, at=at)
    _tell("invited", offer, by=by)
    return offer


@transaction.atomic
def accept(offer: Offer, *, by: Actor, at: datetime | None = None) -> Place:
    """The invited person takes the place, and the global admins hear of it."""
    place: Place = offer.accept(by=by, at=at)
    role, key = place.role_label, str(offer.public_id)
    tell("joined", place.organisation, place.user, role=role, by=by, key=key)
    return place


@transaction.atomic
def send_again(offer: Offer, *, by: Actor, at: datetime | None = None) -> Offer:
    """The same offer under a new link and with its whole time; the old link is over."""
    at = _begin(offer, by=by, at=at)
    if why := _why_not_inviting(offer.organisation, offer.email, at, besides=offer):
        raise PeopleRefused(why)
    _check_limits(offer.organisation, offer.email, by=by, at=at)
    _stamp_withdrawn(offer, by=by, at=at)
    new = _offer(offer.organisation, offer.email, roles_of(offer), by=by, reason="", at=at)
    _tell("invited", new, by=by)
    return new


@transaction.atomic
def withdraw(offer: Offer, *, by: Actor, at: datetime | None = None) -> None:
    """The link is over, and who opens it reads so; one that expired leaves the list by it."""
    at = _begin(offer, by=by, at=at)
    _stamp_withdrawn(offer, by=by, at=at)
    room = "partner" if isinstance(offer, PartnerInvitation) else "customer"
    details = {"invitation": str(offer.public_id), **roles_of(offer)}
    offer.organisation.record(f"{room}.invitation_withdrawn", by=by, at=at, details=details)
    _tell("withdrawn", offer, by=by)


def _offer(
    organisation: Organisation, email: str, roles: Roles, *, by: Actor, reason: str, at: datetime
) -> Offer:
    side = "partner" if isinstance(organisation, Partner) else "customer"
    offers: Any = organisation.invitations
    given: dict[str, Any] = {side: organisation, "email": email, **roles}
    offer: Offer = offers.invite(by=by, reason=reason, at=at, **given)
    return offer


def _begin(offer: Offer, *, by: Actor, at: datetime | None) -> datetime:
    offer.organisation.lock()
    offer.lock()
    if not manages(by, offer.organisation, roles_of(offer)):
        raise PermissionDenied(_("Only a global admin hands out admin roles."))
    at = moment(at)
    if offer.accepted_at is not None or offer.withdrawn_at is not None:
        raise PeopleRefused(offer.why_closed(at))
    return at


def _check_limits(organisation: Organisation, email: str, *, by: Actor, at: datetime) -> None:
    """Nobody floods mailboxes in the operator's name; staff answer for themselves."""
    if by.acts_for_operator:
        return
    offers: Any = organisation.invitations
    day, hour = at - timedelta(days=1), at - timedelta(hours=1)
    if offers.filter(email=email, invited_at__gt=day).count() >= SAME_ADDRESS_PER_DAY:
        raise PeopleRefused(
            _("%(address)s was written to several times today. Wait until tomorrow.")
            % {"address": email}
        )
    sent = offers.filter(invited_at__gt=day).values_list("invited_at", flat=True)
    in_hour = sum(invited_at > hour for invited_at in sent)
    if in_hour >= settings.INVITATIONS_PER_HOUR or len(sent) >= settings.INVITATIONS_PER_DAY:
        raise PeopleRefused(
            _("Your organisation has sent many invitations. Wait a while before the next.")
        )


def _stamp_withdrawn(offer: Offer, *, by: Actor, at: datetime) -> None:
    offer.withdrawn_at, offer.withdrawn_by = at, by
    offer.save(update_fields=["withdrawn_at", "withdrawn_by"])


def _sendable(organisation: Organisation, roles: Roles, *, by: Actor) -> bool:
    """Asked before anything is said of who belongs or is invited."""
    if isinstance(organisation, Partner):
        return PartnerInvitation.sendable_by(by, organisation, admin=roles["admin"])
    return CustomerInvitation.sendable_by(by, organisation)


def _why_not_inviting(
    organisation: Organisation, email: str, at: datetime, *, besides: Offer | None = None
) -> str:
    offers: Any = organisation.invitations
    others = offers.open(at).filter(email=email).exclude(pk=besides and besides.pk)
    if others.exists():
        return _(
            "%(address)s is invited already. Send that invitation again, or withdraw it first."
        ) % {"address": email}
    places: Any = organisation.memberships.current()
    has_address = EmailAddress.objects.filter(
        user=OuterRef("user"), email__iexact=email, verified=True
    )
    if places.filter(Exists(has_address)).exists():
        return _("%(address)s belongs to the organisation already.") % {"address": email}
    return ""


def _tell(act: str, offer: Offer, *, by: Actor) -> None:
    tell(
        act,
        offer.organisation,
        None,
        address=offer.email,
        role=offer.role_label,
        by=by,
        key=str(offer.public_id),
    )
