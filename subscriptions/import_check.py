"""One line of a file of subscriptions: what it would make, or what is wrong with it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from customers.models import Customer
from partnercenter.lib.csv_files import quoted
from partners.models import Partner, PartnerKind

from . import import_values as values
from .import_file import Told
from .import_values import Problem
from .lifecycle import TERMS, terms_until
from .models import (
    BillingCycle,
    Offer,
    SubscriptionState,
    SuspensionReason,
    TermLength,
)

STAMPS = {
    SubscriptionState.SUSPENDED: "suspended_at",
    SubscriptionState.CANCELLED: "cancelled_at",
    SubscriptionState.EXPIRED: "expired_at",
    SubscriptionState.DISABLED: "disabled_at",
    SubscriptionState.DELETED: "deleted_at",
}


@dataclass(frozen=True)
class Given:
    """What holds for every line that does not say otherwise."""

    customer: Customer | None = None
    term_start: datetime | None = None
    term_length: str = TermLength.ONE_YEAR
    billing_cycle: str = BillingCycle.MONTHLY
    unit_price: Decimal = Decimal(0)
    currency: str = "EUR"
    agreement_version: str = "imported"


@dataclass
class Line:
    """One line of the file: what it would make, or why it cannot."""

    number: int
    told: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    exists: bool = False

    @property
    def is_new(self) -> bool:
        return not self.problems and not self.exists


def as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class Check:
    """Reads lines against indexes that are made once for the whole file."""

    def __init__(self, given: Given, at: datetime, customers: values.Index) -> None:
        self.given, self.at, self.customers = given, at, customers
        self.offers = values.index(
            Offer.objects.select_related("service"), lambda row: (row.offer_id, row.sku, row.name)
        )
        self.partners = values.index(
            Partner.objects.all(), lambda row: (row.tenant_id, row.primary_domain, row.name)
        )
        self.seen: dict[uuid.UUID, int] = {}

    def line(self, told: Told) -> Line:
        line = Line(told.number, told.values)
        if told.uneven:
            line.problems.append(_("The line has more or fewer values than the first one."))
            return line
        parts: tuple[Callable[[Told], dict[str, Any]], ...] = (
            self._identity,
            self._customer,
            self._offer,
            self._quantity,
            self._seller,
            self._records,
            self._price,
            self._cycle,
            self._words,
            self._state,
            self._term,
        )
        for part in parts:
            try:
                line.fields |= part(told)
            except Problem as problem:
                line.problems.append(str(problem))
        return line

    def _identity(self, told: Told) -> dict[str, Any]:
        if (found := as_id(told.values["id"])) is None:
            raise Problem(_("“%(id)s” is no id.") % {"id": quoted(told.values["id"])})
        if first := self.seen.get(found):
            raise Problem(_("This id stands in line %(line)d already.") % {"line": first})
        self.seen[found] = told.number
        return {"public_id": found}

    def _customer(self, told: Told) -> dict[str, Any]:
        if name := told.values.get("customer", ""):
            return {"customer": values.one(self.customers, name, _("customer"))}
        if self.given.customer:
            return {"customer": self.given.customer}
        raise Problem(_("No customer: name it by tenant id or domain, or choose one for all."))

    def _offer(self, told: Told) -> dict[str, Any]:
        return {"offer": values.one(self.offers, told.values["product"], _("product"))}

    def _quantity(self, told: Told) -> dict[str, Any]:
        return {"quantity": values.quantity(told.values["quantity"])}

    def _seller(self, told: Told) -> dict[str, Any]:
        seller = self._partner(told.values["reseller"])
        if seller and seller.kind == PartnerKind.ADVISOR:
            raise Problem(_("“%(name)s” is an advisor and sells nothing.") % {"name": seller.name})
        return {"seller": seller}

    def _records(self, told: Told) -> dict[str, Any]:
        return {
            column.replace(" ", "_"): self._partner(told.values.get(column, ""))
            for column in ("partner of record", "reseller of record")
        }

    def _partner(self, name: str) -> Partner | None:
        return values.one(self.partners, name, _("partner")) if name else None

    def _price(self, told: Told) -> dict[str, Any]:
        text = told.values.get("unit price", "")
        return {
            "unit_price": values.price(text) if text else self.given.unit_price,
            "currency": values.currency(told.values.get("currency", "") or self.given.currency),
        }

    def _cycle(self, told: Told) -> dict[str, Any]:
        text = told.values.get("billing cycle", "") or self.given.billing_cycle
        return {"billing_cycle": values.choice("billing cycle", text, BillingCycle)}

    def _words(self, told: Told) -> dict[str, Any]:
        version = told.values.get("agreement version", "") or self.given.agreement_version
        name = " ".join(told.values.get("friendly name", "").split())
        auto_renew = told.values.get("auto renew", "")
        return {
            "agreement_version": values.fitting(version, 20),
            "friendly_name": values.fitting(name, 100),
            "auto_renew": values.yes_or_no("auto renew", auto_renew, default=True),
        }

    def _state(self, told: Told) -> dict[str, Any]:
        state = values.choice("status", told.values["status"].casefold(), SubscriptionState)
        fields: dict[str, Any] = {"state": state}
        if stamp := STAMPS.get(SubscriptionState(state)):
            fields[stamp] = values.moment(told.values.get("status since", "")) or self.at
        if state == SubscriptionState.SUSPENDED:
            text = told.values.get("suspension reason", "").casefold().replace(" ", "_")
            text = text or SuspensionReason.CUSTOMER_REQUEST
            reason = values.choice("suspension reason", text, SuspensionReason)
            fields["suspension_reason"] = reason
        return fields

    def _term(self, told: Told) -> dict[str, Any]:
        text = told.values.get("term length", "") or self.given.term_length
        text = values.choice("term length", text, TermLength)
        start = values.moment(told.values.get("term start", ""))
        start = start or self.given.term_start or self.at
        length, terms = TERMS[TermLength(text)], 1
        # A term that began long ago has been renewed since.
        if told.values["status"].casefold() == SubscriptionState.ACTIVE:
            terms = terms_until(start, text, self.at + timedelta(microseconds=1))
        return {
            "ordered_at": values.moment(told.values.get("ordered", "")) or start,
            "term_start": start,
            "term_end": start + length * terms,
            "term_length": text,
        }
