"""Staff look at what customers let partners ask, and at what was refused by it."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table, link_to

from ..models import RequestPolicy
from ..policy_rules import met_by

NEWEST = 50


@admin.register(RequestPolicy)
class RequestPolicyAdmin(LookOnlyAdmin):
    """The request code is read by nobody but the customer's own people."""

    purpose = _("What each customer lets partners ask, and what was refused by it.")
    list_display = ["customer", "who", "never_privileged", "second_person", "changed_at"]
    list_filter = ["who"]
    list_select_related = ["customer"]
    page_related = ("customer", "changed_by__user")
    search_fields = ["=customer__tenant_id", "customer__name"]
    search_help_text = _("By customer, or an exact tenant id.")
    ordering = ["-changed_at", "-id"]
    fieldsets = [
        (None, {"fields": ["customer"]}),
        (
            _("Rules"),
            {
                "fields": [
                    "who",
                    "most_roles",
                    "longest_days",
                    "never_privileged",
                    "second_person",
                    "quiet_days",
                    "code_since",
                ]
            },
        ),
        (_("Last change"), {"fields": ["changed_at", "changed_by", "version"]}),
    ]
    labels = {
        "customer": _("customer"),
        "code_since": _("demands a code since"),
        "changed_by": _("changed by"),
        "version": _("version"),
    }

    def tables(self, request: HttpRequest, row: RequestPolicy) -> Iterable[Table]:
        yield _listed(row)
        yield _refused(row)
        changes = about(("customer", row.customer.tenant_id))
        yield timeline(changes.filter(kind__startswith="customer.policy_"))


def _listed(policy: RequestPolicy) -> Table:
    places = policy.partners.select_related("partner", "added_by__user")
    return Table(
        title=_t("Partners on a list"),
        headings=[_t("Partner"), _t("List"), _t("Since"), _t("By")],
        rows=[
            [
                link_to(place.partner, place.partner.name),
                _t("allow list") if place.allowed else _t("deny list"),
                place.added_at,
                place.added_by.label,
            ]
            for place in places.order_by("-allowed", "partner__name")
        ],
        nothing=_t("No partner is on a list."),
    )


def _refused(policy: RequestPolicy) -> Table:
    refusals = policy.customer.policy_refusals.select_related("request__partner")
    return Table(
        title=_t("Requests that the policy refused"),
        headings=[
            _t("Request"),
            _t("Partner"),
            _t("Refused"),
            _t("Why"),
            _t("Partner told"),
            _t("Let in later"),
        ],
        rows=[
            [
                link_to(refusal.request, refusal.request.name),
                link_to(refusal.request.partner, refusal.request.partner.name),
                refusal.met_at,
                " ".join(met.to_partner for met in met_by(refusal)),
                refusal.told_at,
                refusal.lifted_at,
            ]
            for refusal in refusals.order_by("-met_at", "-pk")[:NEWEST]
        ],
        nothing=_t("No request was refused by it."),
    )
