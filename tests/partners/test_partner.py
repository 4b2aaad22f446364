"""Staff enrol, verify, suspend and restore partners; each act has a reason and an event."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partners.models import Partner, PartnerKind
from partners.rights import Admin, Agent
from relationships.moves.supervising import restore_partner, suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


def outsiders(partner):
    """A global admin of the partner itself, and staff without the permission."""
    yield make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
    yield make.make_user(is_staff=True)


class TestAdd:
    def test_gives_the_partner_its_history_markets_and_group(self):
        partner = make.make_partner(
            kind=PartnerKind.INDIRECT_PROVIDER, country="DE", markets=("FR",)
        )
        assert partner.kind_changes.get().kind == PartnerKind.INDIRECT_PROVIDER
        assert {market.country for market in partner.markets.all()} == {"DE", "FR"}
        assert partner.security_groups.get(built_in=True).name == "Admin agents"
        event = Event.objects.get(kind="partner.added")
        assert event.details == {"kind": "indirect_provider", "reason": "test"}

    def test_is_the_operators_alone(self):
        for person in outsiders(make.make_partner()):
            with pytest.raises(PermissionDenied):
                Partner.objects.add(
                    by=Actor.objects.of(person),
                    name="Mine",
                    primary_domain="mine.example",
                    country="DE",
                    kind=PartnerKind.DIRECT_BILL,
                    markets=[],
                    reason="",
                )
        assert Partner.objects.count() == 1


class TestVerify:
    def test_stamps_once(self):
        partner = make.make_partner(verified=False)
        partner.verify(by=make.operator(), reason="papers seen")
        first = partner.verified_at
        partner.verify(by=make.operator(), reason="again")
        partner.refresh_from_db()
        assert partner.verified_at == first
        assert Event.objects.filter(kind="partner.verified").count() == 1

    def test_is_the_operators_alone(self):
        partner = make.make_partner(verified=False)
        for person in outsiders(partner):
            with pytest.raises(PermissionDenied):
                partner.verify(by=Actor.objects.of(person), reason="please")
        partner.refresh_from_db()
        assert not partner.verified


class TestSuspend:
    def test_needs_a_reason(self):
        partner = make.make_partner()
        with pytest.raises(Refused):
            suspend_partner(partner, by=make.operator(), reason=" ")
        partner.refresh_from_db()
        assert partner.status == "active"

    def test_is_the_operators_alone(self):
        partner = make.make_partner()
        for person in outsiders(partner):
            for move in (suspend_partner, restore_partner):
                with pytest.raises(PermissionDenied):
                    move(partner, by=Actor.objects.of(person), reason="because")
        partner.refresh_from_db()
        assert partner.status == "active"

    def test_leaves_the_customers_subscriptions_as_they_are_r64(self):
        partner = make.make_partner()
        subscription = make.make_subscription(make.make_customer(), seller=partner)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        subscription.refresh_from_db()
        assert subscription.canonical_form() == subscription.last_change.canonical_form

    def test_is_undone_by_restore_with_no_other_step_r63(self):
        partner = make.make_partner()
        before = Partner.objects.values().get(pk=partner.pk)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        restore_partner(partner, by=make.operator(), reason="paid")
        assert Partner.objects.values().get(pk=partner.pk) == before


class TestGroups:
    def test_admin_agents_holds_exactly_the_admin_agents(self):
        partner = make.make_partner()
        agent = make.make_admin_agent(partner)
        make.join_partner(partner, agent=Agent.SALES_AGENT)
        group = partner.security_groups.get()
        assert [place.user for place in group.people()] == [agent]


class TestConstraints:
    @pytest.mark.parametrize(
        "columns",
        [
            {"status": "suspended"},
            {"suspension_reason": "unpaid"},
            {"verified_at": None},
        ],
    )
    def test_hold_against_update(self, columns):
        partner = make.make_partner()
        before = Partner.objects.values().get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Partner.objects.filter(pk=partner.pk).update(**columns)
        assert Partner.objects.values().get() == before
