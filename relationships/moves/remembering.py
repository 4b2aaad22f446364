"""Whom an organisation let go, so that single sign-on gives them no place again (ADR 0014)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from allauth.socialaccount.models import SocialAccount

from accounts.models import User
from customers.models import Customer
from partners.models import Partner

from ..models import FormerPerson
from ..models.identity_provider import provider_key


def remember(organisation: Partner | Customer, person: User, *, at: datetime) -> None:
    """By every address of theirs, and by what the organisation's own provider calls them."""
    addresses = {row.email for row in person.emailaddress_set.all()} | {person.email}
    links = SocialAccount.objects.filter(user=person, provider=provider_key(organisation))
    digests = _digests(organisation, addresses, links.values_list("uid", flat=True))
    side = "partner" if isinstance(organisation, Partner) else "customer"
    FormerPerson.objects.bulk_create(
        [FormerPerson(**{side: organisation}, digest=digest, since=at) for digest in digests],
        ignore_conflicts=True,
    )


def was_let_go(organisation: Partner | Customer, *, address: str, sub: str) -> bool:
    digests = _digests(organisation, [address], [sub])
    return FormerPerson.objects.of(organisation).filter(digest__in=digests).exists()


def _digests(
    organisation: Partner | Customer, addresses: Iterable[str], subs: Iterable[str]
) -> list[str]:
    known = [f"address:{address.lower()}" for address in addresses]
    known += [f"sub:{sub}" for sub in subs]
    salt = str(organisation.tenant_id)
    return sorted({hashlib.sha256(f"{salt}:{text}".encode()).hexdigest() for text in known})
