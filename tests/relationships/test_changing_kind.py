"""A partner's kind changes while at most one that sells administers a service (rule R26)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partners.models import Partner, PartnerKind
from partners.rights import Admin
from relationships.models import (
    AdminRelationship,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves.changing_kind import SecondHolder, change_kind
from relationships.moves.deciding import approve
from subscriptions.models import Service
from tests import factories as make
from tests.relationships.admin.world import grant

pytestmark = pytest.mark.django_db
ADVISOR, DIRECT = PartnerKind.ADVISOR, PartnerKind.DIRECT_BILL


def change(partner, kind, **fields):
    change_kind(partner, kind, by=make.operator(), reason="new contract", **fields)


def running():
    rows = ServiceAdministration.objects.running().order_by("customer__pk", "service__name")
    return [(row.customer, row.service.key, row.partner) for row in rows]


class TestChangeKind:
    def test_stands_in_the_history_with_its_reason(self):
        partner = make.make_partner(kind=DIRECT)
        change(partner, PartnerKind.INDIRECT_PROVIDER)
        partner.refresh_from_db()
        assert partner.kind == PartnerKind.INDIRECT_PROVIDER
        assert [row.kind for row in partner.kind_changes.all()] == [
            "indirect_provider",
            "direct_bill",
        ]
        event = Event.objects.get(kind="partner.kind_changed")
        assert event.details == {
            "was": "direct_bill",
            "is": "indirect_provider",
            "reason": "new contract",
        }

    def test_between_kinds_that_sell_leaves_services_where_they_are(self):
        partner, customer = make.make_partner(), make.make_customer()
        grant(partner, customer)
        before = list(ServiceAdministration.objects.values())
        change(partner, PartnerKind.INDIRECT_PROVIDER)
        assert list(ServiceAdministration.objects.values()) == before

    @pytest.mark.parametrize("kind", [DIRECT, "wholesaler", ""])
    def test_is_refused_where_it_is_none(self, kind):
        partner = make.make_partner(kind=DIRECT)
        with pytest.raises(Refused):
            change(partner, kind)
        assert Partner.objects.get().kind == DIRECT
        assert partner.kind_changes.count() == 1

    def test_needs_a_reason(self):
        partner = make.make_partner(kind=DIRECT)
        with pytest.raises(Refused):
            change_kind(partner, ADVISOR, by=make.operator(), reason=" ")
        assert Partner.objects.get().kind == DIRECT

    def test_is_the_operators_alone(self):
        partner = make.make_partner(kind=DIRECT)
        insider = make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.make_user(is_staff=True)):
            with pytest.raises(PermissionDenied):
                change_kind(partner, ADVISOR, by=Actor.objects.of(person), reason="because")
        assert Partner.objects.get().kind == DIRECT

    def test_waits_for_the_end_of_partnerships(self):
        provider = make.make_partner("Cedar", kind=PartnerKind.INDIRECT_PROVIDER)
        reseller = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        provider.reseller_partnerships.create(
            reseller=reseller, started_at=timezone.now(), started_by=make.operator()
        )
        for partner, other in ((provider, "Dogwood"), (reseller, "Cedar")):
            with pytest.raises(Refused, match=other):
                change(partner, DIRECT)
        assert not Partner.objects.filter(kind=DIRECT).exists()


class TestToAdvisor:
    def test_ends_its_places_and_nothing_else(self):
        partner, customer = make.make_partner(), make.make_customer()
        subscription = make.make_subscription(customer, seller=partner)
        grant(partner, customer)
        grants = list(AdminRelationship.objects.values())
        selling = list(ResellerRelationship.objects.values())
        change(partner, ADVISOR)
        ended = ServiceAdministration.objects.get()
        assert ended.ended_because == "kind_changed"
        assert ended.ended_at == partner.kind_changes.first().at
        assert list(AdminRelationship.objects.values()) == grants
        assert list(ResellerRelationship.objects.values()) == selling
        subscription.refresh_from_db()
        assert subscription.canonical_form() == subscription.last_change.canonical_form

    def test_is_told_to_the_customer_without_the_reason(self):
        partner, customer = make.make_partner("Alder"), make.make_customer()
        grant(partner, customer)
        change(partner, ADVISOR)
        event = Event.objects.get(kind="administration.service_ended")
        assert event.customer_id == str(customer.tenant_id)
        assert event.details == {"service": "Exchange Online"}

    def test_frees_the_services_for_another_partner(self):
        partner, other, customer = make.make_partner(), make.make_partner(), make.make_customer()
        grant(partner, customer)
        change(partner, ADVISOR)
        grant(other, customer)
        assert running() == [(customer, "exchange", other)]

    def test_lets_a_waiting_request_for_selling_be_approved_no_more(self):
        partner, customer = make.make_partner(), make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(partner, email=admin.email)
        decision = make.make_decision(request, customer, by=admin)
        change(partner, ADVISOR)
        decision.refresh_from_db()
        with pytest.raises(Refused, match="sells nothing"):
            approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert not ResellerRelationship.objects.exists()


class TestFromAdvisor:
    @pytest.fixture
    def advisor(self):
        return make.make_partner("Elm", kind=ADVISOR)

    def test_takes_the_services_of_its_running_grants(self, advisor):
        first, second = make.make_customer(), make.make_customer()
        grant(advisor, first, role_ids=(make.EXCHANGE_ADMINISTRATOR, make.TEAMS_ADMINISTRATOR))
        grant(advisor, second)
        grant(advisor, second)  # two grants of one service are one place
        assert running() == []
        change(advisor, DIRECT)
        assert running() == [
            (first, "exchange", advisor),
            (first, "teams", advisor),
            (second, "exchange", advisor),
        ]
        assert Event.objects.filter(kind="administration.service_started").count() == 3
        assert not ServiceAdministration.objects.filter(decision__isnull=False).exists()

    def test_takes_every_service_with_the_role_that_administers_all(self, advisor):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(
            advisor,
            email=admin.email,
            role_ids=(make.GLOBAL_ADMINISTRATOR,),
            asks_selling=False,
            days=90,
        )
        decision = make.make_decision(request, customer, by=admin)
        by = Actor.objects.of(admin)
        by.signed_in_again_at = timezone.now()
        approve(decision, make.make_answer(decision), by=by)
        change(advisor, DIRECT)
        administered = Service.objects.filter(admin_roles__administers="yes").distinct()
        assert {key for _customer, key, _partner in running()} == {
            service.key for service in administered
        }

    def test_is_refused_with_the_customers_where_it_would_be_the_second(self, advisor):
        holder = make.make_partner()
        taken = make.make_customer("Fernhill", domain="fernhill.example")
        free = make.make_customer("Glenmoor", domain="glenmoor.example")
        for customer in (taken, free):
            grant(advisor, customer)
        grant(holder, taken)
        before = list(ServiceAdministration.objects.values())
        with pytest.raises(SecondHolder) as refused:
            change(advisor, DIRECT)
        assert "Fernhill, fernhill.example (Exchange Online)" in str(refused.value)
        assert "Glenmoor" not in str(refused.value)
        assert Partner.objects.get(pk=advisor.pk).kind == ADVISOR
        assert list(ServiceAdministration.objects.values()) == before
        assert not Event.objects.filter(kind="partner.kind_changed").exists()
        assert advisor.kind_changes.count() == 1

    def test_counts_nobody_whose_time_is_over(self, advisor):
        customer, holder = make.make_customer(), make.make_partner()
        grant(advisor, customer, days=365)
        grant(holder, customer, days=10)
        later = timezone.now() + timedelta(days=20)
        change(advisor, DIRECT, at=later)
        assert running() == [(customer, "exchange", advisor)]
        assert Event.objects.filter(kind="administration.expired").count() == 1

    def test_takes_nothing_by_what_is_over_itself(self, advisor):
        grant(advisor, make.make_customer(), days=10)
        change(advisor, DIRECT, at=timezone.now() + timedelta(days=20))
        assert running() == []

    def test_takes_nothing_by_roles_that_administer_none(self, advisor):
        grant(advisor, make.make_customer(), role_ids=(make.SERVICE_SUPPORT_ADMINISTRATOR,))
        change(advisor, DIRECT)
        assert running() == []

    def test_and_back_leaves_a_history_of_both(self, advisor):
        customer = make.make_customer()
        grant(advisor, customer)
        change(advisor, DIRECT)
        change(advisor, ADVISOR)
        change(advisor, DIRECT)
        assert running() == [(customer, "exchange", advisor)]
        assert ServiceAdministration.objects.count() == 2
