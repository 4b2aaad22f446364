"""The lines of a file of subscriptions, checked against what is there: what each would make."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.models import Customer
from partnercenter.lib.batches import batches

from . import import_values as values
from .import_check import Check, Given, Line, as_id
from .import_file import FileRefused, rows
from .models import Subscription

__all__ = ["Given", "Line", "read"]


def read(
    content: bytes | str, given: Given, at: datetime, *, most: int | None = None
) -> list[Line]:
    """Every line, checked against the catalogue, the organisations and what is there already."""
    told = list(islice(rows(content), most and most + 1))
    if most is not None and len(told) > most:
        raise FileRefused(
            _("The file has more than %(most)d lines. Load it with manage.py import_subscriptions.")
            % {"most": most}
        )
    named = (each.values.get("customer", "").casefold() for each in told)
    check = Check(given, at, _customers(name for name in named if name))
    lines = [check.line(each) for each in told]
    owners = _owners(line.fields["public_id"] for line in lines if "public_id" in line.fields)
    for line in lines:
        public_id: uuid.UUID | None = line.fields.get("public_id")
        owner = owners.get(public_id) if public_id else None
        line.exists = owner is not None
        customer = line.fields.get("customer")
        if owner and customer and customer.pk != owner:
            line.problems.append(_("A subscription of another customer has this id."))
    return lines


def _owners(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The subscriptions of these ids that are there, and whose they are."""
    found: dict[uuid.UUID, int] = {}
    for batch in batches(ids):
        existing = Subscription.objects.filter(public_id__in=batch)
        found.update(existing.values_list("public_id", "customer_id"))
    return found


def _customers(names: Iterable[str]) -> values.Index:
    """Those that are named: there may be a million others."""
    found: list[Customer] = []
    for batch in batches(set(names)):
        ids = [tenant_id for name in batch if (tenant_id := as_id(name))]
        named = Q(primary_domain__in=batch) | Q(tenant_id__in=ids)
        found += Customer.objects.active().filter(named)
    return values.index(found, lambda row: (row.tenant_id, row.primary_domain))
