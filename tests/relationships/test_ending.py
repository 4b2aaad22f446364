"""Administration and selling are taken back: what ends, what goes on, and who may (design 5.5)."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Admin, Agent
from relationships.effects import EffectKind
from relationships.models import (
    AccessAssignment,
    AdminRelationship,
    Certificate,
    ResellerRelationship,
)
from relationships.moves import clock, ending, renewing
from subscriptions.models import Subscription
from subscriptions.moves import aging, changing
from tests import factories as make

from .scenes import EXCHANGE, EXISTED, SUPPORT, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return Fernhill()


@pytest.fixture
def agent(fernhill):
    return Actor.objects.of(make.make_admin_agent(fernhill.alder))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


WORDS = "We act in good faith."


def kinds(effects):
    return {effect.kind for effect in effects}


PARTNER_ROLES = {
    "admin agent": ({"agent": Agent.ADMIN_AGENT}, True),
    "global admin": ({"admin": Admin.GLOBAL_ADMIN}, True),
    "sales agent": ({"agent": Agent.SALES_AGENT}, False),
    "helpdesk agent": ({"agent": Agent.HELPDESK_AGENT}, False),
    "billing admin": ({"admin": Admin.BILLING_ADMIN}, False),
    "user-management admin": ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False),
}
CUSTOMER_ROLES = {
    CustomerRole.GLOBAL_ADMIN: True,
    CustomerRole.PARTNER_RELATIONSHIPS_ADMIN: True,
    CustomerRole.BILLING_ADMIN: False,
    CustomerRole.READER: False,
}


class TestWhoMay:
    @pytest.mark.parametrize("role", PARTNER_ROLES)
    def test_of_the_partner(self, fernhill, role):
        settings, may = PARTNER_ROLES[role]
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        selling = ResellerRelationship.objects.get()
        by = Actor.objects.of(make.join_partner(fernhill.alder, **settings))
        if not may:
            for move, row in ((ending.terminate, grant), (ending.end_selling, selling)):
                with Unchanged(), pytest.raises(PermissionDenied):
                    move(row, by=by, side=Side.PARTNER)
            return
        ending.terminate(grant, by=by, side=Side.PARTNER)
        ending.end_selling(selling, by=by, side=Side.PARTNER, good_faith=WORDS)
        assert fresh(grant).ended_because == "partner"
        assert fresh(selling).ended_because == "partner"

    @pytest.mark.parametrize("role", CUSTOMER_ROLES)
    def test_of_the_customer(self, fernhill, role):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        selling = ResellerRelationship.objects.get()
        by = Actor.objects.of(make.join_customer(fernhill.customer, role))
        acts = [
            lambda: ending.terminate(grant, by=by, side=Side.CUSTOMER),
            lambda: ending.remove_administration(fernhill.customer, fernhill.alder, by=by),
            lambda: ending.end_selling(selling, by=by, side=Side.CUSTOMER),
        ]
        if not CUSTOMER_ROLES[role]:
            for act in acts:
                with Unchanged(), pytest.raises(PermissionDenied):
                    act()
            return
        acts[0]()
        acts[2]()
        assert fresh(grant).ended_because == "customer"
        assert fresh(selling).ended_because == "customer"

    def test_not_in_the_other_s_name_nor_from_outside(self, fernhill, agent):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        others = [
            (agent, Side.CUSTOMER),
            (fernhill.by, Side.PARTNER),
            (Actor.objects.of(make.make_admin_agent(fernhill.birch)), Side.PARTNER),
            (Actor.objects.of(make.make_staff()), Side.CUSTOMER),
        ]
        for by, side in others:
            with Unchanged(), pytest.raises(PermissionDenied):
                ending.terminate(grant, by=by, side=side)


class TestTerminate:
    def test_ends_one_grant_and_frees_its_services(self, fernhill, agent):
        kept = fernhill.grant(fernhill.alder, TEAMS)
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        with Unchanged(*EXISTED):
            effects = ending.terminate(grant, by=agent, side=Side.PARTNER)
        assert fresh(grant).status == "terminated"
        assert fresh(kept).status == "active"
        assert fernhill.holder("exchange") is None
        assert fernhill.holder("teams") == fernhill.alder
        assert kinds(effects) == {
            EffectKind.ROLE_TAKEN,
            EffectKind.ADMINISTRATION_ENDS,
            EffectKind.SERVICE_FREED,
        }

    def test_keeps_a_service_that_another_grant_still_administers(self, fernhill, agent):
        fernhill.grant(fernhill.alder, EXCHANGE)
        grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
        ending.terminate(grant, by=agent, side=Side.PARTNER)
        assert fernhill.holder("exchange") == fernhill.alder

    def test_is_refused_twice_and_past_its_end(self, fernhill, agent):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.terminate(grant, by=agent, side=Side.PARTNER)
        with Unchanged(), pytest.raises(Refused, match="ended already"):
            ending.terminate(fresh(grant), by=agent, side=Side.PARTNER)
        over = fernhill.grant(fernhill.alder, EXCHANGE, days=1)
        with pytest.raises(Refused, match="ended already"):
            ending.terminate(over, by=agent, side=Side.PARTNER, at=over.ends_at)


class TestRemoveAdministration:
    def test_takes_all_of_one_partner_and_leaves_selling_and_subscriptions_r31_r32(self, fernhill):
        grants = [fernhill.grant(fernhill.alder, EXCHANGE), fernhill.grant(fernhill.alder, TEAMS)]
        other = fernhill.grant(fernhill.birch, SUPPORT)
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder)
        with Unchanged(*EXISTED):
            ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        assert {fresh(grant).status for grant in grants} == {"terminated"}
        assert fresh(other).status == "active"
        left = AccessAssignment.objects.filter(
            status="active", relationship__customer=fernhill.customer
        )
        assert [one.relationship for one in left] == [other]
        assert ResellerRelationship.objects.get(partner=fernhill.alder).status == "active"
        assert Subscription.objects.get(pk=row.pk).seller == fernhill.alder
        assert fernhill.alder.pairs.get().listed

    def test_tells_the_partner_what_goes_on_r33_and_who_did_it_first(self, fernhill, agent):
        fernhill.grant(fernhill.alder, EXCHANGE)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        mail = Delivery.objects.get(kind="taken_back_partner", recipient=agent.user.email)
        assert mail.subject.startswith("Fernhill ended administration")
        assert "duty to support them go on" in mail.text
        assert fernhill.admin.name not in mail.text
        own = Delivery.objects.get(kind="taken_back_customer", recipient=fernhill.admin.email)
        assert own.subject.startswith(fernhill.admin.name)

    def test_is_refused_where_there_is_nothing(self, fernhill):
        fernhill.grant(fernhill.alder)
        with Unchanged(), pytest.raises(Refused, match="administers nothing"):
            ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)

    def test_is_followed_by_an_ordinary_request_r37(self, fernhill):
        fernhill.grant(fernhill.alder, EXCHANGE)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        fernhill.grant(fernhill.alder, EXCHANGE, asks_selling=False)
        assert fernhill.holder("exchange") == fernhill.alder


class TestEndSelling:
    def test_ends_at_once_where_nothing_sold_is_live_r40(self, fernhill):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        selling = ResellerRelationship.objects.get()
        with Unchanged(*EXISTED):
            effects = ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        assert fresh(selling).status == "ended"
        assert (fresh(grant).status, fresh(grant).ended_because) == ("terminated", "selling_ended")
        assert not fernhill.alder.pairs.get().listed
        assert EffectKind.SELLING_ENDS in kinds(effects)

    def test_winds_down_while_something_sold_is_live_and_writes_none_of_it(self, fernhill):
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder)
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        selling = ResellerRelationship.objects.get()
        with Unchanged(*EXISTED):
            effects = ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        assert fresh(selling).status == "winding_down"
        assert fresh(grant).status == "terminated"
        assert fernhill.alder.pairs.get().listed
        (expiry,) = [one for one in effects if one.kind == EffectKind.SUBSCRIPTION_EXPIRES]
        assert str(row.term_end.year) in expiry.day

    def test_is_the_clock_s_with_the_last_subscription(self, fernhill):
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder)
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        clock.sweep(row.term_end)
        assert fresh(selling).status == "winding_down"
        renewing.sweep(row.term_end)
        assert Subscription.objects.get(pk=row.pk).state == "expired"
        clock.sweep(row.term_end)
        selling = fresh(selling)
        assert (selling.status, selling.ended_because) == ("ended", "last_subscription")
        assert not fernhill.alder.pairs.get().listed

    def test_leaves_the_seller_its_moves_while_it_winds_down(self, fernhill, agent):
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder)
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        changing.change_quantity(row, 11, by=agent)
        changing.suspend(row, "non_payment", by=agent)
        aging.sweep(make.now() + make.days(61))
        clock.sweep(make.now() + make.days(61))
        assert fresh(selling).status == "ended"

    def test_resumes_by_a_new_approval(self, fernhill):
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        decision = fernhill.ask(fernhill.alder)
        effects = fernhill.approve(decision)
        assert kinds(effects) == {EffectKind.SELLING_RESUMES}
        assert fresh(selling).status == "active"
        assert ResellerRelationship.objects.count() == 1

    def test_by_the_partner_waits_for_its_active_subscriptions_and_names_each_r39(
        self, fernhill, agent
    ):
        row = make.make_subscription(
            fernhill.customer, seller=fernhill.alder, friendly_name="Head office"
        )
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        with Unchanged(), pytest.raises(Refused, match="Head office"):
            ending.end_selling(selling, by=agent, side=Side.PARTNER, good_faith=WORDS)
        changing.suspend(row, "customer_request", by=agent)
        ending.end_selling(selling, by=agent, side=Side.PARTNER, good_faith=WORDS)
        assert fresh(selling).status == "winding_down"

    def test_by_the_partner_keeps_its_word_in_the_event_r41(self, fernhill, agent):
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        with Unchanged(), pytest.raises(Refused, match="good faith"):
            ending.end_selling(selling, by=agent, side=Side.PARTNER)
        ending.end_selling(selling, by=agent, side=Side.PARTNER, good_faith=WORDS)
        assert Event.objects.get(kind="selling.ended").details["good_faith"] == WORDS

    def test_can_be_asked_for_again_r42(self, fernhill):
        fernhill.grant(fernhill.alder)
        ending.end_selling(ResellerRelationship.objects.get(), by=fernhill.by, side=Side.CUSTOMER)
        fernhill.approve(fernhill.ask(fernhill.alder))
        states = ResellerRelationship.objects.order_by("pk").values_list("status", flat=True)
        assert list(states) == ["ended", "active"]

    def test_leaves_administration_that_can_be_granted_without_selling(self, fernhill):
        fernhill.grant(fernhill.alder, EXCHANGE)
        selling = ResellerRelationship.objects.get()
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        fernhill.grant(fernhill.alder, EXCHANGE, asks_selling=False)
        assert fernhill.holder("exchange") == fernhill.alder
        assert fernhill.alder.pairs.get().listed

    def test_is_refused_twice(self, fernhill):
        fernhill.grant(fernhill.alder)
        selling = ResellerRelationship.objects.get()
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        with Unchanged(), pytest.raises(Refused, match="has ended already"):
            ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)


class TestProof:
    def test_is_taken_at_every_end_that_a_person_makes(self, fernhill, agent):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        fernhill.grant(fernhill.alder, TEAMS, asks_selling=False)
        before = Certificate.objects.count()
        ending.terminate(grant, by=agent, side=Side.PARTNER)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        ending.end_selling(ResellerRelationship.objects.get(), by=fernhill.by, side=Side.CUSTOMER)
        assert Certificate.objects.count() == before + 3
        for kind in ("administration.terminated", "administration.removed", "selling.ended"):
            certificate = Event.objects.get(kind=kind).certificate
            assert certificate.count == 3
            assert len(certificate.change_keys) == 3

    def test_is_none_where_the_clock_ends_something(self, fernhill):
        grant = fernhill.grant(fernhill.alder, EXCHANGE, days=1)
        before = Certificate.objects.count()
        clock.sweep(grant.ends_at)
        assert AdminRelationship.objects.get(pk=grant.pk).status == "expired"
        assert Certificate.objects.count() == before
