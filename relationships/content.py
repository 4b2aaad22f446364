"""What a person sees and decides on, as one exact text (design 5.4)."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.states import moment
from partners.models import Partner
from subscriptions.models import Service

from .models import (
    Administers,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    Decision,
    ServiceAdministration,
)

FORMAT = 1


def content_of(decision: Decision, at: datetime | None = None) -> str:
    """What is asked, who asks, the customer, and who holds each touched service."""
    roles = decision.request.asked_roles()
    renews = decision.request.renews()
    return content_with(decision, roles, holders_of(decision, roles, at), renews)


def content_with(
    decision: Decision,
    roles: list[AdminRole],
    holders: list[ServiceAdministration],
    renews: AdminRelationship | None,
) -> str:
    """The same text from what was read already."""
    request, terms = decision.request, decision.request.terms
    content: dict[str, Any] = {
        "format": FORMAT,
        "request": request.public_id,
        "version": request.version,
        "name": request.name,
        "reason": request.reason,
        "partner": _who(request.partner),
        "administrator": _who(request.administrator),
        "customer": {
            "tenant_id": decision.customer.tenant_id,
            "name": decision.customer.name,
            "domain": decision.customer.primary_domain,
        },
        "asks_selling": request.asks_selling,
        "roles": sorted(str(role.template_id) for role in roles),
        "days": terms.days if terms else None,
        "auto_extend": terms.auto_extend if terms else None,
        "groups": sorted(str(g.public_id) for g in terms.planned_groups.all()) if terms else [],
        "holders": {holder.service.key: str(holder.partner.tenant_id) for holder in holders},
        "taken": {
            holder.service.key: sorted(str(role.template_id) for role in holder.administering)
            for holder in holders
            if holder.partner_id != request.administrator_id
        },
    }
    if renews is not None:
        # Named only where there is one, so that what was signed before reads the same.
        content["renews"] = str(renews.public_id)
    return canonical(content)


def content_digest(content: str) -> str:
    return digest(content)


def services_administered_by(roles: list[AdminRole]) -> QuerySet[Service]:
    """The services that these roles together administer (rule R26)."""
    services = Q(pk__in={role.service_id for role in roles if role.administers == Administers.OWN})
    if any(role.administers == Administers.ALL for role in roles):
        every = AdminRole.objects.filter(administers=Administers.OWN)
        services |= Q(pk__in=every.values("service"))
    return Service.objects.filter(services)


def holders_of(
    decision: Decision, roles: list[AdminRole], at: datetime | None = None
) -> list[ServiceAdministration]:
    """
    Who administers, now, the services that these roles touch; whose time is over does not.

    Each comes with the roles by which it does, which a switch would take from it.
    """
    at = moment(at)
    running = AdminRelationship.objects.running(at).filter(customer=decision.customer)
    holders = list(
        ServiceAdministration.objects.running()
        .filter(
            Exists(running.filter(partner=OuterRef("partner"))),
            customer=decision.customer,
            service__in=services_administered_by(roles),
        )
        .select_related("service", "partner")
        .order_by("service__name")
    )
    _tell_administering(holders, running)
    return holders


def _tell_administering(
    holders: list[ServiceAdministration], running: QuerySet[AdminRelationship]
) -> None:
    held = AdminRelationshipRole.objects.none()
    if holders:
        held = AdminRelationshipRole.objects.filter(
            relationship__in=running.filter(partner__in={held.partner_id for held in holders}),
            removed_at__isnull=True,
        ).exclude(role__administers=Administers.NONE)
    by_partner: dict[int, list[AdminRole]] = {}
    for given in held.select_related("relationship", "role").order_by("role__name"):
        by_partner.setdefault(given.relationship.partner_id, []).append(given.role)
    for holder in holders:
        roles = by_partner.get(holder.partner_id, [])
        holder.administering = [role for role in roles if role.administers_service(holder.service)]


def _who(partner: Partner) -> dict[str, Any]:
    return {
        "tenant_id": partner.tenant_id,
        "name": partner.name,
        "domain": partner.primary_domain,
        "country": str(partner.country),
        "kind": partner.kind,
        "verified": partner.verified,
    }
