"""Two of a partner's people, or a partner and a customer, act at the same moment."""

import pytest

from accounts.models import Actor
from audit.verify import Report, verify
from mail.models import Delivery
from partnercenter.lib.ids import uuid7
from relationships.models import AdminRelationship, Decision, RelationshipRequest
from relationships.moves import deciding
from relationships.moves.cancelling import cancel
from relationships.moves.drafting import edit_draft, open_draft
from relationships.moves.opening import open_decision
from relationships.moves.requesting import create_request
from relationships.moves.sending import send
from relationships.moves.standing import edit_standing_link, make_standing_link, rotate
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture(params=attempts(on_postgresql=3, on_sqlite=1))
def partner(request):
    """Each race is run several times: which of the two comes first is chance."""
    return make.make_partner()


@pytest.fixture
def people(partner):
    return [Actor.objects.of(make.make_admin_agent(partner)) for _ in range(2)]


@pytest.fixture(autouse=True)
def every_log_is_whole():
    yield
    assert not list(verify(Report()))


def fresh(request) -> RelationshipRequest:
    return RelationshipRequest.objects.get(pk=request.pk)


def each(people, act):
    return [lambda by=by: act(by) for by in people]


def one_won(outcomes: list[str], sentence: str) -> bool:
    lost = [outcome for outcome in outcomes if outcome != "done"]
    return len(lost) == 1 and sentence in lost[0]


class TestStandingLink:
    def test_made_by_two_is_one(self, partner, people):
        made = each(people, lambda by: make_standing_link(partner, by=by))
        assert at_once(*made) == ["done", "done"]
        assert partner.requests.standing().count() == 1

    def test_rotated_by_two_is_rotated_once(self, partner, people):
        link = make.make_link(partner)
        outcomes = at_once(*each(people, lambda by: rotate(fresh(link), by=by)))
        assert one_won(outcomes, "Somebody has replaced this link")
        statuses = partner.requests.standing().order_by("pk").values_list("status", flat=True)
        assert list(statuses) == ["rotated", "open"]

    def test_edited_by_two_has_the_words_of_one(self, partner, people):
        link = make.make_link(partner)
        asks = {by.pk: make.make_ask() for by in people}

        def edit(by):
            edit_standing_link(fresh(link), asks[by.pk], by=by, seen=1)

        assert one_won(at_once(*each(people, edit)), "Somebody changed the link")
        assert fresh(link).version == 2

    def test_edited_and_rotated_loses_no_wish(self, partner, people):
        link, ask = make.make_link(partner), make.make_ask(name="Edited")
        outcomes = at_once(
            lambda: edit_standing_link(fresh(link), ask, by=people[0], seen=1),
            lambda: rotate(fresh(link), by=people[1]),
        )
        new = partner.requests.standing().open().get()
        if outcomes == ["done", "done"]:
            assert (new.name, new.terms.days) == ("Edited", 365)
        else:
            assert one_won(outcomes, "Somebody has replaced this link")
            assert (new.name, new.terms) == (partner.name, None)

    def test_rotated_while_a_customer_approves_leaves_one_of_the_two(self, partner, people):
        link = make.make_link(partner)
        customer = make.make_customer()
        admin = make.join_customer(customer)
        decision = make.make_decision(link, customer, by=admin)
        answer = make.make_answer(decision)

        def approve():
            waiting = Decision.objects.get(pk=decision.pk)
            deciding.approve(waiting, answer, by=Actor.objects.of(admin))

        outcomes = at_once(approve, lambda: rotate(fresh(link), by=people[0]))
        decision.refresh_from_db()
        assert fresh(link).status == "rotated"
        approved = outcomes == ["done", "done"]
        assert decision.status == ("approved" if approved else "withdrawn")
        assert customer.reseller_relationships.exists() == approved

    def test_rotated_while_a_customer_opens_it_leaves_nothing_waiting(self, partner, people):
        link = make.make_link(partner)
        customer = make.make_customer()
        admin = make.join_customer(customer)
        at_once(
            lambda: open_decision(fresh(link), customer, by=Actor.objects.of(admin)),
            lambda: rotate(fresh(link), by=people[0]),
        )
        assert fresh(link).status == "rotated"
        assert not link.decisions.open().exists()


