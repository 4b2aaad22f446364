"""Certificates and the log: what a step added holds by itself, and follows from what was there."""

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

from audit.models import ChainHead, ChainLink, Event
from audit.verify import Report, verify
from customers.models import Customer, CustomerMembership
from partnercenter.lib.canonical import canonical
from relationships.certificates import file_of
from relationships.keys import keys
from relationships.models import Certificate
from subscriptions.models import Subscription, SubscriptionChange

from .snapshots import Snapshot, born

# What a stranger runs, who has nothing of the site but its public keys.
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_certificate.py"


def _stranger() -> Any:
    found = importlib.util.spec_from_file_location("verify_certificate", SCRIPT)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


stranger = _stranger()


def public_keys() -> list[dict[str, str]]:
    return [key.as_jwk() for key in keys()]


def check_certificates(before: Snapshot, after: Snapshot, *, expected: int, known: list) -> None:
    """As many as the act demands, each signed, over exactly what stood before the step."""
    new = born(Certificate, before, after)
    assert len(new) == expected, f"{len(new)} certificates where {expected} are due"
    for row in new:
        check_leaves(row, before)
        certificate = Certificate.objects.select_related("customer", "event").get(pk=row.id)
        check_signed(certificate, known)


def check_signed(certificate: Certificate, known: list[dict[str, str]]) -> None:
    try:
        statement = stranger.verify(file_of(certificate), known)
    except stranger.Wrong as wrong:
        raise AssertionError(f"a certificate is bad: {wrong}") from wrong
    assert statement["root"] == certificate.root
    assert statement["certificate"] == str(certificate.public_id)
    assert statement["event"] == str(certificate.event.public_id)
    assert statement["act"] == certificate.event.kind


def check_leaves(row: Any, before: Snapshot) -> None:
    """The account, then each subscription by its public id, as they stood before the step."""
    assert row.account_form == account_form(before, row.customer_id), "another account"
    sold = [
        each for each in before.of(Subscription).values() if each.customer_id == row.customer_id
    ]
    sold.sort(key=lambda each: str(each.public_id))
    changes = [before.of(SubscriptionChange)[each.last_change_id] for each in sold]
    stood = ",".join(str(change.id) for change in changes)
    assert row.changes == stood, f"other leaves than what stood: {row.changes}, not {stood}"
    assert row.count == len(sold)
    leaves = [leaf(row.account_salt, row.account_form)]
    leaves += [leaf(change.salt, change.canonical_form) for change in changes]
    assert row.root == root_over(leaves)


def account_form(rows: Snapshot, key: int) -> str:
    customer = rows.of(Customer)[key]
    admins = [
        str(rows.tables["accounts_user"][place.user_id].public_id)
        for place in rows.of(CustomerMembership).values()
        if place.customer_id == key and place.role == "global_admin" and place.removed_at is None
    ]
    return canonical(
        {
            "tenant_id": customer.tenant_id,
            "name": customer.name,
            "primary_domain": customer.primary_domain,
            "country": str(customer.country),
            "global_admins": sorted(admins),
        }
    )


def leaf(salt: str, form: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(salt) + form.encode()).digest()


def root_over(leaves: list[bytes]) -> str:
    """The left side takes the greatest power of two that leaves something for the right."""

    def over(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return part[0]
        left = 1
        while left * 2 < len(part):
            left *= 2
        return hashlib.sha256(b"\x01" + over(part[:left]) + over(part[left:])).digest()

    return over(leaves).hex()


def check_chains(before: Snapshot, after: Snapshot) -> None:
    """Each new event stands once in each of its chains, right behind what stood there last."""
    ends = {head.name: (head.number, head.hash) for head in before.of(ChainHead).values()}
    new = {row.id for row in born(ChainLink, before, after)}
    links = ChainLink.objects.select_related("event").filter(pk__in=new).order_by("pk")
    places = set()
    for link in links:
        number, last = ends.get(link.chain, (0, ""))
        assert (link.number, link.previous_hash) == (number + 1, last), link
        assert link.hash == link.computed_hash(), link
        ends[link.chain] = link.number, link.hash
        places.add((link.event_id, link.chain))
    due = {(row.id, chain) for row in born(Event, before, after) for chain in chains_of(row)}
    assert places == due, "an event has no place in a chain of its own, or one in another's"
    heads = {head.name: (head.number, head.hash) for head in after.of(ChainHead).values()}
    assert heads == ends


def chains_of(event: Any) -> list[str]:
    named = (("customer", event.customer_id), ("partner", event.partner_id))
    return [f"{side}:{key}" for side, key in named if key] or ["operator"]


def check_everything(known: list[dict[str, str]]) -> None:
    """The log as a whole, and every certificate there is."""
    assert not [str(finding) for finding in verify(Report())]
    for certificate in Certificate.objects.select_related("customer", "event"):
        check_signed(certificate, known)
