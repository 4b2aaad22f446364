"""What an approval gives: the rows of both halves, and what is taken from others for them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side
from partnercenter.lib.names import name_key
from partnercenter.lib.refusals import Refused
from partners.models import Partner, SecurityGroup
from subscriptions.models import Service

from ..ask import free_name
from ..content import services_administered_by
from ..effects import Effect, EffectKind
from ..models import (
    AccessTerms,
    AdminRelationship,
    AdminRole,
    AdminStatus,
    Decision,
    EndedBecause,
    Half,
    PartnerRelationship,
    ResellerRelationship,
    ResellerStatus,
    ServiceAdministration,
    ServiceEndedBecause,
)
from .administration import end_grant, end_service_administrations, record_passage
from .answering import Answer
from .displacing import Displaced, displace
from .reminding import AHEAD


class ServiceTaken(Refused):
    """Another transacting partner administers the service (rule R26)."""


@dataclass
class Given:
    """What a decision gave, and to whose cost."""

    selling: Half
    administration: Half
    reseller_relationship: ResellerRelationship | None = None
    relationship: AdminRelationship | None = None
    terms: AccessTerms | None = None
    role_ids: list[str] = field(default_factory=list)
    displaced: list[Displaced] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


def grant(decision: Decision, answer: Answer, given: Given, *, by: Actor, at: datetime) -> Given:
    """Give the halves that are allowed; everything is locked and checked."""
    if given.selling == Half.APPROVED:
        _grant_selling(decision, given, at=at)
    if given.administration == Half.APPROVED:
        _grant_administration(decision, answer, given, by=by, at=at)
    return given


def _grant_selling(decision: Decision, given: Given, *, at: datetime) -> None:
    """Let the partner sell: a new relationship, or the running one, which is left as it is."""
    partner, customer = decision.request.partner, decision.customer
    running = customer.reseller_relationships.running().filter(partner=partner).first()
    if running is None:
        effect = EffectKind.SELLING_STARTS
        running = ResellerRelationship.objects.create(
            partner=partner, customer=customer, decision=decision, started_at=at
        )
    elif running.lock().status == ResellerStatus.WINDING_DOWN:
        effect = EffectKind.SELLING_RESUMES
        running.move_to(ResellerStatus.ACTIVE, winding_down_at=None, winding_down_by=None)
    else:
        effect = EffectKind.SELLING_STAYS
    PartnerRelationship.objects.list_pair(partner, customer)
    given.reseller_relationship = running
    given.effects.append(Effect(effect, partner.name))


def _grant_administration(
    decision: Decision, answer: Answer, given: Given, *, by: Actor, at: datetime
) -> None:
    """Give the roles, to the planned groups at once: approval is usable access."""
    asked = decision.request.terms
    if asked is None:
        raise Refused(_("This request asks for no administration."))
    days, roles = answer.days or asked.days, sorted(answer.roles, key=lambda role: role.name)
    groups = _groups_of(asked, decision.request.administrator)
    terms = AccessTerms.objects.write(
        roles=roles, days=days, auto_extend=asked.auto_extend, groups=groups
    )
    relationship = _born(decision, asked, at=at)
    relationship.move_to(
        AdminStatus.ACTIVE,
        customer=decision.customer,
        granted_terms=terms,
        decision=decision,
        activated_at=at,
        ends_at=at + timedelta(days=days),
        remind_at=at + timedelta(days=days) - AHEAD,
    )
    record_passage(relationship, by=by, side=Side.CUSTOMER, at=at)
    for role in roles:
        relationship.granted_roles.create(role=role, granted_at=at)
    for group in groups:
        assignment = relationship.assignments.create(group=group, created_at=at, created_by=by)
        assignment.roles.add(*roles)
    PartnerRelationship.objects.list_pair(relationship.partner, decision.customer)
    given.relationship, given.terms = relationship, terms
    given.role_ids = sorted(str(role.template_id) for role in roles)
    name, until = relationship.partner.name, relationship.ends_at
    given.effects += [Effect(EffectKind.ROLE_GIVEN, name, role.name, until=until) for role in roles]
    _take_services(decision, answer, given, roles, by=by, at=at)
    _replace_renewed(decision, relationship, roles, given, by=by, at=at)


def _keep_paused(relationship: AdminRelationship, renewed: AdminRelationship, given: Given) -> None:
    """What the customer paused stays paused under its new name, and the approval says so."""
    if renewed.paused_at is None:
        return
    relationship.paused_at, relationship.paused_by = renewed.paused_at, renewed.paused_by
    relationship.save(update_fields=["paused_at", "paused_by"])
    name, kind = relationship.partner.name, EffectKind.ADMINISTRATION_PAUSES
    given.effects.append(Effect(kind, name, relationship.name, until=relationship.ends_at))


def _replace_renewed(
    decision: Decision,
    relationship: AdminRelationship,
    roles: list[AdminRole],
    given: Given,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """A renewal takes the place of the grant that it renews, where that one still runs."""
    renewed = relationship.supersedes
    if renewed is None:
        return
    renewed.lock()
    if renewed.customer_id != decision.customer_id:
        raise Refused(_("This request renews administration of another customer."))
    if renewed.status != AdminStatus.ACTIVE:
        return
    standing = renewed.granted_roles.filter(removed_at__isnull=True).exclude(role__in=roles)
    _keep_paused(relationship, renewed, given)
    less = [row.role.name for row in standing.select_related("role").order_by("role__name")]
    end_grant(renewed, because=EndedBecause.RENEWED, by=by, side=Side.CUSTOMER, at=at)
    name, kind = relationship.partner.name, EffectKind.ADMINISTRATION_RENEWED
    given.effects.append(Effect(kind, name, renewed.name, other=relationship.name))
    given.effects += [Effect(EffectKind.ROLE_TAKEN, name, role) for role in less]
    because = ServiceEndedBecause.TERMINATED
    freed = end_service_administrations(
        decision.customer, relationship.partner, by=by, at=at, because=because
    )
    given.effects += [Effect(EffectKind.SERVICE_FREED, name, service.name) for service in freed]


def _groups_of(asked: AccessTerms, partner: Partner) -> list[SecurityGroup]:
    """Those that were planned; the admin agents where all of them were closed meanwhile."""
    groups = list(asked.planned_groups.open())
    if groups or not asked.planned_groups.exists():
        return groups
    return list(partner.security_groups.filter(built_in=True))


def _take_services(
    decision: Decision,
    answer: Answer,
    given: Given,
    roles: list[AdminRole],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Enter who administers each service now; from another holder only by a switch (R26)."""
    relationship = given.relationship
    if relationship is None or not relationship.partner.transacts:
        return
    services = sorted(services_administered_by(roles), key=lambda service: service.name)
    running = decision.customer.service_administrations.running().filter(service__in=services)
    holders = {held.service_id: held for held in running.select_related("partner", "service")}
    own = relationship.partner_id
    taken = [held for held in holders.values() if held.partner_id != own]
    for held in taken:
        if held.service.key not in answer.switches:
            raise ServiceTaken(taken_sentence(held))
    _displace_all(decision, given, taken, by=by, at=at)
    for service in services:
        before = holders.get(service.pk)
        if before is not None and before.partner_id == own:
            continue
        ServiceAdministration.objects.create(
            customer=decision.customer,
            service=service,
            partner=relationship.partner,
            started_at=at,
            decision=decision,
        )
        given.effects.append(_taken_up(relationship.partner, service, before))


