"""Things that move from state to state, one way of doing it."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .refusals import Refused


class TransitionRefused(Refused):
    """The present state does not allow this move; the message is for people."""


class Lockable(models.Model):
    """A row that a move may hold until its transaction ends."""

    class Meta:
        abstract = True

    def lock(self) -> Self:
        """
        Hold this row until the transaction ends, and read it afresh.

        The lock leaves the key alone, so that rows which only refer to this one do not wait.
        """
        rows = type(self)._base_manager.select_for_update(no_key=True)
        self.refresh_from_db(from_queryset=rows)
        return self


class StatefulModel(Lockable):
    """A model whose `status` moves only along `TRANSITIONS`."""

    TRANSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {}
    status: Any  # each model brings its own column, with its own choices

    class Meta:
        abstract = True

    @transaction.atomic
    def move_to(self, status: str, **stamps: Any) -> None:
        """Lock the row, check the move against the table, and save both."""
        self.lock()
        if status not in self.TRANSITIONS.get(self.status, ()):
            raise TransitionRefused(
                _("This is “%(now)s” and cannot become “%(then)s”.")
                % {"now": self._label_of(self.status), "then": self._label_of(status)}
            )
        self.status = status
        for name, value in stamps.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *stamps])  # type: ignore[misc]

    def _label_of(self, status: str) -> str:
        field: Any = self._meta.get_field("status")
        return str(dict(field.flatchoices).get(status, status))


def moment(at: datetime | None) -> datetime:
    """The time of a move: the given one, else now (asked after the locks are held)."""
    return timezone.now() if at is None else at


def stamps_match_status(verb: str, *statuses: str, by: bool = True) -> models.CheckConstraint:
    """`<verb>_at` and `<verb>_by` are set in these statuses and in no other."""
    stamps = [f"{verb}_at__isnull"] + ([f"{verb}_by__isnull"] if by else [])
    inside = models.Q(status__in=statuses)
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{verb}_stamps",
        condition=(inside & models.Q(**dict.fromkeys(stamps, False)))
        | (~inside & models.Q(**dict.fromkeys(stamps, True))),
    )


def stamps_go_together(verb: str) -> models.CheckConstraint:
    """`<verb>_at` is set exactly when `<verb>_by` is."""
    at, by = f"{verb}_at__isnull", f"{verb}_by__isnull"
    return models.CheckConstraint(
        name=f"%(app_label)s_%(class)s_{verb}_together",
        condition=models.Q(**{at: True, by: True}) | models.Q(**{at: False, by: False}),
    )
