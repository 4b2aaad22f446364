"""The people of an organisation as its page lists them: who, with which role, how they sign in."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer, CustomerRegistration
from partners.models import JoinRequest, Partner

from .models.identity_provider import provider_key
from .moves.people import Offer, Organisation, Place, manages, roles_of

STRENGTHS = {
    Authenticator.Type.WEBAUTHN: lambda: _("passkey"),
    Authenticator.Type.TOTP: lambda: _("code of an app"),
}


@dataclass(frozen=True)
class Person:
    """One row: the place, whether it is the reader's own, and whether the reader manages it."""

    place: Place
    own: bool
    manageable: bool
    strength: str
    strong: bool


def people_of(organisation: Organisation, by: Actor) -> list[Person]:
    """Everybody who has a place now, by name; three queries and one for the reader's own place."""
    places: Any = organisation.memberships.current().select_related("user")
    rows = sorted(places, key=lambda place: place.user.get_full_name().casefold())
    ways: dict[int, set[str]] = defaultdict(set)
    proofs = Authenticator.objects.filter(user__in=[place.user_id for place in rows])
    for user, kind in proofs.values_list("user", "type"):
        ways[user].add(kind)
    arrivals = SocialAccount.objects.filter(
        provider=provider_key(organisation), user__in=[place.user_id for place in rows]
    )
    by_provider = set(arrivals.values_list("user", flat=True))
    own = next((place for place in rows if by.user and place.user_id == by.user.pk), None)
    return [
        Person(
            place=place,
            own=place is own,
            manageable=own is not None and _manages(own, place),
            strength=_strength(place, ways[place.user_id], place.user_id in by_provider),
            strong=bool(ways[place.user_id] & STRENGTHS.keys()),
        )
        for place in rows
    ]


def offers_of(organisation: Organisation, by: Actor) -> list[tuple[Offer, bool]]:
    """Invitations that nobody has taken up, expired ones too; whether the reader manages each."""
    waiting: Any = organisation.invitations.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    rows = waiting.select_related("invited_by__user").order_by("-invited_at", "-pk")[:100]
    answers = {str(roles_of(row)): False for row in rows}
    for row in rows:
        key = str(roles_of(row))
        answers[key] = answers[key] or manages(by, organisation, roles_of(row))
    return [(row, answers[str(roles_of(row))]) for row in rows]


def claims_of(organisation: Organisation) -> list[CustomerRegistration | JoinRequest]:
    """Who asked to be let in, and waits."""
    rows: Any
    if isinstance(organisation, Partner):
        rows = organisation.join_requests.waiting()
    else:
        rows = CustomerRegistration.objects.waiting().claims().filter(customer=organisation)
    return list(rows.select_related("user").order_by("created_at"))


def _manages(own: Any, place: Any) -> bool:
    if isinstance(place.organisation, Customer):
        return own.rules
    return own.manages(admin=place.admin)


def _strength(place: Place, ways: set[str], by_provider: bool) -> str:
    known = [str(words()) for way, words in STRENGTHS.items() if way in ways]
    if not known and place.user.has_usable_password():
        known = [_("password")]
    if by_provider:
        known.append(_("single sign-on"))
    return ", ".join(known) or _("code by mail")
