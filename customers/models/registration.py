from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel, stamps_match_status

from .customer import Customer


class RegistrationKind(models.TextChoices):
    WAITS_FOR_STAFF = "waits_for_staff", _("organisation that waits for staff")
    CLAIM = "claim", _("claim of a domain")


class RegistrationStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class CustomerRegistrationQuerySet(models.QuerySet["CustomerRegistration"]):
    def visible_to(self, user) -> Self:
        """The person's own; all for staff who may look."""
        if user.is_staff and user.has_perm("customers.view_customerregistration"):
            return self
        return self.filter(user=user)

    def waiting(self) -> Self:
        return self.filter(status=RegistrationStatus.WAITING)

    def claims(self) -> Self:
        return self.filter(kind=RegistrationKind.CLAIM)

    def let_in(self, user, customer: Customer, *, by: Actor, at: datetime) -> list[str]:
        """The claims that end because the person has a place now; their public ids."""
        claims = list(self.waiting().claims().filter(user=user, customer=customer).order_by("pk"))
        for claim in claims:
            claim.move_to(RegistrationStatus.ACCEPTED, accepted_at=at, accepted_by=by)
        return [str(claim.public_id) for claim in claims]


class CustomerRegistration(StatefulModel):
    """An organisation that waits for staff, or the claim of a domain that another has."""

    TRANSITIONS = {
        RegistrationStatus.WAITING: (RegistrationStatus.ACCEPTED, RegistrationStatus.REFUSED)
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="customer_registrations"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RegistrationKind)
    name = models.CharField(_("name"), max_length=200)
    country = CountryField(_("country"))
    # Of a claim, the claimed one; else empty until staff give one.
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    # Of a claim, whose domain it is; else what was made of it.
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    # The public id of the request whose link the person came by; requests live above this room.
    request = models.UUIDField(null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=RegistrationStatus, default=RegistrationStatus.WAITING
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    refused_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = CustomerRegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.CheckConstraint(name="customers_registration_named", condition=~Q(name="")),
            models.UniqueConstraint(
                name="customers_registration_one_waiting_per_name",
                fields=["user", "name"],
                condition=Q(
                    status=RegistrationStatus.WAITING, kind=RegistrationKind.WAITS_FOR_STAFF
                ),
            ),
            models.UniqueConstraint(
                name="customers_registration_one_claim_per_domain",
                fields=["user", "domain"],
                condition=Q(status=RegistrationStatus.WAITING, kind=RegistrationKind.CLAIM),
            ),
            models.CheckConstraint(
                name="customers_registration_domain_and_customer",
                condition=(
                    (Q(kind=RegistrationKind.CLAIM) | Q(status=RegistrationStatus.ACCEPTED))
                    & ~Q(domain="")
                    & Q(customer__isnull=False)
                )
                | (
                    ~Q(kind=RegistrationKind.CLAIM)
                    & ~Q(status=RegistrationStatus.ACCEPTED)
                    & Q(domain="", customer__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="customers_registration_reason",
                condition=(Q(status=RegistrationStatus.REFUSED) & ~Q(reason=""))
                | Q(status=RegistrationStatus.ACCEPTED)
                | Q(status=RegistrationStatus.WAITING, reason=""),
            ),
            stamps_match_status("accepted", RegistrationStatus.ACCEPTED),
            stamps_match_status("refused", RegistrationStatus.REFUSED),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_claim(self) -> bool:
        return self.kind == RegistrationKind.CLAIM

    @property
    def country_name(self) -> str:
        return str(self.country.name)  # type: ignore[attr-defined]

    def record(
        self, kind: str, *, by: Actor, at: datetime, details: dict[str, Any] | None = None
    ) -> None:
        """Into the customer's log where there is a customer, else into the operator's."""
        record(
            kind,
            by=by,
            at=at,
            side=Side.OPERATOR if by.acts_for_operator else Side.CUSTOMER,
            subject=("registration", str(self.public_id)),
            customer=self.customer.party if self.customer else None,
            details=details,
        )
