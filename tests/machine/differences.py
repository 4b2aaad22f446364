"""The effects of a step, read off the rows before and after it, whatever it gave back."""

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace

from partners.models import Partner
from relationships.effects import Effect, EffectKind, day_of
from relationships.models import (
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    Decision,
    ResellerRelationship,
)
from subscriptions.models import Offer, Service, Subscription

from .naive_access import granted_roles, is_live
from .naive_administration import administrators
from .snapshots import Snapshot, altered, born


def effects_between(before: Snapshot, after: Snapshot, at: datetime) -> list[Effect]:
    """All of them, sorted; what only the clock ended in passing is no effect of the step."""
    before = extended_in_passing(before, after)
    parts = (selling, roles, whole_grants, pauses, extensions, services)
    return sorted(effect for part in parts for effect in part(before, after, at))


def extended_in_passing(before: Snapshot, after: Snapshot) -> Snapshot:
    """The rows before, as if the clock had done by then what every step lets it do first."""
    table = AdminRelationship._meta.db_table
    moved = {
        was.id: grant.ends_at
        for was, grant in altered(AdminRelationship, before, after)
        if was.ends_at is not None and was.ends_at != grant.ends_at
    }
    if not moved:
        return before
    rows = {
        key: SimpleNamespace(**{**vars(row), "ends_at": moved.get(key, row.ends_at)})
        for key, row in before.of(AdminRelationship).items()
    }
    return Snapshot(before.raw, before.tables | {table: rows})


def selling(before: Snapshot, after: Snapshot, _at: datetime) -> Iterator[Effect]:
    moves = {
        ("winding_down", "active"): EffectKind.SELLING_RESUMES,
        ("active", "winding_down"): EffectKind.SELLING_WINDS_DOWN,
        ("active", "ended"): EffectKind.SELLING_ENDS,
    }
    for row in born(ResellerRelationship, before, after):
        yield Effect(EffectKind.SELLING_STARTS, name_of(after, row.partner_id))
    for was, row in altered(ResellerRelationship, before, after):
        if (was.status, row.status) in moves:
            yield Effect(moves[was.status, row.status], name_of(after, row.partner_id))
        if (was.status, row.status) == ("active", "winding_down"):
            yield from expiring(after, row)
    for was, decision in altered(Decision, before, after):
        pair = before.of(ResellerRelationship).get(decision.reseller_relationship_id)
        if was.status == "open" and pair is not None and pair.status == "active":
            yield Effect(EffectKind.SELLING_STAYS, name_of(after, pair.partner_id))


def expiring(rows: Snapshot, pair) -> Iterator[Effect]:
    """What the seller sold and still runs comes to its end with its term."""
    sold = rows.where(
        Subscription, customer_id=pair.customer_id, seller_id=pair.partner_id, state="active"
    )
    for row in sold:
        thing = row.friendly_name or rows.of(Offer)[row.offer_id].name
        name = name_of(rows, pair.partner_id)
        yield Effect(EffectKind.SUBSCRIPTION_EXPIRES, name, thing, day=day_of(row.term_end))


def roles(before: Snapshot, after: Snapshot, at: datetime) -> Iterator[Effect]:
    """Each role that stands in a live grant on one side of the step alone."""
    was, now = standing(before, at), standing(after, at)
    for key in sorted(now - was):
        grant, role = held(after, key)
        partner, until = name_of(after, grant.partner_id), day_of(grant.ends_at)
        yield Effect(EffectKind.ROLE_GIVEN, partner, role.name, day=until)
    for key in sorted(was - now):
        grant, role = held(before, key)
        if role.id in roles_of_renewal(after, grant.id):
            continue
        yield Effect(EffectKind.ROLE_TAKEN, name_of(before, grant.partner_id), role.name)


def renewal_of(rows: Snapshot, grant: int):
    """The grant that took this one's place."""
    if rows.of(AdminRelationship)[grant].ended_because != "renewed":
        return None
    found = rows.where(AdminRelationship, supersedes_id=grant, status="active")
    return next(iter(found), None)


def roles_of_renewal(rows: Snapshot, grant: int) -> set[int]:
    renewal = renewal_of(rows, grant)
    return granted_roles(rows, renewal.id) if renewal else set()


def standing(rows: Snapshot, at: datetime) -> set[int]:
    return {
        given.id
        for given in rows.of(AdminRelationshipRole).values()
        if given.removed_at is None
        and is_live(rows.of(AdminRelationship)[given.relationship_id], at)
    }


def held(rows: Snapshot, key: int):
    given = rows.of(AdminRelationshipRole)[key]
    return rows.of(AdminRelationship)[given.relationship_id], rows.of(AdminRole)[given.role_id]


def whole_grants(before: Snapshot, after: Snapshot, at: datetime) -> Iterator[Effect]:
    for was, grant in altered(AdminRelationship, before, after):
        if is_live(was, at) and not is_live(grant, at):
            partner, renewal = name_of(before, was.partner_id), renewal_of(after, was.id)
            if renewal is None:
                yield Effect(EffectKind.ADMINISTRATION_ENDS, partner, was.name)
                continue
            kind = EffectKind.ADMINISTRATION_RENEWED
            yield Effect(kind, partner, was.name, other=renewal.name)


def pauses(before: Snapshot, after: Snapshot, at: datetime) -> Iterator[Effect]:
    for was, grant in altered(AdminRelationship, before, after):
        if (was.paused_at is None) != (grant.paused_at is None) and is_live(grant, at):
            pauses = EffectKind.ADMINISTRATION_PAUSES
            kind = pauses if grant.paused_at else EffectKind.ADMINISTRATION_RESUMES
            day = day_of(grant.ends_at)
            yield Effect(kind, name_of(after, grant.partner_id), grant.name, day=day)


def extensions(before: Snapshot, after: Snapshot, at: datetime) -> Iterator[Effect]:
    kinds = {
        ("extension_wished_at", True): EffectKind.EXTENSION_WISHED,
        ("extension_wished_at", False): EffectKind.EXTENSION_NOT_WISHED,
        ("extension_allowed_at", True): EffectKind.EXTENSION_ALLOWED,
        ("extension_allowed_at", False): EffectKind.EXTENSION_FORBIDDEN,
    }
    for was, grant in altered(AdminRelationship, before, after):
        for (column, yes), kind in kinds.items():
            told = getattr(grant, column) is not None
            changed = told != (getattr(was, column) is not None)
            if changed and told == yes and is_live(grant, at):
                partner, day = name_of(after, grant.partner_id), day_of(grant.ends_at)
                yield Effect(kind, partner, grant.name, day=day)


def services(before: Snapshot, after: Snapshot, at: datetime) -> Iterator[Effect]:
    """Counted from the grants; that the entries agree with them is asked elsewhere."""
    was, now = administrators(before, at), administrators(after, at)
    for place in sorted(was.keys() | now.keys()):
        service = after.of(Service)[place[1]].name
        gone = [name_of(before, key) for key in sorted(was[place] - now[place])]
        come = [name_of(after, key) for key in sorted(now[place] - was[place])]
        if come and gone:
            for partner in come:
                yield Effect(EffectKind.SERVICE_SWITCHES, partner, service, other=gone[0])
            continue
        yield from (Effect(EffectKind.SERVICE_TAKEN_UP, partner, service) for partner in come)
        yield from (Effect(EffectKind.SERVICE_FREED, partner, service) for partner in gone)


def name_of(rows: Snapshot, partner: int) -> str:
    return rows.of(Partner)[partner].name
