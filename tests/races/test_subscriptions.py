"""Sellers and the clock act at the same moment: each order is legal, nothing is lost."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit.models import Event
from audit.verify import Report, verify
from partnercenter.lib.ids import uuid7
from relationships.models import ResellerRelationship
from relationships.moves import deciding, renewing
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import aging, changing
from tests import factories as make
from tests.subscriptions.forging import forge_change

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def sold(customer=None, **fields):
    seller = make.make_partner()
    row = make.make_subscription(customer or make.make_customer(), seller=seller, **fields)
    return row, Actor.objects.of(make.make_admin_agent(seller))


def fresh(row):
    return Subscription.objects.select_related("last_change").get(pk=row.pk)


def kinds_of(row):
    changes = SubscriptionChange.objects.filter(subscription=row.public_id)
    return list(changes.order_by("number").values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def everything_fits_in_the_end():
    yield
    for row in Subscription.objects.with_parties().select_related("last_change"):
        assert row.canonical_form() == row.last_change.canonical_form
        changes = SubscriptionChange.objects.filter(subscription=row.public_id)
        numbers = list(changes.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    assert not list(verify(Report()))


class TestAtOnce:
    def test_two_sellers_of_one_customer_both_come_through(self):
        customer = make.make_customer()
        for _ in attempts():
            rows = [sold(customer) for _ in range(2)]

            def change(row, by):
                return lambda: changing.change_quantity(fresh(row), 11, by=by)

            assert at_once(*(change(*each) for each in rows)) == ["done", "done"]
            assert [fresh(row).quantity for row, _by in rows] == [11, 11]
        changed = Event.objects.filter(kind="subscription.quantity_changed")
        assert changed.count() == 2 * len(attempts())

    def test_two_people_who_saw_the_same_leave_one_change(self):
        row, by = sold()
        for attempt in attempts():
            seen = fresh(row).last_change.number

            def change(quantity, seen=seen):
                return lambda: changing.change_quantity(fresh(row), quantity, by=by, seen=seen)

            outcomes = at_once(change(100 + attempt), change(200 + attempt))
            assert outcomes.count("done") == 1
            assert any("changed after you opened" in outcome for outcome in outcomes)
            assert fresh(row).last_change.number == seen + 1

    def test_two_sellers_and_the_clock_act_one_after_the_other(self):
        for _ in attempts():
            customer = make.make_customer()
            (row, by), (other, other_by) = sold(customer), sold(customer)
            end = row.term_end
            outcomes = at_once(
                lambda end=end: renewing.sweep(end),
                lambda row=row, by=by: changing.change_quantity(fresh(row), 11, by=by),
                lambda row=other, by=other_by: changing.rename(fresh(row), "Ours", by=by),
            )
            assert outcomes == ["done", "done", "done"]
            assert sorted(kinds_of(row)) == ["change_quantity", "import", "renew"]
            assert sorted(kinds_of(other)) == ["import", "rename", "renew"]
            assert fresh(row).term_end > end

    def test_a_reactivation_and_the_deletion_leave_one_of_them(self):
        for _ in attempts():
            row, by = sold()
            changing.suspend(row, "misuse", by=by)
            due = fresh(row).suspended_at + make.days(60)
            at_once(
                lambda due=due: aging.sweep(due),
                lambda row=row, by=by: changing.reactivate(fresh(row), by=by),
            )
            after = {"active": "reactivate", "deleted": "delete"}[fresh(row).state]
            assert kinds_of(row) == ["import", "suspend", after]

    def test_two_clocks_take_each_step_once(self):
        for _ in attempts():
            row, _by = sold()
            end = row.term_end

            def sweep(end=end):
                renewing.sweep(end)

            assert at_once(sweep, sweep) == ["done", "done"]
            assert kinds_of(row) == ["import", "renew"]

    def test_a_sale_never_follows_the_winding_down(self):
        """Without a signal: the guard locks the pair before it looks."""
        for _ in attempts():
            row, _by = sold()
            relationship = relate(row)

            def sell(row=row):
                refused = sell_without_asking(row)
                assert not refused or "guard_relationships_sale" in refused

            def wind_down(relationship=relationship):
                relationship.move_to(
                    "winding_down",
                    winding_down_at=make.YEAR_START,
                    winding_down_by=make.operator(),
                )

            assert at_once(sell, wind_down) == ["done", "done"]
            assert "guard_relationships_sale" in sell_without_asking(row)


def relate(row):
    admin = make.join_customer(row.customer)
    request = make.make_request(row.seller, role_ids=())
    decision = make.make_decision(request, row.customer, by=admin)
    deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
    return ResellerRelationship.objects.get(partner=row.seller, customer=row.customer)


def sell_without_asking(row):
    """A second subscription, written as the moves would but past their questions; the refusal."""
    twin = fresh(row)
    twin.pk, twin.public_id = None, uuid7()
    try:
        with transaction.atomic():
            said = {"public_id": str(twin.public_id)}
            twin.last_change = forge_change(
                row, "subscribe", subscription=twin.public_id, number=1, form=said
            )
            Subscription.objects.bulk_create([twin])
    except IntegrityError as refused:
        return str(refused)
    return ""
