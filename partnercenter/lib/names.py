"""Names of organisations, folded for search and for order."""

import re
import sys
import unicodedata

from django.utils.encoding import punycode

# What no name of a person, a group or an organisation holds: it stands in mails and in the log, so
# no line of its own, no link, no turned direction, and no sign that nobody sees. The joiners that
# some scripts need inside of words are none of these.
HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb"
)
NOT_IN_A_NAME = rf"[<>\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069{HIDDEN}]|://"
LAST_SIGN = sys.maxunicode
# They stand for no sign of their own, so no text holds one.
SURROGATES = range(0xD800, 0xE000)


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


def ascii_domain(domain: str) -> str:
    """
    The one spelling under which mail to the domain is delivered.

    Whoever proved an address by a mail proved this domain and no other: “straße” is not the
    domain to which such a mail goes.
    """
    folded = domain.strip().lower().rstrip(".")
    try:
        return punycode(folded)
    except UnicodeError:
        return folded


def spellings_of(domain: str) -> set[str]:
    """The domain as it was written, in ASCII, and in its own letters."""
    plain = ascii_domain(domain)
    try:
        letters = plain.encode().decode("idna")
    except UnicodeError:
        letters = plain
    return {domain.strip().lower(), plain, letters}


def prefix_range(prefix: str) -> tuple[str, str]:
    """
    From where to where the texts stand that begin so, in the order of bytes; the end is excluded.

    The end is empty where nothing comes after them. No sign in the prefix means anything but
    itself, as it would in LIKE.
    """
    shorter = prefix.rstrip(chr(LAST_SIGN))
    if not shorter:
        return prefix, ""
    following = ord(shorter[-1]) + 1
    if following in SURROGATES:
        following = SURROGATES.stop
    return prefix, shorter[:-1] + chr(following)
