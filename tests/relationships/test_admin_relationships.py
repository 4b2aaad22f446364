"""A partner's admin relationships across its customers: tiles, search, who must act, the file."""

import csv
import io
from copy import copy

import pytest

from accounts.models import Actor
from partners.rights import Agent
from relationships.models import AdminRelationship
from relationships.moves import clock, groups
from relationships.moves.assignments import assign
from relationships.moves.sending import send
from relationships.views import admin_relationships
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = 9


@pytest.fixture
def scene(client):
    scene = Fernhill()
    scene.agent = make.make_admin_agent(scene.alder)
    scene.actor = Actor.objects.of(scene.agent)
    client.force_login(scene.agent)
    return scene


@pytest.fixture
def look(client, scene):
    return lambda **asked: client.get(page_of("admin-relationships", scene.alder), asked)


def names(answer):
    return [row.relationship.name for row in answer.context["rows"]]


def in_days(scene, days, role=EXCHANGE, **fields):
    """A grant for a year that comes to its end in so many days, or came so many ago."""
    return scene.grant(scene.alder, role, days=365, ago=365 - days, **fields)


class TestTiles:
    def test_count_what_ends_when_and_lead_to_it(self, scene, look, client):
        for days, name in ((0.5, "A"), (5, "B"), (20, "C"), (40, "D")):
            in_days(scene, days, name=name)
        in_days(scene, -10, name="E", role=TEAMS)
        clock.sweep()
        late = in_days(scene, -3, name="F", role=SUPPORT)  # the clock has not come round
        make.make_request(scene.alder, by=scene.agent, name="G")
        scene.grant(scene.birch, SUPPORT)
        answer = look()
        tiles = {tile["url"].partition("=")[2]: tile["value"] for tile in answer.context["tiles"]}
        assert tiles == {"1": 1, "7": 2, "30": 3, "later": 1, "expired": 2, "pending": 1}
        assert names(answer) == ["A", "B", "C", "D"]
        expected = {
            "1": ["A"],
            "7": ["A", "B"],
            "30": ["A", "B", "C"],
            "later": ["D"],
            "expired": ["F", "E"],
            "pending": ["G"],
            "unusable": [],
        }
        for tile in answer.context["tiles"]:
            which = tile["url"].partition("=")[2]
            assert names(client.get(tile["url"])) == expected[which]
        assert names(look(show="unusable")) == []
        assert late.status == "active"

    def test_forget_what_expired_more_than_a_year_ago(self, scene, look):
        in_days(scene, -400)
        clock.sweep()
        assert names(look(show="expired")) == []


class TestSearch:
    def test_finds_by_customer_and_by_name_of_the_relationship(self, scene, look):
        first = in_days(scene, 20, name="Mail for all")
        other = copy(scene)
        other.customer = make.make_customer("Ähren & Co", domain="aehren.example")
        other.admin = make.join_customer(other.customer)
        other.by = Actor.objects.of(other.admin)
        second = in_days(other, 10, name="Telephones")
        for sought, expected in {
            "": [second, first],
            "ahren": [second],
            "AEHREN.example": [second],
            str(other.customer.tenant_id): [second],
            str(first.public_id): [first],
            "mail": [first],
            "all": [],
            "%": [],
        }.items():
            found = [row.relationship for row in look(q=sought).context["rows"]]
            assert found == expected, sought
        assert look(q="x" * 300).status_code == 422
        assert look(show="nothing").status_code == 422

    def test_pages_hold_each_once_in_order(self, scene, look, client, monkeypatch):
        monkeypatch.setattr("relationships.views.admin_relationships.PAGE", 2)
        grants = [in_days(scene, days) for days in (1, 2, 3, 4, 5)]

        def walked(which):
            answer, seen = look(show=which), []
            while answer.context["rows"]:
                seen += [row.relationship for row in answer.context["rows"]]
                if not answer.context["later_url"]:
                    break
                answer = client.get(answer.context["later_url"])
            return seen

        assert walked("") == grants
        expired = [in_days(scene, -days) for days in (1, 2, 3, 4, 5)]
        assert walked("expired") == expired


