"""Bulk jobs of a partner: choosing the rows, seeing what would happen, and going on from there."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from partnercenter.lib.canonical import canonical_moment
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..across_customers import called, shown
from ..bulk_files import customers_of_file, named_relationships, relationships_of_file
from ..bulk_page import asked_for, draft_context, list_url, progress_context
from ..forms.bulk import (
    OFFERED,
    BulkRequestForm,
    ChooseForm,
    GiveForm,
    ResumeForm,
    UploadForm,
)
from ..models import BulkAct, BulkJob, BulkRow, BulkSource, BulkStatus, RowStatus
from ..moves import bulk
from ..moves.bulk import MOST_ROWS, Chosen
from .downloads import csv_answer
from .frames import partner_frame
from .paging import newest_first
from .request_form import asking_context, first_texts, refuse_resellers
from .rights import require

RIGHT = PartnerRight.MANAGE_ADMINISTRATION
GET_AND_POST = ["GET", "HEAD", "POST"]
PAGE = 50


@require_safe
@partner_view
def bulk_list(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """Every job of the partner, the newest first."""
    require(membership, RIGHT)
    jobs = membership.partner.bulk_jobs.select_related("created_by__user", "started_by__user")
    page, older_url = newest_first(jobs, request, moment="created_at", size=PAGE)
    left = dict(BulkRow.objects.visible_to(request.user).left_of(page))
    rows = [{"job": job, "done": job.total - left.get(job.pk, 0)} for job in page]
    context = {"jobs": rows, "older_url": older_url}
    return _show(request, membership, "bulk_list", context)


@require_POST
@partner_view
def bulk_choose(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """What was ticked, or all that the page shows, becomes a job that is not started."""
    require(membership, RIGHT)
    partner, form = membership.partner, ChooseForm(request.POST)
    chosen = form.cleaned_data if form.is_valid() else {}
    listed = asked_for(request.POST)
    if not chosen:
        messages.error(request, _("Choose what to do, and with which administrations."))
        return redirect(list_url(partner, listed))
    which, sought = chosen["show"], chosen["q"]
    if chosen["which"] == "ticked":
        source, rows = BulkSource.TICKS, named_relationships(partner, request.POST.getlist("row"))
    else:
        source = BulkSource.FILTER
        found = called(shown(partner, which, timezone.now()), partner, sought)
        keys = found.order_by("ends_at", "pk").values_list("pk", flat=True)[: MOST_ROWS + 1]
        rows = (Chosen(relationship_id=key) for key in keys.iterator(chunk_size=2000))
    _words, act, given = OFFERED[chosen["act"]]
    try:
        job = bulk.choose(partner, act, rows, by=actor_of(request), source=source, given=given)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(list_url(partner, listed))
    return _to_job(job, listed)


@require_http_methods(GET_AND_POST)
@partner_view
def bulk_upload(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """A job with the administrations that a file names."""
    require(membership, RIGHT)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = relationships_of_file(membership.partner, file.read())
            _words, act, given = OFFERED[form.cleaned_data["act"]]
            if known := _under_way(membership, act, rows):
                return _to_known(request, known)
            job = bulk.choose(
                membership.partner,
                act,
                rows,
                by=actor_of(request),
                source=BulkSource.FILE,
                file_name=file.name,
                given=given,
            )
        except Refused as refusal:
            form.add_error("file", f"{refusal} {_choose_again()}")
        else:
            return _to_job(job)
    return _show(request, membership, "bulk_upload", {"form": form})


@require_http_methods(GET_AND_POST)
@partner_view
def bulk_request(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """A job that asks every customer of a file the same."""
    require(membership, RIGHT)
    refuse_resellers(membership.partner)
    form = BulkRequestForm(
        request.POST or None, request.FILES or None, membership=membership, initial=first_texts()
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = customers_of_file(file.read())
            if known := _under_way(membership, BulkAct.REQUEST, rows):
                return _to_known(request, known)
            job = bulk.choose(
                membership.partner,
                BulkAct.REQUEST,
                rows,
                by=actor_of(request),
                source=BulkSource.FILE,
                file_name=file.name,
                given=form.given,
            )
        except Refused as refusal:
            form.add_error("file", f"{refusal} {_choose_again()}")
        else:
            return redirect(job.get_absolute_url())
    context = asking_context(request, membership, form)
    return _show(request, membership, "bulk_request", context)


@require_safe
@partner_view
def bulk_job(request: HttpRequest, membership: PartnerMembership, public_id: str) -> HttpResponse:
    """Before the start what would happen, afterwards how far it is and what came of each row."""
    require(membership, RIGHT)
    return _job_page(request, membership, _job_of(membership, public_id))


@require_POST
@partner_view
def bulk_give(request: HttpRequest, membership: PartnerMembership, public_id: str) -> HttpResponse:
    require(membership, RIGHT)
    job = _job_of(membership, public_id)
    if job.act != BulkAct.ASSIGN:
        return redirect(job.get_absolute_url())
    form = GiveForm(request.POST, job=job)
    if not form.is_valid():
        return _job_page(request, membership, job, form)
    return _done(request, job, lambda: bulk.give(job, form.given, by=actor_of(request)))


@require_POST
@partner_view
def bulk_start(request: HttpRequest, membership: PartnerMembership, public_id: str) -> HttpResponse:
    require(membership, RIGHT)
    job, seen = _job_of(membership, public_id), request.POST.get("seen", "")
    said = _("The job was started. It goes on while you do something else.")
    return _done(request, job, lambda: bulk.start(job, by=actor_of(request), seen=seen), said)


@require_POST
@partner_view
def bulk_stop(request: HttpRequest, membership: PartnerMembership, public_id: str) -> HttpResponse:
    require(membership, RIGHT)
    job = _job_of(membership, public_id)
    said = _("The job was stopped. What it has done stays done; resume it whenever you like.")
    return _done(request, job, lambda: bulk.stop(job, by=actor_of(request)), said)


@require_POST
@partner_view
def bulk_resume(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """Go on with what is left; a file that says something else is refused."""
    require(membership, RIGHT)
    job = _job_of(membership, public_id)
    said = _("The job goes on.")
    form = ResumeForm(request.POST, request.FILES)
    if job.status != BulkStatus.STOPPED or not request.FILES:
        return _done(request, job, lambda: bulk.resume(job, by=actor_of(request)), said)
    if form.is_valid():
        try:
            file = _rows_again(job, form.cleaned_data["file"])
            bulk.resume(job, by=actor_of(request), file=file)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, said)
            return redirect(job.get_absolute_url())
    return _job_page(request, membership, job, form)


@require_POST
@partner_view
def bulk_discard(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, RIGHT)
    job = _job_of(membership, public_id)
    try:
        bulk.discard(job, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(job.get_absolute_url())
    messages.success(request, _("The job was discarded. Nothing was done."))
    return redirect("relationships:bulk-list", membership.partner.slug)


@require_safe
@partner_view
def bulk_download(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponseBase:
    """What came of each row, as a file for spreadsheets."""
    require(membership, RIGHT)
    job = _job_of(membership, public_id)
    headings = [
        _("Row"), _("Id or address"), _("Customer"), _("Tenant id"), _("Name"), _("State"),
        _("Result"), _("Link"), _("When (UTC)"),
    ]  # fmt: skip
    states = {status: str(label) for status, label in RowStatus.choices}
    return csv_answer(f"bulk-job-{job.public_id}", headings, _cells(job, states))


def _cells(job: BulkJob, states: dict[str, str]) -> Iterator[list[str]]:
    rows = job.rows.select_related("relationship__customer", "request").order_by("number")
    for row in rows.iterator(chunk_size=1000):
        customer = row.relationship.customer if row.relationship else None
        named = row.request or row.relationship
        yield [
            str(row.number),
            row.key or (str(row.relationship.public_id) if row.relationship else ""),
            customer.name if customer else "",
            str(customer.tenant_id) if customer else "",
            named.name if named else row.name,
            states[row.status],
            row.result,
            row.request.link if row.request else "",
            canonical_moment(row.finished_at) if row.finished_at else "",
        ]


def _job_of(membership: PartnerMembership, public_id: str) -> BulkJob:
    people = ("created_by__user", "started_by__user", "stopped_by__user", "resumed_by__user")
    jobs = membership.partner.bulk_jobs.select_related("partner", *people)
    return get_object_or_404(jobs, public_id=public_id)


def _to_job(job: BulkJob, listed: str = "") -> HttpResponse:
    return redirect(f"{job.get_absolute_url()}?{listed}" if listed else job.get_absolute_url())


def _under_way(membership: PartnerMembership, act: str, rows: list[Chosen]) -> BulkJob | None:
    """The unfinished job of the same file, which shall not be done a second time beside it."""
    jobs = membership.partner.bulk_jobs.unfinished().filter(act=act)
    return jobs.filter(file_digest=bulk.digest_of(rows)).order_by("-pk").first()


def _to_known(request: HttpRequest, job: BulkJob) -> HttpResponse:
    said = _("There is an unfinished job with just these rows: this one. No other was made.")
    messages.info(request, said)
    return redirect(job.get_absolute_url())


def _rows_again(job: BulkJob, file: Any) -> list[Chosen] | None:
    if file is None:
        return None
    content = file.read()
    if job.asks:
        return customers_of_file(content)
    return relationships_of_file(job.partner, content)


def _choose_again() -> str:
    return _("Your browser does not keep the file: choose one again.")


def _done(
    request: HttpRequest, job: BulkJob, act: Callable[[], object], said: str = ""
) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return _to_job(job, asked_for(request.GET))


def _job_page(
    request: HttpRequest,
    membership: PartnerMembership,
    job: BulkJob,
    form: Any = None,
) -> HttpResponse:
    now = timezone.now()
    if job.is_draft:
        context = draft_context(request, job, by=viewer_of(request), at=now)
        if job.act == BulkAct.ASSIGN:
            context["form"] = form or GiveForm(job=job)
        return _show(request, membership, "bulk_draft", context)
    context = progress_context(request, job, at=now)
    context["form"] = form or ResumeForm()
    return _show(request, membership, "bulk_job", context)


def _show(
    request: HttpRequest, membership: PartnerMembership, page: str, context: dict[str, Any]
) -> HttpResponse:
    form = context.get("form")
    status = 422 if form is not None and form.errors else 200
    context = partner_frame(request, membership) | context
    return render(request, f"relationships/bulk/{page}.html", context, status=status)
