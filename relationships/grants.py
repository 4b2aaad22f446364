"""The administration that a partner has or had for one customer, as its pages show it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import F, Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from customers.models import Customer
from partners.models import Partner
from subscriptions.models import Service

from .models import (
    TAKEN,
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminStatus,
    AssignmentStatus,
    EndedBecause,
)

LONGEST = 50


@dataclass(frozen=True)
class Grant:
    """
    One admin relationship at a moment: what it gives to whom, or why it gives it no more.

    `held` are the roles that the partner's running grants give for the customer.
    """

    relationship: AdminRelationship
    at: datetime
    held: set[int] = field(default_factory=set)

    @cached_property
    def runs(self) -> bool:
        ends_at = self.relationship.ends_at
        active = self.relationship.status == AdminStatus.ACTIVE
        return active and ends_at is not None and ends_at > self.at

    @property
    def paused(self) -> bool:
        return self.runs and self.relationship.paused_at is not None

    @property
    def state(self) -> str:
        if self.paused:
            return "paused"
        past_its_end = self.relationship.status == AdminStatus.ACTIVE and not self.runs
        return "expiring" if past_its_end else self.relationship.status

    @property
    def state_label(self) -> str:
        own = {"paused": _("paused"), "expiring": _("expiring")}
        return own.get(self.state) or self.relationship.get_status_display()

    @cached_property
    def rows(self) -> list[AdminRelationshipRole]:
        return sorted(self.relationship.granted_roles.all(), key=lambda row: row.role.name)

    @property
    def roles(self) -> list[str]:
        return [row.role.name for row in self.rows if row.removed_at is None]

    @property
    def displaced_roles(self) -> list[str]:
        return [row.role.name for row in self.rows if row.removed_because == EndedBecause.DISPLACED]

    @property
    def roles_taken_away(self) -> dict[str, list[str]]:
        """By whom single roles were taken away, the partner's own people included."""
        taken: dict[str, list[str]] = {}
        for row in self.rows:
            if row.removed_because and row.removed_because != EndedBecause.DISPLACED:
                label = str(row.get_removed_because_display())
                taken.setdefault(label, []).append(row.role.name)
        return taken

    @property
    def extensible(self) -> bool:
        """Whether it could be extended at its end (rule R-G10)."""
        return not any(row.removed_at is None and row.role.privileged for row in self.rows)

    @property
    def extension_state(self) -> str:
        """What becomes of it at its end, for people."""
        relationship = self.relationship
        if not self.extensible:
            return _("never extended, because it has privileged roles")
        wished = relationship.extension_wished_at is not None
        allowed = relationship.extension_allowed_at is not None
        return {
            (True, True): _("extended by 180 days at its end"),
            (True, False): _("wished by the partner, not allowed by the customer"),
            (False, True): _("allowed by the customer, not wished by the partner"),
            (False, False): _("not wished, not allowed"),
        }[wished, allowed]

    @property
    def groups(self) -> list[str]:
        return sorted(assigned.group.name for assigned in self.relationship.assignments.all())

    @property
    def lost(self) -> bool:
        """Whether something of it is over, by no act of the partner's, and not back."""
        whole = self.relationship.ended_because in OVER
        return any(
            (whole and row.removed_at is None) or row.removed_because in TAKEN
            for row in self.rows
            if row.role_id not in self.held
        )

    def administers(self, service: Service) -> bool:
        """Whether it gives a role that administers this service, which some role administers."""
        return self.runs and any(
            row.removed_at is None and row.role.administers_service(service) for row in self.rows
        )


OVER = (*TAKEN, EndedBecause.SELLING_ENDED, EndedBecause.END_REACHED)


def grant_of(relationship: AdminRelationship, at: datetime) -> Grant:
    """One of them, with its roles and groups; two queries."""
    prefetch_related_objects([relationship], *with_roles_and_groups())
    return Grant(relationship, at)


def with_roles_and_groups() -> list[Prefetch]:
    """What a `Grant` reads along."""
    assigned = AccessAssignment.objects.filter(status=AssignmentStatus.ACTIVE)
    roles = AdminRelationshipRole.objects.select_related("role__service")
    return [
        Prefetch("granted_roles", roles),
        Prefetch("assignments", assigned.select_related("group")),
    ]


def grants_of(partner: Partner, customer: Customer, at: datetime) -> list[Grant]:
    """Those that run, then those that ended, each with the newest first; three queries."""
    relationships = (
        partner.admin_relationships.readable(at)
        .filter(customer=customer)
        .order_by(F("ended_at").desc(nulls_first=True), "-activated_at", "-pk")
        .prefetch_related(*with_roles_and_groups())
    )
    grants = [Grant(relationship, at) for relationship in relationships[:LONGEST]]
    held = {
        row.role_id
        for grant in grants
        for row in grant.rows
        if grant.runs and row.removed_at is None
    }
    return [Grant(grant.relationship, at, held) for grant in grants]
