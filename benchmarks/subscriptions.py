"""Many subscriptions at once: imported rows with their changes, written past the moves."""

import secrets
from decimal import Decimal
from typing import Any


def add_subscriptions(customer: Any, sellers: list[Any], count: int) -> None:
    """Each as an import writes it, so that the guards let it through; without events."""
    from partnercenter.lib.batches import batches
    from partnercenter.lib.ids import uuid7
    from subscriptions.models import ChangeKind, MadeBy, Offer, Subscription, SubscriptionChange
    from subscriptions.models.subscription import leaf
    from tests import factories as make

    by, at = make.operator(), make.YEAR_START
    offers = list(Offer.objects.select_related("service").order_by("pk"))
    for numbers in batches(range(count), 1000):
        rows, changes = [], []
        for number in numbers:
            offer, seller = offers[number % len(offers)], sellers[number % len(sellers)]
            row = Subscription(
                public_id=uuid7(),
                customer=customer,
                offer=offer,
                service=offer.service,
                seller=seller,
                partner_of_record=sellers[0],
                quantity=number % 500 + 1,
                ordered_at=at,
                term_start=at,
                term_end=make.YEAR_END,
                term_length="P1Y",
                billing_cycle="monthly",
                unit_price=Decimal("7.2000"),
                currency="EUR",
                agreement_version="2026-01",
            )
            form, salt = row.canonical_form(), secrets.token_hex(32)
            changes.append(
                SubscriptionChange(
                    subscription=row.public_id,
                    number=1,
                    kind=ChangeKind.IMPORT,
                    made_by=MadeBy.OPERATOR,
                    actor=by,
                    at=at,
                    reason="benchmark",
                    canonical_form=form,
                    salt=salt,
                    digest=leaf(form, salt),
                )
            )
            rows.append(row)
        SubscriptionChange.objects.bulk_create(changes)
        # SQLite gives no keys back for many rows at once on every version.
        keys = dict(
            SubscriptionChange.objects.filter(
                subscription__in=[row.public_id for row in rows]
            ).values_list("subscription", "pk")
        )
        for row in rows:
            row.last_change_id = keys[row.public_id]
        Subscription.objects.bulk_create(rows)
