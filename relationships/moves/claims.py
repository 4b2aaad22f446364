"""A person of the customer's own domain asked to be let in: its global admins answer."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer, CustomerMembership, CustomerRegistration, RegistrationStatus
from customers.rights import CustomerRole
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment

from .people import PeopleRefused, manages
from .people_mails import tell
from .registration_mails import tell_join_refused


@transaction.atomic
def let_in(
    claim: CustomerRegistration, role: str, *, by: Actor, at: datetime | None = None
) -> CustomerMembership:
    """Give the person a place with this role; the address was proved when they asked."""
    customer = _begin(claim, by=by)
    if role not in CustomerRole.values:
        raise PeopleRefused(_("Choose a role."))
    if not claim.user.is_active:
        raise PeopleRefused(_("The person's account was switched off."))
    if customer.memberships.current().filter(user=claim.user).exists():
        raise PeopleRefused(_("This person belongs to the organisation already."))
    at = moment(at)
    place = customer.memberships.create(user=claim.user, role=role, created_at=at, created_by=by)
    claims = CustomerRegistration.objects.let_in(claim.user, customer, by=by, at=at)
    event = customer.record(
        "customer.let_in",
        by=by,
        at=at,
        details={"person": str(claim.user.public_id), "role": role, "registrations": claims},
    )
    key = str(event.public_id)
    tell("joined", customer, claim.user, role=place.role_label, by=by, key=key)
    return place


@transaction.atomic
def refuse(
    claim: CustomerRegistration, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Nothing comes of it; the person reads the reason."""
    customer = _begin(claim, by=by)
    reason, at = given_reason(reason), moment(at)
    claim.move_to(RegistrationStatus.REFUSED, refused_at=at, refused_by=by, reason=reason)
    tell_join_refused(claim, customer.name)
    claim.record("registration.refused", by=by, at=at, details={"reason": reason})


def _begin(claim: CustomerRegistration, *, by: Actor) -> Customer:
    if claim.customer is None or not claim.is_claim:
        raise PermissionDenied
    claim.customer.lock()
    claim.lock()
    if not manages(by, claim.customer, {"role": CustomerRole.READER}):
        raise PermissionDenied
    if claim.status != RegistrationStatus.WAITING:
        raise PeopleRefused(_("This was answered already."))
    return claim.customer
