from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import new_token, uuid7
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import Lockable

from .actor import Actor
from .user import User

InvitationRow = TypeVar("InvitationRow", bound="Invitation")


class InvitationRefused(Refused):
    """This invitation cannot be taken up; the message is for people."""


class InvitationQuerySet(models.QuerySet[InvitationRow]):
    def open(self, at: datetime) -> Self:
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)

    def with_token(self, token: str) -> Self:
        return self.filter(token=token)


class Invitation(Lockable):
    """A place in an organisation, offered by mail to one address."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @staticmethod
    def lifetime() -> timedelta:
        return timedelta(days=settings.INVITATION_DAYS)

    def why_closed(self, at: datetime) -> str:
        """The sentence for who opens it too late; empty while it can be taken up."""
        if self.accepted_at:
            return _t("This invitation has been accepted already.")
        if self.withdrawn_at:
            return _t("This invitation was withdrawn by the organisation that sent it.")
        if self.expires_at <= at:
            return _t("This invitation has expired. Ask for a new one.")
        return ""

    def addressed_to(self, user: Any) -> bool:
        return user.emailaddress_set.filter(email__iexact=self.email, verified=True).exists()

    def take_up(self, *, by: Actor, at: datetime) -> User:
        """Hold the invitation, check that it stands and is this person's, and mark it accepted."""
        self.lock()
        if why := self.why_closed(at):
            raise InvitationRefused(why)
        if by.user is None or not self.addressed_to(by.user):
            raise InvitationRefused(
                _t("This invitation is addressed to another e-mail address than yours.")
            )
        self.accepted_at, self.accepted_by = at, by
        self.save(update_fields=["accepted_at", "accepted_by"])
        return by.user


def invitation_constraints(room: str) -> list[models.BaseConstraint]:
    """Accepted and withdrawn exclude each other, and each time has its actor."""
    return [
        *[
            models.CheckConstraint(
                name=f"{room}_invitation_{verb}_together",
                condition=models.Q(**{f"{verb}_at__isnull": True, f"{verb}_by__isnull": True})
                | models.Q(**{f"{verb}_at__isnull": False, f"{verb}_by__isnull": False}),
            )
            for verb in ("accepted", "withdrawn")
        ],
        models.CheckConstraint(
            name=f"{room}_invitation_one_end",
            condition=models.Q(accepted_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
        ),
    ]
