"""Staff look at what partners do with many administrations at once, and how far it is."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table, link_to

from ..models import BulkJob, BulkRow, RowStatus

FIRST = 50


@admin.register(BulkJob)
class BulkJobAdmin(LookOnlyAdmin):
    purpose = _("What partners do with many administrations or requests at once.")
    list_display = ["name", "partner", "state", "total", "created_at", "finished_at"]
    list_filter = ["status", "act"]
    list_select_related = ["partner"]
    page_related = (
        "partner",
        "created_by__user",
        "started_by__user",
        "stopped_by__user",
        "resumed_by__user",
    )
    search_fields = ["=public_id", "=partner__tenant_id", "partner__name"]
    search_help_text = _("By partner, or an exact public id or tenant id.")
    ordering = ["-created_at", "-id"]
    fieldsets = [
        (None, {"fields": ["partner", "name", "source", "file_name", "public_id"]}),
        (
            _("State"),
            {
                "fields": [
                    "status",
                    "total",
                    "created_at",
                    "created_by",
                    "started_at",
                    "started_by",
                    "stopped_at",
                    "stopped_by",
                    "resumed_at",
                    "resumed_by",
                    "finished_at",
                    "halted_because",
                    "next_attempt_at",
                ]
            },
        ),
    ]
    labels = {
        "partner": _("partner"),
        "source": _("where its rows come from"),
        "file_name": _("file"),
        "public_id": _("public id"),
        "status": _("status"),
        "total": _("rows"),
        "created_at": _("chosen"),
        "created_by": _("chosen by"),
        "started_at": _("started"),
        "started_by": _("started by"),
        "stopped_at": _("stopped"),
        "stopped_by": _("stopped by"),
        "resumed_at": _("resumed"),
        "resumed_by": _("resumed by"),
        "finished_at": _("finished"),
        "halted_because": _("why it ended before its time"),
        "next_attempt_at": _("waits until"),
    }

    @admin.display(description=_("act"), ordering="act")
    def name(self, job: BulkJob) -> str:
        return str(job.get_act_display())

    @admin.display(description=_("status"), ordering="status")
    def state(self, job: BulkJob) -> str:
        return str(job.get_status_display())

    def tables(self, request: HttpRequest, row: BulkJob) -> Iterable[Table]:
        counts = row.rows.counted()
        yield Table(
            title=_t("How far it is"),
            headings=[_t("State"), _t("Rows")],
            rows=[[str(label), counts[status]] for status, label in RowStatus.choices],
            nothing="",
        )
        yield _not_done(row)
        yield timeline(about(("bulk_job", row.public_id)))


def _not_done(job: BulkJob) -> Table:
    """What staff are asked about: rows of which nothing came."""
    rows = job.rows.filter(status__in=[RowStatus.REFUSED, RowStatus.FAILED])
    return Table(
        title=_t("Rows that were refused or failed"),
        headings=[_t("Row"), _t("Whom or what"), _t("State"), _t("Result"), _t("When")],
        rows=[
            [
                row.number,
                _thing(row),
                row.get_status_display(),
                row.result,
                row.finished_at,
            ]
            for row in rows.select_related("relationship__customer").order_by("number")[:FIRST]
        ],
        nothing=_t("None."),
    )


def _thing(row: BulkRow) -> object:
    if row.relationship is None:
        return row.key
    customer = row.relationship.customer
    return link_to(row.relationship, f"{row.relationship.name} · {customer}")
