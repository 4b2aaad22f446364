from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.ids import uuid7
from partners.models import Partner


class ChangeKind(models.TextChoices):
    SUBSCRIBE = "subscribe", _("subscribe")
    IMPORT = "import", _("import")
    CHANGE_QUANTITY = "change_quantity", _("change quantity")
    SUSPEND = "suspend", _("suspend")
    REACTIVATE = "reactivate", _("reactivate")
    CANCEL = "cancel", _("cancel")
    RENAME = "rename", _("rename")
    AUTO_RENEW = "auto_renew", _("auto renew")
    RENEW = "renew", _("renew")
    EXPIRE = "expire", _("expire")
    DISABLE = "disable", _("disable")
    DELETE = "delete", _("delete")


BIRTHS = (ChangeKind.SUBSCRIBE, ChangeKind.IMPORT)


class MadeBy(models.TextChoices):
    """Whose hand a change was: the seller's, the operator's, or the clock's."""

    SELLER = "seller", _("seller")
    OPERATOR = "operator", _("operator")
    CLOCK = "clock", _("clock")


class SubscriptionChange(models.Model):
    """
    One change of a subscription: history, etag and last known state in one.

    The subscription is named by its public id, because the row of its birth precedes it. Rows are
    append only; a guard of the database refuses anything else.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    subscription = models.UUIDField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=ChangeKind)
    made_by = models.CharField(max_length=10, choices=MadeBy)
    seller = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    canonical_form = models.TextField()
    salt = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["subscription", "number"]
        constraints = [
            models.UniqueConstraint(
                name="subscriptions_change_number", fields=["subscription", "number"]
            ),
            models.CheckConstraint(
                name="subscriptions_change_seller_is_named",
                condition=models.Q(made_by=MadeBy.SELLER, seller__isnull=False)
                | (~models.Q(made_by=MadeBy.SELLER) & models.Q(seller__isnull=True)),
            ),
            models.CheckConstraint(
                name="subscriptions_change_birth_is_first",
                condition=models.Q(number=1, kind__in=BIRTHS)
                | (models.Q(number__gt=1) & ~models.Q(kind__in=BIRTHS)),
            ),
            models.CheckConstraint(
                name="subscriptions_change_import_has_a_reason",
                condition=~models.Q(kind=ChangeKind.IMPORT)
                | (models.Q(made_by=MadeBy.OPERATOR) & ~models.Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.number}"
