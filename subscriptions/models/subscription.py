import secrets
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import Lockable
from partners.models import Partner

from .catalogue import Offer, Service
from .change import MadeBy, SubscriptionChange
from .states import BillingCycle, SubscriptionState, SuspensionReason, TermLength

# Design section 4, layer 1. Every column is in one of the two lists, or is the row's own key.
FROZEN = (
    "public_id",
    "customer",
    "offer",
    "service",
    "seller",
    "partner_of_record",
    "reseller_of_record",
    "base_subscription",
    "ordered_at",
    "term_start",
    "term_length",
    "billing_cycle",
    "unit_price",
    "currency",
    "agreement_version",
)
LIVE = (
    "quantity",
    "state",
    "suspension_reason",
    "suspended_at",
    "cancelled_at",
    "expired_at",
    "disabled_at",
    "deleted_at",
    "auto_renew",
    "friendly_name",
    "term_end",
    "last_change",
)
# What the canonical form of a row says, each column by its own name.
FORM_COLUMNS = tuple(name for name in (*FROZEN, *LIVE) if name != "last_change")
STAMPS = ("suspended_at", "cancelled_at", "expired_at", "disabled_at", "deleted_at")


# Which states a stamp may stand in, and which state demands it (rule R71).
STAMPED = {
    "suspended_at": ("suspended", ("suspended", "disabled", "deleted")),
    "cancelled_at": ("cancelled", ("cancelled", "deleted")),
    "expired_at": ("expired", ("expired", "disabled", "deleted")),
    "disabled_at": ("disabled", ("disabled", "deleted")),
    "deleted_at": ("deleted", ("deleted",)),
}


def stamp_constraints() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            name=f"subscriptions_subscription_{stamp}",
            condition=Q(**{f"{stamp}__isnull": False, "state__in": allowed})
            | (Q(**{f"{stamp}__isnull": True}) & ~Q(state=demanding)),
        )
        for stamp, (demanding, allowed) in STAMPED.items()
    ]


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, user) -> Self:
        """The customer's own people see all of the customer's; a seller's people see its own."""
        if user.is_staff and user.has_perm("subscriptions.view_subscription"):
            return self
        return self.filter(
            Q(customer__in=Customer.objects.visible_to(user))
            | Q(seller__in=Partner.objects.visible_to(user))
        )

    def live(self) -> Self:
        """Active or suspended: what a reseller relationship still stands for."""
        return self.filter(state__in=[SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED])

    def with_parties(self) -> Self:
        return self.select_related(
            "customer",
            "offer",
            "service",
            "seller",
            "partner_of_record",
            "reseller_of_record",
            "base_subscription",
        )


class Subscription(Lockable):
    """A bought offer: who sold it, on which terms, and in which state it is."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="subscriptions")
    service = models.ForeignKey(Service, models.PROTECT, related_name="subscriptions")
    seller = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="sold_subscriptions"
    )
    partner_of_record = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reseller_of_record = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+"
    )
    base_subscription = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="add_ons"
    )
    ordered_at = models.DateTimeField(_("ordered"))
    term_start = models.DateTimeField(_("term start"))
    term_length = models.CharField(_("term length"), max_length=10, choices=TermLength)
    billing_cycle = models.CharField(_("billing cycle"), max_length=10, choices=BillingCycle)
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    agreement_version = models.CharField(_("agreement version"), max_length=20)

    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])
    state = models.CharField(
        _("state"), max_length=20, choices=SubscriptionState, default=SubscriptionState.ACTIVE
    )
    suspension_reason = models.CharField(max_length=20, choices=SuspensionReason, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    auto_renew = models.BooleanField(_("auto renew"), default=True)
    friendly_name = models.CharField(_("friendly name"), max_length=100, blank=True)
    term_end = models.DateTimeField(_("term end"))
    last_change = models.OneToOneField(SubscriptionChange, models.PROTECT, related_name="+")

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            models.Index(fields=["customer", "public_id"], name="subscriptions_by_customer"),
            models.Index(
                fields=["customer", "-ordered_at", "-id"], name="subscriptions_of_customer"
            ),
            models.Index(fields=["seller", "-ordered_at", "-id"], name="subscriptions_of_seller"),
            models.Index(
                fields=["state", "term_end"],
                condition=~Q(state=SubscriptionState.DELETED),
                name="subscriptions_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="subscriptions_subscription_quantity", condition=Q(quantity__gte=1)
            ),
            models.CheckConstraint(
                name="subscriptions_subscription_term", condition=Q(term_end__gt=F("term_start"))
            ),
            models.CheckConstraint(
                name="subscriptions_subscription_suspension_has_a_reason",
                condition=Q(suspended_at__isnull=True, suspension_reason="")
                | (Q(suspended_at__isnull=False) & ~Q(suspension_reason="")),
            ),
            *stamp_constraints(),
        ]

    def __str__(self) -> str:
        return self.friendly_name or self.offer.name

    def canonical_form(self) -> str:
        """
        The row as one exact text: every frozen and live column but the last change itself.

        Parties stand as their tenant ids, an offer as its offer id, a service as its key; times
        are UTC with microseconds, the price has four decimals (`docs/certificate.md`).
        """

        base = self.base_subscription
        named = {
            "customer": self.customer.tenant_id,
            "offer": self.offer.offer_id,
            "service": self.service.key,
            "seller": _tenant_id(self.seller),
            "partner_of_record": _tenant_id(self.partner_of_record),
            "reseller_of_record": _tenant_id(self.reseller_of_record),
            "base_subscription": base.public_id if base else None,
        }
        return form_of(
            {name: named[name] if name in named else getattr(self, name) for name in FORM_COLUMNS}
        )

    def next_number(self) -> int:
        """One more than the highest, so that a change which nobody applied stops no later one."""
        changes = SubscriptionChange.objects.filter(subscription=self.public_id)
        return (changes.aggregate(highest=Max("number"))["highest"] or 0) + 1

    def write_change(
        self,
        kind: str,
        *,
        made_by: str,
        by: Actor,
        at: datetime,
        reason: str = "",
    ) -> SubscriptionChange:
        """Append the change that brings this subscription to how it stands in memory."""
        form, salt = self.canonical_form(), secrets.token_hex(32)
        return SubscriptionChange.objects.create(
            subscription=self.public_id,
            number=self.next_number(),
            kind=kind,
            made_by=made_by,
            seller=self.seller if made_by == MadeBy.SELLER else None,
            actor=by,
            at=at,
            reason=reason,
            canonical_form=form,
            salt=salt,
            digest=leaf(form, salt),
        )


def form_of(values: dict[str, Any]) -> str:
    """The exact text of a row of which the columns are given, what they refer to by its id."""
    return canonical(values | {"unit_price": f"{values['unit_price']:.4f}"})


def _tenant_id(partner: Partner | None) -> UUID | None:
    return partner.tenant_id if partner else None


def leaf(form: str, salt: str) -> str:
    """The digest of one leaf: SHA-256(0x00 ‖ salt ‖ canonical form), in hexadecimal."""
    return digest(b"\x00", bytes.fromhex(salt), form)
