"""What a customer has with whom: by partner and by service."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from customers.models import Customer
from partners.models import Partner, PartnerKind
from subscriptions.models import Service, Subscription

from .content import services_administered_by
from .models import (
    Administers,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AdminStatus,
    PolicyPartner,
    ServiceAdministration,
)
from .role_choices import role_view


def live_subscriptions(customer: Customer) -> list[Subscription]:
    """What runs, with who sold it: read once for both ways of looking at it."""
    return list(customer.subscriptions.live().select_related("service", "seller"))


def partners_of(customer: Customer, live: list[Subscription], at: datetime) -> list[dict[str, Any]]:
    """Each partner that sells to the customer or administers for it, and until when."""
    by_partner: dict[int, dict[str, Any]] = {}

    def entry(partner: Any) -> dict[str, Any]:
        blank = {"partner": partner, "selling": None, "grants": [], "sold": 0}
        return by_partner.setdefault(partner.pk, blank)

    # Who sold something before there were relationships here is a partner, too.
    for subscription in live:
        if subscription.seller:
            entry(subscription.seller)["sold"] += 1
    for selling in customer.reseller_relationships.running().select_related("partner"):
        entry(selling.partner)["selling"] = selling
    grants = customer.admin_relationships.running(at).select_related("partner")
    for grant in grants.prefetch_related("granted_roles__role").order_by("ends_at"):
        roles = [given.role.name for given in grant.granted_roles.all() if not given.removed_at]
        entry(grant.partner)["grants"].append({"grant": grant, "roles": sorted(roles)})
    return sorted(by_partner.values(), key=lambda found: found["partner"].name)


def partners_known_to(customer: Customer) -> QuerySet[Partner]:
    """
    Those with which the customer has, or had, something.

    Each with `listed_as`: whether it is on the allow list of the customer's request policy (true),
    on the deny list (false), or on none.
    """
    places = PolicyPartner.objects.filter(policy__customer=customer, partner=OuterRef("pk"))
    return Partner.objects.filter(
        Q(pk__in=customer.pairs.values("partner"))
        | Q(pk__in=customer.subscriptions.values("seller"))
    ).annotate(listed_as=Subquery(places.values("allowed")))


def names_of_partners(tenant_ids: Iterable[str]) -> dict[str, str]:
    """Whom ids in the customer's own subscriptions mean."""
    rows = Partner.objects.filter(tenant_id__in=tenant_ids)
    return {str(tenant_id): name for tenant_id, name in rows.values_list("tenant_id", "name")}


def partner_of(customer: Customer, partner: Partner, at: datetime) -> dict[str, Any]:
    """What the customer has with one partner: selling, what it sold, administration."""
    relationships = customer.reseller_relationships.filter(partner=partner)
    granted = customer.admin_relationships.readable(at).filter(partner=partner)
    grants = granted.exclude(activated_at=None)
    running: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    for grant in grants.prefetch_related("granted_roles__role__service").order_by("-activated_at"):
        standing = [given.role for given in grant.granted_roles.all() if not given.removed_at]
        taken = [given.role.name for given in grant.granted_roles.all() if given.removed_at]
        entry = {
            "grant": grant,
            "roles": [
                role_view(role, tick_id=f"{grant.public_id}-{role.template_id}")
                for role in sorted(standing, key=lambda role: role.name)
            ],
            "privileged": any(role.privileged for role in standing),
            "taken": sorted(taken),
        }
        is_running = grant.status == AdminStatus.ACTIVE and grant.ends_at and grant.ends_at > at
        (running if is_running else ended).append(entry)
    return {
        "selling": relationships.order_by("-started_at", "-pk").first(),
        "running": running,
        # Of a single one, what its own buttons do would be all that is done at once.
        "several_run": len(running) > 1,
        "some_run": any(entry["grant"].paused_at is None for entry in running),
        "some_paused": any(entry["grant"].paused_at is not None for entry in running),
        "ended": ended,
        "subscriptions": customer.subscriptions.filter(seller=partner)
        .with_parties()
        .order_by("service__name", "pk"),
    }


def services_of(customer: Customer, live: list[Subscription], at: datetime) -> list[dict[str, Any]]:
    """Each service that the customer has: who sells it, who administers it."""
    by_service: dict[int, dict[str, Any]] = {}

    def entry(service: Any) -> dict[str, Any]:
        blank = {"service": service, "sellers": set(), "direct": False, "administrators": set()}
        return by_service.setdefault(service.pk, blank)

    for subscription in live:
        found = entry(subscription.service)
        if subscription.seller:
            found["sellers"].add(subscription.seller.name)
        else:
            found["direct"] = True
    grants = list(customer.admin_relationships.running(at).select_related("partner"))
    # Whose time is over administers nothing, whether or not the clock has come by.
    held_now = ServiceAdministration.objects.running().filter(
        customer=customer, partner__in={grant.partner_id for grant in grants}
    )
    for held in held_now.select_related("service", "partner"):
        entry(held.service)["administrators"].add(held.partner.name)
    for name, service in _advised(grants):
        entry(service)["administrators"].add(name)
    services = sorted(by_service.values(), key=lambda found: found["service"].name)
    for found in services:
        found["sellers"] = sorted(found["sellers"])
        found["administrators"] = sorted(found["administrators"])
    return services


def advisors_beside(
    customer: Customer, own: Partner, roles: Iterable[AdminRole], at: datetime
) -> dict[Service, list[str]]:
    """
    Other advisors who can administer what these roles administer, by service.

    They take nobody's place and keep their roles, so their work overlaps (rule R30, choice 7.16).
    """
    running = AdminRelationship.objects.running(at).filter(customer=customer).exclude(partner=own)
    given = AdminRelationshipRole.objects.filter(
        relationship__in=running,
        relationship__partner__kind=PartnerKind.ADVISOR,
        removed_at__isnull=True,
    ).select_related("relationship__partner", "role__service")
    found: dict[Service, set[str]] = {}
    wanted = {role.service for role in roles if role.administers == Administers.OWN}
    for row in given:
        for service in wanted:
            if row.role.administers_service(service):
                found.setdefault(service, set()).add(row.relationship.partner.name)
    return {service: sorted(names) for service, names in found.items()}


def _advised(grants: list[AdminRelationship]) -> list[tuple[str, Service]]:
    """Advisors hold no service (rule R26): what they administer is read from their roles."""
    advisors = {grant.pk: grant.partner.name for grant in grants if not grant.partner.transacts}
    given = AdminRelationshipRole.objects.filter(
        relationship__in=advisors, removed_at__isnull=True
    ).select_related("role__service")
    by_advisor: dict[str, list[AdminRole]] = {}
    for row in given:
        by_advisor.setdefault(advisors[row.relationship_id], []).append(row.role)
    services = services_administered_by([row.role for row in given])
    return [
        (name, service)
        for name, roles in by_advisor.items()
        for service in services
        if any(role.administers_service(service) for role in roles)
    ]
