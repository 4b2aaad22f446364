from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import uuid7

# How long a stretch is one worker's alone; a worker that is killed is replaced after it.
LEASE = timedelta(minutes=2)
OVERDUE = timedelta(minutes=5)


class WatchQuerySet(models.QuerySet["Watch"]):
    def claim(self, now: datetime) -> "Watch | None":
        """Take the pass that is under way, or the next one where it is time; else nothing."""
        self.get_or_create(pk=1)
        due = Q(started_at__isnull=True) | Q(finished_at__lt=F("started_at"))
        due |= Q(finished_at__isnull=True) | Q(started_at__lte=now - period())
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        token = uuid7()
        if not self.filter(due, free, pk=1).update(claimed_until=now + LEASE, claimed_by=token):
            return None
        return self.get(pk=1)


class Watch(models.Model):
    """How far the watch is: the pass under way, and the last that came to its end. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    started_at = models.DateTimeField(_("pass began"), null=True)
    position = models.UUIDField(null=True)
    count = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(_("last pass ended"), null=True)
    finished_count = models.PositiveBigIntegerField(_("subscriptions"), default=0)
    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.UUIDField(null=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        constraints = [
            models.CheckConstraint(name="relationships_one_watch", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return "watch"

    @property
    def under_way(self) -> bool:
        return self.position is not None

    def overdue(self, now: datetime) -> bool:
        """Nobody has gone on with it for far longer than a pass, or a stretch of one, takes."""
        stamps = [self.started_at, self.finished_at, self.claimed_until]
        return now - max(filter(None, stamps), default=now - OVERDUE) >= OVERDUE + period()

    def begin(self, at: datetime) -> bool:
        self.count = 0
        return self._write(started_at=at, position=None, count=0)

    def go_on(self, position: UUID, count: int, at: datetime) -> bool:
        """Keep the place, and the claim; false where another has taken it over."""
        self.count += count
        return self._write(position=position, count=self.count, claimed_until=at + LEASE)

    def finish(self, count: int, at: datetime) -> bool:
        total = self.count + count
        return self._write(
            position=None, count=total, finished_at=at, finished_count=total, claimed_until=None
        )

    def leave(self) -> bool:
        """Give the claim back; the place is kept."""
        return self._write(claimed_until=None)

    def _write(self, **columns: Any) -> bool:
        for name, value in columns.items():
            setattr(self, name, value)
        own = Watch.objects.filter(pk=self.pk, claimed_by=self.claimed_by)
        return bool(own.update(**columns))


def period() -> timedelta:
    """From the beginning of one pass to that of the next."""
    return timedelta(seconds=settings.WATCH_PERIOD_SECONDS)
