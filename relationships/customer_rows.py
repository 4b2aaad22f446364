"""The rows of a partner's customers page: who is found, and what the partner has with each."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from customers.models import Customer
from partnercenter.lib.names import prefix_range
from partners.models import Partner

from .models import PartnerRelationship, ResellerRelationship
from .models.pair import pair_key


@dataclass(frozen=True)
class CustomerRow:
    """A customer, whether the partner sells to it, and how much it administers until when."""

    customer: Customer
    selling: ResellerRelationship | None
    grants: int
    next_end: datetime | None


def named_like(
    pairs: "QuerySet[PartnerRelationship]", text: str
) -> "QuerySet[PartnerRelationship]":
    """Those whose customer's name begins so, whatever the accents and the case."""
    first, following = prefix_range(pair_key(text))
    if first:
        pairs = pairs.filter(name_key__gte=first)
    return pairs.filter(name_key__lt=following) if following else pairs


def called_exactly(pairs: "QuerySet[PartnerRelationship]", text: str) -> list[PartnerRelationship]:
    """The one with exactly this tenant id or primary domain."""
    text = text.strip().lower()
    try:
        return list(pairs.filter(customer__tenant_id=uuid.UUID(text)))
    except ValueError:
        domain = text.rstrip(".")
        return list(pairs.filter(customer__primary_domain=domain)) if "." in domain else []


def found_by(pairs: "QuerySet[PartnerRelationship]", text: str) -> "QuerySet[PartnerRelationship]":
    """Just the one with this tenant id or domain, else those whose name begins so."""
    exact = called_exactly(pairs, text) if text else []
    return pairs.filter(pk__in=[pair.pk for pair in exact]) if exact else named_like(pairs, text)


def rows_of(
    partner: Partner, pairs: Iterable[PartnerRelationship], at: datetime
) -> list[CustomerRow]:
    """What the partner has with each of these customers, in two queries for all of them."""
    pairs = list(pairs)
    customers = [pair.customer_id for pair in pairs]
    selling = {
        relationship.customer_id: relationship
        for relationship in partner.reseller_relationships.running().filter(customer__in=customers)
    }
    running = partner.admin_relationships.running(at).filter(customer__in=customers)
    counted: dict[Any, tuple[int, datetime | None]] = {
        customer: (grants, next_end)
        for customer, grants, next_end in running.values_list("customer")
        .annotate(Count("pk"), Min("ends_at"))
        .order_by()
    }
    return [
        CustomerRow(
            pair.customer,
            selling.get(pair.customer_id),
            *counted.get(pair.customer_id, (0, None)),
        )
        for pair in pairs
    ]
