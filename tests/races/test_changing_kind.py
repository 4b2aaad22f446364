"""A partner's kind changes while customers decide: never do two that sell hold one service."""

import pytest

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from partners.models import Partner, PartnerKind
from relationships.models import Decision, ServiceAdministration
from relationships.moves import deciding
from relationships.moves.changing_kind import change_kind
from tests import factories as make
from tests.relationships.admin.world import grant

from .repeating import attempts
from .test_deciding import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def kind_change(partner, kind):
    def act():
        fresh = Partner.objects.get(pk=partner.pk)
        change_kind(fresh, kind, by=make.operator(), reason="signed")

    return act


def approval(partner, customer, **fields):
    admin = make.join_customer(customer)
    request = make.make_request(
        partner, email=admin.email, role_ids=(make.EXCHANGE_ADMINISTRATOR,), **fields
    )
    decision = make.make_decision(request, customer, by=admin)
    answer = make.make_answer(decision)

    def act():
        fresh = Decision.objects.get(pk=decision.pk)
        deciding.approve(fresh, answer, by=Actor.objects.of(admin))

    return act


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
class TestChangeKind:
    def test_and_another_partners_approval_leave_one_holder(self, attempt):
        advisor, other = make.make_partner(kind=PartnerKind.ADVISOR), make.make_partner()
        customer = make.make_customer()
        grant(advisor, customer)
        outcomes = at_once(kind_change(advisor, PartnerKind.DIRECT_BILL), approval(other, customer))
        assert outcomes.count("done") == 1
        holder = ServiceAdministration.objects.running().get().partner
        advisor.refresh_from_db()
        assert holder == (advisor if advisor.transacts else other)

    def test_and_an_approval_for_the_same_partner_enter_the_service(self, attempt):
        advisor, customer = make.make_partner(kind=PartnerKind.ADVISOR), make.make_customer()
        act = approval(advisor, customer, asks_selling=False)
        outcomes = at_once(kind_change(advisor, PartnerKind.DIRECT_BILL), act)
        if outcomes.count("done") == 1:
            # Who came second read what had changed, and would try again.
            for again in (kind_change(advisor, PartnerKind.DIRECT_BILL), act):
                try:
                    again()
                except Refused:
                    continue
        advisor.refresh_from_db()
        approved = Decision.objects.filter(status="approved").exists()
        entered = ServiceAdministration.objects.running().filter(partner=advisor).exists()
        assert entered == (advisor.transacts and approved)

    def test_in_both_directions_at_once_ends_in_one_of_them(self, attempt):
        first, second = make.make_partner(), make.make_partner(kind=PartnerKind.ADVISOR)
        customers = [make.make_customer() for _ in range(2)]
        for customer in customers:
            grant(first, customer)
            grant(second, customer)
        at_once(
            kind_change(first, PartnerKind.ADVISOR),
            kind_change(second, PartnerKind.DIRECT_BILL),
        )
        running = ServiceAdministration.objects.running()
        first.refresh_from_db()
        second.refresh_from_db()
        assert not first.transacts
        assert running.count() == (2 if second.transacts else 0)
