"""A partner orders for a customer that lets it sell, and for no other (rules R21, R22, R61)."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from partnercenter.lib.ids import uuid7
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.moves import ending
from relationships.moves.selling import subscribe
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer, Subscription, SubscriptionChange
from subscriptions.moves.writing import SubscriptionRefused
from tests import factories as make

from .scenes import EXISTED, Fernhill, Unchanged, dump

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    fernhill = Fernhill()
    fernhill.grant(fernhill.alder)
    fernhill.agent = Actor.objects.of(make.make_admin_agent(fernhill.alder))
    return fernhill


def order(fernhill, by=None, **fields):
    given = {
        "partner": fernhill.alder,
        "customer": fernhill.customer,
        "offer": Offer.objects.filter(service__key="teams").order_by("name").first(),
        "quantity": 5,
        "unit_price": Decimal("4.5"),
        "currency": "EUR",
    }
    return subscribe(by=by or fernhill.agent, **given | fields)


class TestSubscribe:
    def test_begins_a_term_of_the_seller_s_own_r22(self, fernhill, settings):
        settings.AGREEMENT_VERSION = "2027-01"
        row = order(fernhill)
        stored = Subscription.objects.get(pk=row.pk)
        assert (stored.seller, stored.partner_of_record) == (fernhill.alder, fernhill.alder)
        assert (stored.state, stored.quantity, stored.agreement_version) == ("active", 5, "2027-01")
        change = SubscriptionChange.objects.get(subscription=row.public_id)
        assert (change.kind, change.made_by, change.seller) == (
            "subscribe",
            "seller",
            fernhill.alder,
        )
        assert Event.objects.latest("id").kind == "subscription.subscribed"

    def test_is_the_same_order_where_its_public_id_is_given_again(self, fernhill):
        row = order(fernhill, public_id=uuid7())
        with Unchanged():
            assert order(fernhill, public_id=row.public_id, quantity=99) == row
        foreign = fernhill.customer.subscriptions.filter(seller=fernhill.birch).first()
        with Unchanged(), pytest.raises(SubscriptionRefused, match="cannot be placed"):
            order(fernhill, public_id=foreign.public_id)

    def test_leaves_every_other_subscription_as_it_is(self, fernhill):
        before = dump("subscriptions_subscription")["subscriptions_subscription"]
        order(fernhill)
        after = dump("subscriptions_subscription")["subscriptions_subscription"]
        assert after[: len(before)] == before

    @pytest.mark.parametrize(
        ("role", "may"),
        [
            ({"agent": Agent.ADMIN_AGENT}, True),
            ({"agent": Agent.SALES_AGENT}, True),
            ({"admin": Admin.GLOBAL_ADMIN}, True),
            ({"agent": Agent.HELPDESK_AGENT}, False),
            ({"admin": Admin.BILLING_ADMIN}, False),
            ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False),
        ],
    )
    def test_is_made_by_whom_the_matrix_says_a6(self, fernhill, role, may):
        by = Actor.objects.of(make.join_partner(fernhill.alder, **role))
        if may:
            order(fernhill, by=by)
            return
        with Unchanged(*EXISTED), pytest.raises(PermissionDenied):
            order(fernhill, by=by)

    def test_is_refused_to_strangers_and_the_customer_itself(self, fernhill):
        for person in (
            make.make_admin_agent(fernhill.birch),
            fernhill.admin,
            make.make_staff(),
        ):
            with Unchanged(*EXISTED), pytest.raises(PermissionDenied):
                order(fernhill, by=Actor.objects.of(person))

    def test_is_refused_without_a_relationship(self, fernhill):
        by = Actor.objects.of(make.make_admin_agent(fernhill.birch))
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused, match="Request one first"):
            order(fernhill, by=by, partner=fernhill.birch)

    def test_is_refused_while_the_relationship_winds_down(self, fernhill):
        order(fernhill)
        selling = fernhill.customer.reseller_relationships.get(partner=fernhill.alder)
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused, match="winding down"):
            order(fernhill)

    def test_is_refused_to_a_suspended_partner_r61(self, fernhill):
        suspend_partner(fernhill.alder, by=make.operator(), reason="unpaid")
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused, match="suspended"):
            order(fernhill)

    def test_is_refused_for_a_closed_account(self, fernhill):
        fernhill.customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        with Unchanged("subscriptions_subscription"), pytest.raises(SubscriptionRefused):
            order(fernhill)

    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    def test_refuses_a_quantity_that_is_none(self, fernhill, quantity):
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused):
            order(fernhill, quantity=quantity)

    def test_names_a_reseller_that_works_with_the_provider_r53(self, fernhill):
        dogwood = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused, match="does not work"):
            order(fernhill, reseller=dogwood)
        fernhill.alder.reseller_partnerships.create(
            reseller=dogwood, started_at=make.now(), started_by=make.operator()
        )
        row = order(fernhill, reseller=dogwood)
        assert (row.seller, row.reseller_of_record) == (fernhill.alder, dogwood)

    def test_of_an_add_on_needs_an_active_base_of_its_own_r74(self, fernhill):
        foreign = fernhill.customer.subscriptions.filter(seller=fernhill.birch).first()
        with Unchanged(*EXISTED), pytest.raises(SubscriptionRefused, match="add-on"):
            order(fernhill, base_subscription=foreign)
        add_on = order(fernhill, base_subscription=order(fernhill))
        assert add_on.base_subscription.seller == fernhill.alder
