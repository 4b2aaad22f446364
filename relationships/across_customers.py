"""A partner's admin relationships across its customers: what ends when, and who must act."""

import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.names import name_key, prefix_range
from partners.models import Partner

from . import waiting
from .customer_rows import named_like
from .grants import Grant, with_roles_and_groups
from .models import (
    AdminRelationship,
    AdminStatus,
)
from .waiting import MustAct
from .work_list import nobody_can_use, unusable_since, with_use

SOON = (1, 7, 30)
YEAR = timedelta(days=365)
# What is shown: value in the address, and its words. The first is what the page begins with.
SHOWN: dict[str, Any] = {
    "": _("All that run"),
    "1": _("Ends within 1 day"),
    "7": _("Ends within 7 days"),
    "30": _("Ends within 30 days"),
    "later": _("Ends later"),
    "expired": _("Expired in the last year"),
    "unusable": _("Nobody can use it"),
    "pending": _("Waits for the customer"),
}
# Those of which each still runs, so that something can be done with many at once.
RUNNING = ("", "1", "7", "30", "later", "unusable")


@dataclass(frozen=True)
class AdministrationRow:
    """One admin relationship as the page shows it."""

    grant: Grant
    must_act: MustAct | None

    @property
    def relationship(self) -> AdminRelationship:
        return self.grant.relationship


def shown(partner: Partner, which: str, at: datetime) -> QuerySet[AdminRelationship]:
    """The partner's admin relationships under one of these headings."""
    everything = partner.admin_relationships
    if which == "pending":
        return everything.filter(status=AdminStatus.APPROVAL_PENDING)
    if which == "expired":
        return everything.filter(_expired(at))
    if which == "unusable":
        return nobody_can_use(partner, at)
    running = everything.running(at)
    if which == "later":
        return running.filter(ends_at__gt=at + timedelta(days=SOON[-1]))
    return running.filter(ends_at__lte=at + timedelta(days=int(which))) if which else running


def _expired(at: datetime) -> Q:
    """Past their end, whether or not the clock has come round to them."""
    past = Q(status__in=[AdminStatus.ACTIVE, AdminStatus.EXPIRED])
    return past & Q(ends_at__lte=at, ends_at__gt=at - YEAR)


def counted(partner: Partner, at: datetime) -> dict[str, int]:
    """How many there are under each heading of which a tile tells, in one query."""
    runs = Q(status=AdminStatus.ACTIVE, ends_at__gt=at)
    months = at + timedelta(days=SOON[-1])
    return partner.admin_relationships.aggregate(
        **{
            f"within_{days}": Count("pk", filter=runs & Q(ends_at__lte=at + timedelta(days=days)))
            for days in SOON
        },
        later=Count("pk", filter=runs & Q(ends_at__gt=months)),
        expired=Count("pk", filter=_expired(at)),
        pending=Count("pk", filter=Q(status=AdminStatus.APPROVAL_PENDING)),
    )


def called(
    rows: QuerySet[AdminRelationship], partner: Partner, text: str
) -> QuerySet[AdminRelationship]:
    """Those whose name, or whose customer's, begins so; a domain and a tenant id as a whole."""
    text = text.strip()
    if not text:
        return rows
    first, following = prefix_range(name_key(text))
    named = Q(name_key__gte=first) & (Q(name_key__lt=following) if following else Q())
    of_customer = Q(customer__in=named_like(partner.pairs.all(), text).values("customer"))
    exact = Q(customer__primary_domain=text.lower().rstrip("."))
    with contextlib.suppress(ValueError):
        exact |= Q(customer__tenant_id=uuid.UUID(text)) | Q(public_id=uuid.UUID(text))
    return rows.filter(named | of_customer | exact)


def with_all(partner: Partner, rows: QuerySet[AdminRelationship]) -> QuerySet[AdminRelationship]:
    """The rows with what the page says of each, in three queries for all of them."""
    return (
        with_use(partner, rows)
        .annotate(
            waits_since=unusable_since(),
            opened_at=waiting.opened_since("request"),
            refused_at=waiting.refused_since("request"),
        )
        .select_related("customer", "request__partner", "request__administrator")
        .prefetch_related(*with_roles_and_groups())
    )


def rows_of(relationships: Iterable[Any], at: datetime) -> list[AdministrationRow]:
    found = []
    for relationship in relationships:
        grant = Grant(relationship, at)
        found.append(AdministrationRow(grant, _must_act(grant, at)))
    return found


def _must_act(grant: Grant, at: datetime) -> MustAct | None:
    relationship: Any = grant.relationship
    if relationship.status == AdminStatus.APPROVAL_PENDING:
        return waiting.on_request(
            relationship.request,
            opened_at=relationship.opened_at,
            refused_at=relationship.refused_at,
            at=at,
        )
    if not grant.runs:
        return None
    if not relationship.is_usable:
        return waiting.on_use(relationship, relationship.waits_since)
    return waiting.on_extension(relationship) if grant.extensible else None


def in_order(which: str) -> tuple[str, bool]:
    """By which moment a list stands, and whether the latest comes first."""
    if which == "pending":
        return "created_at", False
    return "ends_at", which == "expired"
