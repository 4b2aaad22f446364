"""
An organisation lets its people sign in by an identity provider of its own (rule R81, issuer side).

A global admin sets it up, tests it, and turns it on. Who is turned away by it still has every other
way in, so that turning it off locks nobody out.
"""

import ipaddress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner

from ..models import IdentityProvider
from .answering import SignInAgain
from .people import Organisation
from .people_mails import tell

CHANGE = "relationships.change_identityprovider"


class SignOnRefused(Refused):
    """This provider cannot be used so; the message is for people."""


@transaction.atomic
def set_up(
    organisation: Organisation,
    *,
    issuer: str,
    client_id: str,
    secret: str,
    by: Actor,
    at: datetime | None = None,
) -> IdentityProvider:
    """Enter the provider, or change it; no secret keeps the one that is there."""
    organisation.lock()
    _check_rules(organisation, by)
    issuer, client_id, secret, at = issuer.strip(), client_id.strip(), secret.strip(), moment(at)
    check_issuer(issuer)
    provider = IdentityProvider.objects.of(organisation).first()
    first = provider is None
    if provider is None:
        side = "partner" if isinstance(organisation, Partner) else "customer"
        provider = IdentityProvider(**{side: organisation})
    if not client_id:
        raise SignOnRefused(_("Give the client id."))
    # A secret belongs to the provider that gave it, and goes to no other.
    if not secret and (first or not provider.secret or issuer != provider.issuer):
        raise SignOnRefused(_("Give the client secret that this provider gave you."))
    was_on = provider.turned_on_at is not None
    if (issuer, client_id) != (provider.issuer, provider.client_id):
        # Another provider numbers its people in its own way.
        SocialAccount.objects.filter(provider=provider.key).delete()
    columns = provider.change(
        issuer=issuer, client_id=client_id, secret=secret or provider.secret, by=by, at=at
    )
    provider.save(update_fields=None if first else columns)
    details = {"issuer": issuer, "client_id": client_id, "turned_off": was_on}
    _record(provider, "sign_on_set_up", by=by, at=at, details=details)
    if was_on:
        _tell("sign_on_turned_off", provider, by=by, at=at)
    return provider


@transaction.atomic
def note_test(provider: IdentityProvider, *, by: Actor, at: datetime | None = None) -> None:
    """The person who tests came back from the provider, and it would have let them in."""
    _begin(provider, by=by)
    provider.tested_at, provider.tested_by = moment(at), by
    provider.save(update_fields=["tested_at", "tested_by"])
    details = {"issuer": provider.issuer}
    _record(provider, "sign_on_tested", by=by, at=provider.tested_at, details=details)


@transaction.atomic
def turn_on(provider: IdentityProvider, *, by: Actor, at: datetime | None = None) -> None:
    """From now on people with an address in the domain can sign in by it."""
    _begin(provider, by=by)
    if provider.tested_at is None:
        raise SignOnRefused(_("Test it first, so that nobody meets a provider that does not work."))
    if why := provider.why_resting():
        raise SignOnRefused(why)
    if provider.turned_on_at is not None:
        raise SignOnRefused(_("It is on already."))
    at = moment(at)
    # Whoever controls the provider signs in as anybody of the domain, so it is a grave act.
    if by.signed_in_again_at is None:
        raise SignInAgain(_("Sign in again to turn this on."))
    provider.turned_on_at, provider.turned_on_by = at, by
    provider.save(update_fields=["turned_on_at", "turned_on_by"])
    _record(provider, "sign_on_turned_on", by=by, at=at, details={"issuer": provider.issuer})
    _tell("sign_on_turned_on", provider, by=by, at=at)


@transaction.atomic
def turn_off(provider: IdentityProvider, *, by: Actor, at: datetime | None = None) -> None:
    """Nobody signs in by it any more; open sessions, places and accounts stay."""
    _begin(provider, by=by)
    _turn_off(provider, by=by, at=moment(at), details={"issuer": provider.issuer})


@transaction.atomic
def turn_off_by_staff(
    provider: IdentityProvider, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Where a provider is in the wrong hands."""
    if not by.has_perm(CHANGE):
        raise PermissionDenied
    reason = given_reason(reason)
    provider.organisation.lock()
    provider.lock()
    details = {"issuer": provider.issuer, "reason": reason}
    _turn_off(provider, by=by, at=moment(at), details=details)


def _turn_off(
    provider: IdentityProvider, *, by: Actor, at: datetime, details: dict[str, Any]
) -> None:
    if provider.turned_on_at is None:
        raise SignOnRefused(_("It is off already."))
    provider.turned_on_at = provider.turned_on_by = None
    provider.save(update_fields=["turned_on_at", "turned_on_by"])
    _record(provider, "sign_on_turned_off", by=by, at=at, details=details)
    _tell("sign_on_turned_off", provider, by=by, at=at, reason=details.get("reason", ""))


def check_issuer(issuer: str) -> None:
    """An address of the public web, over TLS; the demo may use plain HTTP on its own machine."""
    try:
        parts = urlsplit(issuer)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_valid = urlsplit(""), False
    schemes = ("https", "http") if settings.PLAIN_HTTP else ("https",)
    if parts.scheme not in schemes or not parts.hostname or not port_is_valid:
        raise SignOnRefused(_("Give the issuer as the provider names it, beginning with https://."))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SignOnRefused(_("An issuer has no @, no question mark and no # in it."))
    if not settings.PLAIN_HTTP and _is_internal(parts.hostname):
        raise SignOnRefused(_("This is an address inside a network. Give one of the public web."))


def _is_internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def _begin(provider: IdentityProvider, *, by: Actor) -> None:
    provider.organisation.lock()
    provider.lock()
    _check_rules(provider.organisation, by)


def _check_rules(organisation: Organisation, by: Actor) -> None:
    if by.user is None or not organisation.memberships.ruling().filter(user=by.user).exists():
        raise PermissionDenied(_("Only a global admin looks after the sign-in of everybody."))


def _record(
    provider: IdentityProvider, act: str, *, by: Actor, at: datetime, details: dict[str, Any]
) -> None:
    room = "partner" if provider.partner is not None else "customer"
    provider.organisation.record(f"{room}.{act}", by=by, at=at, details=details)


def _tell(
    act: str, provider: IdentityProvider, *, by: Actor, at: datetime, reason: str = ""
) -> None:
    key = f"{provider.key}:{at.isoformat()}"
    tell(
        act,
        provider.organisation,
        None,
        role="",
        address=provider.issuer,
        reason=reason,
        by=by,
        key=key,
    )
