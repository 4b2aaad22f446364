from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import uuid7

WAITING = Q(sent_at__isnull=True, failed_at__isnull=True)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(WAITING)

    def due(self, at: datetime) -> Self:
        """Waiting, its time come, and in no worker's hands; the oldest first."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        return (
            self.waiting().filter(free, next_attempt_at__lte=at).order_by("next_attempt_at", "pk")
        )

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)


class Delivery(models.Model):
    """One mail to one recipient, from the moment it is decided until it is sent or given up."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    # Who sends a thing at most once names it here.
    key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    recipient = models.EmailField(_("recipient"), max_length=254)
    recipient_name = models.CharField(_("recipient's name"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=20, default="en")
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    # Part of the row, so that a second sending of the same mail can be told by its id.
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    forget = models.BooleanField(default=False)  # the body is erased once it is no longer needed

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                name="mail_delivery_due", fields=["next_attempt_at", "id"], condition=WAITING
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_delivery_one_end",
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="mail_delivery_next_attempt_while_waiting",
                condition=(WAITING & Q(next_attempt_at__isnull=False))
                | (~WAITING & Q(next_attempt_at__isnull=True, claimed_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="mail_delivery_forgotten_at_the_end",
                condition=Q(forget=False) | WAITING | Q(text="", html=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
