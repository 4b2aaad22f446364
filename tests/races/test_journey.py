"""The journey's races: one winner and a sentence for the loser, or both in either order."""

import pytest

from accounts.models import Actor
from audit.log import Side
from audit.verify import Report, verify
from relationships.models import (
    AdminRelationship,
    Decision,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import deciding, ending
from relationships.moves.cancelling import cancel
from relationships.moves.selling import subscribe
from relationships.moves.standing import edit_standing_link, make_standing_link, rotate
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer, Subscription
from subscriptions.moves import changing
from tests import factories as make
from tests.relationships.scenes import EXCHANGE, TEAMS, Fernhill

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture(autouse=True)
def the_log_is_whole_in_the_end():
    yield
    assert not list(verify(Report()))
    for row in Subscription.objects.with_parties().select_related("last_change"):
        assert row.canonical_form() == row.last_change.canonical_form


def approval(decision, by, **fields):
    answer = make.make_answer(decision, **fields)
    return lambda: deciding.approve(fresh(decision), answer, by=by)


class TestApprove:
    def test_trap_6_of_one_request_by_two_people_is_made_once(self):
        for _ in attempts():
            fernhill = Fernhill()
            other = Actor.objects.of(make.join_customer(fernhill.customer))
            decision = fernhill.ask(fernhill.alder, EXCHANGE)
            outcomes = at_once(approval(decision, fernhill.by), approval(decision, other))
            assert outcomes.count("done") == 1
            assert "This request has been decided." in outcomes
            grants = AdminRelationship.objects.filter(customer=fernhill.customer)
            assert grants.filter(status="active").count() == 1

    def test_of_two_partners_for_one_service_leaves_one_holder_r26(self):
        for _ in attempts():
            fernhill = Fernhill()
            asked = [
                fernhill.ask(partner, EXCHANGE) for partner in (fernhill.alder, fernhill.birch)
            ]
            switches = frozenset(["exchange"])
            outcomes = at_once(
                *(approval(decision, fernhill.by, switches=switches) for decision in asked)
            )
            assert outcomes.count("done") == 1
            assert any("has changed since you opened" in outcome for outcome in outcomes)
            held = ServiceAdministration.objects.running().filter(customer=fernhill.customer)
            assert held.count() == 1

    def test_and_a_removal_end_in_one_order_or_the_other(self):
        for _ in attempts():
            fernhill = Fernhill()
            fernhill.grant(fernhill.alder, TEAMS)
            decision = fernhill.ask(fernhill.alder, EXCHANGE)
            pair = (fernhill.customer, fernhill.alder)
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda pair=pair, by=fernhill.by: ending.remove_administration(
                    *map(fresh, pair), by=by
                ),
            )
            assert outcomes == ["done", "done"]
            running = AdminRelationship.objects.filter(customer=fernhill.customer, status="active")
            assert [grant.name for grant in running] in ([], [decision.request.name])
            held = ServiceAdministration.objects.running().filter(customer=fernhill.customer)
            assert held.count() == running.count()

    def test_and_a_suspension_of_the_partner_never_both_give_access(self):
        for _ in attempts():
            fernhill = Fernhill()
            decision = fernhill.ask(fernhill.alder, EXCHANGE)
            alder = fernhill.alder
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda alder=alder: suspend_partner(
                    fresh(alder), by=make.operator(), reason="unpaid"
                ),
            )
            assert "done" in outcomes
            assert fresh(alder).status == "suspended"
            assert fresh(decision).status == (
                "approved" if outcomes == ["done", "done"] else "open"
            )

    def test_trap_6_and_a_cancellation_leave_one_of_the_two_and_a_sentence(self):
        for _ in attempts():
            fernhill = Fernhill()
            agent = Actor.objects.of(make.make_admin_agent(fernhill.alder))
            decision = fernhill.ask(fernhill.alder, EXCHANGE)
            request = decision.request
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda request=request, by=agent: cancel(fresh(request), by=by),
            )
            assert outcomes.count("done") == 1
            assert all(outcome.strip() for outcome in outcomes)
            approved = fresh(decision).status == "approved"
            assert fresh(request).status == ("decided" if approved else "cancelled")
            held = ServiceAdministration.objects.running().filter(customer=fernhill.customer)
            assert held.exists() == approved

    def test_and_an_edit_of_the_link_give_what_was_seen_or_nothing(self):
        for _ in attempts():
            fernhill = Fernhill()
            agent = Actor.objects.of(make.make_admin_agent(fernhill.alder))
            link = make_standing_link(fernhill.alder, by=agent)
            decision = make.make_decision(link, fernhill.customer, by=fernhill.admin)
            more = make.make_ask(name="More", role_ids=(EXCHANGE,))
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda link=link, ask=more, by=agent: edit_standing_link(
                    fresh(link), ask, by=by, seen=link.version
                ),
            )
            assert outcomes[1] == "done"
            assert fresh(link).name == "More"
            # Only selling was asked for when the customer looked, so no more than that is given.
            approved = outcomes[0] == "done"
            assert approved or "has changed since you opened" in outcomes[0]
            assert fresh(decision).status == ("approved" if approved else "open")
            assert not AdminRelationship.objects.filter(customer=fernhill.customer).exists()

    def test_and_a_rotation_leave_one_of_the_two(self):
        for _ in attempts():
            fernhill = Fernhill()
            agent = Actor.objects.of(make.make_admin_agent(fernhill.alder))
            link = make_standing_link(fernhill.alder, by=agent)
            decision = make.make_decision(link, fernhill.customer, by=fernhill.admin)
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda link=link, by=agent: rotate(fresh(link), by=by),
            )
            assert outcomes[1] == "done"
            approved = outcomes[0] == "done"
            assert fresh(decision).status == ("approved" if approved else "withdrawn")
            sells = ResellerRelationship.objects.filter(customer=fernhill.customer)
            assert sells.exists() == approved

    def test_and_a_change_of_quantity_are_both_seen(self):
        for _ in attempts():
            fernhill = Fernhill()
            row = fernhill.customer.subscriptions.filter(seller=fernhill.birch).first()
            agent = Actor.objects.of(make.make_admin_agent(fernhill.birch))
            decision = fernhill.ask(fernhill.alder, EXCHANGE)
            outcomes = at_once(
                approval(decision, fernhill.by),
                lambda row=row, by=agent: changing.change_quantity(fresh(row), 11, by=by),
            )
            assert outcomes == ["done", "done"]
            assert fresh(row).quantity == 11
            decided = Decision.objects.get(pk=decision.pk)
            assert decided.certificate.count == 3


class TestSell:
    def test_and_an_end_of_the_relationship_leave_no_order_behind_it(self):
        offer = Offer.objects.first()
        for _ in attempts():
            fernhill = Fernhill()
            selling = fernhill.grant(fernhill.alder)
            agent = Actor.objects.of(make.make_admin_agent(fernhill.alder))

            def order(fernhill=fernhill, agent=agent):
                subscribe(
                    by=agent,
                    partner=fresh(fernhill.alder),
                    customer=fresh(fernhill.customer),
                    offer=offer,
                    quantity=1,
                    unit_price=1,
                    currency="EUR",
                )

            def end(selling=selling, by=fernhill.by):
                ending.end_selling(fresh(selling), by=by, side=Side.CUSTOMER)

            outcomes = at_once(order, end)
            sold = Subscription.objects.filter(
                customer=fernhill.customer, seller=fernhill.alder
            ).count()
            status = ResellerRelationship.objects.get(pk=selling.pk).status
            if outcomes == ["done", "done"]:
                assert (sold, status) == (1, "winding_down")
            else:
                assert (sold, status) == (0, "ended")
