from typing import Self

from django.db import models

from accounts.models import Actor
from partnercenter.lib.states import stamps_go_together

from .partner import Partner


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)


class Partnership(models.Model):
    """An indirect provider and an indirect reseller working together (rules R44 to R50)."""

    provider = models.ForeignKey(Partner, models.PROTECT, related_name="reseller_partnerships")
    reseller = models.ForeignKey(Partner, models.PROTECT, related_name="provider_partnerships")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="partners_partnership_one_current",
                fields=["provider", "reseller"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="partners_partnership_of_two",
                condition=~models.Q(provider=models.F("reseller")),
            ),
            stamps_go_together("ended"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.reseller}"
