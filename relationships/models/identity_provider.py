from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain, spellings_of
from partnercenter.lib.sealing import SealedTextField
from partnercenter.lib.states import Lockable, stamps_go_together
from partners.models import Partner


def provider_key(organisation: Partner | Customer) -> str:
    side = "partner" if isinstance(organisation, Partner) else "customer"
    return f"{side}-{organisation.tenant_id}"


class IdentityProviderQuerySet(models.QuerySet["IdentityProvider"]):
    def visible_to(self, user) -> Self:
        """Staff who may look; an organisation's own is reached through a place in it."""
        if user.is_staff and user.has_perm("relationships.view_identityprovider"):
            return self
        return self.none()

    def of(self, organisation: Partner | Customer) -> Self:
        if isinstance(organisation, Partner):
            return self.filter(partner=organisation)
        return self.filter(customer=organisation)

    def with_key(self, key: str) -> Self:
        """The one that is called so, on or off; none for what is no key."""
        side, _hyphen, text = key.partition("-")
        try:
            tenant_id = UUID(text)
        except ValueError:
            return self.none()
        if side not in ("partner", "customer"):
            return self.none()
        return self.filter(**{f"{side}__tenant_id": tenant_id})

    def of_domain(self, domain: str) -> Self:
        """Those that are on, of the organisations whose primary domain it is."""
        spellings = spellings_of(domain)
        return self.filter(
            Q(partner__primary_domain__in=spellings) | Q(customer__primary_domain__in=spellings),
            turned_on_at__isnull=False,
        )


class IdentityProvider(Lockable):
    """
    Where an organisation's people sign in: its own OpenID Connect provider (single sign-on).

    It vouches for addresses in the organisation's primary domain and for no others, and only while
    that domain is known to be the organisation's own. Whatever is changed of it turns it off until
    it was tested again.
    """

    partner = models.OneToOneField(
        Partner, models.PROTECT, null=True, blank=True, related_name="identity_provider"
    )
    customer = models.OneToOneField(
        Customer, models.PROTECT, null=True, blank=True, related_name="identity_provider"
    )
    issuer = models.CharField(_("issuer"), max_length=300)
    client_id = models.CharField(_("client id"), max_length=200)
    secret = SealedTextField(_("client secret"))
    changed_at = models.DateTimeField(_("set up"))
    changed_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    tested_at = models.DateTimeField(_("tested"), null=True, blank=True)
    tested_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    turned_on_at = models.DateTimeField(_("turned on"), null=True, blank=True)
    turned_on_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    objects = IdentityProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            models.CheckConstraint(
                name="relationships_identity_provider_of_one",
                condition=Q(partner__isnull=True, customer__isnull=False)
                | Q(partner__isnull=False, customer__isnull=True),
            ),
            models.CheckConstraint(
                name="relationships_identity_provider_on_once_tested",
                condition=Q(turned_on_at__isnull=True) | Q(tested_at__isnull=False),
            ),
            stamps_go_together("tested"),
            stamps_go_together("turned_on"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.issuer}"

    @property
    def organisation(self) -> Partner | Customer:
        return self.partner or self.customer  # type: ignore[return-value]

    @property
    def key(self) -> str:
        """What it is called in addresses and in links of accounts; known before it is set up."""
        return provider_key(self.organisation)

    def why_resting(self) -> str:
        """Why nobody can sign in by it, on or off; empty where they can."""
        if is_free_mail(ascii_domain(self.organisation.primary_domain)):
            return _t("Everybody can have an address in your domain, so nobody can vouch for it.")
        if self.partner is not None:
            return "" if self.partner.verified else _t("The operator has not verified you yet.")
        customer: Any = self.customer
        if customer.domain_confirmed_at is None:
            return _t("Your domain is not confirmed yet. Prove it by a record, further up.")
        proof = getattr(customer, "domain_proof", None)
        if proof is not None and proof.missing_since is not None:
            return _t("The record that proves your domain is missing. Publish it again.")
        return ""

    def change(
        self, *, issuer: str, client_id: str, secret: str, by: Actor, at: datetime
    ) -> list[str]:
        """Take over what was typed; it has to be tested before it is turned on again."""
        self.issuer, self.client_id, self.secret = issuer, client_id, secret
        self.changed_at, self.changed_by = at, by
        self.tested_at = self.tested_by = self.turned_on_at = self.turned_on_by = None
        return [
            *("issuer", "client_id", "secret", "changed_at", "changed_by"),
            *("tested_at", "tested_by", "turned_on_at", "turned_on_by"),
        ]
