"""What an organisation is called, where it is, and that its domain is nobody else's."""

import re
import secrets

from django.utils.translation import gettext as _
from django_countries import countries

from partnercenter.lib.names import NOT_IN_A_NAME, slug_for, spellings_of
from partnercenter.lib.refusals import Refused

from .models import Customer

LONGEST_NAME = 200


class IdentityRefused(Refused):
    """No organisation is called so, or is there; the message is for people."""


def plain_name(name: str) -> str:
    """The organisation's name without needless space."""
    if not any(sign.isalnum() for sign in name):
        raise IdentityRefused(_("Give the name of your organisation."))
    if re.search(NOT_IN_A_NAME, name):
        raise IdentityRefused(
            _("Write the name without links, angle brackets or hidden characters.")
        )
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise IdentityRefused(_("A name has at most %(most)d characters.") % {"most": LONGEST_NAME})
    return name


def known_country(country: str) -> str:
    if country not in countries:
        raise IdentityRefused(_("Choose the country of your organisation."))
    return country


def holder_of(domain: str) -> Customer | None:
    """Whose primary domain it is, in whichever spelling it was entered."""
    return Customer.objects.filter(primary_domain__in=spellings_of(domain)).first()


def free_slug(domain: str) -> str:
    """The domain with hyphens; two domains can be alike then, so the second gets an ending."""
    slug = slug_for(domain)
    if slug and not Customer.objects.filter(slug=slug).exists():
        return slug
    return f"{slug[:54].strip('-') or 'customer'}-{secrets.token_hex(4)}"
