"""
A bulk job, from the choice of its rows to the moment in which it is set going, stopped or resumed.

Nothing is done to a row before the job is started by somebody who has seen what it would do. The
rows are worked through by the worker (`working`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from audit.models import Event
from partnercenter.lib.batches import batches
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerStatus

from ..models import BulkAct, BulkJob, BulkRow, BulkSource, BulkStatus, RowStatus
from .administration import manages_administration
from .bulk_acts import ACTS
from .bulk_forecast import forecast
from .bulk_mails import tell_job

# A request of a browser takes so many; a larger book is worked through in several jobs.
MOST_ROWS = 50_000


class BulkRefused(Refused):
    """The job cannot be made, or set going; the message is for people."""


@dataclass(frozen=True)
class Chosen:
    """A row before there is a job: what it names, or why nothing can be done with it."""

    key: str = ""
    name: str = ""
    relationship_id: int | None = None
    refused: str = ""


@transaction.atomic
def choose(
    partner: Partner,
    act: BulkAct,
    rows: Iterable[Chosen],
    *,
    by: Actor,
    source: BulkSource,
    file_name: str = "",
    given: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> BulkJob:
    """Write down what somebody chose; nothing is done yet."""
    partner.lock()
    _demand_right(by, partner)
    at = moment(at)
    rows = list(rows)
    if not rows:
        raise BulkRefused(_("Nothing was chosen."))
    if len(rows) > MOST_ROWS:
        raise BulkRefused(
            _("A bulk job takes %(most)d rows at most. Make several of it.") % {"most": MOST_ROWS}
        )
    job = partner.bulk_jobs.create(
        act=act,
        given=given or {},
        source=source,
        file_name=file_name[:200],
        file_digest=digest_of(rows) if source == BulkSource.FILE else "",
        total=len(rows),
        created_at=at,
        created_by=by,
    )
    numbered = (
        BulkRow(
            job=job,
            number=number,
            key=row.key[:260],
            name=row.name[:200],
            relationship_id=None if row.refused else row.relationship_id,
            status=RowStatus.REFUSED if row.refused else RowStatus.WAITING,
            result=row.refused,
            finished_at=at if row.refused else None,
        )
        for number, row in enumerate(rows, start=1)
    )
    for batch in batches(numbered):
        BulkRow.objects.bulk_create(batch)
    _record("chosen", job, by=by, at=at)
    return job


def digest_of(rows: Iterable[Chosen]) -> str:
    """Stands for what a file names in its rows, however it was written down."""
    return digest(canonical([[row.key, row.name] for row in rows]))


@transaction.atomic
def give(job: BulkJob, given: dict[str, Any], *, by: Actor, at: datetime | None = None) -> None:
    """What the act needs besides its rows, such as the group; until the job is started."""
    at = _begin(job, by=by, at=at)
    _demand_draft(job)
    if job.given == given:
        return
    job.given = given
    job.save(update_fields=["given"])
    _record("given", job, by=by, at=at)


@transaction.atomic
def discard(job: BulkJob, *, by: Actor, at: datetime | None = None) -> None:
    """Throw away what was chosen and never started."""
    at = _begin(job, by=by, at=at)
    _demand_draft(job)
    _record("discarded", job, by=by, at=at)
    job.rows.all().delete()
    job.delete()


@transaction.atomic
def start(job: BulkJob, *, by: Actor, seen: str, at: datetime | None = None) -> None:
    """
    Set it going: from now on the worker does its rows, in this person's name.

    `seen` is the digest of what the person was shown; where it would come to something else by
    now, they look once more.
    """
    at = _begin(job, by=by, at=at)
    _demand_draft(job)
    _demand_active(job)
    if why := ACTS[job.act].missing(job):
        raise BulkRefused(why)
    what = forecast(job, at)
    if not what.possible:
        raise BulkRefused(_("Nothing of it can be done."))
    if what.digest != seen:
        raise BulkRefused(
            _("What this does has changed since you opened the page. Look at it once more.")
        )
    job.move_to(BulkStatus.RUNNING, started_at=at, started_by=by)
    _record("started", job, by=by, at=at)


@transaction.atomic
def stop(job: BulkJob, *, by: Actor, at: datetime | None = None) -> None:
    """No further row is begun; the one that is being done comes to its end."""
    at = _begin(job, by=by, at=at)
    if job.status != BulkStatus.RUNNING:
        raise BulkRefused(_("This job is not running."))
    job.move_to(BulkStatus.STOPPED, stopped_at=at, stopped_by=by)
    tell_job("stopped", job, _record("stopped", job, by=by, at=at).public_id, by=by)


@transaction.atomic
def resume(
    job: BulkJob,
    *,
    by: Actor,
    file: Iterable[Chosen] | None = None,
    at: datetime | None = None,
) -> None:
    """
    Go on with the rows that are left, from now on in this person's name.

    Whoever has the file may give it once more to be sure that it is the one; another is refused.
    """
    at = _begin(job, by=by, at=at)
    if job.is_draft:
        raise BulkRefused(_("This job was not started yet, so there is nothing to resume."))
    if job.status != BulkStatus.STOPPED:
        raise BulkRefused(_("This job was not stopped."))
    _demand_active(job)
    if file is not None and (why := why_another_file(job, list(file))):
        raise BulkRefused(why)
    job.move_to(BulkStatus.RUNNING, resumed_at=at, resumed_by=by)
    _record("resumed", job, by=by, at=at)


def why_another_file(job: BulkJob, rows: list[Chosen]) -> str:
    """What differs between this file and the one with which the job began; empty where nothing."""
    if not job.file_digest:
        return _("This job was not made from a file. Resume it without one.")
    if digest_of(rows) == job.file_digest:
        return ""
    was = list(job.rows.order_by("number").values_list("key", "name"))
    now = [(row.key[:260], row.name[:200]) for row in rows]
    first = next(
        (
            number
            for number, (before, after) in enumerate(zip(was, now, strict=False), start=1)
            if before != after
        ),
        min(len(was), len(now)) + 1,
    )
    return _(
        "This is not the file with which the job began: %(new)d rows of it are new, %(gone)d are "
        "missing, and the first that differs is row %(first)d. Nothing was changed. Resume the "
        "job without a file to go on with its own rows, or make another job of this file."
    ) % {"new": len(set(now) - set(was)), "gone": len(set(was) - set(now)), "first": first}


def _begin(job: BulkJob, *, by: Actor, at: datetime | None) -> datetime:
    job.partner.lock()
    job.lock()
    _demand_right(by, job.partner)
    return moment(at)


def _demand_right(by: Actor, partner: Partner) -> None:
    if not manages_administration(by, partner):
        raise PermissionDenied


def _demand_draft(job: BulkJob) -> None:
    if not job.is_draft:
        raise BulkRefused(_("This job was started already."))


def _demand_active(job: BulkJob) -> None:
    if job.partner.status != PartnerStatus.ACTIVE:
        raise BulkRefused(_("Your organisation is suspended. The operator must restore it first."))


def _record(act: str, job: BulkJob, *, by: Actor, at: datetime) -> Event:
    return record(
        f"bulk.{act}",
        by=by,
        at=at,
        side=Side.PARTNER,
        subject=("bulk_job", str(job.public_id)),
        partner=job.partner.party,
        details={"act": job.act, "rows": job.total},
    )
