"""Staff look at what partners ask; the link itself is shown to nobody but its partner."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table, link_to, yes_or_no

from ..models import RelationshipRequest
from .tables import terms_in_words


@admin.register(RelationshipRequest)
class RelationshipRequestAdmin(LookOnlyAdmin):
    purpose = _("What partners ask of customers.")
    list_display = ["name", "partner", "kind_of_request", "state", "created_at", "expires_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["partner"]
    page_related = (
        "partner",
        "administrator",
        "terms",
        "created_by__user",
        "sent_by__user",
        "closed_by__user",
    )
    page_prefetched = ("terms__roles", "terms__planned_groups")
    search_fields = ["name", "=public_id", "partner__name", "=partner__tenant_id"]
    search_help_text = _("By name, partner, or an exact public id or tenant id.")
    ordering = ["-created_at", "-id"]
    fieldsets = [
        (None, {"fields": ["partner", "administrator", "kind", "name", "reason", "public_id"]}),
        (_("What it asks"), {"fields": ["sells", "asked"]}),
        (
            _("To whom"),
            {"fields": ["addressed_email", "addressed_tenant_id", "addressed_domain"]},
        ),
        (
            _("State"),
            {
                "fields": [
                    "status",
                    "created_at",
                    "created_by",
                    "sent_at",
                    "sent_by",
                    "expires_at",
                    "closed_at",
                    "closed_by",
                    "version",
                ]
            },
        ),
        (_("Words of the mail"), {"fields": ["first_paragraph", "second_paragraph"]}),
    ]
    labels = {
        "partner": _("partner"),
        "administrator": _("who shall administer"),
        "kind": _("kind"),
        "public_id": _("public id"),
        "addressed_email": _("e-mail address"),
        "addressed_tenant_id": _("tenant id"),
        "addressed_domain": _("domain"),
        "status": _("status"),
        "created_by": _("created by"),
        "sent_by": _("sent by"),
        "closed_by": _("closed by"),
        "version": _("version"),
        "first_paragraph": _("first paragraph"),
        "second_paragraph": _("second paragraph"),
    }

    @admin.display(description=_("kind"), ordering="kind")
    def kind_of_request(self, asked: RelationshipRequest) -> str:
        return str(asked.get_kind_display())

    @admin.display(description=_("status"), ordering="status")
    def state(self, asked: RelationshipRequest) -> str:
        return str(asked.get_status_display())

    @admin.display(description=_("selling"))
    def sells(self, asked: RelationshipRequest) -> str:
        return yes_or_no(asked.asks_selling)

    @admin.display(description=_("administration"))
    def asked(self, asked: RelationshipRequest) -> str:
        return terms_in_words(asked.terms)

    def tables(self, request: HttpRequest, row: RelationshipRequest) -> Iterable[Table]:
        decisions = list(row.decisions.select_related("customer").order_by("pk")[:50])
        yield Table(
            title=_t("Decisions"),
            headings=[_t("Customer"), _t("Status"), _t("Opened"), _t("Decided")],
            rows=[
                [
                    link_to(decision, decision.customer.name),
                    decision.get_status_display(),
                    decision.opened_at,
                    decision.decided_at,
                ]
                for decision in decisions
            ],
            nothing=_t("No customer has opened it."),
        )
        yield timeline(
            about(
                ("request", row.public_id),
                *(("decision", decision.public_id) for decision in decisions),
            )
        )
