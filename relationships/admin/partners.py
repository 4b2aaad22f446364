"""Staff enrol, edit, verify, suspend and restore partners; nobody deletes one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.filters import CountryFilter

from accounts.models import Actor
from accounts.move_pages import MovePagesAdmin
from accounts.moves_admin import MovesAdmin
from audit.timeline import about, timeline
from partnercenter.lib.staff_tables import Table
from partnercenter.lib.tick_list import TickList
from partners.editing import edit_partner
from partners.models import Partner

from ..models import Decision, RelationshipRequest
from .organisation_form import OrganisationForm
from .partner_moves import MOVES
from .tables import RELATED, elsewhere, invitations, own_log, people


class PartnerForm(OrganisationForm):
    """A partner, and the countries in which it may sell."""

    markets = forms.MultipleChoiceField(
        label=_("Markets"),
        choices=lambda: list(countries),
        required=False,
        widget=TickList(_("Markets")),
        help_text=_("Where it may sell; its own country is always one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["markets"] = [
                str(market.country) for market in self.instance.markets.all()
            ]


class VerifiedFilter(admin.SimpleListFilter):
    """Whether staff have vouched for the partner."""

    title = _("verified")
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("not yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(verified_at__isnull=self.value() == "no")


@admin.register(Partner)
class PartnerAdmin(MovePagesAdmin, MovesAdmin):
    purpose = _("Enrol, verify, suspend and restore; invite the first global admin.")
    form = PartnerForm
    moves = MOVES
    list_display = ["name", "kind", "country", "primary_domain", "verified", "status"]
    list_filter = ["status", VerifiedFilter, "kind", ("country", CountryFilter)]
    search_fields = ["name", "primary_domain", "=tenant_id"]
    search_help_text = _("By name, domain, or exact tenant id.")
    ordering = ["name", "id"]
    entered = [
        (_("Who"), {"fields": ["name", "primary_domain", "country", "tenant_id", "slug"]}),
        (_("What it does"), {"fields": ["kind", "programme_id", "markets"]}),
    ]
    fixed = (
        "primary_domain",
        "tenant_id",
        "slug",
        "kind",
        "status",
        "created_at",
        "verified_at",
        "verified_by",
        "suspended_at",
        "suspended_by",
        "suspension_reason",
        "sells_in",
    )
    labels = {"verified_by": _("verified by"), "suspended_by": _("suspended by")}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        markets = "markets" if self.has_change_permission(request, obj) else "sells_in"
        state = ["status", "kind", "created_at", "verified_at", "verified_by"]
        if obj.suspended_at:
            state += ["suspended_at", "suspended_by", "suspension_reason"]
        return [
            (_("State"), {"fields": state}),
            (_("Identity"), {"fields": ["primary_domain", "tenant_id", "slug"]}),
            (_("Profile"), {"fields": ["name", "country", "programme_id", markets]}),
            *fieldsets,
        ]

    @admin.display(description=_("verified"), ordering="verified_at")
    def verified(self, partner: Partner) -> str:
        return _t("yes") if partner.verified else _t("not yet")

    @admin.display(description=_("markets"))
    def sells_in(self, partner: Partner) -> str:
        return ", ".join(sorted(str(market) for market in partner.markets.all()))

    def told(self, row: Partner) -> str:
        return f"{row.name} · {row.primary_domain} · {row.get_kind_display()}"

    def enter(self, form: Any, *, by: Actor, reason: str) -> Partner:
        return Partner.objects.add(by=by, reason=reason, **form.given())

    def edit(self, row: Partner, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        markets = changes.pop("markets", None)
        edit_partner(row, changes, by=by, reason=reason, markets=markets)

    def tables(self, request: HttpRequest, row: Partner) -> Iterable[Table]:
        yield people(row)
        yield invitations(row)
        yield Table(
            title=_t("Kinds"),
            headings=[_t("From"), _t("Kind"), _t("By")],
            rows=[
                [change.at, change.get_kind_display(), change.by.label]
                for change in row.kind_changes.select_related("by__user")
            ],
            nothing="",
        )
        yield elsewhere(row, RelationshipRequest, Decision, *RELATED)
        yield timeline(about(("partner", row.tenant_id)), more=own_log("partner", row))
