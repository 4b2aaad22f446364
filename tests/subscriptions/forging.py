"""What somebody writes who knows the tables and goes round the moves."""

import json
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Lower

from partnercenter.lib.canonical import canonical
from partnercenter.lib.ids import uuid7
from subscriptions.models import FROZEN, LIVE, Offer, Service, Subscription, SubscriptionChange
from tests import factories as make

TABLE = "subscriptions_subscription"
COLUMNS = [name for name in (*FROZEN, *LIVE) if name != "last_change"]


def dump(table: str = TABLE) -> list[tuple]:
    """The rows as the database has them, in SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


def attname(name: str) -> str:
    return Subscription._meta.get_field(name).attname


def other_value(subscription: Subscription, name: str):
    """A value that the column could hold, and does not."""
    rows = {
        "customer": lambda: make.make_customer().pk,
        "offer": lambda: Offer.objects.exclude(pk=subscription.offer_id).first().pk,
        "service": lambda: Service.objects.exclude(pk=subscription.service_id).first().pk,
        "base_subscription": lambda: (
            Subscription.objects.exclude(pk=subscription.pk).order_by("pk").first().pk
        ),
        **dict.fromkeys(
            ("seller", "partner_of_record", "reseller_of_record"), lambda: make.make_partner().pk
        ),
    }
    values = {
        "public_id": uuid7,
        "term_length": lambda: "P1M",
        "billing_cycle": lambda: "annual",
        "unit_price": lambda: subscription.unit_price + Decimal("0.0001"),
        "currency": lambda: "CHF",
        "agreement_version": lambda: "2027-01",
        "quantity": lambda: subscription.quantity + 1,
        "state": lambda: "cancelled",
        "suspension_reason": lambda: "misuse",
        "auto_renew": lambda: not subscription.auto_renew,
        "friendly_name": lambda: "Mine now",
    }
    if name in rows:
        return rows[name]()
    if name in values:
        return values[name]()
    moment = getattr(subscription, name) or make.YEAR_START
    return moment + timedelta(microseconds=1)


def expression(subscription: Subscription, name: str):
    """The same through another column's value, which Python never sees."""
    if name in ("quantity", "unit_price"):
        return F(name) + 1
    if name in ("ordered_at", "term_start", "term_end"):
        return F(name) + timedelta(days=1)
    if name in ("partner_of_record", "reseller_of_record", "seller"):
        return F("customer")
    if name == "currency":
        return Lower(name)
    if name in ("agreement_version", "friendly_name"):
        return F("state")
    return None


def forge_change(row: Subscription, kind: str, **fields) -> SubscriptionChange:
    """A change row as the moves would write it, but for what is named; `form` edits its form."""
    form = {
        **json.loads(row.last_change.canonical_form),
        **fields.pop("form", {}),
    }
    numbers = SubscriptionChange.objects.filter(subscription=row.public_id)
    defaults = {
        "subscription": row.public_id,
        "number": (numbers.aggregate(highest=Max("number"))["highest"] or 0) + 1,
        "kind": kind,
        "made_by": "seller" if row.seller else "operator",
        "seller": row.seller,
        "actor": make.operator(),
        "at": make.YEAR_START,
        "canonical_form": canonical(form),
        "salt": "00",
        "digest": "00",
    }
    return SubscriptionChange.objects.create(**defaults | fields)


def write(subscription: Subscription, change: SubscriptionChange, **columns) -> None:
    """One UPDATE that names the change and sets the columns, without a signal."""
    Subscription.objects.filter(pk=subscription.pk).update(last_change=change, **columns)
