"""Staff look at subscriptions, begin them, and change those that the operator sold itself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.move_pages import Move, MovePagesAdmin, Part
from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table, yes_or_no
from subscriptions.admin.import_page import ImportPage
from subscriptions.admin.subscribe_page import SubscribePage
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.models.subscription import STAMPS

from ..subscription_moves import MOVES, why_not
from .subscription_moves import STAFF_MOVES


@admin.register(Subscription)
class SubscriptionAdmin(MovePagesAdmin, SubscribePage, ImportPage, LookOnlyAdmin):
    """Nobody edits a row: it changes by a move of its seller, or of the operator where none is."""

    purpose = _("What customers have bought; import, and change what the operator sold.")
    moves = STAFF_MOVES
    list_display = ["name", "customer", "service", "sold_by", "quantity", "state", "term_end"]
    list_display_links = ["name"]
    page_related = ("base_subscription__offer", "last_change")
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

    def note(self, row: Subscription) -> str:
        return _t("Only its seller changes this subscription.") if row.seller else ""

    def told(self, row: Subscription) -> str:
        return f"{row} · {row.customer.name} · {row.customer.primary_domain}"

    def label_of(self, move: Move, rows: list[Subscription]) -> str:
        return MOVES[move.name].label_for(rows[0])

    def form_of(self, move: Move, rows: list[Subscription], data: Any) -> forms.Form:
        form: Any = move.form
        return form(data, subscription=rows[0])

    def parts(self, move: Move, rows: list[Subscription]) -> list[Part]:
        effects = MOVES[move.name].effects(rows[0], timezone.now())
        return [
            Part(_t("What begins"), effects.starts),
            Part(_t("What ends"), effects.ends),
            Part(_t("What stays"), effects.stays),
        ]

    def done(self, move: Move, rows: list[Subscription]) -> str:
        return f"{rows[0]}: {move.done}"

    def unfit(self, move: Move, chosen: list[Subscription]) -> str:
        return self.note(chosen[0]) or why_not(MOVES[move.name], chosen[0], timezone.now())

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
