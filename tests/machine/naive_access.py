"""Who may do what, once more: loops over all rows, and nothing that the real answer uses."""

from datetime import datetime

from accounts.models import User
from customers.models import Customer
from partners.models import Partner, PartnerMembership, SecurityGroup, SecurityGroupMember
from relationships.models import AccessAssignment, AdminRelationship, AdminRelationshipRole

from .snapshots import Snapshot

# (user, customer, role), by their keys.
Triple = tuple[int, int, int]


def access(rows: Snapshot, at: datetime) -> dict[Triple, datetime]:
    """Everybody who may act in some role with some customer, and until when."""
    found: dict[Triple, datetime] = {}
    for assignment in rows.of(AccessAssignment).values():
        grant = rows.of(AdminRelationship)[assignment.relationship_id]
        if assignment.status != "active" or not is_usable(rows, grant, at):
            continue
        for role in assigned_roles(rows, assignment.id) & granted_roles(rows, grant.id):
            for user in people_of(rows, assignment.group_id):
                triple = (user, grant.customer_id, role)
                found[triple] = max(grant.ends_at, found.get(triple, grant.ends_at))
    return found


def is_live(grant, at: datetime) -> bool:
    return grant.status == "active" and grant.ends_at > at


def is_usable(rows: Snapshot, grant, at: datetime) -> bool:
    """Live, not paused, and both organisations are in business."""
    return (
        is_live(grant, at)
        and grant.paused_at is None
        and rows.of(Partner)[grant.partner_id].status == "active"
        and rows.of(Customer)[grant.customer_id].status == "active"
    )


def granted_roles(rows: Snapshot, grant: int) -> set[int]:
    """What the grant gives and was not taken from it."""
    given = rows.of(AdminRelationshipRole).values()
    return {row.role_id for row in given if row.relationship_id == grant and row.removed_at is None}


def assigned_roles(rows: Snapshot, assignment: int) -> set[int]:
    pairs = rows.of(AccessAssignment.roles.through).values()
    return {pair.adminrole_id for pair in pairs if pair.accessassignment_id == assignment}


def people_of(rows: Snapshot, key: int) -> set[int]:
    """Whoever is in this group now: the admin agents, or those who were put in."""
    group = rows.of(SecurityGroup)[key]
    places = [
        place
        for place in rows.of(PartnerMembership).values()
        if place.partner_id == group.partner_id and place.removed_at is None
    ]
    if group.built_in:
        inside = [place for place in places if place.agent == "admin_agent"]
    else:
        put_in = {
            row.membership_id
            for row in rows.of(SecurityGroupMember).values()
            if row.group_id == key and row.removed_at is None
        }
        inside = [place for place in places if place.id in put_in]
    return {place.user_id for place in inside if rows.of(User)[place.user_id].is_active}


def once_near(rows: Snapshot) -> set[Triple]:
    """Whose partner was ever given the role by the customer: where a wrong yes would be likely."""
    found = set()
    for given in rows.of(AdminRelationshipRole).values():
        grant = rows.of(AdminRelationship)[given.relationship_id]
        for place in rows.of(PartnerMembership).values():
            if place.partner_id == grant.partner_id:
                found.add((place.user_id, grant.customer_id, given.role_id))
    return found
