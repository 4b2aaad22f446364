"""A certificate as a signed file that anybody can check (`docs/certificate.md`)."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from jwt.api_jws import PyJWS

from audit import kinds
from partnercenter.lib.canonical import canonical
from subscriptions.models import SubscriptionChange

from .keys import current_key
from .models import Certificate, CertificateSignature

FORMAT = "partner-center-certificate/1"
BATCH = 100


def statement(certificate: Certificate) -> str:
    """What is signed: whose account, at which act, how many, and the root over all of it."""
    return canonical(
        {
            "format": FORMAT,
            "issuer": settings.SITE_URL,
            "certificate": certificate.public_id,
            "customer": certificate.customer.tenant_id,
            "event": certificate.event.public_id,
            "act": certificate.event.kind,
            "at": certificate.at,
            "count": certificate.count,
            "root": certificate.root,
            "format_version": certificate.format_version,
        }
    )


def sign(certificate: Certificate) -> CertificateSignature | None:
    """Sign the statement with the current key: a JSON Web Signature of RFC 7515, EdDSA."""
    key = current_key()
    text = PyJWS().encode(
        statement(certificate).encode(),
        key.private,  # type: ignore[arg-type]
        algorithm="EdDSA",
        headers={"kid": key.key_id, "typ": FORMAT},
    )
    try:
        with transaction.atomic():
            return CertificateSignature.objects.create(
                certificate=certificate, key_id=key.key_id, signed_text=text
            )
    except IntegrityError:  # another process was as quick
        return None


def sign_after_commit(certificate: Certificate) -> None:
    """Sign it as soon as it stands; whatever goes wrong, the act stands, and the sweep signs."""

    def sign_it() -> None:
        sign(certificate)

    transaction.on_commit(sign_it, robust=True)


def sweep() -> int:
    """Sign what has no signature: older than the keys, or made while they could not be read."""
    unsigned = Certificate.objects.filter(signatures__isnull=True)
    found = list(unsigned.select_related("customer", "event").order_by("pk")[:BATCH])
    for certificate in found:
        sign(certificate)
    return len(found)


def certified_changes(
    certificate: Certificate, start: int = 0, end: int | None = None
) -> list[SubscriptionChange]:
    """Each subscription as it was: the changes that were the leaves, in their order."""
    wanted = certificate.change_keys[start:end]
    found = SubscriptionChange.objects.in_bulk(wanted)
    return [found[key] for key in wanted]


def file_of(certificate: Certificate) -> dict[str, Any]:
    """Everything that one needs to check it, but for the public key."""
    signature = certificate.signatures.order_by("-pk").first()
    return {
        "format": FORMAT,
        "signature": signature.signed_text if signature else "",
        "account": {"form": certificate.account_form, "salt": certificate.account_salt},
        "subscriptions": [
            {"form": change.canonical_form, "salt": change.salt}
            for change in certified_changes(certificate)
        ],
    }


def act_of(certificate: Certificate) -> str:
    """What was done, in words."""
    return kinds.sentence(certificate.event)
