"""What staff answer to a registration; the person gets a mail and opens the link again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_domain_name
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.identity import free_slug, holder_of
from customers.models import Customer, CustomerRegistration, RegistrationStatus
from customers.rights import CustomerRole
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import TransitionRefused, moment

from .registering import RegistrationRefused
from .registration_mails import ANSWERS_REGISTRATIONS, tell_accepted, tell_refused

LONGEST_REASON = 500


@transaction.atomic
def accept_registration(
    registration: CustomerRegistration,
    *,
    by: Actor,
    domain: str,
    reason: str,
    at: datetime | None = None,
) -> Customer:
    """Make the organisation, under the domain that staff give it; the person rules it."""
    reason = _begin(registration, by=by, reason=reason)
    if registration.is_claim:
        raise RegistrationRefused(
            _(
                "The domain belongs to an organisation that is here already. "
                "Invite the person to it, or refuse the claim."
            )
        )
    if not registration.user.is_active:
        raise RegistrationRefused(_("The person's account was switched off."))
    at = moment(at)
    domain = _free_domain(domain)
    customer = Customer.objects.add(
        by=by,
        name=registration.name,
        primary_domain=domain,
        country=registration.country,
        reason=reason,
        at=at,
        slug=free_slug(domain),
    )
    customer.memberships.create(
        user=registration.user, role=CustomerRole.GLOBAL_ADMIN, created_at=at, created_by=by
    )
    registration.move_to(
        RegistrationStatus.ACCEPTED,
        accepted_at=at,
        accepted_by=by,
        customer=customer,
        domain=domain,
        reason=reason,
    )
    tell_accepted(registration)
    registration.record("registration.accepted", by=by, at=at, details={"reason": reason})
    return customer


@transaction.atomic
def refuse_registration(
    registration: CustomerRegistration, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Make nothing of it; the person reads the reason."""
    reason = _begin(registration, by=by, reason=reason)
    at = moment(at)
    registration.move_to(RegistrationStatus.REFUSED, refused_at=at, refused_by=by, reason=reason)
    tell_refused(registration)
    registration.record("registration.refused", by=by, at=at, details={"reason": reason})


def _begin(registration: CustomerRegistration, *, by: Actor, reason: str) -> str:
    if not by.has_perm(ANSWERS_REGISTRATIONS):
        raise PermissionDenied
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give a reason."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    registration.lock()
    if registration.status != RegistrationStatus.WAITING:
        raise TransitionRefused(_("This registration was answered already."))
    return reason


def _free_domain(domain: str) -> str:
    domain = ascii_domain(domain)
    try:
        validate_domain_name(domain)
    except ValidationError as error:
        raise RegistrationRefused(_("This is not the name of a domain.")) from error
    if is_free_mail(domain):
        raise RegistrationRefused(_("Everybody can have an address in this domain."))
    if holder_of(domain):
        raise _taken()
    return domain


def _taken() -> RegistrationRefused:
    return RegistrationRefused(_("Another organisation has this domain already."))
