"""Accounts stay as they are; subscriptions too, unless their seller or the clock acts on them."""

from datetime import timedelta
from typing import Any

from audit.models import Event
from customers.models import Customer, CustomerMembership
from relationships.models import AdminRelationship, AdminRelationshipRole, AdminRole
from subscriptions.lifecycle import EFFECTS
from subscriptions.models import FROZEN, Subscription, SubscriptionChange

from .snapshots import Snapshot, altered, born

ACCOUNTS = (Customer, CustomerMembership)
BIRTHS = {"subscribe", "import"}
# What Graph names on the way to each state in which a grant rests, once it was given.
WAYS = {
    "active": ["approved", "activating", "active"],
    "expired": ["expiring", "expired"],
    "terminated": ["termination_requested", "terminating", "terminated"],
}


def column(name: str) -> str:
    return Subscription._meta.get_field(name).attname


def check_obligations(
    before: Snapshot,
    after: Snapshot,
    *,
    changes: int | None = None,
    orders: bool = False,
    clock: bool = False,
) -> None:
    """`changes` is the one subscription that the step is for."""
    for model in ACCOUNTS:
        table = model._meta.db_table
        assert before.raw[table] == after.raw[table], f"the step touched {table}"
    check_ends(before, after)
    check_ways(before, after)
    new = born(SubscriptionChange, before, after)
    assert not altered(SubscriptionChange, before, after), "a change row was rewritten"
    assert before.of(Subscription).keys() <= after.of(Subscription).keys(), "one was deleted"
    for row in born(Subscription, before, after):
        assert orders, "a subscription was ordered by no order"
        check_birth(row, changes_of(new, row))
    for was, row in altered(Subscription, before, after):
        made = changes_of(new, row)
        assert made, f"no change row says that subscription {row.id} changed"
        assert clock or is_meant(was, changes, before), f"not of this step: {row.id}"
        check_change(was, row, made, clock=clock)
    subscriptions = {row.public_id for row in after.of(Subscription).values()}
    touched = {row.public_id for _was, row in altered(Subscription, before, after)}
    touched |= {row.public_id for row in born(Subscription, before, after)}
    assert {change.subscription for change in new} <= touched & subscriptions, "a stray change"
    check_forms(before, after)


def check_ends(before: Snapshot, after: Snapshot) -> None:
    """No end date moves but by 180 days, by a wish and a yes that stood, without a grave role."""
    catalogue = before.of(AdminRole)
    for was, grant in altered(AdminRelationship, before, after):
        if was.ends_at is None or was.ends_at == grant.ends_at:
            continue
        assert was.extension_wished_at, f"nobody wished it: {was.id}"
        assert was.extension_allowed_at, f"the customer did not allow it: {was.id}"
        given = before.where(AdminRelationshipRole, relationship_id=was.id, removed_at=None)
        assert not any(catalogue[row.role_id].privileged for row in given), was.id
        moved = grant.ends_at - was.ends_at
        assert moved > timedelta(0), was.id
        assert not moved % timedelta(days=180), was.id
        events = [
            event for event in born(Event, before, after) if event.subject_id == str(was.public_id)
        ]
        assert [event.kind for event in events if event.kind == "administration.extended"], was.id


def check_ways(before: Snapshot, after: Snapshot) -> None:
    """Each state that a grant passes is an event, in its order; and nothing else is such a one."""
    said: dict[str, list[str]] = {}
    for event in born(Event, before, after):
        if event.kind.startswith("admin_relationship."):
            state = event.kind.removeprefix("admin_relationship.")
            said.setdefault(event.subject_id, []).append(state)
    known = before.of(AdminRelationship)
    for key, grant in after.of(AdminRelationship).items():
        was = known[key].status if key in known else None
        given = grant.activated_at is not None and grant.status != was
        expected = WAYS[grant.status] if given else []
        found = said.pop(str(grant.public_id), [])
        assert found == expected, f"{grant.id} went {was} → {grant.status}, the log says {found}"
    assert not said, f"states of nothing: {said}"


def changes_of(changes: list, row: Any) -> list:
    found = [change for change in changes if change.subscription == row.public_id]
    return sorted(found, key=lambda change: change.number)


def is_meant(row: Any, meant: int | None, rows: Snapshot) -> bool:
    """The subscription itself, or an add-on of it that the same seller sold."""
    if meant is None or row.id == meant:
        return meant is not None
    same_seller = row.seller_id == rows.of(Subscription)[meant].seller_id
    return row.base_subscription_id == meant and same_seller


def check_birth(row: Any, made: list) -> None:
    assert [change.kind for change in made] == ["subscribe"]
    check_hand(row, made[0], clock=False)


def check_change(was: Any, row: Any, made: list, *, clock: bool) -> None:
    """Only the columns that such changes are for, and by the right hand."""
    frozen = [name for name in FROZEN if getattr(was, column(name)) != getattr(row, column(name))]
    assert not frozen, f"frozen columns changed: {frozen}"
    allowed = {"last_change_id"}
    for change in made:
        assert change.kind not in BIRTHS
        allowed |= EFFECTS[change.kind].columns
        check_hand(row, change, clock=clock)
    different = {name for name, value in vars(row).items() if getattr(was, name) != value}
    assert different <= allowed, f"columns of no such change: {different - allowed}"
    assert row.last_change_id == made[-1].id


def check_hand(row: Any, change: Any, *, clock: bool) -> None:
    if clock:
        assert change.made_by == "clock", change
    elif row.seller_id is None:
        assert (change.made_by, change.seller_id) == ("operator", None), change
    else:
        assert (change.made_by, change.seller_id) == ("seller", row.seller_id), change


def check_forms(before: Snapshot, after: Snapshot) -> None:
    """Every row is what its newest change says; what did not change was looked at before."""
    tables = [model._meta.db_table for model in (Subscription, SubscriptionChange)]
    if all(before.raw[table] == after.raw[table] for table in tables):
        return
    newest: dict[Any, Any] = {}
    for change in after.of(SubscriptionChange).values():
        known = newest.get(change.subscription)
        if known is None or known.number < change.number:
            newest[change.subscription] = change
    stored = Subscription.objects.with_parties()
    changed = [
        key
        for key, row in after.raw[tables[0]].items()
        if before.raw[tables[0]].get(key) != row
        or newest[after.of(Subscription)[key].public_id].id not in before.of(SubscriptionChange)
    ]
    for row in stored.filter(pk__in=changed):
        assert row.canonical_form() == newest[row.public_id].canonical_form
        assert row.last_change_id == newest[row.public_id].id
