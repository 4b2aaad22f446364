"""Two people act at the same moment: one wins, the other gets a sentence."""

import pytest

from accounts.models import Actor
from audit.models import Event
from relationships.models import (
    AdminRelationship,
    Decision,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import deciding
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def approval(decision, person):
    def act():
        fresh = Decision.objects.get(pk=decision.pk)
        deciding.approve(fresh, answer, by=Actor.objects.of(person))

    answer = make.make_answer(decision)
    return act


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
class TestApprovals:
    def test_of_one_request_by_two_people_give_one_grant(self, attempt):
        customer = make.make_customer()
        first, second = make.join_customer(customer), make.join_customer(customer)
        request = make.make_request(email=first.email)
        decision = make.make_decision(request, customer, by=first)
        outcomes = at_once(approval(decision, first), approval(decision, second))
        assert outcomes.count("done") == 1
        assert AdminRelationship.objects.filter(status="active").count() == 1
        assert ResellerRelationship.objects.count() == 1
        assert Event.objects.filter(kind="request.approved").count() == 1

    def test_of_two_partners_for_one_service_leave_one_holder(self, attempt):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        decisions = [
            make.make_decision(make.make_request(email=admin.email), customer, by=admin)
            for _ in range(2)
        ]
        outcomes = at_once(*(approval(decision, admin) for decision in decisions))
        assert outcomes.count("done") == 1
        assert ServiceAdministration.objects.running().count() == 1
        assert Decision.objects.filter(status="open").count() == 1

    def test_and_a_suspension_end_in_one_order_or_the_other(self, attempt):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(email=admin.email)
        decision = make.make_decision(request, customer, by=admin)

        def suspend():
            suspend_partner(request.partner, by=make.operator(), reason="unpaid")

        outcomes = at_once(approval(decision, admin), suspend)
        request.partner.refresh_from_db()
        assert request.partner.status == "suspended"
        granted = AdminRelationship.objects.filter(status="active").count()
        assert granted == outcomes.count("done") - 1
