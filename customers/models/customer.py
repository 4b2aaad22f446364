import uuid
from datetime import datetime
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Actor
from audit.log import Party, Side, record
from audit.models import Event
from partnercenter.lib.names import slug_for
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import StatefulModel, moment, stamps_go_together, stamps_match_status
from partnercenter.lib.uniqueness import refused_where_taken


class CustomerStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    CLOSED = "closed", _("closed")


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user) -> Self:
        """Those that the user belongs to; all for staff who may look."""
        if user.is_staff and user.has_perm("customers.view_customer"):
            return self
        return self.filter(memberships__in=user.customer_memberships.current()).distinct()

    def active(self) -> Self:
        return self.filter(status=CustomerStatus.ACTIVE)

    @transaction.atomic
    def add(
        self,
        *,
        by: Actor,
        name: str,
        primary_domain: str,
        country: str,
        reason: str,
        at: datetime | None = None,
        **fields: Any,
    ) -> "Customer":
        """Staff enter an organisation that buys."""
        if not by.has_perm("customers.add_customer"):
            raise PermissionDenied
        reason = given_reason(reason)
        at = moment(at)
        fields.setdefault("slug", slug_for(primary_domain))
        customer = self.model(
            name=name,
            primary_domain=primary_domain.lower(),
            country=country,
            created_at=at,
            **fields,
        )
        with refused_where_taken(customer, "primary_domain", "slug", "tenant_id"):
            customer.save(force_insert=True)
        customer.record("customer.added", by=by, at=at, details={"reason": reason})
        return customer


class Customer(StatefulModel):
    """An organisation that buys and uses the services; one tenant."""

    TRANSITIONS = {CustomerStatus.ACTIVE: (CustomerStatus.CLOSED,), CustomerStatus.CLOSED: ()}

    tenant_id = models.UUIDField(_("tenant id"), default=uuid.uuid4, unique=True)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("place in addresses"), max_length=63, unique=True)
    primary_domain = models.CharField(_("primary domain"), max_length=253, unique=True)
    country = CountryField(_("country"))
    status = models.CharField(
        _("status"), max_length=20, choices=CustomerStatus, default=CustomerStatus.ACTIVE
    )
    domain_confirmed_at = models.DateTimeField(_("domain confirmed"), null=True, blank=True)
    domain_confirmed_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Since when, and by whom, its own people need a second factor; none where they may do without.
    factor_demanded_at = models.DateTimeField(_("second factor demanded"), null=True, blank=True)
    factor_demanded_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("here since"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            stamps_match_status("closed", CustomerStatus.CLOSED),
            stamps_go_together("domain_confirmed"),
            stamps_go_together("factor_demanded"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def country_name(self) -> str:
        return str(self.country.name)  # type: ignore[attr-defined]

    @property
    def party(self) -> Party:
        return Party(id=str(self.tenant_id), name=self.name)

    def record(
        self, kind: str, *, by: Actor, at: datetime, details: dict[str, Any] | None = None
    ) -> Event:
        return record(
            kind,
            by=by,
            at=at,
            side=Side.OPERATOR if by.acts_for_operator else Side.CUSTOMER,
            subject=("customer", str(self.tenant_id)),
            customer=self.party,
            details=details,
        )

    @transaction.atomic
    def confirm_domain(self, *, by: Actor, reason: str, at: datetime | None = None) -> None:
        """Staff vouch that the domain is the organisation's own; it stays from then on."""
        if not by.has_perm("customers.change_customer"):
            raise PermissionDenied
        reason = given_reason(reason)
        self.lock()
        if self.domain_confirmed_at is not None:
            return
        at = moment(at)
        self.domain_confirmed_at, self.domain_confirmed_by = at, by
        self.save(update_fields=["domain_confirmed_at", "domain_confirmed_by"])
        details = {"domain": self.primary_domain, "reason": reason}
        self.record("customer.domain_confirmed", by=by, at=at, details=details)
