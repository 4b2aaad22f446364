"""What differs, thing by thing: what was known of it, and what was found."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customers.models import Customer
from subscriptions.comparing import Problem
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.stored import stored_in


@dataclass(frozen=True)
class Difference:
    """One subscription, or the account where none is named, in both canonical forms."""

    problem: str
    subscription: UUID | None
    was: str = ""
    found: str = ""


def account_differences(was: str, found: str) -> list[Difference]:
    return [Difference(Problem.CHANGED, None, was, found)] if was != found else []


def differences_since(customer: Customer, changes: Iterable[int]) -> list[Difference]:
    """Each subscription that is not as these changes, its last ones before, say."""
    known = SubscriptionChange.objects.in_bulk(list(changes))
    before = {change.subscription: change for change in known.values()}
    after = stored_in(Subscription.objects.filter(customer=customer).order_by("public_id"))
    found = []
    for public_id in sorted(before.keys() | after.keys()):
        was, now = before.get(public_id), after.get(public_id)
        if now is None and was is not None:
            elsewhere = stored_in(Subscription.objects.filter(public_id=public_id)).get(public_id)
            problem = Problem.CHANGED if elsewhere else Problem.MISSING
            now_form = elsewhere.form if elsewhere else ""
            found.append(Difference(problem, public_id, was.canonical_form, now_form))
        elif was is None and now is not None:
            found.append(Difference(Problem.EXTRA, public_id, found=now.form))
        elif was and now and (was.canonical_form != now.form or was.pk != now.last_change):
            found.append(Difference(Problem.CHANGED, public_id, was.canonical_form, now.form))
    return found


def columns(was: str, found: str) -> list[tuple[str, Any, Any]]:
    """Every column in which two canonical forms differ, with both values."""
    before, after = (json.loads(form) if form else {} for form in (was, found))
    return [
        (name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
