from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import (
    Actor,
    Invitation,
    InvitationQuerySet,
    InvitationRefused,
    invitation_constraints,
)
from mail import outbox
from partnercenter.lib.names import domain_of
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment

from ..rights import CustomerRight, CustomerRole
from .customer import Customer
from .membership import CustomerMembership
from .registration import CustomerRegistration


class CustomerInvitationQuerySet(InvitationQuerySet["CustomerInvitation"]):
    @transaction.atomic
    def invite(
        self,
        *,
        by: Actor,
        customer: Customer,
        email: str,
        role: str,
        reason: str = "",
        at: datetime | None = None,
    ) -> "CustomerInvitation":
        """Offer a place by mail; staff write only to an address in the customer's own domain."""
        if not CustomerInvitation.sendable_by(by, customer):
            raise PermissionDenied
        email = email.strip().lower()
        if by.acts_for_operator and domain_of(email) != customer.primary_domain:
            raise InvitationRefused(
                _("Staff can invite only an address in the customer's own domain, %(domain)s.")
                % {"domain": customer.primary_domain}
            )
        if by.acts_for_operator:
            reason = given_reason(reason)
        customer.lock()
        at = moment(at)
        invitation = self.create(
            customer=customer,
            email=email,
            role=role,
            invited_at=at,
            invited_by=by,
            expires_at=at + CustomerInvitation.lifetime(),
        )
        customer.record(
            "customer.invited",
            by=by,
            at=at,
            details={"invitation": str(invitation.public_id), "role": role, "reason": reason},
        )
        outbox.send(
            "invitation",
            to=invitation.email,
            context={
                "organisation": customer.name,
                "role": invitation.role_label,
                "link": settings.SITE_URL + invitation.get_absolute_url(),
                "expires_at": invitation.expires_at,
            },
            key=f"invitation:{invitation.public_id}",
            forget=True,
        )
        return invitation


class CustomerInvitation(Invitation):
    """A place in a customer's organisation, offered by mail."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=30, choices=CustomerRole)

    objects = CustomerInvitationQuerySet.as_manager()

    class Meta:
        constraints = [*invitation_constraints("customers")]

    def __str__(self) -> str:
        return f"{self.email} · {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("relationships:invitation", args=[self.token])

    @property
    def organisation(self) -> Customer:
        return self.customer

    @property
    def role_label(self) -> str:
        return str(self.get_role_display())

    @staticmethod
    def sendable_by(by: Actor, customer: Customer) -> bool:
        """Staff, or who manages the customer's people."""
        if by.has_perm("customers.change_customer"):
            return True
        people = customer.memberships.having(CustomerRight.MANAGE_PEOPLE)
        return by.user is not None and by.user.is_active and people.filter(user=by.user).exists()

    @transaction.atomic
    def accept(self, *, by: Actor, at: datetime | None = None) -> CustomerMembership:
        """The invited person takes the place."""
        self.customer.lock()
        at = moment(at)
        user = self.take_up(by=by, at=at)
        if self.customer.memberships.current().filter(user=user).exists():
            raise InvitationRefused(_("You belong to this organisation already."))
        membership = self.customer.memberships.create(
            user=user, role=self.role, created_at=at, created_by=by
        )
        details: dict[str, Any] = {"invitation": str(self.public_id), "role": self.role}
        claims = CustomerRegistration.objects.let_in(user, self.customer, by=self.invited_by, at=at)
        if claims:
            details["registrations"] = claims
        self.customer.record("customer.invitation_accepted", by=by, at=at, details=details)
        return membership
