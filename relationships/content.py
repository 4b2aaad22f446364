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
    AdminRole,
    Decision,
    ServiceAdministration,
)

FORMAT = 1


def content_of(decision: Decision, at: datetime | None = None) -> str:
    """What is asked, who asks, the customer, and who holds each touched service."""
    roles = decision.request.asked_roles()
    return content_with(decision, roles, holders_of(decision, roles, at))


def content_with(
    decision: Decision, roles: list[AdminRole], holders: list[ServiceAdministration]
) -> str:
    """The same text from roles and holders that were read already."""
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
    }
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
    """Who administers, now, the services that these roles touch; whose time is over does not."""
    running = AdminRelationship.objects.running(moment(at)).filter(
        customer=decision.customer, partner=OuterRef("partner")
    )
    return list(
        ServiceAdministration.objects.running()
        .filter(
            Exists(running),
            customer=decision.customer,
            service__in=services_administered_by(roles),
        )
        .select_related("service", "partner")
        .order_by("service__name")
    )


def _who(partner: Partner) -> dict[str, Any]:
    return {
        "tenant_id": partner.tenant_id,
        "name": partner.name,
        "domain": partner.primary_domain,
        "country": str(partner.country),
        "kind": partner.kind,
        "verified": partner.verified,
    }
