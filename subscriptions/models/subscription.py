import secrets
from datetime import datetime
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from audit.log import Side, record
from customers.models import Customer
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.ids import uuid7
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import Lockable, moment
from partners.models import Partner

from .catalogue import Offer, Service
from .change import ChangeKind, MadeBy, SubscriptionChange

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
STAMPS = ("suspended_at", "cancelled_at", "expired_at", "disabled_at", "deleted_at")


class SubscriptionState(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    DISABLED = "disabled", _("disabled")
    DELETED = "deleted", _("deleted")


class SuspensionReason(models.TextChoices):
    """The three reasons of rule R67."""

    CUSTOMER_REQUEST = "customer_request", _("the customer asked for it")
    NON_PAYMENT = "non_payment", _("non-payment")
    MISUSE = "misuse", _("fraud or misuse")


class BillingCycle(models.TextChoices):
    MONTHLY = "monthly", _("monthly")
    ANNUAL = "annual", _("annual")
    TERM = "term", _("once a term")


class TermLength(models.TextChoices):
    """ISO 8601 durations."""

    ONE_MONTH = "P1M", _("1 month")
    ONE_YEAR = "P1Y", _("1 year")
    THREE_YEARS = "P3Y", _("3 years")


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

    @transaction.atomic
    def import_one(
        self, *, by: Actor, reason: str, at: datetime | None = None, **fields: Any
    ) -> "Subscription":
        """The operator enters a subscription that existed before; never over an existing one."""
        if not by.has_perm("subscriptions.add_subscription"):
            raise PermissionDenied
        if not reason:
            raise Refused(_t("An import needs a reason."))
        fields["customer"].lock()
        at = moment(at)
        fields.setdefault("service", fields["offer"].service)
        subscription = self.model(**fields)
        change = subscription.write_change(
            ChangeKind.IMPORT, made_by=MadeBy.OPERATOR, by=by, at=at, reason=reason, number=1
        )
        subscription.last_change = change
        subscription.save(force_insert=True)
        record(
            "subscription.imported",
            by=by,
            at=at,
            side=Side.OPERATOR,
            subject=("subscription", str(subscription.public_id)),
            customer=subscription.customer.party,
            partner=subscription.seller.party if subscription.seller else None,
            details={"change": str(change.public_id), "reason": reason},
        )
        return subscription


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
        indexes = [models.Index(fields=["customer", "public_id"], name="subscriptions_by_customer")]
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

        def tenant(party: Partner | Customer | None) -> str | None:
            return str(party.tenant_id) if party else None

        base = self.base_subscription
        form: dict[str, Any] = {
            "customer": tenant(self.customer),
            "offer": str(self.offer.offer_id),
            "service": self.service.key,
            "seller": tenant(self.seller),
            "partner_of_record": tenant(self.partner_of_record),
            "reseller_of_record": tenant(self.reseller_of_record),
            "base_subscription": str(base.public_id) if base else None,
            "unit_price": f"{self.unit_price:.4f}",
        }
        for name in (*FROZEN, *LIVE):
            if name not in form and name != "last_change":
                form[name] = getattr(self, name)
        return canonical(form)

    def write_change(
        self,
        kind: str,
        *,
        made_by: str,
        by: Actor,
        at: datetime,
        number: int,
        reason: str = "",
    ) -> SubscriptionChange:
        """Append the change that brings this subscription to how it stands in memory."""
        form, salt = self.canonical_form(), secrets.token_hex(32)
        return SubscriptionChange.objects.create(
            subscription=self.public_id,
            number=number,
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


def leaf(form: str, salt: str) -> str:
    """The digest of one leaf: SHA-256(0x00 ‖ salt ‖ canonical form), in hexadecimal."""
    return digest(b"\x00", bytes.fromhex(salt), form)
