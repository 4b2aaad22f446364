"""
Every subscription compared with its newest change (design section 4, layer 6).

This finds what was done round every guard, by a person with the owner's rights: a row that is not
what its newest change says, a row that is gone, a row that no change brought, a change that was
edited. It reads some thousands at a time, in the order of the public ids, and holds nobody up; what
differs is read once more under the customer's lock, because a sale may have come in between.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

from .models import Subscription, SubscriptionChange
from .models.subscription import leaf
from .stored import Stored, stored_in

BATCH = 2000


class Problem(models.TextChoices):
    """How a subscription, or an account, is not as it was known."""

    CHANGED = "changed", _("changed")
    MISSING = "missing", _("missing")
    EXTRA = "extra", _("extra")
    HISTORY = "history", _("history edited")


@dataclass(frozen=True)
class Finding:
    """One subscription, as its newest change has it and as it was found."""

    problem: str
    subscription: UUID
    was: str = ""
    found: str = ""


@dataclass
class Stretch:
    """What a look at some of the subscriptions has seen, and after which id to go on."""

    count: int = 0
    end: UUID | None = None
    findings: list[Finding] = field(default_factory=list)


def stretches(after: UUID | None = None, size: int = BATCH) -> Iterator[Stretch]:
    """Look at all of them, or at those after one id, stretch by stretch."""
    while True:
        stretch = look(after, size)
        yield stretch
        if stretch.end is None:
            return
        after = stretch.end


def look(after: UUID | None, size: int = BATCH) -> Stretch:
    """The next so many; the last stretch has no end."""
    rows = stored_in(_after(Subscription.objects, "public_id", after).order_by("public_id")[:size])
    end = max(rows) if len(rows) == size else None
    changes = newest(_after(SubscriptionChange.objects, "subscription", after, end))
    suspects = [
        public_id
        for public_id in sorted(rows.keys() | changes.keys())
        if problem_of(rows.get(public_id), changes.get(public_id))
    ]
    found = [finding for public_id in suspects if (finding := look_again(public_id))]
    return Stretch(len(rows), end, found)


@transaction.atomic
def look_again(public_id: UUID) -> Finding | None:
    """One subscription, while no move can touch it."""
    named = Subscription.objects.filter(public_id=public_id).values("customer")
    Customer.objects.filter(pk__in=named).select_for_update(no_key=True).first()
    row = stored_in(Subscription.objects.filter(public_id=public_id)).get(public_id)
    changes = SubscriptionChange.objects.filter(subscription=public_id)
    change = newest(changes).get(public_id)
    if problem := problem_of(row, change):
        return Finding(problem, public_id, _said(change), row.form if row else "")
    return None


def newest(changes: Any) -> dict[UUID, SubscriptionChange]:
    """The newest of each subscription."""
    newer = SubscriptionChange.objects.filter(
        subscription=OuterRef("subscription"), number__gt=OuterRef("number")
    )
    rows = changes.filter(~Exists(newer)).order_by()
    read = rows.only("subscription", "canonical_form", "salt", "digest")
    return {change.subscription: change for change in read.iterator(chunk_size=1000)}


def problem_of(row: Stored | None, change: SubscriptionChange | None) -> str:
    """What is wrong between a row and its newest change; empty where nothing is."""
    if change is None:
        return Problem.EXTRA
    if row is None:
        return Problem.MISSING
    if row.form != change.canonical_form or row.last_change != change.pk:
        return Problem.CHANGED
    if leaf(change.canonical_form, change.salt) != change.digest:
        return Problem.HISTORY
    return ""


def _said(change: SubscriptionChange | None) -> str:
    return change.canonical_form if change else ""


def _after(rows: Any, column: str, after: UUID | None, end: UUID | None = None) -> Any:
    rows = rows.all()
    if after is not None:
        rows = rows.filter(**{f"{column}__gt": after})
    return rows.filter(**{f"{column}__lte": end}) if end is not None else rows
