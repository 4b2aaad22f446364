from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from customers.models import Customer
from partnercenter.lib.ids import uuid7


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user) -> Self:
        """The customer's own; all for staff who may look."""
        if user.is_staff and user.has_perm("relationships.view_certificate"):
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Certificate(models.Model):
    """The proof that an act left the account and every subscription as they were."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="certificates")
    event = models.OneToOneField(Event, models.PROTECT, related_name="certificate")
    at = models.DateTimeField(_("taken"))
    count = models.PositiveIntegerField(_("subscriptions"))
    root = models.CharField(_("root"), max_length=64)
    format_version = models.PositiveSmallIntegerField(default=1)
    account_form = models.TextField()
    account_salt = models.CharField(max_length=64)
    # The primary keys of the changes that were its leaves, in order: changes are append only.
    changes = models.TextField(blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def change_keys(self) -> list[int]:
        return [int(key) for key in self.changes.split(",") if key]


class CertificateSignature(models.Model):
    """A signature of a certificate's statement; a row of its own, so that it can come later."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="signatures")
    key_id = models.CharField(max_length=43)
    signed_text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_signature_per_key", fields=["certificate", "key_id"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate} · {self.key_id}"
