"""Matrix, function and naive evaluator agree on rows as no sequence of moves leaves them."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from customers.models import Customer
from partners.models import Partner, PartnerMembership, SecurityGroupMember
from partners.rights import Agent
from relationships.models import AccessAssignment, AdminRelationship
from relationships.who_may import may

from .matrices import check_matrices
from .naive_access import access, once_near
from .snapshots import read
from .witness import Sequence
from .world import ROLES

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SHORT = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def paused(world):
    return {"paused_at": world.clock.now, "paused_by": world.operator}


def removed(world):
    return {"removed_at": world.clock.now, "removed_by": world.operator}


# What is done to some rows of a table: (model, columns).
SPOILS = {
    "a grant is paused": (AdminRelationship.objects.filter(status="active"), paused),
    "a person left": (PartnerMembership.objects.all(), removed),
    "a person is out of the group": (SecurityGroupMember.objects.all(), removed),
    "an account is switched off": (User.objects.all(), lambda world: {"is_active": False}),
    "a partner is suspended": (
        Partner.objects.all(),
        lambda world: {
            "status": "suspended",
            "suspended_at": world.clock.now,
            "suspended_by": world.operator,
            "suspension_reason": "unpaid",
        },
    ),
    "a customer is closed": (
        Customer.objects.all(),
        lambda world: {
            "status": "closed",
            "closed_at": world.clock.now,
            "closed_by": world.operator,
        },
    ),
    "an assignment is deleted": (
        AccessAssignment.objects.filter(status="active"),
        lambda world: {
            "status": "deleted",
            "deleted_at": world.clock.now,
            "deleted_by": world.operator,
        },
    ),
    "everybody is an admin agent": (
        PartnerMembership.objects.all(),
        lambda world: {"agent": Agent.ADMIN_AGENT},
    ),
}


@settings(SHORT)
@given(data=st.data())
def test_who_can_do_what_is_the_same_however_it_is_asked(world, data):
    with Sequence(world):
        for spoil in data.draw(st.lists(st.sampled_from(sorted(SPOILS)), max_size=3, unique=True)):
            rows, columns = SPOILS[spoil]
            keys = sorted(rows.values_list("pk", flat=True))
            chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=2), label=spoil)
            rows.filter(pk__in=chosen).update(**columns(world))
        world.clock.now += data.draw(st.sampled_from([0, 29, 31, 91])) * DAY
        agree(world)


def agree(world):
    rows, now = read(), world.clock.now
    allowed = access(rows, now)
    customers = {
        row.pk: row for row in Customer.objects.filter(pk__in=[row.pk for row in world.customers])
    }
    people = User.objects.in_bulk()
    roles = {row.pk: row for row in world.roles_of(ROLES)}
    check_matrices(customers.values(), world.partners, allowed, now)
    for user, customer, role in sorted({*allowed, *once_near(rows)}):
        answer = may(people[user], customers[customer], roles[role], now)
        assert (answer.until if answer else None) == allowed.get((user, customer, role))
