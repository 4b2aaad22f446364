from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.models import Partner


class FormerPersonQuerySet(models.QuerySet["FormerPerson"]):
    def of(self, organisation: Partner | Customer) -> Self:
        if isinstance(organisation, Partner):
            return self.filter(partner=organisation)
        return self.filter(customer=organisation)


class FormerPerson(models.Model):
    """
    By what an organisation knows again whom it let go, whatever became of the account.

    A digest of an address or of what its identity provider calls the person, salted with the
    organisation's tenant id: enough to know somebody again who comes, and no list of names.
    """

    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="former_people"
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="former_people"
    )
    digest = models.CharField(max_length=64)
    since = models.DateTimeField()

    objects = FormerPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("former person")
        verbose_name_plural = _("former people")
        constraints = [
            models.CheckConstraint(
                name="relationships_former_person_of_one",
                condition=Q(partner__isnull=True, customer__isnull=False)
                | Q(partner__isnull=False, customer__isnull=True),
            ),
            models.UniqueConstraint(
                name="relationships_former_person_of_partner", fields=["partner", "digest"]
            ),
            models.UniqueConstraint(
                name="relationships_former_person_of_customer", fields=["customer", "digest"]
            ),
        ]

    def __str__(self) -> str:
        return self.digest
