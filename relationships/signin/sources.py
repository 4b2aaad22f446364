"""Which identity providers there are, and for whose addresses each of them vouches."""

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import validate_slug

from partnercenter.lib.names import ascii_domain, domain_of, spellings_of

from ..models import IdentityProvider

FIELDS = frozenset({"id", "name", "issuer", "client_id", "secret", "domains"})


@dataclass(frozen=True)
class Source:
    """One identity provider: the operator's own, from the settings, or an organisation's."""

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    domains: frozenset[str]
    provider: IdentityProvider | None = None
    why_closed: str = ""

    @property
    def of_operator(self) -> bool:
        """Only the operator's own signs in staff."""
        return self.provider is None

    def vouches_for(self, address: str) -> bool:
        # To the letter: a domain that only folds to this one looks like it, and is another text.
        return domain_of(address) in self.domains

    def app(self) -> SocialApp:
        """What allauth asks for; it is never stored."""
        return SocialApp(
            provider="openid_connect",
            provider_id=self.id,
            name=self.name,
            client_id=self.client_id,
            secret=self.secret,
            settings={
                "server_url": self.issuer.rstrip("/"),
                "oauth_pkce_enabled": True,
                "email_authentication": True,
            },
        )


def of_operator() -> list[Source]:
    return [_from_settings(entry) for entry in settings.SINGLE_SIGN_ON]


def of_address(address: str) -> list[Source]:
    """Where whoever has this address can sign in; nothing of it tells whether anybody has it."""
    domain = ascii_domain(domain_of(address))
    rows = IdentityProvider.objects.of_domain(domain).select_related(
        "partner", "customer__domain_proof"
    )
    found = [*of_operator(), *(_from_row(row) for row in rows.order_by("pk"))]
    return [source for source in found if domain in source.domains and not source.why_closed]


def by_id(source_id: str) -> Source | None:
    """Also one that is off, which a global admin tests; `why_closed` says so."""
    for source in of_operator():
        if source.id == source_id:
            return source
    rows = IdentityProvider.objects.with_key(source_id)
    row = rows.select_related("partner", "customer__domain_proof").first()
    return _from_row(row) if row else None


def from_settings_error(entries: Any) -> str:
    """What is wrong with the setting; empty where nothing is."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return "SINGLE_SIGN_ON must be a JSON list of objects."
    for entry in entries:
        missing = FIELDS - {name for name, value in entry.items() if value}
        if missing or set(entry) - FIELDS:
            return f"Each entry of SINGLE_SIGN_ON has exactly {', '.join(sorted(FIELDS))}."
        if not isinstance(entry["domains"], list):
            return "The domains of an entry of SINGLE_SIGN_ON are a list."
        try:
            validate_slug(entry["id"])
        except Exception:
            return "The id of an entry of SINGLE_SIGN_ON has letters, digits, - and _ only."
    if len({entry["id"] for entry in entries}) < len(entries):
        return "Two entries of SINGLE_SIGN_ON have the same id."
    return ""


def _from_settings(entry: dict[str, Any]) -> Source:
    if error := from_settings_error([entry]):
        raise ImproperlyConfigured(error)
    spelled = (spellings_of(domain) for domain in entry["domains"])
    domains = frozenset(chain.from_iterable(spelled))
    return Source(**{**entry, "domains": domains})


def _from_row(row: IdentityProvider) -> Source:
    organisation = row.organisation
    off = "" if row.turned_on_at is not None else "off"
    return Source(
        id=row.key,
        name=organisation.name,
        issuer=row.issuer,
        client_id=row.client_id,
        secret=row.secret,
        domains=frozenset(spellings_of(organisation.primary_domain)),
        provider=row,
        why_closed=row.why_resting() or off,
    )
