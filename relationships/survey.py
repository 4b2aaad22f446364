"""
The customer's account and subscriptions as one root, before and after an act.

Leaf 0 is the account, the other leaves are the subscriptions by public id; leaf = SHA-256(0x00 ‖
salt ‖ canonical form), node = SHA-256(0x01 ‖ left ‖ right), an odd node moves up alone
(`docs/certificate.md`).
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from audit.models import Event
from customers.models import Customer
from customers.rights import CustomerRole
from partnercenter.lib.canonical import canonical, digest
from subscriptions.models import Subscription
from subscriptions.models.subscription import leaf

from .certificates import sign_after_commit
from .models import Certificate


class Breach(Exception):
    """An act changed an account or a subscription: nothing of it may stand."""


@dataclass(frozen=True)
class Survey:
    """What was there: the account, how many subscriptions, and the root over all of it."""

    count: int
    root: str
    account_form: str
    account_salt: str
    changes: tuple[int, ...]


def survey(customer: Customer, salt: str = "") -> Survey:
    """Read the account and every subscription from the database, as they are now."""
    salt = salt or secrets.token_hex(32)
    form = account_form(customer)
    leaves, changes = [leaf(form, salt)], []
    for subscription in _subscriptions_of(customer):
        leaves.append(leaf(subscription.canonical_form(), subscription.last_change.salt))
        changes.append(subscription.last_change_id)
    return Survey(len(changes), merkle_root(leaves), form, salt, tuple(changes))


def certify(customer: Customer, before: Survey, event: Event, *, at: datetime) -> Certificate:
    """Write down what stood before the act; `compare` says in the end that it still does."""
    certificate = Certificate.objects.create(
        customer=customer,
        event=event,
        at=at,
        count=before.count,
        root=before.root,
        account_form=before.account_form,
        account_salt=before.account_salt,
        changes=",".join(map(str, before.changes)),
    )
    sign_after_commit(certificate)
    return certificate


def compare(customer: Customer, before: Survey) -> None:
    """Refuse the whole act where anything of the account or a subscription differs after it."""
    if survey(customer, before.account_salt) != before:
        raise Breach(f"The account or a subscription of {customer.tenant_id} was touched.")


def account_form(customer: Customer) -> str:
    """Who the customer is, and who administers its account."""
    account = Customer.objects.get(pk=customer.pk)
    admins = account.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
    return canonical(
        {
            "tenant_id": account.tenant_id,
            "name": account.name,
            "primary_domain": account.primary_domain,
            "country": str(account.country),
            "global_admins": sorted(
                str(public_id) for public_id in admins.values_list("user__public_id", flat=True)
            ),
        }
    )


def merkle_root(leaves: list[str]) -> str:
    level = leaves
    while len(level) > 1:
        paired = [
            digest(b"\x01", bytes.fromhex(left), bytes.fromhex(right))
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def _subscriptions_of(customer: Customer) -> Iterator[Subscription]:
    rows = Subscription.objects.filter(customer=customer).with_parties()
    return rows.select_related("last_change").order_by("public_id").iterator(chunk_size=500)
