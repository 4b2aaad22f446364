"""A policy is tightened while a request is approved: the approval was first, or it is refused."""

import pytest

from accounts.models import Actor
from audit.log import entries
from relationships.models import Decision
from relationships.moves import deciding, policing
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_of_an_approval_and_a_denial_the_log_shows_one_order():
    for _attempt in attempts(on_postgresql=5, on_sqlite=2):
        customer, partner = make.make_customer(), make.make_partner()
        first, second = make.join_customer(customer), make.join_customer(customer)
        request = make.make_request(partner, email=first.email)
        decision = make.make_decision(request, customer, by=first)
        answer = make.make_answer(decision)

        def approve(key=decision.pk, answer=answer, person=first):
            row = Decision.objects.get(pk=key)
            deciding.approve(row, answer, by=Actor.objects.of(person))

        def deny(customer=customer, partner=partner, person=second):
            by = Actor.objects.of(person)
            policing.list_partner(customer, partner, allowed=False, by=by)

        outcomes = at_once(approve, deny)
        decision.refresh_from_db()
        chain = entries(f"customer:{customer.tenant_id}").filter(
            kind__in=["request.approved", "customer.policy_listed"]
        )
        told = [event.kind for event in reversed(chain)]
        if decision.status == "approved":
            assert outcomes.count("done") == 2
            assert told == ["request.approved", "customer.policy_listed"]
        else:
            assert outcomes.count("done") == 1
            assert told == ["customer.policy_listed"]
