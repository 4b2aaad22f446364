"""Names of organisations, folded for search and for order."""

import re
import unicodedata


def name_key(name: str) -> str:
    """The name without accents and case, for comparing and ordering alike on both engines."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def slug_for(domain: str) -> str:
    """The organisation's place in addresses: its primary domain with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", domain.lower()).strip("-")[:63]


def domain_of(address: str) -> str:
    """The domain of an e-mail address, folded."""
    return address.rpartition("@")[2].strip().lower()
