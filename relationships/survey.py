"""
The customer's account and subscriptions as one root, before and after an act.

Leaf 0 is the account, the other leaves are the subscriptions by public id; leaf = SHA-256(0x00 ‖
salt ‖ canonical form), node = SHA-256(0x01 ‖ left ‖ right), an odd node moves up alone
(`docs/certificate.md`).
"""

import secrets
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Actor
from audit.models import Event
from customers.models import Customer
from customers.rights import CustomerRole
from partnercenter.lib.canonical import canonical, digest
from subscriptions.comparing import Problem
from subscriptions.models import Subscription
from subscriptions.models.subscription import leaf
from subscriptions.stored import stored

from .breaches import Breached
from .certificates import sign_after_commit
from .differences import Difference, account_differences, differences_since
from .models import Certificate


@dataclass(frozen=True)
class Survey:
    """What was there: the account, the root over all of it, and each subscription's last change."""

    root: str
    account_form: str
    account_salt: str
    changes: array

    @property
    def count(self) -> int:
        return len(self.changes)


def survey(customer: Customer, salt: str = "") -> Survey:
    """Read the account and every subscription from the database, as they are now."""
    salt = salt or secrets.token_hex(32)
    form, changes = account_form(customer), array("q")

    def leaves() -> Iterator[str]:
        yield leaf(form, salt)
        of_customer = Subscription.objects.filter(customer=customer).order_by("public_id")
        for row in stored(of_customer):
            changes.append(row.last_change)
            yield leaf(row.form, row.salt)

    return Survey(merkle_root(leaves()), form, salt, changes)


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


def compare(customer: Customer, before: Survey, act: str, *, by: Actor) -> None:
    """Undo the whole act where anything of the account or a subscription differs after it."""
    after = survey(customer, before.account_salt)
    if after == before:
        return
    found = account_differences(before.account_form, after.account_form)
    found += differences_since(customer, before.changes)
    raise Breached(customer, found or [Difference(Problem.HISTORY, None)], act, by=by)


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


def merkle_root(leaves: Iterable[str]) -> str:
    """The root over the leaves in their order, with no more in memory than one node a level."""
    waiting: list[tuple[int, bytes]] = []
    for text in leaves:
        height, node = 0, bytes.fromhex(text)
        while waiting and waiting[-1][0] == height:
            height, node = height + 1, _node(waiting.pop()[1], node)
        waiting.append((height, node))
    root = waiting.pop()[1]
    while waiting:
        root = _node(waiting.pop()[1], root)
    return root.hex()


def _node(left: bytes, right: bytes) -> bytes:
    return bytes.fromhex(digest(b"\x01", left, right))
