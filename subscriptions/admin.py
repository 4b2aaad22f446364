"""Staff add and edit services and offers with a reason, and look at subscriptions."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.moves_admin import MovesAdmin
from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin, Table, yes_or_no

from . import cataloguing
from .models import Offer, Service, Subscription, SubscriptionChange
from .models.subscription import STAMPS


def in_plain_words(parts: dict[str, Any]) -> Table:
    """The text that customers read, to look at: it is a part of the program."""
    return Table(
        title=_t("In plain words"),
        headings=[_t("Part"), _t("What customers read")],
        rows=list(parts.items()),
        nothing=_t("There is no text of ours for what staff added. Pages show the name alone."),
    )


class CatalogueAdmin(MovesAdmin):
    """Entries of the catalogue: their ids never change."""

    def enter(self, form: Any, *, by: Actor, reason: str) -> Any:
        cataloguing.enter(form.instance, by=by, reason=reason)
        return form.instance

    def edit(self, row: Any, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        cataloguing.edit(row, changes, by=by, reason=reason)


@admin.register(Service)
class ServiceAdmin(CatalogueAdmin):
    purpose = _("Product families: administration is given by service.")
    list_display = ["name", "key"]
    search_fields = ["name", "key"]
    entered = edited = [(None, {"fields": ["name", "key"]})]
    fixed = ("key",)

    def tables(self, request: HttpRequest, row: Service) -> Iterable[Table]:
        text = row.text
        yield in_plain_words(
            {
                _t("What it is"): text.summary,
                _t("Who administers it can"): text.can,
                _t("Who administers it cannot"): text.cannot,
                _t("Risk"): text.risk,
            }
            if text
            else {}
        )
        yield timeline(about(("service", row.key)))


@admin.register(Offer)
class OfferAdmin(CatalogueAdmin):
    purpose = _("What can be bought; each belongs to one service.")
    list_display = ["name", "sku", "service", "offer_id"]
    list_filter = ["service"]
    list_select_related = ["service"]
    search_fields = ["name", "=sku", "=offer_id"]
    entered = edited = [(None, {"fields": ["name", "service", "sku", "offer_id"]})]
    fixed = ("offer_id",)

    def tables(self, request: HttpRequest, row: Offer) -> Iterable[Table]:
        yield timeline(about(("offer", row.offer_id)))


@admin.register(Subscription)
class SubscriptionAdmin(LookOnlyAdmin):
    purpose = _("What customers have bought, with every change of it.")
    list_display = ["name", "customer", "service", "sold_by", "quantity", "state", "term_end"]
    list_display_links = ["name"]
    list_filter = ["state", "service"]
    search_fields = [
        "=public_id",
        "=customer__tenant_id",
        "=seller__tenant_id",
        "customer__name",
        "friendly_name",
    ]
    search_help_text = _("By customer, friendly name, or an exact public id or tenant id.")
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": ["customer", "offer", "service", "friendly_name", "public_id"]}),
        (
            _("Parties"),
            {"fields": ["sold_by", "partner_of_record", "reseller_of_record", "base_subscription"]},
        ),
        (
            _("Terms"),
            {
                "fields": [
                    "ordered_at",
                    "term_start",
                    "term_end",
                    "term_length",
                    "billing_cycle",
                    "price",
                    "agreement_version",
                ]
            },
        ),
    ]
    labels = {
        "public_id": _("public id"),
        "customer": _("customer"),
        "offer": _("offer"),
        "service": _("service"),
        "suspension_reason": _("reason of the suspension"),
        "partner_of_record": _("partner of record"),
        "reseller_of_record": _("reseller of record"),
        "base_subscription": _("base subscription"),
        "suspended_at": _("suspended"),
        "cancelled_at": _("cancelled"),
        "expired_at": _("expired"),
        "disabled_at": _("disabled"),
        "deleted_at": _("deleted"),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return (
            super()
            .get_queryset(request)
            .select_related(
                "customer", "offer", "service", "seller", "partner_of_record", "reseller_of_record"
            )
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        what, *others = self.fieldsets
        stamps = [stamp for stamp in STAMPS if getattr(obj, stamp)]
        reason = ["suspension_reason"] if obj.suspension_reason else []
        state = ["state", *reason, *stamps, "quantity", "renews"]
        return [what, (_("State"), {"fields": state}), *others]

    @admin.display(description=_("subscription"))
    def name(self, subscription: Subscription) -> str:
        return str(subscription)

    @admin.display(description=_("seller"), ordering="seller__name")
    def sold_by(self, subscription: Subscription) -> str:
        return subscription.seller.name if subscription.seller else _t("the operator")

    @admin.display(description=_("auto renew"))
    def renews(self, subscription: Subscription) -> str:
        return yes_or_no(subscription.auto_renew)

    @admin.display(description=_("unit price"))
    def price(self, subscription: Subscription) -> str:
        return f"{subscription.unit_price:f} {subscription.currency}"

    def tables(self, request: HttpRequest, row: Subscription) -> Iterable[Table]:
        changes = SubscriptionChange.objects.filter(subscription=row.public_id)
        changes = changes.select_related("actor__user", "seller").order_by("-number")
        yield Table(
            title=_t("Changes"),
            headings=[
                _t("Number"),
                _t("When"),
                _t("Change"),
                _t("Made by"),
                _t("Who"),
                _t("Reason"),
            ],
            rows=[
                [
                    change.number,
                    change.at,
                    change.get_kind_display(),
                    change.seller.name if change.seller else change.get_made_by_display(),
                    change.actor.label,
                    change.reason,
                ]
                for change in changes
            ],
            nothing=_t("There is no change, which must never be."),
        )
        yield timeline(about(("subscription", row.public_id)))
