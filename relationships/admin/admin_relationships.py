"""Staff look at grants of administration: their roles, and the groups that hold them."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..models import AdminRelationship
from .tables import terms_in_words


@admin.register(AdminRelationship)
class AdminRelationshipAdmin(LookOnlyAdmin):
    purpose = _("What each partner may administer for each customer, and until when.")
    list_display = ["name", "partner", "customer", "state", "activated_on", "ends_on"]
    list_filter = ["status"]
    list_select_related = ["partner", "customer"]
    page_related = (
        "partner",
        "customer",
        "asked_terms",
        "granted_terms",
        "request",
        "decision__request",
        "decision__customer",
        "supersedes",
        "ended_by__user",
        "paused_by__user",
        "extension_wished_by__user",
        "extension_allowed_by__user",
    )
    page_prefetched = (
        "asked_terms__roles",
        "asked_terms__planned_groups",
        "granted_terms__roles",
        "granted_terms__planned_groups",
    )
    search_fields = [
        "name",
        "=public_id",
        "=customer__tenant_id",
        "=partner__tenant_id",
        "customer__name",
        "partner__name",
    ]
    search_help_text = _("By name, partner, customer, or an exact public id or tenant id.")
    ordering = ["-created_at", "-id"]
    fieldsets = [
        (None, {"fields": ["partner", "customer", "name", "public_id"]}),
        (_("Terms"), {"fields": ["asked", "granted"]}),
        (_("Where it comes from"), {"fields": ["request", "decision", "supersedes"]}),
        (
            _("State"),
            {
                "fields": [
                    "status",
                    "created_at",
                    "activated_at",
                    "ends_at",
                    "ended_at",
                    "ended_by",
                    "ended_because",
                    "paused_at",
                    "paused_by",
                    "version",
                ]
            },
        ),
        (
            _("Extension"),
            {
                "fields": [
                    "extension_wished_at",
                    "extension_wished_by",
                    "extension_allowed_at",
                    "extension_allowed_by",
                ]
            },
        ),
    ]
    labels = {
        "partner": _("partner"),
        "customer": _("customer"),
        "public_id": _("public id"),
        "request": _("request"),
        "decision": _("decision"),
        "supersedes": _("renews"),
        "status": _("status"),
        "created_at": _("created"),
        "activated_at": _("active since"),
        "ends_at": _("ends"),
        "ended_at": _("ended"),
        "ended_by": _("ended by"),
        "ended_because": _("ended because"),
        "paused_at": _("paused"),
        "paused_by": _("paused by"),
        "version": _("version"),
        "extension_wished_at": _("wished"),
        "extension_wished_by": _("wished by"),
        "extension_allowed_at": _("allowed"),
        "extension_allowed_by": _("allowed by"),
    }

    @admin.display(description=_("status"), ordering="status")
    def state(self, relationship: AdminRelationship) -> str:
        return str(relationship.get_status_display())

    @admin.display(description=_("active since"), ordering="activated_at")
    def activated_on(self, relationship: AdminRelationship) -> object:
        return relationship.activated_at

    @admin.display(description=_("ends"), ordering="ends_at")
    def ends_on(self, relationship: AdminRelationship) -> object:
        return relationship.ends_at

    @admin.display(description=_("asked"))
    def asked(self, relationship: AdminRelationship) -> str:
        return terms_in_words(relationship.asked_terms)

    @admin.display(description=_("granted"))
    def granted(self, relationship: AdminRelationship) -> str:
        return terms_in_words(relationship.granted_terms)

    def tables(self, request: HttpRequest, row: AdminRelationship) -> Iterable[Table]:
        yield _roles(row)
        yield _assignments(row)
        subjects = [("admin_relationship", row.public_id), ("request", row.request.public_id)]
        if row.decision:
            subjects.append(("decision", row.decision.public_id))
        yield timeline(about(*subjects))


def _roles(row: AdminRelationship) -> Table:
    granted = row.granted_roles.select_related("role__service", "removed_by__user")
    return Table(
        title=_t("Roles"),
        headings=[
            _t("Role"),
            _t("Service"),
            _t("Granted"),
            _t("Removed"),
            _t("By"),
            _t("Because"),
        ],
        rows=[
            [
                role.role.name,
                role.role.service.name,
                role.granted_at,
                role.removed_at,
                role.removed_by.label if role.removed_by else "",
                role.get_removed_because_display(),
            ]
            for role in granted.order_by("role__name")
        ],
        nothing=_t("No role has been granted."),
    )


def _assignments(row: AdminRelationship) -> Table:
    assignments = row.assignments.select_related(
        "group", "created_by__user", "deleted_by__user"
    ).prefetch_related("roles")
    return Table(
        title=_t("Assignments to groups"),
        headings=[
            _t("Group"),
            _t("Roles"),
            _t("Status"),
            _t("Assigned"),
            _t("By"),
            _t("Deleted"),
            _t("By"),
        ],
        rows=[
            [
                assignment.group.name,
                ", ".join(role.name for role in assignment.roles.all()),
                assignment.get_status_display(),
                assignment.created_at,
                assignment.created_by.label,
                assignment.deleted_at,
                assignment.deleted_by.label if assignment.deleted_by else "",
            ]
            for assignment in assignments.order_by("pk")
        ],
        nothing=_t("No group has been assigned a role."),
    )
