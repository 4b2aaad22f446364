"""What waits for a partner's people: what runs out, what was taken, what nobody can use."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from partners.models import Partner, PartnerMembership, SecurityGroupMember
from partners.rights import Agent
from subscriptions.models import SubscriptionState

from .models import (
    TAKEN,
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminStatus,
    AssignmentStatus,
    EndedBecause,
    RelationshipRequest,
    RequestKind,
    ResellerRelationship,
)
from .waiting import MustAct, on_request, on_use, with_opening

AHEAD, BEHIND = timedelta(days=30), timedelta(days=90)
LONGEST = 20


@dataclass(frozen=True)
class Items:
    """The first of a list, and whether there are more."""

    rows: list[Any] = field(default_factory=list)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class Lost:
    """Administration that was taken: which, when, why, and which roles are not back."""

    relationship: AdminRelationship
    at: datetime
    why: str
    roles: list[str]


@dataclass(frozen=True)
class WaitingRequest:
    """A request that is not answered, and who must act on it."""

    request: RelationshipRequest
    must_act: MustAct


@dataclass(frozen=True)
class Unusable:
    """A grant that gives access to nobody, and who must act on it."""

    relationship: AdminRelationship
    must_act: MustAct


def waiting_requests(partner: Partner, at: datetime) -> Items:
    """Requests that a customer has not answered, the longest waiting first."""
    waiting = partner.requests.open().filter(kind=RequestKind.SINGLE, expires_at__gt=at)
    waiting = waiting.select_related("partner", "administrator")
    found = _first(with_opening(waiting).order_by("created_at", "pk"))
    return Items(
        [
            WaitingRequest(
                request,
                on_request(
                    request, opened_at=request.opened_at, refused_at=request.refused_at, at=at
                ),
            )
            for request in found.rows
        ],
        found.more,
    )


def expiring(partner: Partner, at: datetime) -> Items:
    """Administration that comes to its end soon."""
    soon = partner.admin_relationships.running(at).filter(ends_at__lte=at + AHEAD)
    return _first(soon.select_related("customer").order_by("ends_at", "pk"))


def lost(partner: Partner, at: datetime) -> Items:
    """Administration that others took lately, as a whole or in part, and that is not back."""
    found = sorted([*_ended(partner, at), *_displaced(partner, at)], key=lambda lost: lost.at)
    return Items(found[::-1][:LONGEST], len(found) > LONGEST)


def _ended(partner: Partner, at: datetime) -> Iterable[Lost]:
    """Whole grants. Where selling ended, the customer took them unless it was the partner's act."""
    own_hand = PartnerMembership.objects.filter(partner=partner, user=OuterRef("ended_by__user"))
    missing = _not_back(partner, at).filter(_taken_with_its_grant())
    ended = (
        partner.admin_relationships.filter(ended_at__gte=at - BEHIND, ended_at__lte=at)
        .filter(
            Q(ended_because__in=TAKEN)
            | Q(~Exists(own_hand), ended_because=EndedBecause.SELLING_ENDED)
        )
        .filter(Exists(missing.filter(relationship=OuterRef("pk"))))
        .select_related("customer")
        .prefetch_related(
            Prefetch("granted_roles", missing.select_related("role"), to_attr="missing")
        )
        .order_by("-ended_at", "-pk")
    )
    for relationship in ended[: LONGEST + 1]:
        roles = sorted(row.role.name for row in relationship.missing)
        why = relationship.get_ended_because_display()
        if relationship.ended_at:
            yield Lost(relationship, relationship.ended_at, why, roles)


def _displaced(partner: Partner, at: datetime) -> Iterable[Lost]:
    """Roles that were taken from grants which run on with the others."""
    rows = (
        _not_back(partner, at)
        .filter(
            removed_because__in=TAKEN,
            removed_at__gte=at - BEHIND,
            relationship__partner=partner,
            relationship__status=AdminStatus.ACTIVE,
            relationship__ends_at__gt=at,
        )
        .select_related("role", "relationship__customer")
        .order_by("-removed_at", "-pk")
    )
    by_grant: dict[AdminRelationship, list[AdminRelationshipRole]] = {}
    for row in rows[: LONGEST + 1]:
        by_grant.setdefault(row.relationship, []).append(row)
    for relationship, taken in by_grant.items():
        moment = max(row.removed_at for row in taken if row.removed_at)
        roles = sorted(row.role.name for row in taken)
        yield Lost(relationship, moment, taken[0].get_removed_because_display(), roles)