class TestDraft:
    def test_edited_by_two_has_the_words_of_one(self, partner, people):
        draft = make.make_draft(partner, name="Draft")
        asks = {by.pk: make.make_ask() for by in people}

        def edit(by):
            edit_draft(fresh(draft), asks[by.pk], by=by, seen=1)

        assert one_won(at_once(*each(people, edit)), "Somebody changed this draft")
        stored = fresh(draft)
        assert (stored.version, stored.admin_relationships.get().name) == (2, stored.name)

    def test_edited_and_discarded_is_discarded(self, partner, people):
        draft = make.make_draft(partner, name="Draft")
        outcomes = at_once(
            lambda: edit_draft(fresh(draft), make.make_ask(name="New"), by=people[0], seen=1),
            lambda: cancel(fresh(draft), by=people[1]),
        )
        assert outcomes == ["done", "done"] or one_won(outcomes, "no draft any more")
        stored = fresh(draft)
        assert stored.status == "cancelled"
        assert stored.name == ("New" if outcomes == ["done", "done"] else "Draft")
        assert stored.admin_relationships.get().status == "terminated"

    def test_opened_by_two_is_opened_once(self, partner, people):
        draft = make.make_draft(partner)
        outcomes = at_once(*each(people, lambda by: open_draft(fresh(draft), by=by)))
        assert one_won(outcomes, "no draft any more")
        assert AdminRelationship.objects.get().status == "approvalPending"


class TestRequest:
    def test_sent_by_two_is_one_mail(self, partner, people):
        request = make.make_request(partner, email="admin@fernhill.example")
        outcomes = at_once(*each(people, lambda by: send(fresh(request), by=by)))
        assert one_won(outcomes, "It can write there again from")
        assert Delivery.objects.count() == 1

    def test_sent_by_two_keeps_the_hours_limit(self, partner, people, settings):
        settings.REQUEST_MAILS_PER_HOUR = 1
        requests = iter(
            [make.make_request(partner, email=f"a{n}@fernhill.example") for n in range(2)]
        )
        acts = [
            lambda by=by, request=request: send(fresh(request), by=by)
            for by, request in zip(people, requests, strict=True)
        ]
        assert one_won(at_once(*acts), "within an hour")
        assert Delivery.objects.count() == 1

    def test_clicked_twice_is_one_request(self, partner, people):
        ask, public_id, by = make.make_ask(), uuid7(), people[0]

        def click():
            create_request(partner, ask, by=by, public_id=public_id)

        assert at_once(click, click) == ["done", "done"]
        assert partner.requests.get().public_id == public_id

    def test_under_one_name_by_two_is_one_request(self, partner, people):
        def create(by):
            create_request(partner, make.make_ask(name="Mail"), by=by)

        assert one_won(at_once(*each(people, create)), "“Mail (2)” is free")
        assert partner.requests.count() == 1

    def test_cancelled_by_two_is_cancelled_once(self, partner, people):
        request = make.make_request(partner)
        outcomes = at_once(*each(people, lambda by: cancel(fresh(request), by=by)))
        assert one_won(outcomes, "There is nothing to cancel")

    def test_cancelled_while_a_customer_approves_leaves_one_of_the_two(self, partner, people):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(partner, email=admin.email)
        decision = make.make_decision(request, customer, by=admin)
        answer = make.make_answer(decision)

        def approve():
            waiting = Decision.objects.get(pk=decision.pk)
            deciding.approve(waiting, answer, by=Actor.objects.of(admin))

        outcomes = at_once(approve, lambda: cancel(fresh(request), by=people[0]))
        assert outcomes.count("done") == 1
        decision.refresh_from_db()
        after = (fresh(request).status, decision.status, request.admin_relationships.get().status)
        assert after in (
            ("decided", "approved", "active"),
            ("cancelled", "withdrawn", "terminated"),
        )
        assert customer.reseller_relationships.exists() == (after[0] == "decided")


def test_many_partners_and_customers_at_once_end_in_one_order_or_another():
    """Links of several partners, opened by the same customers, rotated and approved."""
    customers = [make.make_customer() for _ in range(2)]
    admins = [make.join_customer(customer) for customer in customers]
    links = [make.make_link() for _ in range(2)]
    agents = [Actor.objects.of(make.make_admin_agent(link.partner)) for link in links]
    decisions = [
        make.make_decision(link, customer, by=admin)
        for link in links
        for customer, admin in zip(customers, admins, strict=True)
    ]
    answers = {decision.pk: make.make_answer(decision) for decision in decisions}

    def approve(decision, admin):
        waiting = Decision.objects.get(pk=decision.pk)
        deciding.approve(waiting, answers[waiting.pk], by=Actor.objects.of(admin))

    acts = [
        lambda decision=decision, admin=admin: approve(decision, admin)
        for decision, admin in zip(decisions, admins * 2, strict=True)
    ]
    acts += [
        lambda link=link, by=by: rotate(fresh(link), by=by)
        for link, by in zip(links, agents, strict=True)
    ]
    outcomes = at_once(*acts)
    assert len(outcomes) == len(acts)
    assert not Decision.objects.filter(status="open").exists()
