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

from ..staff_rights import VERIFY


class PartnerKind(models.TextChoices):
    DIRECT_BILL = "direct_bill", _("direct bill partner")
    INDIRECT_PROVIDER = "indirect_provider", _("indirect provider")
    INDIRECT_RESELLER = "indirect_reseller", _("indirect reseller")
    ADVISOR = "advisor", _("advisor")


class PartnerStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")


class PartnerQuerySet(models.QuerySet["Partner"]):
    def visible_to(self, user) -> Self:
        """Those that the user works for; all for staff who may look."""
        if user.is_staff and user.has_perm("partners.view_partner"):
            return self
        return self.filter(memberships__in=user.partner_memberships.current()).distinct()

    def active(self) -> Self:
        return self.filter(status=PartnerStatus.ACTIVE)

    @transaction.atomic
    def add(
        self,
        *,
        by: Actor,
        name: str,
        primary_domain: str,
        country: str,
        kind: str,
        markets: list[str],
        reason: str,
        at: datetime | None = None,
        **fields: Any,
    ) -> "Partner":
        """Staff enrol a partner; it may do nothing before it is verified."""
        if not by.has_perm("partners.add_partner"):
            raise PermissionDenied
        reason = given_reason(reason)
        at = moment(at)
        fields.setdefault("slug", slug_for(primary_domain))
        partner = self.model(
            name=name,
            primary_domain=primary_domain.lower(),
            country=country,
            kind=kind,
            created_at=at,
            **fields,
        )
        with refused_where_taken(partner, "primary_domain", "slug", "tenant_id"):
            partner.save(force_insert=True)
        partner.kind_changes.create(kind=kind, at=at, by=by)
        partner.markets.bulk_create(
            PartnerMarket(partner=partner, country=code) for code in sorted({country, *markets})
        )
        partner.security_groups.create(name="Admin agents", built_in=True, created_at=at)
        partner.record("partner.added", by=by, at=at, details={"kind": kind, "reason": reason})
        return partner


class Partner(StatefulModel):
    """A company that sells or administers for customers (a reseller, distributor or advisor)."""

    TRANSITIONS = {
        PartnerStatus.ACTIVE: (PartnerStatus.SUSPENDED,),
        PartnerStatus.SUSPENDED: (PartnerStatus.ACTIVE,),
    }

    tenant_id = models.UUIDField(_("tenant id"), default=uuid.uuid4, unique=True)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("place in addresses"), max_length=63, unique=True)
    primary_domain = models.CharField(_("primary domain"), max_length=253, unique=True)
    country = CountryField(_("country"))
    programme_id = models.CharField(_("programme id"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=PartnerKind)
    status = models.CharField(
        _("status"), max_length=20, choices=PartnerStatus, default=PartnerStatus.ACTIVE
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    suspension_reason = models.TextField(_("reason of the suspension"), blank=True)
    created_at = models.DateTimeField(_("here since"))

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        # Graver than an edit, so that each can be given to other people.
        permissions = [
            ("verify_partner", "Can verify partner"),
            ("suspend_partner", "Can suspend and restore partner"),
            ("change_partner_kind", "Can change the kind of partner"),
        ]
        constraints = [
            stamps_match_status("suspended", PartnerStatus.SUSPENDED),
            stamps_go_together("verified"),
            models.CheckConstraint(
                name="partners_partner_suspension_has_a_reason",
                condition=(models.Q(status="suspended") & ~models.Q(suspension_reason=""))
                | (~models.Q(status="suspended") & models.Q(suspension_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def country_name(self) -> str:
        return str(self.country.name)  # type: ignore[attr-defined]

    @property
    def party(self) -> Party:
        return Party(id=str(self.tenant_id), name=self.name)

    @property
    def transacts(self) -> bool:
        """Whether it sells: every kind but the advisor (rule R26)."""
        return self.kind != PartnerKind.ADVISOR

    @property
    def verified(self) -> bool:
        return self.verified_at is not None

    def is_reseller_of(self, provider: "Partner") -> bool:
        """Whether the two work together now as indirect reseller and provider (rule R46)."""
        return self.provider_partnerships.current().filter(provider=provider).exists()

    def resellers(self) -> "PartnerQuerySet":
        """The indirect resellers with which this provider works now."""
        pairs = self.reseller_partnerships.current()
        return Partner.objects.filter(pk__in=pairs.values("reseller")).order_by("name", "pk")

    def record(
        self, kind: str, *, by: Actor, at: datetime, details: dict[str, Any] | None = None
    ) -> Event:
        return record(
            kind,
            by=by,
            at=at,
            side=Side.OPERATOR if by.acts_for_operator else Side.PARTNER,
            subject=("partner", str(self.tenant_id)),
            partner=self.party,
            details=details,
        )

    def verifiable_by(self, by: Actor) -> bool:
        return by.has_perm(VERIFY)

    @transaction.atomic
    def verify(self, *, by: Actor, reason: str, at: datetime | None = None) -> None:
        """Staff vouch that the company is who it says it is (threat T2)."""
        if not self.verifiable_by(by):
            raise PermissionDenied
        reason = given_reason(reason)
        self.lock()
        if self.verified:
            return
        self.verified_at, self.verified_by = moment(at), by
        self.save(update_fields=["verified_at", "verified_by"])
        self.record("partner.verified", by=by, at=self.verified_at, details={"reason": reason})


class PartnerMarket(models.Model):
    """A country in which a partner may sell (rule R12)."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="markets")
    country = CountryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="partners_market_once_per_partner", fields=["partner", "country"]
            )
        ]

    def __str__(self) -> str:
        return str(self.country.name)  # type: ignore[attr-defined]


class PartnerKindChange(models.Model):
    """From when a partner was of which kind."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="kind_changes")
    kind = models.CharField(max_length=20, choices=PartnerKind)
    at = models.DateTimeField()
    by = models.ForeignKey(Actor, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d})"
