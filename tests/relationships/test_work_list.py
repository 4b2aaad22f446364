"""The partner's home: what waits for its people, to whom it is shown, and what it costs."""

from datetime import timedelta

import pytest

from accounts.models import Actor
from audit.log import Side
from partners.rights import Admin, Agent
from relationships.models import AdminRelationship
from relationships.moves import clock, ending
from relationships.moves.sending import send
from relationships.moves.supervising import suspend_partner
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = 9


@pytest.fixture
def fernhill(client):
    fernhill = Fernhill()
    fernhill.agent = make.make_admin_agent(fernhill.alder)
    client.force_login(fernhill.agent)
    return fernhill


@pytest.fixture
def look(client, fernhill):
    return lambda: client.get(page_of("partner-home", fernhill.alder))


def at(answer, name):
    found = answer.context[name].rows
    inner = "request" if name == "waiting" else "relationship"
    return [getattr(row, inner, row) for row in found]


def in_the_past(grant: AdminRelationship, *, days: float) -> None:
    """What ended has ended that much earlier."""
    grant.refresh_from_db()
    AdminRelationship.objects.filter(pk=grant.pk).update(
        ended_at=grant.ended_at - timedelta(days=days)
    )


class TestWaiting:
    def test_stands_with_the_day_since_when_the_oldest_first(self, fernhill, look):
        first = make.make_request(
            fernhill.alder, by=fernhill.agent, name="First", at=make.now() - make.days(9)
        )
        second = make.make_request(fernhill.alder, by=fernhill.agent, email="a@glen.example")
        send(second, by=Actor.objects.of(fernhill.agent))
        answer = look()
        assert at(answer, "waiting") == [first, second]
        text = text_of(answer)
        for expected in ("First", "a@glen.example", str(first.public_id)):
            assert expected in text
        must_act = [row.must_act for row in answer.context["waiting"].rows]
        assert [must.since for must in must_act] == [first.created_at, second.sent_at]
        assert [must.who for must in must_act] == [
            "Your people who make requests",
            "Whoever decides at the customer",
        ]
        assert "send it, or give its link to the customer" in text

    def test_is_over_with_an_answer_or_the_time(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        make.make_request(
            fernhill.alder, by=fernhill.agent, lifetime_days=1, at=make.now() - make.days(2)
        )
        assert at(look(), "waiting") == []

    def test_of_another_partner_is_not_mixed_in(self, fernhill, look):
        make.make_request(fernhill.birch)
        assert at(look(), "waiting") == []


class TestExpiring:
    def test_is_what_ends_within_thirty_days_the_nearest_first(self, fernhill, look):
        later = fernhill.grant(fernhill.alder, EXCHANGE, days=30)
        sooner = fernhill.grant(fernhill.alder, TEAMS, days=5)
        fernhill.grant(fernhill.alder, SUPPORT, days=31)
        fernhill.grant(fernhill.birch, SUPPORT, days=5)
        assert at(look(), "expiring") == [sooner, later]

    def test_is_not_what_is_over(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE, days=5, ago=6)
        assert at(look(), "expiring") == []


class TestLost:
    def test_is_what_the_customer_removed_or_terminated(self, fernhill, look):
        terminated = fernhill.grant(fernhill.alder, TEAMS)
        ending.terminate(terminated, by=fernhill.by, side=Side.CUSTOMER)
        removed = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        answer = look()
        assert at(answer, "lost") == [removed, terminated]
        assert answer.context["lost"].rows[0].roles == [
            "Exchange Administrator",
            "Service Support Administrator",
        ]
        text = text_of(answer)
        assert "removed by the customer" in text
        new = page_of("request-new", fernhill.alder)
        assert f"{new}?administration={removed.public_id}" in text

    def test_in_part_is_asked_for_again_without_what_is_left(self, client, fernhill):
        part = fernhill.grant(fernhill.alder, TEAMS, SUPPORT)
        fernhill.grant(fernhill.birch, TEAMS, switches=("teams",))
        new = page_of("request-new", fernhill.alder)
        form = client.get(f"{new}?administration={part.public_id}").context["form"]
        assert [str(role) for role in form["roles"].value()] == [TEAMS]

    def test_is_what_another_partner_took_as_a_whole_or_in_part(self, fernhill, look):
        whole = fernhill.grant(fernhill.alder, EXCHANGE)
        part = fernhill.grant(fernhill.alder, TEAMS, SUPPORT)
        fernhill.grant(fernhill.birch, EXCHANGE, TEAMS, switches=("exchange", "teams"))
        answer = look()
        assert set(at(answer, "lost")) == {whole, part}
        found = {row.relationship: row.roles for row in answer.context["lost"].rows}
        assert found == {whole: ["Exchange Administrator"], part: ["Teams Administrator"]}
        text = text_of(answer)
        assert "another partner now administers the service" in text
        assert "Birch" not in text

    def test_is_what_went_when_the_customer_ended_selling(self, fernhill, look):
        selling = fernhill.grant(fernhill.alder)
        grant = fernhill.grant(fernhill.alder, EXCHANGE, asks_selling=False)
        ending.end_selling(selling, by=fernhill.by, side=Side.CUSTOMER)
        assert at(look(), "lost") == [grant]

    def test_is_nothing_that_the_partner_gave_up_or_that_came_to_its_end(self, fernhill, look):
        by = Actor.objects.of(fernhill.agent)
        ending.terminate(fernhill.grant(fernhill.alder, TEAMS), by=by, side=Side.PARTNER)
        over = fernhill.grant(fernhill.alder, SUPPORT, days=1)
        clock.sweep(over.ends_at)
        selling = fernhill.customer.reseller_relationships.get(partner=fernhill.alder)
        fernhill.grant(fernhill.alder, EXCHANGE)
        ending.end_selling(selling, by=by, side=Side.PARTNER, good_faith="So it is.")
        assert at(look(), "lost") == []

    def test_leaves_the_list_when_it_is_back(self, fernhill, look):
        lost = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        fernhill.grant(fernhill.alder, EXCHANGE)
        answer = look()
        assert at(answer, "lost") == [lost]
        assert answer.context["lost"].rows[0].roles == ["Service Support Administrator"]
        fernhill.grant(fernhill.alder, SUPPORT)
        assert at(look(), "lost") == []

    def test_leaves_the_list_after_ninety_days(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.terminate(grant, by=fernhill.by, side=Side.CUSTOMER)
        in_the_past(grant, days=89)
        assert at(look(), "lost") == [grant]
        in_the_past(grant, days=2)
        assert at(look(), "lost") == []

    def test_of_another_partner_is_not_mixed_in(self, fernhill, look):
        grant = fernhill.grant(fernhill.birch, EXCHANGE)
        ending.terminate(grant, by=fernhill.by, side=Side.CUSTOMER)
        assert at(look(), "lost") == []


class TestUnusable:
    def test_is_what_is_assigned_to_no_group(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        assert at(look(), "unusable") == []
        grant.assignments.get().move_to("deleted", deleted_at=make.now(), deleted_by=fernhill.by)
        answer = look()
        assert at(answer, "unusable") == [grant]
        assert "it is assigned to no group" in text_of(answer)

    def test_is_what_is_assigned_to_empty_groups_only(self, client, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        admin = make.join_partner(fernhill.alder, admin=Admin.GLOBAL_ADMIN)
        fernhill.alder.memberships.filter(agent=Agent.ADMIN_AGENT).update(
            removed_at=make.now(), removed_by=fernhill.by
        )
        client.force_login(admin)
        answer = look()
        assert at(answer, "unusable") == [grant]
        assert "nobody is in the groups" in text_of(answer)

    def test_counts_nobody_whose_account_was_switched_off(self, client, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        client.force_login(make.join_partner(fernhill.alder, admin=Admin.GLOBAL_ADMIN))
        for place in fernhill.alder.memberships.filter(agent=Agent.ADMIN_AGENT):
            place.user.is_active = False
            place.user.save(update_fields=["is_active"])
        assert at(look(), "unusable") == [grant]

    def test_is_nothing_that_a_person_of_a_named_group_can_use(self, fernhill, look):
        group = fernhill.alder.security_groups.create(name="Mail", created_at=make.now())
        grant = fernhill.grant(fernhill.alder, EXCHANGE, groups=[group])
        assert at(look(), "unusable") == [grant]
        place = fernhill.alder.memberships.get(user=fernhill.agent)
        group.places.create(membership=place, added_at=make.now(), added_by=fernhill.by)
        assert at(look(), "unusable") == []
        group.places.update(removed_at=make.now(), removed_by=fernhill.by)
        assert at(look(), "unusable") == [grant]


class TestEndingSubscriptions:
    def sell(self, fernhill, days, **fields):
        end = make.now() + make.days(days)
        return make.make_subscription(
            fernhill.customer, seller=fernhill.alder, term_end=end, **fields
        )

    def test_are_those_that_do_not_renew(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        later = self.sell(fernhill, 29, auto_renew=False)
        sooner = self.sell(fernhill, 3, auto_renew=False)
        self.sell(fernhill, 3)
        self.sell(fernhill, 31, auto_renew=False)
        answer = look()
        assert at(answer, "ending") == [sooner, later]
        assert "its renewal is switched off" in text_of(answer)

    def test_are_all_where_the_relationship_winds_down(self, fernhill, look):
        row = self.sell(fernhill, 3)
        assert at(look(), "ending") == []
        ending.end_selling(fernhill.grant(fernhill.alder), by=fernhill.by, side=Side.CUSTOMER)
        answer = look()
        assert at(answer, "ending") == [row]
        assert "winds down or has ended" in text_of(answer)
        fernhill.approve(fernhill.ask(fernhill.alder))
        assert at(look(), "ending") == []

    def test_are_active_ones_of_the_partner(self, fernhill, look):
        row = self.sell(fernhill, 3, auto_renew=False)
        changing.suspend(row, "misuse", by=Actor.objects.of(fernhill.agent))
        make.make_subscription(
            fernhill.customer,
            seller=fernhill.birch,
            term_end=make.now() + make.days(3),
            auto_renew=False,
        )
        assert at(look(), "ending") == []


class TestWhoSees:
    LISTS = ("waiting", "expiring", "lost", "unusable", "ending")

    @pytest.mark.parametrize(
        ("role", "seen", "asks"),
        [
            ({"agent": Agent.ADMIN_AGENT}, LISTS, True),
            ({"agent": Agent.SALES_AGENT}, LISTS, False),
            ({"agent": Agent.HELPDESK_AGENT}, LISTS[1:], False),
            ({"admin": Admin.GLOBAL_ADMIN}, LISTS, True),
            ({"admin": Admin.BILLING_ADMIN}, (), False),
            ({"admin": Admin.USER_MANAGEMENT_ADMIN}, (), False),
        ],
    )
    def test_each_list(self, client, fernhill, look, role, seen, asks):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.terminate(grant, by=fernhill.by, side=Side.CUSTOMER)
        client.force_login(make.join_partner(fernhill.alder, **role))
        answer = look()
        assert answer.status_code == 200
        assert tuple(name for name in self.LISTS if name in answer.context) == seen
        text = text_of(answer)
        assert ("Fernhill" in text) == bool(seen)
        assert (f"?administration={grant.public_id}" in text) == asks

    def test_asks_nothing_again_while_the_partner_is_suspended(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.terminate(grant, by=fernhill.by, side=Side.CUSTOMER)
        suspend_partner(fernhill.alder, by=make.operator(), reason="unpaid")
        text = text_of(look())
        assert "Your organisation is suspended." in text
        assert "?administration=" not in text


def test_nothing_to_do_is_said_in_words(fernhill, look):
    fernhill.grant(fernhill.alder, EXCHANGE)
    text = text_of(look())
    assert "Nothing else waits for you" in text
    assert page_of("partner-customers", fernhill.alder) in text


def test_a_long_list_says_that_there_is_more(fernhill, look, monkeypatch):
    monkeypatch.setattr("relationships.work_list.LONGEST", 2)
    for number in range(3):
        grant = fernhill.grant(fernhill.alder, SUPPORT, days=3, name=f"Grant {number}")
        fernhill.grant(fernhill.alder, TEAMS, days=3, name=f"Lost {number}")
        lost = fernhill.alder.admin_relationships.get(name=f"Lost {number}")
        ending.terminate(lost, by=fernhill.by, side=Side.CUSTOMER)
    answer = look()
    assert (len(at(answer, "expiring")), answer.context["expiring"].more) == (2, True)
    assert (len(at(answer, "lost")), answer.context["lost"].more) == (2, True)
    assert lost in at(answer, "lost")
    assert grant not in at(answer, "expiring")
    assert "There are more than these 2." in text_of(answer)


@pytest.mark.parametrize("count", [1, 15])
def test_is_as_many_queries_whatever_waits(fernhill, look, count, django_assert_num_queries):
    for number in range(count):
        make.make_request(fernhill.alder, by=fernhill.agent)
        grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT, days=3, name=f"Mail {number}")
        ending.terminate(grant, by=fernhill.by, side=Side.CUSTOMER)
        row = make.make_subscription(
            fernhill.customer, seller=fernhill.alder, term_end=make.now() + make.days(3)
        )
        changing.switch_auto_renew(row, on=False, by=Actor.objects.of(fernhill.agent))
        fernhill.grant(fernhill.alder, TEAMS, days=3, name=f"Meetings {number}")
    look()
    with django_assert_num_queries(QUERIES):
        answer = look()
    for name in ("waiting", "expiring", "lost", "ending"):
        assert len(at(answer, name)) == count
