"""
Somebody has lost the device of the second factor, and the recovery codes with it.

Another global admin of the person's organisation takes the factors away, unless the person belongs
elsewhere too; then, and wherever nobody else can, staff do (`accounts.factors`). The password stays
what it was, and nobody else ever sets it (rule R80).
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.factors import factors_taken_by_staff, has_factor, take_factors
from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.states import moment
from partners.models import PartnerMembership

from .people import PeopleRefused, Place, manages, roles_of
from .people_mails import tell


@transaction.atomic
def reset_factors(place: Place, *, by: Actor, at: datetime | None = None) -> None:
    """Another global admin of the organisation takes the person's factors away."""
    place.organisation.lock()
    place.refresh_from_db()
    if place.removed_at is not None or not may_reset(place, by=by):
        raise PermissionDenied(_("Only another global admin resets a second factor."))
    if why := why_not_resetting(place):
        raise PeopleRefused(why)
    at = moment(at)
    take_factors(place.user)
    room = "partner" if isinstance(place, PartnerMembership) else "customer"
    details = {"person": str(place.user.public_id)}
    event = place.organisation.record(f"{room}.factors_reset", by=by, at=at, details=details)
    role, key = place.role_label, str(event.public_id)
    tell("factors_reset", place.organisation, place.user, role=role, by=by, key=key)


@receiver(factors_taken_by_staff)
def tell_rulers(person: Any, by: Actor, event: Event, **_about: Any) -> None:
    """Those who rule where the person belongs hear of it too; the person has a mail already."""
    for place in [*person.partner_memberships.current(), *person.customer_memberships.current()]:
        role, key = place.role_label, str(event.public_id)
        tell("factors_reset", place.organisation, person, role=role, by=by, key=key, own=False)


def may_reset(place: Place, *, by: Actor) -> bool:
    """A global admin, and never of one's own."""
    if by.user is None or by.user.pk == place.user_id:
        return False
    places: Any = place.organisation.memberships.current()
    own = places.filter(user=by.user).first()
    return own is not None and own.rules and manages(by, place.organisation, roles_of(place))


def why_not_resetting(place: Place) -> str:
    """Whose account opens other doors too is reset by staff alone."""
    person: Any = place.user
    elsewhere = [*person.partner_memberships.current(), *person.customer_memberships.current()]
    if person.is_staff or len(elsewhere) > 1:
        return _("This person belongs elsewhere too. Ask the operator's staff.")
    if not has_factor(person):
        return _("This person has no second factor.")
    return ""
