"""What the page of a bulk job shows: before the start its effects, afterwards its progress."""

from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Actor
from partners.models import Partner

from .forms.bulk import AdministrationFilterForm
from .models import BulkAct, BulkJob, BulkRow, BulkSource, BulkStatus, RowStatus
from .moves.bulk_acts import ACTS
from .moves.bulk_forecast import forecast, shown, with_obstacles

# Each row that is shown before the start is tried by the real move, so a page has few of them.
TRIED = 25
PAGE = 100


def asked_for(given: QueryDict) -> str:
    """What was sought and shown on the list of administrations, as its address says it."""
    form = AdministrationFilterForm(given)
    form.full_clean()
    return urlencode({name: value for name, value in form.cleaned_data.items() if value})


def list_url(partner: Partner, listed: str = "") -> str:
    """The list of administrations, with what was sought and shown there."""
    url = reverse("relationships:admin-relationships", args=[partner.slug])
    return f"{url}?{listed}" if listed else url


def draft_context(request: HttpRequest, job: BulkJob, *, by: Actor, at: datetime) -> dict[str, Any]:
    """What would happen, as long as the act has all that it needs."""
    listed = asked_for(request.GET)
    missing = ACTS[job.act].missing(job)
    context: dict[str, Any] = {
        "job": job,
        "missing": missing,
        "goes_on": _goes_on(job),
        "choose_url": _choose_url(request, job),
        "listed": f"?{listed}" if listed else "",
    }
    if missing:
        return context
    rows = with_obstacles(job, at)
    only = "refused" if request.GET.get("only") == "refused" else ""
    if only:
        rows = rows.filter(Q(obstacle__isnull=False) | ~Q(status=RowStatus.WAITING))
    page, next_url = _page(request, job, rows, TRIED)
    what = forecast(job, at)
    return context | {
        "what": what,
        "shown": shown(job, page, by=by, at=at),
        "next_url": next_url,
        "tabs": _tabs(
            request,
            job,
            "only",
            only,
            [("", _("All"), job.total), ("refused", _("Would be refused"), what.refused_count)],
        ),
        "mail_days": _mail_days(job, what.possible),
        "an_hour": settings.REQUEST_MAILS_PER_HOUR,
        "a_day": settings.REQUEST_MAILS_PER_DAY,
    }


def progress_context(request: HttpRequest, job: BulkJob, *, at: datetime) -> dict[str, Any]:
    counts = job.rows.counted()
    state = request.GET.get("state", "")
    state = state if state in RowStatus.values else ""
    rows = job.rows.filter(status=state) if state else job.rows.all()
    page, next_url = _page(request, job, rows, PAGE)
    waits = job.next_attempt_at
    return {
        "job": job,
        "counts": counts,
        "finished": job.total - counts[RowStatus.WAITING],
        "rows": page,
        "next_url": next_url,
        "waits_until": waits
        if waits and waits > at and job.status == BulkStatus.RUNNING and counts[RowStatus.WAITING]
        else None,
        "tabs": _tabs(
            request,
            job,
            "state",
            state,
            [
                ("", _("All"), job.total),
                *((status, label, counts[status]) for status, label in RowStatus.choices),
            ],
        ),
    }


def _page(request: HttpRequest, job: BulkJob, rows: Any, size: int) -> tuple[list[BulkRow], str]:
    """The rows from a number on, and the address of the next ones (empty at the end)."""
    typed = request.GET.get("from", "")
    start = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 1
    rows = rows.select_related("relationship__customer", "relationship__partner", "request")
    found = list(rows.filter(number__gte=start).order_by("number")[: size + 1])
    if len(found) <= size:
        return found, ""
    asked = request.GET.copy()
    asked["from"] = str(found[size].number)
    return found[:size], f"{job.get_absolute_url()}?{asked.urlencode()}"


def _tabs(
    request: HttpRequest, job: BulkJob, name: str, current: str, tabs: list[tuple[str, Any, int]]
) -> list[dict[str, Any]]:
    path, listed = job.get_absolute_url(), asked_for(request.GET)

    def url(value: str) -> str:
        asked = "&".join(filter(None, [f"{name}={value}" if value else "", listed]))
        return f"{path}?{asked}" if asked else path

    return [
        {"label": label, "url": url(value), "current": value == current, "count": count}
        for value, label, count in tabs
    ]


def _choose_url(request: HttpRequest, job: BulkJob) -> str:
    """Where other rows are chosen, as these were."""
    if job.asks:
        return reverse("relationships:bulk-request", args=[job.partner.slug])
    if job.source == BulkSource.FILE:
        return reverse("relationships:bulk-upload", args=[job.partner.slug])
    return list_url(job.partner, asked_for(request.GET))


def _mail_days(job: BulkJob, count: int) -> int:
    """On how many days mails go out; none where none is sent."""
    if job.act != BulkAct.REQUEST or not job.given["send"]:
        return 0
    return ceil(count / settings.REQUEST_MAILS_PER_DAY)


def _goes_on(job: BulkJob) -> list[str]:
    """What stays as it is, whatever comes of the rows."""
    if job.act == BulkAct.TERMINATE:
        return [
            _("Every reseller relationship: you may go on selling and ordering."),
            _("Every subscription, with its seller, its terms and its partner of record."),
            _("Your other administrations, for these customers and for others."),
        ]
    if job.act == BulkAct.WISH:
        return [
            _("Each end date, until the customer has allowed the extension as well."),
            _("All roles, and the groups that have them."),
        ]
    if job.act == BulkAct.ASSIGN:
        return [
            _("What your other groups have."),
            _("Each administration itself, with its roles and its end."),
        ]
    return []
