"""A person whose address is in an organisation's domain asks to be let in, on either side."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from customers.identity import holder_of
from customers.models import CustomerRegistration, CustomerStatus
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain, domain_of, spellings_of
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment
from partners.models import JoinRequest, JoinStatus, Partner, PartnerMembership
from partners.rights import Admin, Agent

from .people import Organisation, PeopleRefused, Roles, manages
from .people_mails import tell
from .registering import Wish, claim_place, verified_addresses
from .registration_mails import tell_join, tell_join_refused


def joinable(user: Any) -> list[tuple[Organisation, str]]:
    """
    Where the person could ask for a place, with the address that lets them.

    Only who has proved an address in the domain learns that the organisation is here; free mail
    proves none.
    """
    found: dict[Organisation, str] = {}
    for address in verified_addresses(user):
        domain = ascii_domain(domain_of(address))
        if is_free_mail(domain):
            continue
        holders: list[Any] = list(Partner.objects.filter(primary_domain__in=spellings_of(domain)))
        customer = holder_of(domain)
        if customer is not None and customer.status == CustomerStatus.ACTIVE:
            holders.append(customer)
        for holder in holders:
            if not holder.memberships.current().filter(user=user).exists():
                found.setdefault(holder, address)
    return list(found.items())


def waits(user: Any, organisation: Organisation) -> bool:
    """Whether the person has asked, and nobody has answered yet."""
    if isinstance(organisation, Partner):
        return organisation.join_requests.waiting().filter(user=user).exists()
    claims = CustomerRegistration.objects.waiting().claims()
    return claims.filter(user=user, customer=organisation).exists()


@transaction.atomic
def ask_to_join(
    organisation: Organisation, *, by: Actor, at: datetime | None = None
) -> JoinRequest | CustomerRegistration:
    """Those who manage the people are told, and answer on their page; a second press asks once."""
    if by.user is None or not by.user.is_active:
        raise PermissionDenied
    organisation.lock()
    at, address = moment(at), dict(joinable(by.user)).get(organisation, "")
    if not address:
        raise PeopleRefused(_("You cannot ask this organisation for a place."))
    if not isinstance(organisation, Partner):
        name, country = organisation.name, str(organisation.country)
        wish = Wish(
            by=by, user=by.user, at=at, request=None, address=address, name=name, country=country
        )
        return claim_place(wish, organisation)
    waiting = organisation.join_requests.waiting().filter(user=by.user).first()
    if waiting is not None:
        return waiting
    join = organisation.join_requests.create(
        user=by.user, domain=domain_of(address), created_at=at, created_by=by
    )
    details = {"join_request": str(join.public_id), "domain": join.domain}
    organisation.record("partner.join_requested", by=by, at=at, details=details)
    tell_join(join, address=address, at=at)
    return join


@transaction.atomic
def let_join(
    join: JoinRequest, roles: Roles, *, by: Actor, at: datetime | None = None
) -> PartnerMembership:
    """Give the person a place with these settings."""
    partner = _begin(join, by=by, roles=roles)
    if set(roles.values()) <= {Agent.NONE, Admin.NONE}:
        raise PeopleRefused(_("Choose an agent setting or an admin setting."))
    if not join.user.is_active:
        raise PeopleRefused(_("The person's account was switched off."))
    if partner.memberships.current().filter(user=join.user).exists():
        raise PeopleRefused(_("This person belongs to the organisation already."))
    at = moment(at)
    place = partner.memberships.create(user=join.user, created_at=at, created_by=by, **roles)
    join.move_to(JoinStatus.ACCEPTED, accepted_at=at, accepted_by=by)
    details = {"person": str(join.user.public_id), **roles}
    event = partner.record("partner.let_in", by=by, at=at, details=details)
    tell("joined", partner, join.user, role=place.role_label, by=by, key=str(event.public_id))
    return place


@transaction.atomic
def refuse_join(join: JoinRequest, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Nothing comes of it; the person reads the reason."""
    partner = _begin(join, by=by, roles={"agent": Agent.NONE, "admin": Admin.NONE})
    reason, at = given_reason(reason), moment(at)
    join.move_to(JoinStatus.REFUSED, refused_at=at, refused_by=by, reason=reason)
    record(
        "partner.join_refused",
        by=by,
        at=at,
        side=Side.PARTNER,
        subject=("join_request", str(join.public_id)),
        partner=partner.party,
        details={"reason": reason},
    )
    tell_join_refused(join, partner.name)


def _begin(join: JoinRequest, *, by: Actor, roles: Roles) -> Partner:
    join.partner.lock()
    join.lock()
    if not manages(by, join.partner, roles):
        raise PermissionDenied(_("Only a global admin hands out admin roles."))
    if join.status != JoinStatus.WAITING:
        raise PeopleRefused(_("This was answered already."))
    return join.partner
