from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import Lockable, stamps_go_together
from subscriptions.comparing import Problem


class FoundBy(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate")
    WATCH = "watch", _("watch")


class BreachQuerySet(models.QuerySet["Breach"]):
    def visible_to(self, user) -> Self:
        """Staff who may look; what it means for a customer stands in the customer's own log."""
        if user.is_staff and user.has_perm("relationships.view_breach"):
            return self
        return self.none()

    def standing(self) -> Self:
        """What the watch found and finds still, settled or not."""
        return self.filter(found_by=FoundBy.WATCH, gone_at__isnull=True)

    def unsettled(self) -> Self:
        """What staff have yet to answer."""
        return self.filter(settled_at__isnull=True)


class Breach(Lockable):
    """
    A difference that was found: an account or a subscription is not as it was known.

    Found by a certificate, it was undone with the act that would have made it. Found by the watch,
    it stands until somebody repairs it by hand. What was found never changes; staff settle it with
    a reason, and the watch says when it is gone.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    found_at = models.DateTimeField(_("found"))
    found_by = models.CharField(_("found by"), max_length=20, choices=FoundBy)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="breaches"
    )
    # None where it is the account. The row itself may be gone, so no key refers to it.
    subscription = models.UUIDField(_("subscription"), null=True, blank=True)
    was = models.TextField(_("as it was known"), blank=True)
    found = models.TextField(_("as it was found"), blank=True)
    # The act that was undone, by the kind of event that it would have left, and who made it.
    act = models.CharField(_("act"), max_length=80, blank=True)
    actor = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    settled_because = models.CharField(_("reason"), max_length=500, blank=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        indexes = [
            models.Index(
                fields=["-found_at", "-id"],
                condition=Q(settled_at__isnull=True),
                name="relationships_breach_unsettled",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_standing_breach",
                fields=["subscription"],
                condition=Q(found_by=FoundBy.WATCH, gone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="relationships_breach_act_of_certificate",
                condition=Q(found_by=FoundBy.CERTIFICATE, actor__isnull=False, gone_at__isnull=True)
                & ~Q(act="")
                | Q(found_by=FoundBy.WATCH, actor__isnull=True, act=""),
            ),
            models.CheckConstraint(
                name="relationships_breach_settled_because",
                condition=Q(settled_at__isnull=True, settled_because="")
                | Q(settled_at__isnull=False) & ~Q(settled_because=""),
            ),
            stamps_go_together("settled"),
        ]

    def __str__(self) -> str:
        return f"{self.customer or '?'} · {self.subscription or self.public_id}"
