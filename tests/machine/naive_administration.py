"""
Which partners administer which service for a customer, counted from grants and roles (rule R26).

An advisor stands outside the count: its roles may overlap with everybody's. One partner may hold
several grants that administer the same service.
"""

from collections import defaultdict
from datetime import datetime

from partners.models import Partner
from relationships.models import (
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    ServiceAdministration,
)

from .naive_access import is_live
from .snapshots import Snapshot

# (customer, service), by their keys.
Place = tuple[int, int]


def services_of(rows: Snapshot, role: int) -> set[int]:
    """The services that this role administers."""
    catalogue = rows.of(AdminRole)
    if catalogue[role].administers == "all":
        return {each.service_id for each in catalogue.values() if each.administers == "yes"}
    return {catalogue[role].service_id} if catalogue[role].administers == "yes" else set()


def administrators(
    rows: Snapshot, at: datetime, *, past_their_end: bool = False
) -> dict[Place, set[int]]:
    """The transacting partners with a live grant that administers the service."""
    found: dict[Place, set[int]] = defaultdict(set)
    for given in rows.of(AdminRelationshipRole).values():
        grant = rows.of(AdminRelationship)[given.relationship_id]
        runs = grant.status == "active" if past_their_end else is_live(grant, at)
        if given.removed_at is not None or not runs:
            continue
        if rows.of(Partner)[grant.partner_id].kind == "advisor":
            continue
        for service in services_of(rows, given.role_id):
            found[grant.customer_id, service].add(grant.partner_id)
    return found


def entered(rows: Snapshot) -> dict[Place, int]:
    """Who is entered as administrator, where the entry has not ended."""
    found: dict[Place, int] = {}
    for row in rows.where(ServiceAdministration, ended_at=None):
        place = (row.customer_id, row.service_id)
        assert place not in found, f"two entries for one service: {place}"
        found[place] = row.partner_id
    return found


def check_administrators(rows: Snapshot, at: datetime) -> None:
    """At most one for each service, and the entries say who, no less and no more."""
    places = entered(rows)
    for place, partners in administrators(rows, at).items():
        assert len(partners) == 1, f"several administer one service: {place} {partners}"
        assert partners == {places.get(place)}, f"not entered as administrator: {place} {partners}"
    backed = administrators(rows, at, past_their_end=True)
    for place, partner in places.items():
        assert partner in backed[place], f"entered, but administers nothing: {place} {partner}"
