"""Whatever is tried, in whatever order: what stands is what the last change says."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from relationships.moves import renewing
from subscriptions.lifecycle import EFFECTS
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import aging, changing
from tests import factories as make

from .forging import COLUMNS, attname, forge_change, other_value, write

pytestmark = pytest.mark.django_db

EXAMPLES = 40
WHO = st.sampled_from(["seller", "stranger", "staff", "clock"])
DAYS = st.integers(0, 900)


def move(world, row, who, kind, day):
    by, at = world.actors[who], make.YEAR_START + timedelta(days=day)
    if kind == "change_quantity":
        changing.change_quantity(row, 1 + day, by=by, at=at)
    elif kind == "suspend":
        changing.suspend(row, ["misuse", "non_payment", "nonsense"][day % 3], by=by, at=at)
    elif kind == "rename":
        changing.rename(row, f"Name {day}", by=by, at=at)
    elif kind == "auto_renew":
        changing.switch_auto_renew(row, on=day % 2 == 0, by=by, at=at)
    else:
        getattr(changing, kind)(row, by=by, at=at)


def sweep(_world, _row, _who, kind, day):
    at = make.YEAR_START + timedelta(days=day)
    (aging if kind == "age" else renewing).sweep(at)


def raw_write(_world, row, _who, name, _day):
    Subscription.objects.filter(pk=row.pk).update(**{attname(name): other_value(row, name)})


def forged_write(world, row, who, name, day):
    """A change row and the column it should bring: now and then a legal pair."""
    fitting = sorted(kind for kind, effect in EFFECTS.items() if effect.columns == {name})
    kind = fitting[0] if fitting and day % 2 else sorted(EFFECTS)[day % len(EFFECTS)]
    made_by = {"seller": "seller", "clock": "clock"}.get(who, "operator")
    seller = row.seller if made_by == "seller" else None
    value = other_value(row, name)
    lying = day % 5 == 0
    columns = {attname(name): value}
    setattr(row, attname(name), value)
    row = Subscription.objects.with_parties().get(pk=row.pk) if lying else row
    change = forge_change(
        row, kind, made_by=made_by, seller=seller, canonical_form=row.canonical_form()
    )
    write(row, change, **columns)


STEP = st.one_of(
    st.tuples(
        st.just(move),
        st.integers(0, 2),
        WHO,
        st.sampled_from(
            ["change_quantity", "suspend", "reactivate", "cancel", "rename", "auto_renew"]
        ),
        DAYS,
    ),
    st.tuples(st.just(sweep), st.integers(0, 2), WHO, st.sampled_from(["age", "end_term"]), DAYS),
    st.tuples(st.just(raw_write), st.integers(0, 2), WHO, st.sampled_from(COLUMNS), DAYS),
    st.tuples(st.just(forged_write), st.integers(0, 2), WHO, st.sampled_from(COLUMNS), DAYS),
)


class World:
    """Three subscriptions: of a partner, of another, and of the operator."""

    def __init__(self):
        seller, customer = make.make_partner(), make.make_customer()
        self.rows = [
            make.make_subscription(customer, seller=seller),
            make.make_subscription(customer, seller=make.make_partner()),
            make.make_subscription(customer),
        ]
        self.actors = {
            "seller": Actor.objects.of(make.make_admin_agent(seller)),
            "stranger": Actor.objects.of(make.make_user()),
            "staff": Actor.objects.of(make.make_staff()),
            "clock": Actor.objects.clock(),
        }

    def read(self, number):
        rows = Subscription.objects.with_parties().select_related("last_change")
        return rows.get(pk=self.rows[number].pk)


def check(row, before):
    """What an auditor asks of every state that the database accepted."""
    change = row.last_change
    assert row.canonical_form() == change.canonical_form
    assert change.number >= before.last_change.number
    if change.made_by == "seller":
        assert change.seller_id == row.seller_id
    elif change.made_by == "operator" and change.number > 1:
        assert row.seller_id is None
    for name in ("customer_id", "seller_id", "partner_of_record_id", "unit_price", "term_start"):
        assert getattr(row, name) == getattr(before, name)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_every_accepted_state_is_the_last_change_s_form(db, steps):
    with transaction.atomic():
        world = World()
        for act, number, who, what, day in steps:
            before = [world.read(each) for each in range(3)]
            try:
                with transaction.atomic():
                    act(world, world.read(number), who, what, day)
            except (Refused, PermissionDenied, IntegrityError):
                after = [world.read(each) for each in range(3)]
                assert [row.last_change_id for row in after] == [
                    row.last_change_id for row in before
                ]
            for each, was in enumerate(before):
                check(world.read(each), was)
        transaction.set_rollback(True)


def test_the_steps_reach_legal_and_illegal_writes(db):
    """The control: among such writes some are accepted and some are not."""
    world, accepted, refused = World(), 0, 0
    for day in range(60):
        for who in ("seller", "clock", "stranger"):
            name = COLUMNS[day % len(COLUMNS)]
            try:
                with transaction.atomic():
                    forged_write(world, world.read(0), who, name, day)
                accepted += 1
            except IntegrityError:
                refused += 1
    assert accepted
    assert refused > accepted
    assert SubscriptionChange.objects.count() == 3 + accepted
