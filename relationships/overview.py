"""What a customer has with whom: by partner and by service."""

from datetime import datetime
from typing import Any

from customers.models import Customer

from .models import ServiceAdministration


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
        blank = {"service": service, "sellers": set(), "direct": False, "administrator": None}
        return by_service.setdefault(service.pk, blank)

    for subscription in customer.subscriptions.live().select_related("service", "seller"):
        found = entry(subscription.service)
        if subscription.seller:
            found["sellers"].add(subscription.seller.name)
        else:
            found["direct"] = True
    running = ServiceAdministration.objects.running().filter(customer=customer)
    for held in running.select_related("service", "partner"):
        entry(held.service)["administrator"] = held.partner
    services = sorted(by_service.values(), key=lambda found: found["service"].name)
    for found in services:
        found["sellers"] = sorted(found["sellers"])
    return services
