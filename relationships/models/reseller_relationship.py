from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel, stamps_match_status
from partners.models import Partner


class ResellerStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    WINDING_DOWN = "winding_down", _("winding down")
    ENDED = "ended", _("ended")


class ResellerEndedBecause(models.TextChoices):
    CUSTOMER = "customer", _("ended by the customer")
    PARTNER = "partner", _("ended by the partner")
    LAST_SUBSCRIPTION = "last_subscription", _("the last subscription ended")


class ResellerRelationshipQuerySet(models.QuerySet["ResellerRelationship"]):
    def visible_to(self, user) -> Self:
        """Those to which the user's own organisation is a party."""
        if user.is_staff and user.has_perm("relationships.view_resellerrelationship"):
            return self
        return self.filter(
            models.Q(partner__in=Partner.objects.visible_to(user))
            | models.Q(customer__in=Customer.objects.visible_to(user))
        )

    def running(self) -> Self:
        return self.exclude(status=ResellerStatus.ENDED)

    def active(self) -> Self:
        return self.filter(status=ResellerStatus.ACTIVE)


class ResellerRelationship(StatefulModel):
    """A customer's consent to buy through a partner: the commercial half."""

    TRANSITIONS = {
        ResellerStatus.ACTIVE: (ResellerStatus.WINDING_DOWN, ResellerStatus.ENDED),
        ResellerStatus.WINDING_DOWN: (ResellerStatus.ENDED, ResellerStatus.ACTIVE),
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="reseller_relationships")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="reseller_relationships")
    decision = models.ForeignKey(
        "relationships.Decision", models.PROTECT, related_name="started_reseller_relationships"
    )
    status = models.CharField(max_length=20, choices=ResellerStatus, default=ResellerStatus.ACTIVE)
    started_at = models.DateTimeField(_("started"))
    winding_down_at = models.DateTimeField(null=True, blank=True)
    winding_down_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(max_length=20, choices=ResellerEndedBecause, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ResellerRelationshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("reseller relationship")
        verbose_name_plural = _("reseller relationships")
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_reseller_relationship",
                fields=["partner", "customer"],
                condition=~models.Q(status=ResellerStatus.ENDED),
            ),
            stamps_match_status("ended", ResellerStatus.ENDED),
            models.CheckConstraint(
                name="relationships_reseller_end_has_a_cause",
                condition=(models.Q(status="ended") & ~models.Q(ended_because=""))
                | (~models.Q(status="ended") & models.Q(ended_because="")),
            ),
            models.CheckConstraint(
                name="relationships_reseller_winding_down_stamps",
                condition=models.Q(
                    status="winding_down",
                    winding_down_at__isnull=False,
                    winding_down_by__isnull=False,
                )
                | models.Q(
                    status="active", winding_down_at__isnull=True, winding_down_by__isnull=True
                )
                | models.Q(status="ended"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.customer}"