def _not_back(partner: Partner, at: datetime) -> QuerySet[AdminRelationshipRole]:
    """Roles that the partner does not hold with the same customer now."""
    held = AdminRelationshipRole.objects.filter(
        role=OuterRef("role"),
        removed_at__isnull=True,
        relationship__in=AdminRelationship.objects.running(at).filter(partner=partner),
        relationship__customer=OuterRef("relationship__customer"),
    )
    return AdminRelationshipRole.objects.filter(~Exists(held))


def _taken_with_its_grant() -> Q:
    return Q(removed_at__isnull=True) | Q(removed_because__in=TAKEN)


def unusable(partner: Partner, at: datetime) -> Items:
    """Grants that give access to nobody, with the moment since when that is so."""
    rows = nobody_can_use(partner, at).annotate(waits_since=unusable_since())
    found = _first(rows.select_related("customer").order_by("ends_at", "pk"))
    return Items([Unusable(row, on_use(row, row.waits_since)) for row in found.rows], found.more)


def nobody_can_use(partner: Partner, at: datetime) -> QuerySet[AdminRelationship]:
    """What runs and is assigned to no group, or to empty ones only, and which of the two."""
    return with_use(partner, partner.admin_relationships.running(at)).filter(is_usable=False)


def with_use(partner: Partner, rows: QuerySet[AdminRelationship]) -> QuerySet[Any]:
    """Whether each is assigned to a group, and to one in which somebody is."""
    assigned = AccessAssignment.objects.filter(
        relationship=OuterRef("pk"), status=AssignmentStatus.ACTIVE
    )
    peopled = partner.security_groups.with_people()
    return rows.annotate(
        is_assigned=Exists(assigned), is_usable=Exists(assigned.filter(group__in=peopled))
    )


def unusable_since() -> Greatest:
    """
    Since when nobody can use a grant of which that is known.

    The last assignment ended, or the last person left the groups that have it; where a place in
    the organisation only changed its kind, the assignment itself is the latest that is known.
    """
    assignments = AccessAssignment.objects.filter(relationship=OuterRef("pk"))
    standing = assignments.filter(status=AssignmentStatus.ACTIVE)
    groups = AccessAssignment.objects.filter(
        relationship=OuterRef(OuterRef("pk")), status=AssignmentStatus.ACTIVE
    )
    of_groups = SecurityGroupMember.objects.filter(group__in=groups.values("group"))
    agents = PartnerMembership.objects.filter(
        partner=OuterRef("partner"), agent=Agent.ADMIN_AGENT, removed_at__isnull=False
    )
    built_in = standing.filter(group__built_in=True)
    return Greatest(
        "activated_at",
        *(
            Coalesce(_latest(rows, moment), "activated_at")
            for rows, moment in (
                (assignments, "created_at"),
                (assignments, "deleted_at"),
                (of_groups, "removed_at"),
            )
        ),
        Case(
            When(
                Exists(built_in),
                then=Coalesce(_latest(agents, "removed_at"), "activated_at"),
            ),
            default="activated_at",
            output_field=DateTimeField(),
        ),
    )


def _latest(rows: QuerySet[Any], moment: str) -> Subquery:
    known = rows.filter(**{f"{moment}__isnull": False}).order_by(f"-{moment}")
    return Subquery(known.values(moment)[:1], output_field=DateTimeField())


def ending_subscriptions(partner: Partner, at: datetime) -> Items:
    """What was sold and ends with its term soon: not renewed, or no longer to be renewed."""
    pair = ResellerRelationship.objects.filter(partner=partner, customer=OuterRef("customer"))
    rows = (
        partner.sold_subscriptions.filter(state=SubscriptionState.ACTIVE, term_end__lte=at + AHEAD)
        .annotate(sells_no_more=Exists(pair) & ~Exists(pair.active()))
        .filter(Q(auto_renew=False) | Q(sells_no_more=True))
    )
    return _first(rows.select_related("customer", "offer").order_by("term_end", "pk"))


def _first(rows: QuerySet[Any]) -> Items:
    found = list(rows[: LONGEST + 1])
    return Items(found[:LONGEST], len(found) > LONGEST)
