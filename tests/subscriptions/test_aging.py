"""The clock: expired, disabled, deleted, each on its day and each once (rules R69, R71)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import aging, changing
from tests import factories as make

from .forging import dump

pytestmark = pytest.mark.django_db


def state_of(row):
    return Subscription.objects.get(pk=row.pk).state


@pytest.fixture
def sold():
    seller = make.make_partner()
    row = make.make_subscription(make.make_customer(), seller=seller)
    row.agent = Actor.objects.of(make.make_admin_agent(seller))
    return row


@pytest.fixture
def suspended_at(sold):
    at = timezone.now()
    changing.suspend(sold, "non_payment", by=sold.agent, at=at)
    return at


class TestDelete:
    @pytest.mark.parametrize(
        ("day", "state"), [(59, "suspended"), (60, "deleted"), (61, "deleted")]
    )
    def test_comes_sixty_days_after_a_suspension_r69(self, sold, suspended_at, day, state):
        aging.sweep(suspended_at + timedelta(days=day))
        assert state_of(sold) == state

    def test_is_the_clock_s_and_says_when_it_was_due(self, sold, suspended_at):
        late = suspended_at + timedelta(days=70)
        aging.sweep(late)
        change = SubscriptionChange.objects.latest("number")
        assert (change.kind, change.made_by, change.actor.kind) == ("delete", "clock", "clock")
        assert change.at == late
        row = Subscription.objects.get(pk=sold.pk)
        assert row.deleted_at == suspended_at + timedelta(days=60)
        assert Event.objects.latest("id").kind == "subscription.deleted"

    def test_follows_the_operator_s_setting(self, sold, suspended_at, settings):
        settings.SUBSCRIPTION_SUSPENDED_DAYS = 90
        aging.sweep(suspended_at + timedelta(days=89))
        assert state_of(sold) == "suspended"
        aging.sweep(suspended_at + timedelta(days=90))
        assert state_of(sold) == "deleted"

    def test_of_a_cancelled_one_comes_later(self):
        now = timezone.now()
        seller = make.make_partner()
        row = make.make_subscription(
            make.make_customer(), seller=seller, term_start=now, term_end=now + timedelta(days=365)
        )
        changing.cancel(row, by=Actor.objects.of(make.make_admin_agent(seller)), at=now)
        aging.sweep(now + timedelta(days=89))
        assert state_of(row) == "cancelled"
        aging.sweep(now + timedelta(days=90))
        assert state_of(row) == "deleted"


class TestDisable:
    def test_comes_at_the_term_s_end_to_what_is_suspended_then_r71(self, sold):
        at = sold.term_end - timedelta(days=10)
        changing.suspend(sold, "misuse", by=sold.agent, at=at)
        aging.sweep(sold.term_end)
        assert state_of(sold) == "disabled"
        aging.sweep(at + timedelta(days=60))
        assert state_of(sold) == "deleted"

    def test_comes_thirty_days_after_the_expiry_and_ninety_later_the_end(self, sold):
        aging.expire(sold.lock(), at=sold.term_end)
        for days, state in ((29, "expired"), (30, "disabled"), (119, "disabled"), (120, "deleted")):
            aging.sweep(sold.term_end + timedelta(days=days))
            assert state_of(sold) == state


class TestSweep:
    def test_catches_up_after_a_standstill_step_by_step(self, sold):
        aging.expire(sold.lock(), at=sold.term_end)
        aging.sweep(sold.term_end + timedelta(days=500))
        kinds = SubscriptionChange.objects.order_by("number").values_list("kind", flat=True)
        assert list(kinds) == ["import", "expire", "disable", "delete"]
        row = Subscription.objects.get(pk=sold.pk)
        assert row.disabled_at == row.term_end + timedelta(days=30)
        assert row.deleted_at == row.term_end + timedelta(days=120)

    def test_does_everything_once(self, sold, suspended_at):
        due = suspended_at + timedelta(days=60)
        assert aging.sweep(due) == 1
        before = dump(), dump("audit_event")
        assert aging.sweep(due) == 0
        assert (dump(), dump("audit_event")) == before

    def test_leaves_alone_what_is_active_or_not_due(self, sold):
        before = dump()
        assert aging.sweep(sold.term_end + timedelta(days=1000)) == 0
        assert dump() == before

    def test_asks_the_same_whatever_is_not_due(self, sold, django_assert_num_queries):
        for _ in range(5):
            make.make_subscription(sold.customer)
        with django_assert_num_queries(1):
            aging.sweep()
