from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.states import stamps_go_together

from ..rights import RIGHTS, CustomerRight, CustomerRole
from .customer import Customer


class CustomerMembershipQuerySet(models.QuerySet["CustomerMembership"]):
    def current(self) -> Self:
        return self.filter(removed_at__isnull=True)

    def ruling(self) -> Self:
        """The global admins who can sign in: an account that was switched off rules nothing."""
        return self.current().filter(role=CustomerRole.GLOBAL_ADMIN, user__is_active=True)

    def visible_to(self, user) -> Self:
        """The user's own places in customers."""
        return self.current().filter(user=user).select_related("customer")

    def having(self, right: CustomerRight) -> Self:
        return self.current().filter(role__in=RIGHTS[right])


class CustomerMembership(models.Model):
    """A person's place in a customer's organisation."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="customer_memberships"
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=CustomerRole)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CustomerMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="customers_membership_one_current",
                fields=["user", "customer"],
                condition=models.Q(removed_at__isnull=True),
            ),
            stamps_go_together("removed"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.customer}"

    @property
    def organisation(self) -> Customer:
        return self.customer

    def may(self, right: CustomerRight) -> bool:
        """Whether the table of design section 6 gives this right to the role."""
        return self.role in RIGHTS[right]

    @property
    def rules(self) -> bool:
        """Whether the person is one of the customer's global admins."""
        return self.role == CustomerRole.GLOBAL_ADMIN

    @property
    def role_label(self) -> str:
        return str(self.get_role_display())
