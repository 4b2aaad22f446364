from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel, stamps_match_status

from .partner import Partner


class JoinStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def waiting(self) -> Self:
        return self.filter(status=JoinStatus.WAITING)


class JoinRequest(StatefulModel):
    """A person with an address in the partner's domain asks for a place in it."""

    TRANSITIONS = {JoinStatus.WAITING: (JoinStatus.ACCEPTED, JoinStatus.REFUSED)}

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="partner_join_requests"
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="join_requests")
    # The domain in which the person proved to have an address when they asked.
    domain = models.CharField(_("domain"), max_length=253)
    status = models.CharField(
        _("status"), max_length=10, choices=JoinStatus, default=JoinStatus.WAITING
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        constraints = [
            models.UniqueConstraint(
                name="partners_join_request_one_waiting",
                fields=["user", "partner"],
                condition=models.Q(status=JoinStatus.WAITING),
            ),
            stamps_match_status("accepted", JoinStatus.ACCEPTED),
            stamps_match_status("refused", JoinStatus.REFUSED),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"

    @property
    def organisation(self) -> Partner:
        return self.partner
