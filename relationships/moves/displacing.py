"""One service changes hands: the roles that administer it are taken from its holder (rule R28)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Actor
from audit.log import Side, record
from customers.models import Customer
from partners.models import Partner
from subscriptions.models import Service

from ..effects import Effect, EffectKind
from ..models import (
    Administers,
    AdminRelationship,
    AdminRelationshipRole,
    EndedBecause,
    ServiceEndedBecause,
)
from .administration import end_grant, end_service_administrations, take_roles


@dataclass(frozen=True)
class Displaced:
    """What a partner lost: for its own page, its mail and its log; never to whom."""

    partner: Partner
    services: list[Service]
    roles: list[str]
    ended: list[str]


def displace(
    customer: Customer,
    holder: Partner,
    services: list[Service],
    *,
    by: Actor,
    at: datetime,
) -> tuple[Displaced, list[Effect]]:
    """
    Take exactly the roles that administer these services; the customer is locked.

    Global Administrator goes as a whole, and with it what else it administered. Other roles and
    the reseller relationship stay; a grant that is left without roles is terminated.
    """
    effects: list[Effect] = []
    names, ended = [], []
    because = EndedBecause.DISPLACED
    for grant in _running(customer, holder, at):
        taken = list(_administering(grant, services).select_related("role").order_by("role__name"))
        if not taken:
            continue
        take_roles(grant, taken, by=by, at=at, because=because)
        for given in taken:
            names.append(given.role.name)
            effects.append(Effect(EffectKind.ROLE_TAKEN, holder.name, given.role.name))
        if not grant.granted_roles.filter(removed_at__isnull=True).exists():
            end_grant(grant, because=because, by=by, side=Side.CUSTOMER, at=at)
            ended.append(grant.name)
            effects.append(Effect(EffectKind.ADMINISTRATION_ENDS, holder.name, grant.name))
    freed = end_service_administrations(
        customer, holder, by=by, at=at, because=ServiceEndedBecause.DISPLACED
    )
    switched = {service.pk for service in services}
    effects += [
        Effect(EffectKind.SERVICE_FREED, holder.name, service.name)
        for service in freed
        if service.pk not in switched
    ]
    lost = Displaced(holder, freed, sorted(set(names)), ended)
    record(
        "administration.displaced",
        by=by,
        at=at,
        side=Side.CUSTOMER,
        subject=("customer", str(customer.tenant_id)),
        customer=customer.party,
        partner=holder.party,
        details={
            "services": ", ".join(service.name for service in freed),
            "roles": ", ".join(lost.roles),
            "ended": lost.ended,
        },
    )
    return lost, effects


def _running(customer: Customer, holder: Partner, at: datetime) -> list[AdminRelationship]:
    grants = AdminRelationship.objects.running(at).filter(customer=customer, partner=holder)
    return [grant.lock() for grant in grants.order_by("pk")]


def _administering(grant: AdminRelationship, services: list[Service]):
    return AdminRelationshipRole.objects.filter(
        Q(role__administers=Administers.ALL)
        | Q(role__administers=Administers.OWN, role__service__in=services),
        relationship=grant,
        removed_at__isnull=True,
    )
