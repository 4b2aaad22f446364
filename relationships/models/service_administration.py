from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partners.models import Partner
from subscriptions.models import Service

from .admin_role import AdminRole


class ServiceEndedBecause(models.TextChoices):
    DISPLACED = "displaced", _("another partner now administers the service")
    EXPIRED = "expired", _("its time was over")
    TERMINATED = "terminated", _("the administration was ended")
    KIND_CHANGED = "kind_changed", _("the partner became an advisor")


class ServiceAdministrationQuerySet(models.QuerySet["ServiceAdministration"]):
    def running(self) -> Self:
        return self.filter(ended_at__isnull=True)


class ServiceAdministration(models.Model):
    """Which transacting partner administers a service for a customer: at most one (rule R26)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="service_administrations")
    service = models.ForeignKey(Service, models.PROTECT, related_name="administrations")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="service_administrations")
    started_at = models.DateTimeField(_("started"))
    decision = models.ForeignKey(
        "relationships.Decision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="started_administrations",
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(max_length=20, choices=ServiceEndedBecause, blank=True)

    # The roles by which the partner holds it, where somebody has read them along.
    administering: list[AdminRole] = []

    objects = ServiceAdministrationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["partner", "customer"],
                name="relationships_service_pair",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_administrator_per_service",
                fields=["customer", "service"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="relationships_service_end_is_whole",
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, ended_because="")
                | (
                    models.Q(ended_at__isnull=False, ended_by__isnull=False)
                    & ~models.Q(ended_because="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.customer} · {self.partner}"
