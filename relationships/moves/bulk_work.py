"""
The worker's part of bulk jobs: row after row, each in a transaction with its own result.

A worker that is killed in the middle of a row leaves nothing of it behind, and the row waits; one
that is killed after it leaves the row with its result. So no row is done twice and none is lost,
also with several workers at once: each skips what another holds. A row is held before the customer
and the partner, whom its move locks; nobody who holds those waits for a row.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import TransitionRefused
from partners.models import PartnerMembership, PartnerStatus
from partners.rights import PartnerRight

from ..breaches import Breached, record_undone
from ..models import BulkHalt, BulkJob, BulkRow, BulkStatus, RowStatus
from .bulk_acts import ACTS
from .bulk_mails import tell_job
from .sending import LimitReached

logger = logging.getLogger(__name__)

# So many rows of one job before the next job has its turn.
TURN = 50
# Minutes from one attempt to the next where something went wrong that is no refusal.
PAUSES = (1, 5, 15)
ATTEMPTS = len(PAUSES) + 1
HALTS = {
    BulkHalt.RIGHT: lambda: _("The person who started the job no longer has the right to do this."),
    BulkHalt.SUSPENDED: lambda: _("The organisation was suspended."),
}


class Halted(Exception):
    """The rest of the job may not be done."""

    def __init__(self, because: BulkHalt) -> None:
        super().__init__(because)
        self.because = because


class Unfinished(Exception):
    """A row was not done for a reason that is no refusal: nothing of it stands."""

    def __init__(self, row: BulkRow, cause: Exception) -> None:
        super().__init__(f"row {row.number} of {row.job.public_id}: {cause}")
        self.row, self.cause = row, cause


def sweep(stopping: Callable[[], bool] = lambda: False) -> int:
    """Work on what is due, some rows of each job in turn; how many rows were looked at."""
    looked_at, before = 0, -1
    while not stopping() and looked_at != before:
        before = looked_at
        for job in list(_with_people(BulkJob.objects.due(timezone.now()))):
            for _turn in range(TURN):
                if stopping() or not work_on(job):
                    break
                looked_at += 1
    return looked_at


def _with_people(jobs: QuerySet[BulkJob]) -> QuerySet[BulkJob]:
    people = ("started_by__user", "resumed_by__user")
    return jobs.select_related("partner", *people).order_by("started_at", "pk")


def work_on(job: BulkJob) -> bool:
    """Do the next row of the job that is due; false where there is none to do now."""
    try:
        row = do_next(job)
    except Halted as halted:
        halt(job.pk, halted.because)
        return False
    except Unfinished as unfinished:
        if isinstance(unfinished.cause, LimitReached):
            return postpone(unfinished.row, unfinished.cause)
        note_failure(unfinished.row, unfinished.cause)
        return True
    if row is None:
        finish(job.pk)
    return row is not None


@transaction.atomic
def do_next(job: BulkJob) -> BulkRow | None:
    """One row and what came of it, together or not at all."""
    now = timezone.now()
    row = (
        BulkRow.objects.due(now)
        .filter(job=job, job__status=BulkStatus.RUNNING)
        .select_related("job", "relationship__customer")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("number")
        .first()
    )
    if row is None:
        return None
    if row.job.set_going != job.set_going:
        job.refresh_from_db()  # somebody else has resumed it since this turn began
    row.job = job
    if row.relationship is not None:
        row.relationship.partner = job.partner
    by = _authority(job)
    with translation.override(by.user.language if by.user else "en"):
        try:
            with transaction.atomic():
                done = ACTS[job.act].run(row, by)
        except Breached as breached:
            # Undone already. It is written down with the result, and the row is not tried again.
            record_undone(breached)
            row.finish(RowStatus.FAILED, now, _("It was undone, and the operator was told."))
        except LimitReached as limit:
            raise Unfinished(row, limit) from limit
        except Refused as refusal:
            row.finish(RowStatus.REFUSED, now, str(refusal))
        except PermissionDenied as denied:
            raise Halted(BulkHalt.RIGHT) from denied
        except Exception as cause:
            raise Unfinished(row, cause) from cause
        else:
            row.finish(RowStatus.DONE, now, "\n".join(done.said), request=done.request)
    return row


def _authority(job: BulkJob) -> Actor:
    """
    In whose name the row is done, who must have the right to it at this moment.

    Asked of the database for each row: the job in memory may be as old as its turn.
    """
    by = job.set_going_by
    places = PartnerMembership.objects.having(PartnerRight.MANAGE_ADMINISTRATION).filter(
        partner=job.partner_id, user__is_active=True, user__actor=by
    )
    place = places.values_list("partner__status", flat=True).first()
    if by is None or place is None:
        raise Halted(BulkHalt.RIGHT)
    if place != PartnerStatus.ACTIVE:
        raise Halted(BulkHalt.SUSPENDED)
    return by


@transaction.atomic
def halt(job_id: int, because: BulkHalt) -> None:
    """Refuse all that is left: whoever set the job going may not do it any more."""
    job = _with_people(BulkJob.objects.all()).get(pk=job_id)
    job.lock()
    if job.status != BulkStatus.RUNNING:
        return
    now, by = timezone.now(), job.set_going_by
    with translation.override(by.user.language if by and by.user else "en"):
        why = HALTS[because]()
    job.rows.refuse_waiting(now, why)
    job.move_to(BulkStatus.DONE, finished_at=now, halted_because=because)
    _record("halted", job, at=now)


@transaction.atomic
def finish(job_id: int) -> None:
    """The job is through once no row waits, whoever did the last one."""
    job = _with_people(BulkJob.objects.all()).get(pk=job_id)
    job.lock()
    if job.status != BulkStatus.RUNNING or job.rows.waiting().exists():
        return
    now = timezone.now()
    job.move_to(BulkStatus.DONE, finished_at=now, next_attempt_at=None)
    _record("finished", job, at=now)


def postpone(row: BulkRow, limit: LimitReached) -> bool:
    """Wait until the next mail may go: with this row, or with all of the job."""
    if limit.for_all:
        BulkJob.objects.filter(pk=row.job_id).update(next_attempt_at=limit.until)
    else:
        BulkRow.objects.waiting().filter(pk=row.pk).update(next_attempt_at=limit.until)
    return not limit.for_all


@transaction.atomic
def note_failure(row: BulkRow, cause: Exception) -> None:
    """
    Try again later, and give up after some attempts.

    Where the database itself is away this fails as well, and the worker waits until it is back.
    """
    logger.error("bulk row %s of job %s failed", row.number, row.job_id, exc_info=cause)
    found = BulkRow.objects.waiting().filter(pk=row.pk).first()
    if found is None:
        return
    now, error = timezone.now(), f"{type(cause).__name__}: {cause}"[:2000]
    if found.attempts + 1 < ATTEMPTS:
        found.attempts += 1
        found.last_error = error
        found.next_attempt_at = now + timedelta(minutes=PAUSES[found.attempts - 1])
        found.save(update_fields=["attempts", "last_error", "next_attempt_at"])
        return
    with suppress(TransitionRefused):
        found.finish(
            RowStatus.FAILED,
            now,
            _("It could not be done. The operator finds the cause in the log of the worker."),
            attempts=found.attempts + 1,
            last_error=error,
        )


def _record(act: str, job: BulkJob, *, at: datetime) -> None:
    event = record(
        f"bulk.{act}",
        by=Actor.objects.clock(),
        at=at,
        side=Side.OPERATOR,
        subject=("bulk_job", str(job.public_id)),
        partner=job.partner.party,
        details={"act": job.act, "rows": job.total},
    )
    tell_job(act, job, event.public_id, by=job.set_going_by)
