"""Staff look at the certificates of every customer."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from audit.timeline import timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..certificates import act_of
from ..models import Certificate


@admin.register(Certificate)
class CertificateAdmin(LookOnlyAdmin):
    purpose = _("Proofs that an act moved nothing but the relationship.")
    list_display = ["act", "customer", "count", "at"]
    list_display_links = ["act"]
    list_select_related = ["customer", "event"]
    page_related = ("customer", "event")
    search_fields = ["customer__name", "=customer__tenant_id", "=public_id", "=event__public_id"]
    search_help_text = _("By customer, or the exact id of a tenant, a certificate or an event.")
    ordering = ["-at", "-id"]
    fieldsets = [
        (None, {"fields": ["customer", "act", "at", "public_id"]}),
        (_("Proof"), {"fields": ["count", "root", "format_version", "account_form"]}),
    ]
    labels = {
        "customer": _("customer"),
        "public_id": _("public id"),
        "format_version": _("version of the format"),
        "account_form": _("account"),
    }

    def title_of(self, row: Certificate) -> str:
        return f"{act_of(row)}, {row.customer}"

    @admin.display(description=_("act"))
    def act(self, certificate: Certificate) -> str:
        return act_of(certificate)

    def tables(self, request: HttpRequest, row: Certificate) -> Iterable[Table]:
        yield Table(
            title=_t("Signatures"),
            headings=[_t("Key"), _t("Signed text")],
            rows=list(row.signatures.order_by("pk").values_list("key_id", "signed_text")),
            nothing=_t("It has not been signed yet."),
        )
        yield timeline(Event.objects.filter(pk=row.event_id))
