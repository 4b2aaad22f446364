"""Staff look at what customers decided, and at who signed it."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..models import Decision
from .tables import terms_in_words


@admin.register(Decision)
class DecisionAdmin(LookOnlyAdmin):
    purpose = _("What customers answered, and who signed.")
    list_display = ["name", "customer", "asked_by", "state", "opened_at", "decided_at"]
    list_display_links = ["name"]
    list_filter = ["status"]
    list_select_related = ["customer", "request__partner"]
    page_related = (
        "customer",
        "request__partner",
        "opened_by__user",
        "assigned_to__user",
        "assigned_to__customer",
        "granted_terms",
        "reseller_relationship__partner",
        "reseller_relationship__customer",
        "admin_relationship",
    )
    page_prefetched = ("granted_terms__roles", "granted_terms__planned_groups")
    search_fields = [
        "=public_id",
        "=customer__tenant_id",
        "=request__partner__tenant_id",
        "customer__name",
        "request__name",
    ]
    search_help_text = _("By customer, request, or an exact public id or tenant id.")
    ordering = ["-opened_at", "-id"]
    fieldsets = [
        (None, {"fields": ["customer", "request", "asked_by", "public_id"]}),
        (
            _("Answer"),
            {"fields": ["status", "selling", "administration", "granted", "reason"]},
        ),
        (_("What it made"), {"fields": ["reseller_relationship", "admin_relationship"]}),
        (
            _("Who and when"),
            {"fields": ["opened_at", "opened_by", "assigned_to", "decided_at"]},
        ),
        (
            _("What was read"),
            {"fields": ["content", "content_digest", "language", "texts_version"]},
        ),
    ]
    labels = {
        "customer": _("customer"),
        "request": _("request"),
        "public_id": _("public id"),
        "status": _("status"),
        "selling": _("selling"),
        "administration": _("administration"),
        "reseller_relationship": _("reseller relationship"),
        "opened_by": _("opened by"),
        "assigned_to": _("passed on to"),
        "content": _("content"),
        "content_digest": _("digest of the content"),
        "language": _("language"),
        "texts_version": _("version of the texts"),
    }

    @admin.display(description=_("request"), ordering="request__name")
    def name(self, decision: Decision) -> str:
        return decision.request.name

    @admin.display(description=_("asked by"), ordering="request__partner__name")
    def asked_by(self, decision: Decision) -> str:
        return decision.request.partner.name

    @admin.display(description=_("status"), ordering="status")
    def state(self, decision: Decision) -> str:
        return str(decision.get_status_display())

    @admin.display(description=_("granted"))
    def granted(self, decision: Decision) -> str:
        return terms_in_words(decision.granted_terms)

    @admin.display(description=_("admin relationship"))
    def admin_relationship(self, decision: Decision) -> str:
        made = getattr(decision, "admin_relationship", None)
        return str(made) if made else ""

    def tables(self, request: HttpRequest, row: Decision) -> Iterable[Table]:
        yield Table(
            title=_t("Signatures"),
            headings=[
                _t("Who"),
                _t("When"),
                _t("Signed in again"),
                _t("Digest of the content"),
                _t("Digest of what was granted"),
            ],
            rows=[
                [
                    signature.actor.label,
                    signature.at,
                    signature.signed_in_again_at,
                    signature.content_digest,
                    signature.granted_digest,
                ]
                for signature in row.signatures.select_related("actor__user").order_by("pk")
            ],
            nothing=_t("Nobody has signed."),
        )
        yield timeline(about(("decision", row.public_id), ("request", row.request.public_id)))