def _taken_up(partner: Partner, service: Service, before: ServiceAdministration | None) -> Effect:
    if before is None:
        return Effect(EffectKind.SERVICE_TAKEN_UP, partner.name, service.name)
    kind = EffectKind.SERVICE_SWITCHES
    return Effect(kind, partner.name, service.name, other=before.partner.name)


def _displace_all(
    decision: Decision,
    given: Given,
    taken: list[ServiceAdministration],
    *,
    by: Actor,
    at: datetime,
) -> None:
    by_holder: dict[Partner, list[Service]] = {}
    for held in sorted(taken, key=lambda held: (held.partner_id, held.service.name)):
        by_holder.setdefault(held.partner, []).append(held.service)
    for holder, services in by_holder.items():
        lost, effects = displace(decision.customer, holder, services, by=by, at=at)
        given.displaced.append(lost)
        given.effects += effects


def taken_sentence(held: ServiceAdministration) -> str:
    return _(
        "%(partner)s administers %(service)s for you now, and only one partner that sells can. "
        "Untick the roles that administer %(service)s, or tick the switch beside them."
    ) % {"partner": held.partner.name, "service": held.service.name}


def _born(decision: Decision, asked: AccessTerms, *, at: datetime) -> AdminRelationship:
    """The relationship that waited with a single request, or a new one of a standing link."""
    request = decision.request
    waiting = request.admin_relationships.filter(status=AdminStatus.APPROVAL_PENDING).first()
    if waiting is not None:
        return waiting.lock()
    name = free_name(request.administrator, f"{request.name} · {decision.customer.name}")
    return request.admin_relationships.create(
        partner=request.administrator,
        name=name,
        name_key=name_key(name),
        asked_terms=asked,
        status=AdminStatus.APPROVAL_PENDING,
        created_at=at,
        extension_wished_at=at if asked.auto_extend else None,
        extension_wished_by=request.created_by if asked.auto_extend else None,
    )
