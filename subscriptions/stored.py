"""
Subscriptions as they stand in the database, each as its canonical form.

Read as plain values: an account may hold thousands, and a certificate reads all of them twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import starmap
from typing import Any
from uuid import UUID

from .models.subscription import FORM_COLUMNS, form_of

# The columns that a form names by an id of the thing that they refer to.
REFERENCES = {
    "customer": "customer__tenant_id",
    "offer": "offer__offer_id",
    "service": "service__key",
    "seller": "seller__tenant_id",
    "partner_of_record": "partner_of_record__tenant_id",
    "reseller_of_record": "reseller_of_record__tenant_id",
    "base_subscription": "base_subscription__public_id",
}
READ = (
    "public_id",
    "last_change_id",
    "last_change__salt",
    *(REFERENCES.get(name, name) for name in FORM_COLUMNS),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """One row: its canonical form, and the change that it names as its last."""

    public_id: UUID
    last_change: int
    salt: str
    form: str


def stored(rows: Any) -> Iterator[Stored]:
    """Each row of the queryset in its order, some hundreds in memory at a time."""
    found: Iterable[tuple[Any, ...]] = rows.values_list(*READ).iterator(chunk_size=500)
    return starmap(_stored, found)


def _stored(public_id: UUID, last_change: int, salt: str, *values: Any) -> Stored:
    return Stored(
        public_id, last_change, salt, form_of(dict(zip(FORM_COLUMNS, values, strict=True)))
    )


def stored_in(rows: Any) -> dict[UUID, Stored]:
    """All of them at once, by public id: for few."""
    return {row.public_id: row for row in stored(rows)}
