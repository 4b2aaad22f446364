"""Staff look at who may sell to whom."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..models import ResellerRelationship


@admin.register(ResellerRelationship)
class ResellerRelationshipAdmin(LookOnlyAdmin):
    purpose = _("Which partner may sell to which customer.")
    list_display = ["name", "partner", "customer", "state", "started_at", "ended_at"]
    list_display_links = ["name"]
    list_filter = ["status"]
    list_select_related = ["partner", "customer"]
    page_related = (
        "partner",
        "customer",
        "winding_down_by__user",
        "decision__request",
        "decision__customer",
        "ended_by__user",
    )
    search_fields = [
        "=public_id",
        "=customer__tenant_id",
        "=partner__tenant_id",
        "customer__name",
        "partner__name",
    ]
    search_help_text = _("By partner, customer, or an exact public id or tenant id.")
    ordering = ["-started_at", "-id"]
    fieldsets = [
        (None, {"fields": ["partner", "customer", "decision", "public_id"]}),
        (
            _("State"),
            {
                "fields": [
                    "status",
                    "started_at",
                    "winding_down_at",
                    "winding_down_by",
                    "ended_at",
                    "ended_by",
                    "ended_because",
                    "version",
                ]
            },
        ),
    ]
    labels = {
        "partner": _("partner"),
        "customer": _("customer"),
        "decision": _("decision"),
        "public_id": _("public id"),
        "status": _("status"),
        "winding_down_at": _("winding down since"),
        "winding_down_by": _("wound down by"),
        "ended_by": _("ended by"),
        "ended_because": _("ended because"),
        "version": _("version"),
    }

    @admin.display(description=_("reseller relationship"))
    def name(self, relationship: ResellerRelationship) -> str:
        return str(relationship)

    @admin.display(description=_("status"), ordering="status")
    def state(self, relationship: ResellerRelationship) -> str:
        return str(relationship.get_status_display())

    def tables(self, request: HttpRequest, row: ResellerRelationship) -> Iterable[Table]:
        yield timeline(
            about(
                ("reseller_relationship", row.public_id),
                *(
                    ("decision", public_id)
                    for public_id in row.decisions.values_list("public_id", flat=True)[:50]
                ),
            )
        )
