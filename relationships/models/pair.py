from datetime import datetime
from typing import Self

from django.db import models

from customers.models import Customer
from partnercenter.lib.fields import BinaryOrderCharField
from partnercenter.lib.names import name_key
from partners.models import Partner

KEY_LENGTH = 200


def pair_key(name: str) -> str:
    """Folding can lengthen a name: some letters become two."""
    return name_key(name)[:KEY_LENGTH]


class PartnerRelationshipQuerySet(models.QuerySet["PartnerRelationship"]):
    def list_pair(self, partner: Partner, customer: Customer) -> "PartnerRelationship":
        """Put the pair on the partner's customers page."""
        pair, _made = self.update_or_create(
            partner=partner,
            customer=customer,
            defaults={"listed": True, "name_key": pair_key(customer.name)},
        )
        return pair

    def relist(self, partner: Partner, customer: Customer, at: datetime) -> None:
        """Keep the pair on the page while some half of it is live."""
        live = (
            customer.reseller_relationships.running().filter(partner=partner).exists()
            or customer.admin_relationships.running(at).filter(partner=partner).exists()
        )
        self.filter(partner=partner, customer=customer).update(listed=live)

    def follow_name(self, customer: Customer) -> None:
        """Keep the customer's place in every partner's list right when it is renamed."""
        self.filter(customer=customer).update(name_key=pair_key(customer.name))

    def listed(self) -> Self:
        return self.filter(listed=True)


class PartnerRelationship(models.Model):
    """A partner and a customer that ever had something; the row of the customers page."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="pairs")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="pairs")
    name_key = BinaryOrderCharField(max_length=KEY_LENGTH)
    listed = models.BooleanField(default=True)

    objects = PartnerRelationshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="relationships_one_pair", fields=["partner", "customer"])
        ]
        indexes = [
            models.Index(
                fields=["partner", "name_key", "id"],
                name="relationships_customers_page",
                condition=models.Q(listed=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.customer}"
