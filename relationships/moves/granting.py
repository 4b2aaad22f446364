"""What an approval gives: the rows of both halves."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.names import name_key
from partnercenter.lib.refusals import Refused

from ..content import services_administered_by
from ..models import (
    AccessTerms,
    AdminRelationship,
    AdminRole,
    AdminStatus,
    Decision,
    EndedBecause,
    PartnerRelationship,
    ResellerRelationship,
    ResellerStatus,
    ServiceAdministration,
)


class ServiceTaken(Refused):
    """Another transacting partner administers the service (rule R26)."""


def grant_selling(decision: Decision, *, at: datetime) -> ResellerRelationship:
    """Let the partner sell: a new relationship, or the running one, which is left as it is."""
    request = decision.request
    running = (
        ResellerRelationship.objects.running()
        .filter(partner=request.partner, customer=decision.customer)
        .first()
    )
    if running is None:
        running = ResellerRelationship.objects.create(
            partner=request.partner, customer=decision.customer, decision=decision, started_at=at
        )
    elif running.lock().status == ResellerStatus.WINDING_DOWN:
        running.move_to(ResellerStatus.ACTIVE, winding_down_at=None, winding_down_by=None)
    PartnerRelationship.objects.list_pair(request.partner, decision.customer)
    return running


def grant_administration(
    decision: Decision, *, roles: list[AdminRole], days: int | None, by: Actor, at: datetime
) -> AdminRelationship:
    """Give the roles, to the planned groups at once: approval is usable access."""
    asked = decision.request.terms
    if asked is None:
        raise Refused(_("This request asks for no administration."))
    days = days or asked.days
    groups = list(asked.planned_groups.open())
    terms = AccessTerms.objects.write(
        roles=roles, days=days, auto_extend=asked.auto_extend, groups=groups
    )
    decision.granted_terms = terms
    relationship = _born(decision, asked, at=at)
    relationship.move_to(
        AdminStatus.ACTIVE,
        customer=decision.customer,
        granted_terms=terms,
        decision=decision,
        activated_at=at,
        ends_at=at + timedelta(days=days),
    )
    for role in roles:
        relationship.granted_roles.create(role=role, granted_at=at)
    for group in groups:
        assignment = relationship.assignments.create(group=group, created_at=at, created_by=by)
        assignment.roles.add(*roles)
    take_services(decision, relationship, roles=roles, at=at)
    PartnerRelationship.objects.list_pair(relationship.partner, decision.customer)
    return relationship


def take_services(
    decision: Decision, relationship: AdminRelationship, *, roles: list[AdminRole], at: datetime
) -> None:
    """Enter who administers each service now; refused where another partner does (R26)."""
    if not relationship.partner.transacts:
        return
    services = services_administered_by(roles)
    running = ServiceAdministration.objects.running().filter(
        customer=decision.customer, service__in=services
    )
    holders = {held.service_id: held for held in running.select_related("partner", "service")}
    for service in sorted(services, key=lambda service: service.name):
        held = holders.get(service.pk)
        if held is None:
            _take(decision, relationship, service, at=at)
        elif held.partner_id != relationship.partner_id:
            raise ServiceTaken(taken_sentence(held))


def taken_sentence(held: ServiceAdministration) -> str:
    return _(
        "%(partner)s administers %(service)s for you now, and only one partner that sells can. "
        "Untick the roles that administer %(service)s."
    ) % {"partner": held.partner.name, "service": held.service.name}


def _take(decision: Decision, relationship: AdminRelationship, service, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            ServiceAdministration.objects.create(
                customer=decision.customer,
                service=service,
                partner=relationship.partner,
                started_at=at,
                decision=decision,
            )
    except IntegrityError as lost:
        held = ServiceAdministration.objects.running().get(
            customer=decision.customer, service=service
        )
        raise ServiceTaken(taken_sentence(held)) from lost


def _born(decision: Decision, asked: AccessTerms, *, at: datetime) -> AdminRelationship:
    """The relationship that waited with a single request, or a new one of a standing link."""
    request = decision.request
    waiting = request.admin_relationships.filter(status=AdminStatus.APPROVAL_PENDING).first()
    if waiting is not None:
        return waiting.lock()
    name = _free_name(request.administrator, f"{request.name} · {decision.customer.name}")
    return request.admin_relationships.create(
        partner=request.administrator,
        name=name,
        name_key=name_key(name),
        asked_terms=asked,
        status=AdminStatus.APPROVAL_PENDING,
        created_at=at,
    )


def _free_name(partner, wished: str, longest: int = 50) -> str:
    """The wished name, shortened, and numbered where it is taken."""
    taken = set(
        AdminRelationship.objects.filter(partner=partner)
        .exclude(ended_because=EndedBecause.LAPSED)
        .values_list("name_key", flat=True)
    )
    name, number = wished[:longest].rstrip(), 1
    while name_key(name) in taken:
        number += 1
        ending = f" ({number})"
        name = wished[: longest - len(ending)].rstrip() + ending
    return name
