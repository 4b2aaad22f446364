"""Staff change a partner's kind, while at most one that sells administers a service (rule R26)."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold, record
from customers.models import Customer
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerKind
from partners.staff_rights import CHANGE_KIND
from subscriptions.models import Service

from ..content import services_administered_by
from ..models import (
    Administers,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AdminStatus,
    ServiceAdministration,
    ServiceEndedBecause,
)
from .clock import expire_past_end


class SecondHolder(Refused):
    """Another transacting partner administers the service for these customers already."""


@transaction.atomic
def change_kind(
    partner: Partner, kind: str, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Write the new kind into the history, and enter or end what the partner administers."""
    if not by.has_perm(CHANGE_KIND):
        raise PermissionDenied
    reason = given_reason(reason)
    customers = _administered(partner)
    for customer in customers:
        customer.lock()
    partner.lock()
    if not set(_administered(partner)) <= set(customers):
        raise Refused(_("A customer has just approved something for this partner. Try again."))
    at = moment(at)
    before = partner.kind
    _check(partner, kind)
    # Whoever gives a service its first such role at this moment waits, or is seen below.
    everything = AdminRole.objects.filter(administers=Administers.ALL).order_by("pk")
    list(everything.select_for_update())
    _hold_chains(partner, customers, at)
    for customer in customers:
        expire_past_end(customer, at=at)
    partner.kind = kind
    partner.save(update_fields=["kind"])
    partner.kind_changes.create(kind=kind, at=at, by=by)
    details = {"was": before, "is": kind, "reason": reason}
    partner.record("partner.kind_changed", by=by, at=at, details=details)
    if not partner.transacts:
        _give_up(partner, by=by, at=at)
    elif before == PartnerKind.ADVISOR:
        _take_up(partner, by=by, at=at)


def _administered(partner: Partner) -> list[Customer]:
    """The customers for whom the partner administers anything, in the order of their locks."""
    return list(
        Customer.objects.filter(
            Q(
                admin_relationships__partner=partner,
                admin_relationships__status=AdminStatus.ACTIVE,
            )
            | Q(service_administrations__partner=partner, service_administrations__ended_at=None)
        )
        .distinct()
        .order_by("pk")
    )


def _check(partner: Partner, kind: str) -> None:
    if kind not in PartnerKind.values:
        raise Refused(_("There is no such kind of partner."))
    if kind == partner.kind:
        raise Refused(
            _("%(partner)s is of this kind already: %(kind)s.")
            % {"partner": partner.name, "kind": partner.get_kind_display()}
        )
    with_resellers = partner.reseller_partnerships.current().select_related("reseller")
    with_providers = partner.provider_partnerships.current().select_related("provider")
    others = [pair.reseller.name for pair in with_resellers]
    others += [pair.provider.name for pair in with_providers]
    if others:
        raise Refused(
            _(
                "%(partner)s works with %(others)s as its kind allows. These partnerships must end "
                "first."
            )
            % {"partner": partner.name, "others": ", ".join(sorted(others))}
        )


def _hold_chains(partner: Partner, customers: list[Customer], at: datetime) -> None:
    """All at once: those of the customers, of the partner, and of whoever's grant is over."""
    over = AdminRelationship.objects.past_their_end(at).filter(customer__in=customers)
    others = Partner.objects.filter(admin_relationships__in=over).distinct()
    hold(
        (Side.PARTNER, partner.party.id),
        *((Side.PARTNER, other.party.id) for other in others),
        *((Side.CUSTOMER, customer.party.id) for customer in customers),
    )


def _take_up(partner: Partner, *, by: Actor, at: datetime) -> None:
    """From now on the partner counts as who administers what its running grants administer."""
    grants = _services_by_grant(partner, at)
    if conflicts := _held_by_others(grants):
        raise SecondHolder(_second_holder_sentence(partner, conflicts))
    entered: set[tuple[Customer, Service]] = set()
    for grant, services in grants.items():
        for service in sorted(services, key=lambda service: service.name):
            if (grant.customer, service) not in entered:
                entered.add((grant.customer, service))
                ServiceAdministration.objects.create(
                    customer=grant.customer, service=service, partner=partner, started_at=at
                )
                _tell("started", grant, service, by=by, at=at)


def _services_by_grant(partner: Partner, at: datetime) -> dict[Any, set[Service]]:
    """The running grants, and which services each administers."""
    roles: dict[AdminRelationship, list[AdminRole]] = defaultdict(list)
    standing = AdminRelationshipRole.objects.filter(
        relationship__in=AdminRelationship.objects.running(at).filter(partner=partner),
        removed_at__isnull=True,
    )
    for granted in standing.select_related(
        "relationship__customer", "relationship__partner", "role__service"
    ).order_by("relationship_id", "pk"):
        roles[granted.relationship].append(granted.role)
    return {grant: set(services_administered_by(held)) for grant, held in roles.items()}


def _held_by_others(grants: dict[Any, set[Service]]) -> dict[Customer, set[str]]:
    """For which customers of these grants somebody administers one of the services, and which."""
    customers = {grant.customer for grant in grants}
    running = ServiceAdministration.objects.running().filter(customer__in=customers)
    held = set(running.values_list("customer_id", "service_id"))
    conflicts: dict[Customer, set[str]] = defaultdict(set)
    for grant, services in grants.items():
        for service in services:
            if (grant.customer_id, service.pk) in held:
                conflicts[grant.customer].add(service.name)
    return conflicts


def _second_holder_sentence(partner: Partner, conflicts: dict[Customer, set[str]]) -> str:
    named = [
        _("%(customer)s, %(domain)s (%(services)s)")
        % {
            "customer": customer.name,
            "domain": customer.primary_domain,
            "services": ", ".join(sorted(services)),
        }
        for customer, services in conflicts.items()
    ]
    return _(
        "%(partner)s would be a second partner that sells and administers the same service. "
        "Another one administers it for: %(customers)s."
    ) % {"partner": partner.name, "customers": "; ".join(sorted(named))}


def _give_up(partner: Partner, *, by: Actor, at: datetime) -> None:
    """An advisor stands outside the count; its grants run on, and overlap is read from them."""
    running = ServiceAdministration.objects.running().filter(partner=partner)
    grants = {
        grant.customer_id: grant
        for grant in AdminRelationship.objects.running(at)
        .filter(partner=partner)
        .select_related("customer", "partner")
    }
    held = list(running.select_related("service").order_by("customer_id", "pk"))
    running.update(ended_at=at, ended_by=by, ended_because=ServiceEndedBecause.KIND_CHANGED)
    for administration in held:
        _tell("ended", grants[administration.customer_id], administration.service, by=by, at=at)


def _tell(what: str, grant: Any, service: Service, *, by: Actor, at: datetime) -> None:
    """The customer reads it too; why staff did it is told to the partner alone."""
    record(
        f"administration.service_{what}",
        by=by,
        at=at,
        side=Side.OPERATOR,
        subject=("admin_relationship", str(grant.public_id)),
        customer=grant.customer.party,
        partner=grant.partner.party,
        details={"service": service.name},
    )
