"""A customer's person registers the organisation on the way from a link (design 5.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from customers.identity import free_slug, holder_of, known_country, plain_name
from customers.models import (
    Customer,
    CustomerRegistration,
    CustomerStatus,
    RegistrationKind,
)
from customers.rights import CustomerRole
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain, domain_of
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from ..models import RelationshipRequest
from .opening import NotAddressed, is_insider
from .registration_mails import tell_claim

WAITING_AT_MOST = 3


class RegistrationRefused(Refused):
    """This organisation cannot be registered so; the message is for people."""


@dataclass(frozen=True)
class Wish:
    """Who wants to register what, where and when."""

    by: Actor
    user: User
    at: datetime
    # None where the person came by no link, and asks an organisation to be let in.
    request: RelationshipRequest | None
    address: str
    name: str
    country: str

    @property
    def domain(self) -> str:
        return ascii_domain(domain_of(self.address))


def verified_addresses(user: Any) -> list[str]:
    """The addresses that are proved to be the person's, the first one first."""
    own = user.emailaddress_set.filter(verified=True).order_by("-primary", "pk")
    return list(own.values_list("email", flat=True))


def address_for(request: RelationshipRequest, verified: list[str]) -> str:
    """
    The person's address for whose domain the request would open; empty if there is none.

    A new organisation gets a tenant id of its own, so a request to a tenant id opens for none.
    """
    if request.addressed_tenant_id:
        return ""
    for address in verified:
        if request.addressed_email not in ("", address.lower()):
            continue
        wanted = request.addressed_domain
        if not wanted or ascii_domain(wanted) == ascii_domain(domain_of(address)):
            return address
    return ""


@transaction.atomic
def register(
    request: RelationshipRequest,
    *,
    by: Actor,
    name: str,
    country: str,
    at: datetime | None = None,
) -> Customer | CustomerRegistration:
    """
    Make the organisation, with the person as its global admin; what was made is given back.

    Free mail proves no domain, so the organisation waits for staff. A domain that an organisation
    has already is claimed: those who can let the person in are told.
    """
    if by.user is None or not by.user.is_active:
        raise PermissionDenied
    request.partner.lock()
    request.lock()
    at = moment(at)
    wish = Wish(
        by=by,
        user=by.user,
        at=at,
        request=request,
        address=_address_or_refusal(request, by.user, at),
        name=plain_name(name),
        country=known_country(country),
    )
    if is_free_mail(wish.domain):
        return _wait_for_staff(wish)
    # Where somebody of the same domain is quicker, between the look and the write, they have it.
    customer = holder_of(wish.domain) or _make(wish) or holder_of(wish.domain)
    if customer is None:
        raise RegistrationRefused(_("This did not work. Please try once more."))
    if not customer.memberships.current().filter(user=wish.user).exists():
        return claim_place(wish, customer)
    if customer.status == CustomerStatus.CLOSED:
        raise RegistrationRefused(
            _("The account of %(name)s is closed, so it answers no request.")
            % {"name": customer.name}
        )
    return customer


def _address_or_refusal(request: RelationshipRequest, user: Any, at: datetime) -> str:
    if why := request.why_unanswerable(at):
        raise RegistrationRefused(why)
    if is_insider(request, user):
        raise RegistrationRefused(
            _("You work for a partner that this request concerns. Only the customer answers it.")
        )
    verified = verified_addresses(user)
    if address := address_for(request, verified):
        return address
    if not verified:
        raise RegistrationRefused(_("Confirm your e-mail address first."))
    raise NotAddressed(_("This request is addressed to someone else."))


def _make(wish: Wish) -> Customer | None:
    try:
        with transaction.atomic():
            customer = Customer.objects.create(
                name=wish.name,
                slug=free_slug(wish.domain),
                primary_domain=wish.domain,
                country=wish.country,
                created_at=wish.at,
            )
    except IntegrityError:
        return None
    customer.memberships.create(
        user=wish.user, role=CustomerRole.GLOBAL_ADMIN, created_at=wish.at, created_by=wish.by
    )
    details = {"domain": wish.domain, "request": str(wish.request.public_id)}  # type: ignore[union-attr]
    customer.record("customer.registered", by=wish.by, at=wish.at, details=details)
    return customer


def _wait_for_staff(wish: Wish) -> CustomerRegistration:
    registration, is_new = _keep(wish, kind=RegistrationKind.WAITS_FOR_STAFF, name=wish.name)
    if is_new:
        registration.record("registration.made", by=wish.by, at=wish.at)
    return registration


def claim_place(wish: Wish, customer: Customer) -> CustomerRegistration:
    """Ask those who can let the person in."""
    claim, is_new = _keep(wish, kind=RegistrationKind.CLAIM, domain=wish.domain, customer=customer)
    tell_claim(claim, address=wish.address, at=wish.at)
    if is_new:
        details = {"domain": wish.domain}
        claim.record("registration.claimed", by=wish.by, at=wish.at, details=details)
    return claim


def _keep(wish: Wish, **same: Any) -> tuple[CustomerRegistration, bool]:
    """The waiting registration and whether it is new: a doubled click makes one."""
    waiting = wish.user.customer_registrations.waiting()
    if known := waiting.filter(**same).first():
        return known, False
    if waiting.count() >= WAITING_AT_MOST:
        raise RegistrationRefused(
            _(
                "You have %(most)d registrations that wait for an answer. "
                "Wait for one of them before you make another."
            )
            % {"most": WAITING_AT_MOST}
        )
    request = wish.request.public_id if wish.request else None
    facts = {"name": wish.name, "country": wish.country, "request": request}
    try:
        with transaction.atomic():
            made = wish.user.customer_registrations.create(
                **facts | same, created_at=wish.at, created_by=wish.by
            )
    except IntegrityError:
        return waiting.get(**same), False
    return made, True
