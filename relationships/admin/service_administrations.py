"""Staff look at which partner administers which service for which customer (rule R26)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..models import AdminRelationship, ServiceAdministration


class RunningFilter(admin.SimpleListFilter):
    """Whether the partner administers the service still."""

    title = _("status")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("running")), ("no", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(ended_at__isnull=self.value() == "yes")


@admin.register(ServiceAdministration)
class ServiceAdministrationAdmin(LookOnlyAdmin):
    purpose = _("Which partner that sells administers a service: one for each customer.")
    list_display = ["name", "customer", "service", "partner", "started_at", "ended_at"]
    list_display_links = ["name"]
    list_filter = [RunningFilter, "service"]
    list_select_related = ["customer", "service", "partner"]
    page_related = (
        "partner",
        "customer",
        "service",
        "decision__request",
        "decision__customer",
        "ended_by__user",
    )
    search_fields = [
        "=customer__tenant_id",
        "=partner__tenant_id",
        "customer__name",
        "partner__name",
    ]
    search_help_text = _("By partner, customer, or an exact tenant id.")
    ordering = ["-started_at", "-id"]
    fieldsets = [
        (None, {"fields": ["customer", "service", "partner"]}),
        (
            _("Who and when"),
            {"fields": ["started_at", "decision", "ended_at", "ended_by", "ended_because"]},
        ),
    ]
    labels = {
        "customer": _("customer"),
        "service": _("service"),
        "partner": _("partner"),
        "decision": _("decision"),
        "ended_by": _("ended by"),
        "ended_because": _("ended because"),
    }

    @admin.display(description=_("service administration"))
    def name(self, administration: ServiceAdministration) -> str:
        return str(administration)

    def tables(self, request: HttpRequest, row: ServiceAdministration) -> Iterable[Table]:
        grants = AdminRelationship.objects.filter(partner=row.partner, customer=row.customer)
        subjects = [
            ("admin_relationship", public_id)
            for public_id in grants.order_by("-pk").values_list("public_id", flat=True)[:50]
        ]
        if row.decision:
            subjects.append(("decision", row.decision.public_id))
        yield timeline(about(*subjects))
