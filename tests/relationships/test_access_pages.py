"""The access matrix as its pages and files show it, and the answer to why and why not."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.rights import Agent
from relationships.access_matrix import Choice, CustomerMatrix, PartnerMatrix
from relationships.models import AdminRelationship
from relationships.moves import ending, groups, pausing
from relationships.moves.assignments import assign
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .bypassing import without_guards
from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged, text_of

pytestmark = pytest.mark.django_db

QUERIES, QUERIES_OF_WHY = 12, 12


class Scene(Fernhill):
    """Alder administers mail and support through its admin agents, Birch teams."""

    def __init__(self):
        super().__init__()
        self.mail = self.grant(self.alder, EXCHANGE, SUPPORT)
        self.teams = self.grant(self.birch, TEAMS)
        self.agent = self.agent_of(self.alder, "Adam Alder")
        self.rival = self.agent_of(self.birch, "Bea Birch")
        self.actor = Actor.objects.of(self.agent)

    @staticmethod
    def agent_of(partner, name):
        """The one admin agent of the partner, who asked."""
        user = partner.memberships.get(agent=Agent.ADMIN_AGENT).user
        user.name = name
        user.save(update_fields=["name"])
        return user

    def get(self, name, reader=None, status=200, **asked):
        """A page of whose side it is, as its ruler or as this person."""
        customer_s = name.startswith("customer")
        side = self.customer if customer_s else self.alder
        browser = Client()
        browser.force_login(reader or (self.admin if customer_s else self.agent))
        answer = browser.get(reverse(f"relationships:{name}", args=[side.slug]), asked)
        assert answer.status_code == status
        return answer

    def file(self, name, **asked):
        answer = self.get(f"{name}-download", **asked)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def seen(self, name="customer-access", **asked):
        """Who and what, as the page and the file have it."""
        rows = self.get(name, **asked).context.get("rows", [])
        shown = [(row.full_name, cell.role) for row in rows for cell in row.cells]
        lines = self.file(name, **asked)
        assert [(line["Person"], line["Role"]) for line in lines if line["Person"]] == shown
        return [f"{person}: {role}" for person, role in shown]


@pytest.fixture
def scene():
    return Scene()


MAIL, HELP, CALLS = (
    "Adam Alder: Exchange Administrator",
    "Adam Alder: Service Support Administrator",
    "Bea Birch: Teams Administrator",
)


class TestCustomerMatrix:
    def test_holds_partner_person_role_until_and_who_granted(self, scene):
        assert scene.seen() == [MAIL, HELP, CALLS]
        said = text_of(scene.get("customer-access"))
        decision = scene.mail.decision
        assert decision.get_absolute_url() in said
        assert scene.agent.email in said
        assert scene.admin.get_full_name() in said
        (line, *_rest) = scene.file("customer-access")
        assert line["Partner"] == "Alder"
        assert line["Granted by"] == scene.admin.get_full_name()
        assert line["Decision"] == str(decision.public_id)
        assert line["Until (UTC)"] == scene.mail.ends_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def test_is_chosen_by_partner_person_role_and_state(self, scene):
        assert scene.seen(partner=scene.birch.slug) == [CALLS]
        assert scene.seen(person="adam") == [MAIL, HELP]
        assert scene.seen(person=scene.rival.email) == [CALLS]
        assert scene.seen(role=SUPPORT) == [HELP]
        assert scene.seen(state="idle") == []
        assert scene.seen(person="%") == []
        for wrong in ({"partner": "x"}, {"role": "x"}, {"person": "x" * 300}, {"state": "x"}):
            for name in ("customer-access", "customer-access-download"):
                assert "Please check this form" in text_of(scene.get(name, status=422, **wrong))

    def test_names_what_nobody_can_use_and_why(self, scene):
        built_in = scene.alder.security_groups.get(built_in=True)
        empty = groups.open_group(scene.alder, "Empty", by=scene.actor)
        assign(scene.mail, built_in, [], by=scene.actor)
        assert "it is assigned to no group" in text_of(scene.get("customer-access"))
        assert scene.seen() == [CALLS]
        assign(scene.mail, empty, make.roles(EXCHANGE), by=scene.actor)
        assert "nobody is in the groups" in text_of(scene.get("customer-access"))
        suspend_partner(scene.birch, by=make.operator(), reason="unpaid")
        pausing.pause(scene.customer, partner=scene.alder, by=scene.by)
        idle = scene.file("customer-access", state="idle")
        assert {(line["Role"], line["State"], line["Person"]) for line in idle} == {
            ("Exchange Administrator", "paused", ""),
            ("Service Support Administrator", "paused", ""),
            ("Teams Administrator", "the partner is suspended", ""),
        }
        assert scene.seen() == []

    def test_holds_every_row_once_over_its_pages(self, scene, monkeypatch):
        for number in range(5):
            make.join_partner(
                scene.alder,
                agent=Agent.ADMIN_AGENT,
                user=make.make_user(name="Same" if number % 2 else f"Zoe {number}"),
            )
        whole = scene.seen()
        monkeypatch.setattr("relationships.views.access.PAGE", 2)
        browser, seen = Client(), []
        browser.force_login(scene.admin)
        url = reverse("relationships:customer-access", args=[scene.customer.slug])
        while url:
            context = browser.get(url, follow=True).context
            assert len(context["rows"]) <= 2
            seen += [
                f"{row.full_name}: {cell.role}" for row in context["rows"] for cell in row.cells
            ]
            url = context["next_url"]
        assert seen == whole
        for mangled in ("x", "1_", "9" * 18 + "_1", "9" * 40 + "_1", "1_1_1"):
            scene.get("customer-access", after=mangled)

    def test_is_no_other_customers(self, scene):
        other = Fernhill()
        browser = Client()
        browser.force_login(other.admin)
        url = reverse("relationships:customer-access", args=[other.customer.slug])
        assert browser.get(url).context["rows"] == []
        matrix = CustomerMatrix(other.customer, Choice(), make.now())
        place = scene.agent.partner_memberships.get()
        assert matrix._place_of(scene.alder.pk, place.pk) is None

    def test_is_closed_to_a_reader_who_reads_who_can(self, scene):
        reader = make.join_customer(scene.customer, CustomerRole.READER)
        for name in ("customer-access", "customer-access-why", "customer-access-download"):
            said = text_of(scene.get(name, reader, status=403))
            assert scene.admin.get_full_name() in said
            assert scene.agent.email not in said

    def test_writes_no_formula_into_its_file(self, scene):
        scene.agent.name = "=HYPERLINK(1)"
        scene.agent.save(update_fields=["name"])
        assert scene.file("customer-access")[0]["Person"] == "'=HYPERLINK(1)"

    def test_changes_nothing_and_costs_no_more_with_more(
        self, scene, django_assert_max_num_queries
    ):
        browser = Client()
        browser.force_login(scene.admin)
        url = reverse("relationships:customer-access", args=[scene.customer.slug])
        pausing.pause(scene.customer, partner=scene.birch, by=scene.by)
        browser.get(url)
        for _ in range(2):
            with Unchanged(), django_assert_max_num_queries(QUERIES):
                browser.get(url)
            for _ in range(5):
                make.make_admin_agent(scene.alder)
            scene.grant(scene.alder, SUPPORT, days=700)


class TestWhoLostAccess:
    """Trap: what the matrix shows must be what the function allows, at once."""

    def taken(self, scene, act):
        assert MAIL in scene.seen()
        assert f"{scene.customer.name}" in text_of(scene.get("partner-access"))
        act()
        assert not [line for line in scene.seen() if line.startswith("Adam")]
        assert [row for row in self.own(scene) if row.person == "Adam Alder"] == []

    @staticmethod
    def own(scene):
        return PartnerMatrix(scene.alder, Choice(), make.now()).rows(None, 50)[0]

    def test_by_a_pause_vanishes(self, scene):
        self.taken(scene, lambda: pausing.pause(scene.customer, partner=scene.alder, by=scene.by))
        pausing.resume(scene.customer, partner=scene.alder, by=scene.by)
        assert scene.seen() == [MAIL, HELP, CALLS]

    def test_by_the_end_vanishes_though_no_clock_ran(self, scene):
        past = {"activated_at": make.now() - make.days(9), "ends_at": make.now() - make.days(1)}
        grants = AdminRelationship.objects.filter(pk=scene.mail.pk)
        without_guards()  # no end date moves backwards, but time cannot be moved here
        self.taken(scene, lambda: grants.update(**past))
        assert "Alder" not in [one.relationship.partner.name for one in idle_of(scene)]

    def test_by_a_suspension_vanishes(self, scene):
        self.taken(scene, lambda: suspend_partner(scene.alder, by=make.operator(), reason="unpaid"))

    def test_by_removal_of_the_administration_vanishes(self, scene):
        self.taken(
            scene,
            lambda: ending.remove_administration(scene.customer, scene.alder, by=scene.by),
        )

    def test_by_leaving_the_partner_vanishes(self, scene):
        colleague = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        places = scene.agent.partner_memberships

        def remove():
            places.update(removed_at=make.now(), removed_by=make.operator())

        assert MAIL in scene.seen()
        remove()
        assert not [line for line in scene.seen() if line.startswith("Adam")]
        assert [row.address for row in self.own(scene)] == [colleague.email]

    def test_by_the_account_vanishes(self, scene):
        make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        scene.agent.is_active = False
        scene.agent.save(update_fields=["is_active"])
        assert not [line for line in scene.seen() if line.startswith("Adam")]

    def test_by_the_closing_of_the_customer_vanishes(self, scene):
        scene.customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        assert scene.seen() == []
        assert self.own(scene) == []


def idle_of(scene):
    return CustomerMatrix(scene.customer, Choice(), make.now()).idle()


class TestPartnerMatrix:
    def test_holds_the_own_people_at_every_customer(self, scene):
        other = Fernhill()
        request = make.make_request(scene.alder, by=scene.agent, role_ids=(TEAMS,))
        other.approve(make.make_decision(request, other.customer, by=other.admin))
        make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT, user=scene.agent)
        teams = "Adam Alder: Teams Administrator"
        assert scene.seen("partner-access") == [MAIL, HELP, teams]
        customer = other.customer
        for sought in (customer.primary_domain, str(customer.tenant_id)):
            assert scene.seen("partner-access", customer=sought) == [teams]
        assert len(scene.seen("partner-access", customer="fern")) == 3
        assert scene.seen("partner-access", customer="glen") == []
        assert scene.seen("partner-access", role=SUPPORT) == [HELP]
        assert scene.seen("partner-access", person="Nobody") == []
        pages = [
            [(row.tenant_id, row.address) for row in rows]
            for rows in PartnerMatrix(scene.alder, Choice(), make.now()).all_rows(1)
        ]
        assert [len(page) for page in pages] == [1, 1]
        assert len({row for page in pages for row in page}) == 2

    def test_names_neither_other_partners_nor_the_customers_people(self, scene):
        said = text_of(scene.get("partner-access")) + str(scene.file("partner-access"))
        for hidden in ("Birch", scene.rival.email, scene.admin.email, scene.admin.name):
            assert hidden not in said

    def test_costs_no_more_with_more(self, scene, django_assert_max_num_queries):
        browser = Client()
        browser.force_login(scene.agent)
        url = reverse("relationships:partner-access", args=[scene.alder.slug])
        browser.get(url)
        for _ in range(2):
            with Unchanged(), django_assert_max_num_queries(QUERIES):
                assert browser.get(url, {"customer": "fern"}).context["rows"]
            for _ in range(5):
                make.make_admin_agent(scene.alder)


class TestWhy:
    def ask(self, scene, person, role=EXCHANGE, side="customer", status=200, **more):
        address = getattr(person, "email", person)
        asked = {"person": address, "role": role, **more}
        return scene.get(f"{side}-access-why", status=status, **asked)

    def test_names_every_link_to_the_customer(self, scene):
        said = text_of(self.ask(scene, scene.agent))
        assert "Yes: Adam Alder can act as Exchange Administrator for Fernhill now." in said
        for link in (
            "Adam Alder works for Alder.",
            "As an admin agent they are in the group “Admin agents”.",
            "The role Exchange Administrator is assigned to this group.",
            f"Fernhill gave Alder this role, in the admin relationship “{scene.mail.name}”.",
            f"by {scene.admin.get_full_name()}",
            scene.mail.decision.get_absolute_url(),
        ):
            assert link in said

    def test_names_every_way_the_longest_first(self, scene):
        longer = scene.grant(scene.alder, SUPPORT, days=700)
        (group,) = [groups.open_group(scene.alder, "Night shift", by=scene.actor)]
        groups.add_person(group, scene.alder.memberships.get(user=scene.agent), by=scene.actor)
        assign(scene.mail, group, make.roles(SUPPORT), by=scene.actor)
        answer = self.ask(scene, scene.agent, SUPPORT).context["answer"]
        assert len(answer.ways) == 3
        assert answer.until == longer.ends_at
        said = text_of(self.ask(scene, scene.agent, SUPPORT))
        assert "They are in the group “Night shift”." in said
        # The customer reads who of its own people acted, and of the partner's nobody else.
        by = {step.by for way in answer.ways for step in way}
        assert by == {"", "Alder", scene.admin.get_full_name(), "Partner Center"}
        own = self.ask(scene, scene.agent, SUPPORT, "partner", customer=self.domain(scene))
        by = {step.by for way in own.context["answer"].ways for step in way}
        assert by == {"", "Fernhill", "Adam Alder", "Partner Center"}

    @staticmethod
    def domain(scene):
        return scene.customer.primary_domain

    def test_not_is_the_missing_link(self, scene):
        helper = make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT)
        for person, role, sentence in (
            (helper, EXCHANGE, "This person is in none of the groups"),
            (scene.agent, TEAMS, "The partner was not given this role"),
        ):
            for side in ("customer", "partner"):
                more = {"customer": self.domain(scene)} if side == "partner" else {}
                said = text_of(self.ask(scene, person, role, side, **more))
                assert f"No: {person.get_full_name()} cannot act as" in said
                assert sentence in said
        pausing.pause(scene.customer, partner=scene.alder, by=scene.by)
        assert "The administration is paused." in text_of(self.ask(scene, scene.agent))

    def test_not_is_the_same_for_strangers_and_for_nobody(self, scene):
        """Who has an account, and where, is not found out by asking."""
        elsewhere = make.make_partner("Cedar")
        former = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        former.partner_memberships.update(removed_at=make.now(), removed_by=make.operator())
        people = (
            "nobody@nowhere.example",
            make.make_user(),
            make.make_user(is_active=False),
            make.make_admin_agent(elsewhere),
            make.make_staff(),
            scene.admin,
            former,
        )
        answers = set()
        for person in people:
            address = getattr(person, "email", person)
            answers.add(content(text_of(self.ask(scene, person))).replace(address, "…"))
        assert len(answers) == 1
        assert "This person works for no partner that administers here." in answers.pop()

    def test_not_of_a_partner_is_the_same_for_everybody_elses_people(self, scene):
        more = {"side": "partner", "customer": self.domain(scene)}
        people = (scene.rival, make.make_user(), "nobody@nowhere.example", scene.admin)
        answers = set()
        for person in people:
            address = getattr(person, "email", person)
            said = content(text_of(self.ask(scene, person, TEAMS, **more)))
            answers.add(said.replace(address, "…"))
        assert len(answers) == 1
        assert "Nobody of your organisation has this address." in answers.pop()

    def test_of_a_partner_tells_nothing_of_another_partners_way(self, scene):
        make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT, user=scene.agent)
        assert "Yes: Adam Alder" in text_of(self.ask(scene, scene.agent, TEAMS))
        said = text_of(self.ask(scene, scene.agent, TEAMS, "partner", customer=self.domain(scene)))
        assert "No: Adam Alder" in said
        assert "Birch" not in said

    def test_of_a_partner_knows_no_customer_but_its_own(self, scene):
        stranger = make.make_customer("Glenmoor")
        said = set()
        for customer in (
            stranger.primary_domain,
            str(stranger.tenant_id),
            "nowhere.example",
            "gl?",
        ):
            answer = self.ask(scene, scene.agent, side="partner", status=422, customer=customer)
            said.add(content(text_of(answer)).replace(customer, "…"))
        assert len(said) == 1
        assert "Your organisation has no such customer." in said.pop()

    def test_of_what_is_no_address_or_no_role_keeps_what_was_typed(self, scene):
        for person, role in (("nobody", EXCHANGE), (scene.agent.email, "x"), ("\x00", EXCHANGE)):
            answer = self.ask(scene, person, role, status=422)
            assert "Please check this form" in text_of(answer)
        assert "Please check" not in text_of(scene.get("customer-access-why"))

    def test_changes_nothing_and_costs_no_more_with_more_ways(
        self, scene, django_assert_max_num_queries
    ):
        browser = Client()
        browser.force_login(scene.admin)
        url = reverse("relationships:customer-access-why", args=[scene.customer.slug])
        asked = {"person": scene.agent.email, "role": SUPPORT}
        browser.get(url, asked)
        for days in (600, 700):
            with Unchanged(), django_assert_max_num_queries(QUERIES_OF_WHY):
                assert browser.get(url, asked).context["answer"].ways
            scene.grant(scene.alder, SUPPORT, days=days)


def content(text):
    """The page's content, without the reader's own name above it."""
    return text[text.index("<main") : text.index("</main>")]
