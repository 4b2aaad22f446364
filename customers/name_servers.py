"""What the name servers say of a domain; another way to ask can be set in its place."""

from collections.abc import Callable
from typing import cast

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.module_loading import import_string

SECONDS = 5.0


class NoAnswer(Exception):
    """The name servers did not answer, which says nothing about the domain."""


def txt_records(domain: str) -> list[str]:
    """The TXT records that the domain has itself; none where it has none or does not exist."""
    try:
        answer = dns.resolver.resolve(domain, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(type(error).__name__) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def ask(domain: str) -> list[str]:
    """Through the resolver that the settings name."""
    resolver = cast(Callable[[str], list[str]], import_string(settings.DOMAIN_RESOLVER))
    return resolver(domain)
