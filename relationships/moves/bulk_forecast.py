"""What a bulk job would come to: counted for all of its rows, tried for those that are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.refusals import Refused

from ..models import BulkJob, BulkRow, RowStatus
from .bulk_acts import ACTS, Done
from .previewing import preview


@dataclass(frozen=True)
class Forecast:
    """How many rows could be done, and how many would be refused for which reason."""

    possible: int
    refused: list[tuple[str, int]]
    digest: str

    @property
    def refused_count(self) -> int:
        return sum(count for _reason, count in self.refused)


@dataclass(frozen=True)
class Shown:
    """One row, and what the real move would do with it or why it would not."""

    row: BulkRow
    effects: list[str]
    refused: str = ""


def forecast(job: BulkJob, at: datetime) -> Forecast:
    """In two queries for however many rows."""
    reasons = [reason for _condition, reason in ACTS[job.act].obstacles(job, at)]
    counted = dict(
        with_obstacles(job, at)
        .filter(status=RowStatus.WAITING)
        .order_by()
        .values_list("obstacle")
        .annotate(Count("pk"))
    )
    known = dict(
        job.rows.exclude(status=RowStatus.WAITING)
        .order_by()
        .values_list("result")
        .annotate(Count("pk"))
    )
    for number, reason in enumerate(reasons):
        if number in counted:
            known[reason] = known.get(reason, 0) + counted[number]
    refused = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    possible = counted.get(None, 0)
    seen = digest(canonical([job.given, possible, refused]))
    return Forecast(possible, refused, seen)


def with_obstacles(job: BulkJob, at: datetime) -> QuerySet[Any]:
    """The rows, each with the number of the first obstacle before it, or none, as `obstacle`."""
    whens = [
        When(condition, then=Value(number))
        for number, (condition, _reason) in enumerate(ACTS[job.act].obstacles(job, at))
    ]
    first = (
        Case(*whens, default=Value(None), output_field=IntegerField())
        if whens
        else Value(None, output_field=IntegerField())
    )
    return job.rows.annotate(obstacle=first)


def shown(job: BulkJob, rows: list[BulkRow], *, by: Actor, at: datetime) -> list[Shown]:
    """What the real move would do with each of these rows, undone at once."""
    act = ACTS[job.act]
    reasons = [reason for _condition, reason in act.obstacles(job, at)]
    found = []
    for row in rows:
        row.job = job
        obstacle: int | None = row.obstacle  # type: ignore[attr-defined]
        if row.status != RowStatus.WAITING:
            found.append(Shown(row, [], row.result))
        elif obstacle is not None:
            found.append(Shown(row, [], reasons[obstacle]))
        else:
            found.append(_tried(row, act.show, by))
    return found


def _tried(row: BulkRow, show: Callable[[BulkRow, Actor], Done], by: Actor) -> Shown:
    try:
        return Shown(row, preview(lambda by: show(row, by), by=by).said)
    except Refused as refusal:
        return Shown(row, [], str(refusal))
    except PermissionDenied:
        return Shown(row, [], _("You do not have the right to do this."))
