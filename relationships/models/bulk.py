from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel, stamps_go_together
from partners.models import Partner

from .admin_relationship import AdminRelationship, AdminRelationshipRole
from .admin_role import AdminRole
from .request import RelationshipRequest


class BulkAct(models.TextChoices):
    """What a bulk job does with each of its rows."""

    TERMINATE = "terminate", _("Terminate")
    ASSIGN = "assign", _("Assign a group")
    WISH = "wish", _("Wish for extension")
    REQUEST = "request", _("Request")


class BulkSource(models.TextChoices):
    """Where the rows of a bulk job come from."""

    TICKS = "ticks", _("ticked on the page")
    FILTER = "filter", _("all that matched what was shown")
    FILE = "file", _("a file")


class BulkStatus(models.TextChoices):
    DRAFT = "draft", _("not started")
    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped")
    DONE = "done", _("done")


class BulkHalt(models.TextChoices):
    """Why the rest of a job was refused as a whole."""

    RIGHT = "right", _("the person who started it no longer has the right")
    SUSPENDED = "suspended", _("the organisation was suspended")


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    def visible_to(self, user) -> Self:
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def unfinished(self) -> Self:
        """Started and not through: running, or stopped by a person."""
        return self.filter(status__in=[BulkStatus.RUNNING, BulkStatus.STOPPED])

    def due(self, at: datetime) -> Self:
        """Those with work for a worker at this moment, or with none left."""
        rows = BulkRow.objects.filter(job=OuterRef("pk"), status=RowStatus.WAITING)
        return self.filter(status=BulkStatus.RUNNING).filter(
            Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at),
            Exists(rows.due(at)) | ~Exists(rows),
        )


