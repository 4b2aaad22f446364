"""What a customer has with whom: by partner and by service."""

from datetime import datetime
from typing import Any

from customers.models import Customer
from subscriptions.models import Service

from .content import services_administered_by
from .models import (
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    ServiceAdministration,
)


def partners_of(customer: Customer, at: datetime) -> list[dict[str, Any]]:
    """Each partner that sells to the customer or administers for it, and until when."""
    by_partner: dict[int, dict[str, Any]] = {}

    def entry(partner: Any) -> dict[str, Any]:
        blank = {"partner": partner, "selling": None, "grants": []}
        return by_partner.setdefault(partner.pk, blank)

    for selling in customer.reseller_relationships.running().select_related("partner"):
        entry(selling.partner)["selling"] = selling
    grants = customer.admin_relationships.running(at).select_related("partner")
    for grant in grants.prefetch_related("granted_roles__role").order_by("ends_at"):
        roles = [given.role.name for given in grant.granted_roles.all() if not given.removed_at]
        entry(grant.partner)["grants"].append({"grant": grant, "roles": sorted(roles)})
    return sorted(by_partner.values(), key=lambda found: found["partner"].name)


def services_of(customer: Customer, at: datetime) -> list[dict[str, Any]]:
    """Each service that the customer has: who sells it, who administers it."""
    by_service: dict[int, dict[str, Any]] = {}

    def entry(service: Any) -> dict[str, Any]:
        blank = {"service": service, "sellers": set(), "direct": False, "administrators": set()}
        return by_service.setdefault(service.pk, blank)

    for subscription in customer.subscriptions.live().select_related("service", "seller"):
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
