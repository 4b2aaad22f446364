from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.ids import new_token
from partnercenter.lib.states import Lockable

from .customer import Customer

PREFIX = "partner-center-verification="


class DomainProof(Lockable):
    """A record that only the holder of a domain can publish, and what looking for it has shown."""

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="domain_proof")
    token = models.CharField(max_length=64, default=new_token, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    proved_at = models.DateTimeField(_("proved"), null=True, blank=True)
    checked_at = models.DateTimeField(_("looked at last"), null=True, blank=True)
    # Since when a record that was there is there no longer.
    missing_since = models.DateTimeField(_("missing since"), null=True, blank=True)

    # Since when its name servers have given no answer at all.
    silent_since = models.DateTimeField(_("no answer since"), null=True, blank=True)

    class Meta:
        verbose_name = _("proof of a domain")
        verbose_name_plural = _("proofs of domains")
        constraints = [
            models.CheckConstraint(
                name="customers_domain_proof_missing_after_proved",
                condition=models.Q(missing_since__isnull=True) | models.Q(proved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.customer.primary_domain}"

    @property
    def record(self) -> str:
        """The text of the TXT record."""
        return f"{PREFIX}{self.token}"