class BulkJob(StatefulModel):
    """One act of a partner on many administrations, or many requests at once."""

    TRANSITIONS = {
        BulkStatus.DRAFT: (BulkStatus.RUNNING,),
        BulkStatus.RUNNING: (BulkStatus.STOPPED, BulkStatus.DONE),
        BulkStatus.STOPPED: (BulkStatus.RUNNING,),
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="bulk_jobs")
    act = models.CharField(max_length=20, choices=BulkAct)
    # What the act needs besides its rows, such as the group; nothing before it was given.
    given = models.JSONField(default=dict)
    source = models.CharField(max_length=10, choices=BulkSource)
    file_name = models.CharField(max_length=200, blank=True)
    # Of what stood in the rows of the file, however it was written.
    file_digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=BulkStatus, default=BulkStatus.DRAFT)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    halted_because = models.CharField(max_length=10, choices=BulkHalt, blank=True)
    # Until when all of it waits, as where no mail may go out before.
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk job")
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="bulk_jobs_newest"),
            models.Index(
                fields=["next_attempt_at"],
                name="bulk_jobs_running",
                condition=Q(status=BulkStatus.RUNNING),
            ),
        ]
        constraints = [
            stamps_go_together("started"),
            stamps_go_together("stopped"),
            stamps_go_together("resumed"),
            models.CheckConstraint(
                name="relationships_bulk_started_unless_draft",
                condition=Q(status=BulkStatus.DRAFT, started_at__isnull=True)
                | (~Q(status=BulkStatus.DRAFT) & Q(started_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="relationships_bulk_finished_when_done",
                condition=Q(status=BulkStatus.DONE, finished_at__isnull=False)
                | (~Q(status=BulkStatus.DONE) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="relationships_bulk_stopped_has_its_stamps",
                condition=~Q(status=BulkStatus.STOPPED) | Q(stopped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="relationships_bulk_halted_when_done",
                condition=Q(halted_because="") | Q(status=BulkStatus.DONE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} · {self.partner}"

    def get_absolute_url(self) -> str:
        return reverse("relationships:bulk-job", args=[self.partner.slug, self.public_id])

    def get_act_display(self) -> str:  # type: ignore[no-redef]
        """What it does, in words; a wish can be taken back by the same act."""
        if self.act == BulkAct.WISH and self.given.get("wished") is False:
            return _t("Take the wish for extension back")
        return str(BulkAct(self.act).label)

    @property
    def is_draft(self) -> bool:
        return self.status == BulkStatus.DRAFT

    @property
    def is_unfinished(self) -> bool:
        return self.status in (BulkStatus.RUNNING, BulkStatus.STOPPED)

    def roles_granted(self) -> models.QuerySet[AdminRole]:
        """The roles that its administrations have, of which a group can get some."""
        rows = self.rows.filter(relationship__isnull=False)
        held = AdminRelationshipRole.objects.filter(
            relationship__in=rows.values("relationship"), removed_at__isnull=True
        )
        return AdminRole.objects.filter(pk__in=held.values("role")).order_by("name")

    @property
    def set_going_by(self) -> Actor | None:
        """In whose name its rows are done: whoever started or resumed it last."""
        return self.resumed_by or self.started_by

    @property
    def set_going(self) -> tuple[int | None, datetime | None]:
        """Tells one start or resumption from another."""
        return self.resumed_by_id or self.started_by_id, self.resumed_at or self.started_at

    @property
    def asks(self) -> bool:
        """Whether it makes requests, and so has no administrations yet."""
        return self.act == BulkAct.REQUEST


class RowStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


ROW_FINISHED = (RowStatus.DONE, RowStatus.REFUSED, RowStatus.FAILED)


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    def visible_to(self, user) -> Self:
        return self.filter(job__in=BulkJob.objects.visible_to(user))

    def waiting(self) -> Self:
        return self.filter(status=RowStatus.WAITING)

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at))

    def refuse_waiting(self, at: datetime, why: str) -> int:
        """All that wait, at once: there may be tens of thousands."""
        return self.waiting().update(
            status=RowStatus.REFUSED, finished_at=at, result=why, next_attempt_at=None
        )

    def left_of(self, jobs: Iterable[BulkJob]) -> Any:
        """Of each of these jobs that has some left, how many rows wait: pairs of key and number."""
        waiting = self.waiting().filter(job__in=[job.pk for job in jobs])
        return waiting.order_by().values_list("job").annotate(models.Count("pk"))

    def counted(self) -> dict[str, int]:
        """How many there are in each state."""
        found: dict[str, Any] = dict(
            self.order_by().values_list("status").annotate(models.Count("pk"))
        )
        return {str(status): found.get(status, 0) for status in RowStatus.values}


class BulkRow(StatefulModel):
    """One administration, or one customer to ask, of a bulk job; and what came of it."""

    TRANSITIONS = {RowStatus.WAITING: ROW_FINISHED}

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    # What the file says, where the row comes from one: an id or an address, and a name.
    key = models.CharField(max_length=260, blank=True)
    name = models.CharField(max_length=200, blank=True)
    relationship = models.ForeignKey(
        AdminRelationship, models.PROTECT, null=True, blank=True, related_name="+"
    )
    request = models.ForeignKey(
        RelationshipRequest, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=RowStatus, default=RowStatus.WAITING)
    result = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a bulk job")
        indexes = [
            models.Index(fields=["job", "status", "number"], name="bulk_rows_by_status"),
        ]
        constraints = [
            models.UniqueConstraint(name="relationships_bulk_row_number", fields=["job", "number"]),
            # What stands twice in a file is refused where it stands for the second time.
            models.UniqueConstraint(
                name="relationships_bulk_row_once",
                fields=["job", "relationship"],
                condition=Q(relationship__isnull=False),
            ),
            models.CheckConstraint(
                name="relationships_bulk_row_finished",
                condition=Q(status=RowStatus.WAITING, finished_at__isnull=True)
                | (~Q(status=RowStatus.WAITING) & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="relationships_bulk_row_request_is_its_result",
                condition=Q(request__isnull=True) | Q(status=RowStatus.DONE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.job}"

    def finish(self, status: str, at: datetime, result: str = "", **columns: Any) -> None:
        self.move_to(status, finished_at=at, result=result, next_attempt_at=None, **columns)
