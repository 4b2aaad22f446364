"""What sellers, and the operator where there is none, do with subscriptions."""

from decimal import Decimal
from typing import Any

from customers.models import Customer
from partners.models import Partner
from relationships.moves.selling import subscribe
from subscriptions.models import BillingCycle, Subscription
from subscriptions.moves import changing
from subscriptions.moves.ordering import subscribe_directly

from .drawing import Drawing, act
from .witness import Refusal

LENGTHS = ("P1M", "P1Y", "P3Y")
REASONS = ("misuse", "non_payment", "customer_request")
CHANGES = ("quantity", "suspend", "reactivate", "cancel", "rename", "auto renew")


class Subscriptions(Drawing):
    """Orders and changes."""

    @act(6, needs=Drawing.subscriptions)
    def change_a_subscription(self, data: Any) -> None:
        kind = self.pick(data, CHANGES, "kind")
        row = self.pick(data, self._fitting(kind) or self.subscriptions(), "subscription")
        by = self.world.operator if row.seller_id is None else self.world.agent(row.seller_id)
        move = self._move(data, kind, row.id)

        def change():
            subscription = (
                Subscription.objects.with_parties().select_related("last_change").get(pk=row.id)
            )
            move(subscription, by=by, reason="agreed")

        self.make(f"subscription: {kind}", change, changes=row.id)

    @act(3)
    def sell(self, data: Any) -> None:
        """Mostly where it may."""
        pairs = self.running_pairs()
        if pairs and not self.now_and_then(data, 8):
            pair = self.pick(data, pairs, "pair")
            partner, customer = pair.partner_id, pair.customer_id
        else:
            partner = self.pick(data, self.world.partners, "partner").pk
            customer = self.pick(data, self.world.customers, "customer").pk
        reseller = None
        if partner == self.world.cedar.pk and self.now_and_then(data, 2):
            reseller = self.world.dogwood
        base = self._base(data, partner, customer)
        terms = self._terms(data)
        by = self.world.agent(partner)

        def order():
            return subscribe(
                by=by,
                partner=Partner.objects.get(pk=partner),
                customer=Customer.objects.get(pk=customer),
                reseller=reseller,
                base_subscription=Subscription.objects.get(pk=base) if base else None,
                unit_price=Decimal("5.10"),
                currency="EUR",
                **terms,
            )

        sold = self.make("sell", order, orders=True)
        if base and not isinstance(sold, Refusal):
            self.reached["sell an add-on"] += 1

    @act()
    def sell_directly(self, data: Any) -> None:
        customer = self.pick(data, self.world.customers, "customer").pk
        terms = self._terms(data)

        def order():
            return subscribe_directly(
                by=self.world.operator,
                customer=Customer.objects.get(pk=customer),
                unit_price=Decimal("5.10"),
                currency="EUR",
                billing_cycle=BillingCycle.MONTHLY,
                reason="by telephone",
                **terms,
            )

        self.make("sell directly", order, orders=True)

    def _move(self, data: Any, kind: str, key: int) -> Any:
        number = self.next_number()
        if kind == "quantity":
            return lambda row, **who: changing.change_quantity(row, 10 + number, **who)
        if kind == "suspend":
            why = self.pick(data, REASONS, "why")
            return lambda row, **who: changing.suspend(row, why, **who)
        if kind == "rename":
            return lambda row, **who: changing.rename(row, f"Name {number}", **who)
        if kind == "auto renew":
            on = not self.rows.of(Subscription)[key].auto_renew
            return lambda row, **who: changing.switch_auto_renew(row, on=on, **who)
        return {"reactivate": changing.reactivate, "cancel": changing.cancel}[kind]

    def _fitting(self, kind: str) -> list:
        """Those whose state lets it be done, as far as the state alone says."""
        state = {"reactivate": "suspended", "suspend": "active"}.get(kind)
        rows = self.subscriptions()
        if kind == "cancel":
            return sorted(rows, key=lambda row: row.ordered_at, reverse=True)[:3]
        return [row for row in rows if state in (None, row.state)]

    def _base(self, data: Any, partner: int, customer: int) -> int | None:
        sold = [
            row.id
            for row in self.rows.where(Subscription, seller_id=partner, customer_id=customer)
            if row.state == "active"
        ]
        return self.pick(data, sold, "base") if sold and self.now_and_then(data) else None

    def _terms(self, data: Any) -> dict[str, Any]:
        return {
            "offer": self.pick(data, self.world.offers, "offer"),
            "quantity": 3,
            "term_length": self.pick(data, LENGTHS, "length"),
            "auto_renew": not self.now_and_then(data),
        }
