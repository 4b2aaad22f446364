"""The end of a term, and what a reseller relationship has to say about it (design 5.5)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from relationships.models import ResellerRelationship
from relationships.moves import deciding, renewing
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import changing
from subscriptions.signals import SubscriptionGuarded
from tests import factories as make
from tests.subscriptions.forging import dump, forge_change, write

pytestmark = pytest.mark.django_db


class Pair:
    """A partner that sells to a customer, and has sold it something."""

    def __init__(self, partner="Alder", customer="Fernhill", **fields):
        self.alder, self.fernhill = make.make_partner(partner), make.make_customer(customer)
        self.row = make.make_subscription(self.fernhill, seller=self.alder, **fields)
        self.agent = Actor.objects.of(make.make_admin_agent(self.alder))

    def relate(self, partner=None):
        admin = make.join_customer(self.fernhill)
        request = make.make_request(partner or self.alder, role_ids=())
        decision = make.make_decision(request, self.fernhill, by=admin)
        deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        return ResellerRelationship.objects.get(decision=decision)

    def wind_down(self):
        by = make.operator()
        self.relate().move_to("winding_down", winding_down_at=timezone.now(), winding_down_by=by)

    def end(self):
        self.relate().move_to(
            "ended", ended_at=timezone.now(), ended_by=make.operator(), ended_because="partner"
        )

    @property
    def stored(self):
        return Subscription.objects.with_parties().get(pk=self.row.pk)


@pytest.fixture
def pair():
    return Pair()


class TestRenewal:
    def test_of_what_was_imported_needs_no_relationship(self, pair):
        end = pair.row.term_end
        renewing.sweep(end)
        row = pair.stored
        assert (row.state, row.term_end.year) == ("active", end.year + 1)
        change = SubscriptionChange.objects.latest("number")
        assert (change.kind, change.made_by) == ("renew", "clock")

    def test_goes_on_in_a_running_relationship(self, pair):
        pair.relate()
        renewing.sweep(pair.row.term_end)
        assert pair.stored.state == "active"

    @pytest.mark.parametrize("over", ["wind_down", "end"])
    def test_is_none_where_the_relationship_is_on_its_way_out(self, pair, over):
        getattr(pair, over)()
        renewing.sweep(pair.row.term_end)
        row = pair.stored
        assert (row.state, row.auto_renew, row.expired_at) == ("expired", True, row.term_end)

    def test_is_none_where_it_was_switched_off(self, pair):
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        renewing.sweep(pair.row.term_end)
        assert pair.stored.state == "expired"

    def test_is_not_stopped_by_the_partner_s_suspension_r64(self, pair):
        suspend_partner(pair.alder, by=make.operator(), reason="unpaid")
        renewing.sweep(pair.row.term_end)
        assert pair.stored.state == "active"

    def test_of_a_direct_sale_asks_nobody(self):
        row = make.make_subscription(make.make_customer())
        renewing.sweep(row.term_end)
        assert Subscription.objects.get(pk=row.pk).state == "active"

    def test_catches_up_term_by_term_and_only_once(self):
        pair = Pair(term_length="P1M", term_end=make.YEAR_START + timedelta(days=31))
        now = make.YEAR_START + timedelta(days=100)
        assert renewing.sweep(now) == 1
        assert pair.stored.term_end > now
        assert SubscriptionChange.objects.filter(kind="renew").count() == 3
        before = dump()
        assert renewing.sweep(now) == 0
        assert dump() == before

    def test_comes_not_a_moment_early(self, pair):
        before = dump()
        renewing.sweep(pair.row.term_end - timedelta(microseconds=1))
        assert dump() == before

    def test_touches_nothing_but_the_end_of_the_term(self, pair):
        before = Subscription.objects.values().get()
        renewing.sweep(pair.row.term_end)
        after = Subscription.objects.values().get()
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"term_end", "last_change_id"}


class TestVeto:
    def test_keeps_renewal_off_while_the_relationship_winds_down(self, pair):
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        pair.wind_down()
        before = dump()
        with pytest.raises(SubscriptionGuarded, match="winding down"), transaction.atomic():
            changing.switch_auto_renew(pair.row, on=True, by=pair.agent)
        assert dump() == before

    def test_leaves_every_other_move_to_its_seller(self, pair):
        pair.wind_down()
        changing.change_quantity(pair.row, 11, by=pair.agent)
        changing.suspend(pair.row, "misuse", by=pair.agent)
        changing.reactivate(pair.row, by=pair.agent)
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        assert (pair.stored.quantity, pair.stored.auto_renew) == (11, False)


class TestGuard:
    """The twin in the database: the same without a signal."""

    def test_refuses_a_renewal_while_the_relationship_winds_down(self, pair):
        pair.wind_down()
        later = pair.row.term_end + timedelta(days=365)
        change = forge_change(
            pair.row,
            "renew",
            made_by="clock",
            seller=None,
            form={"term_end": later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        )
        before = dump()
        with (
            pytest.raises(IntegrityError, match="guard_relationships_renewal"),
            transaction.atomic(),
        ):
            write(pair.row, change, term_end=later)
        assert dump() == before

    @pytest.mark.parametrize(
        "state", ["none", "wind_down", "end", "suspended", "closed", "strangers"]
    )
    def test_refuses_a_sale_without_a_running_relationship(self, pair, state):
        others = Pair("Birch", "Glenmoor")
        others.relate()
        if state == "suspended":
            pair.relate()
            suspend_partner(pair.alder, by=make.operator(), reason="unpaid")
        elif state == "closed":
            pair.relate()
            Customer.objects.filter(pk=pair.fernhill.pk).update(
                status="closed", closed_at=timezone.now(), closed_by=make.operator()
            )
        elif state == "strangers":
            # Each of the two has a running relationship, with somebody else.
            others.relate(pair.alder)
            pair.relate(others.alder)
        elif state != "none":
            getattr(pair, state)()
        before = dump()
        with pytest.raises(IntegrityError, match="guard_relationships_sale"), transaction.atomic():
            sell_without_asking(pair)
        assert dump() == before

    def test_lets_a_sale_pass_in_a_running_relationship(self, pair):
        pair.relate()
        sell_without_asking(pair)
        assert Subscription.objects.count() == 2

    def test_lets_an_import_pass_that_no_relationship_covers(self, pair):
        """What was sold elsewhere before, whoever has sold something here since."""
        pair.relate()
        sell_without_asking(pair)
        assert Pair("Birch", "Glenmoor").stored.seller.name == "Birch"

    def switch_on(self, pair):
        change = forge_change(pair.stored, "auto_renew", form={"auto_renew": True})
        write(pair.row, change, auto_renew=True)

    def test_refuses_to_switch_renewal_on_while_the_relationship_winds_down(self, pair):
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        pair.wind_down()
        before = dump()
        with (
            pytest.raises(IntegrityError, match="guard_relationships_renewal"),
            transaction.atomic(),
        ):
            self.switch_on(pair)
        assert dump() == before

    @pytest.mark.parametrize("of", ["partner", "customer"])
    def test_asks_the_relationship_of_the_two_and_no_other(self, pair, of):
        """Another that winds down stops nothing; another that runs allows nothing."""
        others = Pair("Birch", "Glenmoor")
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        running = pair.relate(others.alder) if of == "customer" else others.relate(pair.alder)
        pair.wind_down()
        with pytest.raises(IntegrityError, match="guard_relationships"), transaction.atomic():
            self.switch_on(pair)
        mine = ResellerRelationship.objects.exclude(pk=running.pk)
        mine.filter(partner=pair.alder, customer=pair.fernhill).update(
            status="active", winding_down_at=None, winding_down_by=None
        )
        running.move_to(
            "winding_down", winding_down_at=timezone.now(), winding_down_by=make.operator()
        )
        self.switch_on(pair)

    def test_lets_all_else_pass_while_the_relationship_winds_down(self, pair):
        changing.switch_auto_renew(pair.row, on=False, by=pair.agent)
        pair.wind_down()
        changing.change_quantity(pair.row, 11, by=pair.agent)
        assert pair.stored.quantity == 11

    def test_lets_a_renewal_pass_where_there_is_no_relationship(self, pair):
        """Another pair's that winds down is none of this one's."""
        others = Pair("Birch", "Glenmoor")
        others.wind_down()
        for relationship in (others.relate(pair.alder), pair.relate(others.alder)):
            relationship.move_to(
                "winding_down", winding_down_at=timezone.now(), winding_down_by=make.operator()
            )
        renewing.sweep(pair.row.term_end)
        assert pair.stored.term_end > pair.row.term_end


def sell_without_asking(pair):
    row = Subscription.objects.get(pk=pair.row.pk)
    row.pk, row.public_id = None, uuid7()
    said = {"public_id": str(row.public_id)}
    row.last_change = forge_change(
        pair.row, "subscribe", subscription=row.public_id, number=1, form=said
    )
    Subscription.objects.bulk_create([row])