class TestWhoMustAct:
    def must(self, look, **asked):
        (row,) = look(**asked).context["rows"]
        return row.must_act and (row.must_act.who, row.must_act.what, row.must_act.since)

    def test_on_a_request_that_waits(self, scene, look):
        request = make.make_request(scene.alder, by=scene.agent, email=scene.admin.email)
        own, theirs = "Your people who make requests", "Whoever decides at the customer"
        assert self.must(look, show="pending") == (
            own,
            "send it, or give its link to the customer",
            request.created_at,
        )
        send(request, by=scene.actor)
        assert self.must(look, show="pending") == (theirs, "open it and decide", request.sent_at)
        decision = make.make_decision(request, scene.customer, by=scene.admin)
        assert self.must(look, show="pending") == (
            theirs,
            "approve or decline",
            decision.opened_at,
        )
        scene.approve(decision)
        assert self.must(look) is None

    def test_on_administration_that_nobody_can_use(self, scene, look):
        grant = in_days(scene, 20)
        built_in = scene.alder.security_groups.get(built_in=True)
        held = grant.assignments.get()
        assign(grant, built_in, [], by=scene.actor)
        held.refresh_from_db()
        admins = "Your admin agents and global admins"
        assert self.must(look) == (admins, "assign a group", held.deleted_at)
        assert scene.agent.name in text_of(look())  # who that is
        assert names(look(show="unusable")) == [grant.name]
        group = groups.open_group(scene.alder, "Mail people", by=scene.actor)
        place = scene.alder.memberships.get(user=scene.agent)
        for _ in range(3):  # so that no key is that of another table by chance
            groups.add_person(group, place, by=scene.actor)
            groups.take_out(group, place, by=scene.actor)
        groups.add_person(group, place, by=scene.actor)
        assign(grant, group, make.roles(EXCHANGE), by=scene.actor)
        assert self.must(look) is None
        groups.take_out(group, place, by=scene.actor)
        left = group.places.latest("removed_at").removed_at
        assert self.must(look) == (admins, "put somebody into its group", left)

    def test_on_an_extension_that_is_wished_and_not_allowed(self, scene, look):
        grant = in_days(scene, 20, auto_extend=True)
        who, what, since = self.must(look)
        assert (who, since) == ("Whoever decides at the customer", grant.extension_wished_at)
        assert what == "allow the extension, if they want it"
        AdminRelationship.objects.filter(pk=grant.pk).update(
            extension_allowed_at=make.now(), extension_allowed_by=scene.by
        )
        assert self.must(look) is None


class TestPage:
    def test_offers_acts_only_to_who_may_do_them(self, scene, client):
        in_days(scene, 20)
        url = page_of("admin-relationships", scene.alder)
        assert 'name="row"' in text_of(client.get(url))
        client.force_login(make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT))
        text = text_of(client.get(url))
        assert 'name="row"' not in text
        assert "Bulk jobs" not in text

    def test_says_how_many_all_are_that_need_no_tick(
        self, scene, look, client, monkeypatch, django_assert_max_num_queries
    ):
        for role in (EXCHANGE, SUPPORT, TEAMS):
            in_days(scene, 20, role=role)
        need_no_tick = "All that are found need no tick."
        assert need_no_tick in text_of(look())
        monkeypatch.setattr(admin_relationships, "PAGE", 2)
        with django_assert_max_num_queries(QUERIES + 1):
            answer = look()
        for page in (answer, client.get(answer.context["later_url"])):
            assert "Go on with all 3 that are found" in text_of(page)
            assert "those of the other pages as well" in text_of(page)
            assert need_no_tick not in text_of(page)
        one = in_days(scene, 21, role=SUPPORT, name="Only this")
        assert "Go on with all" not in text_of(look(q=one.name))

    def test_costs_no_more_with_more_rows(self, scene, look, django_assert_max_num_queries):
        for role in (EXCHANGE, SUPPORT, TEAMS):
            in_days(scene, 20, role=role)
        with django_assert_max_num_queries(QUERIES):
            look()


class TestFile:
    def test_holds_what_the_page_shows_and_no_formula(self, scene, client):
        grant = in_days(scene, 20, name="=SUM(A1)")
        in_days(scene, 40, role=TEAMS)
        url = page_of("admin-relationships-download", scene.alder)
        answer = client.get(url, {"show": "30"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        assert row["Id"] == str(grant.public_id)
        assert row["Name"] == "'=SUM(A1)"
        assert (row["Roles"], row["Groups"]) == ("Exchange Administrator", "Admin agents")
        assert client.get(url, {"show": "x"}).status_code == 422

    def test_is_whole_however_long(self, scene, client, monkeypatch):
        monkeypatch.setattr("relationships.views.admin_relationships.AT_ONCE", 2)
        for days in (1, 2, 3, 4, 5):
            in_days(scene, days)
        answer = client.get(page_of("admin-relationships-download", scene.alder))
        assert len(b"".join(answer.streaming_content).decode().splitlines()) == 6
