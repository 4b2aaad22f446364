"""Delegated administration from approval to its end, as both sides walk through it in a browser."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Actor
from mail.models import Delivery
from partners.rights import Agent
from relationships.effects import day_of
from relationships.models import AdminRelationship, AdminRole, RelationshipRequest
from relationships.moves import clock
from relationships.moves.opening import open_decision
from relationships.who_may import may
from tests import factories as make
from tests.relationships.scenes import (
    EXCHANGE,
    EXISTED,
    GLOBAL,
    SUPPORT,
    TEAMS,
    Fernhill,
    Unchanged,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
A_MOMENT = timedelta(minutes=1)


class World(Fernhill):
    """Fernhill with an admin agent of each of its partners, and the pages they begin on."""

    def __init__(self):
        super().__init__()
        self.agent = make.join_partner(self.alder, agent=Agent.ADMIN_AGENT)
        self.home = reverse("relationships:customer-home", args=[self.customer.slug])
        self.alders_home = self.home_of(self.alder)

    def home_of(self, partner):
        return reverse("relationships:partner-home", args=[partner.slug])

    def can(self, person, role_id):
        """Whether this person can use this role for the customer now."""
        role = AdminRole.objects.get(template_id=role_id)
        return bool(may(person, self.customer, role, make.now()))

    def fresh(self, grant):
        return AdminRelationship.objects.get(pk=grant.pk)


@pytest.fixture
def world(live_server, settings, tmp_path):
    settings.SITE_URL = live_server.url
    settings.DEMO_MAIL_DIR = tmp_path
    return World()


@pytest.fixture
def enter(new_context, sign_in):
    """A browser of its own for a person, on the page where they begin."""

    def enter(person, url):
        page = new_context().new_page()
        page.set_default_timeout(15_000)
        sign_in(page, person.email, make.PASSWORD, next_url=url)
        return page

    return enter


def text(page):
    return " ".join(page.inner_text("body").split())


def press(page, name, within=None):
    (within or page).get_by_role("button", name=name, exact=True).click()


def go(page, name, within=None):
    (within or page).get_by_role("link", name=name, exact=True).first.click()


def look_back(page, url, live_server):
    page.goto(f"{live_server.url}{url}")
    return text(page)


def allow(page, *halves):
    for half in halves or ("administration",):
        page.locator(f"[name={half}][value=allow]").check()


def test_groups_from_the_plan_in_a_request_to_the_last_that_can_use_it(
    world, enter, axe, live_server
):
    helper = make.join_partner(world.alder, agent=Agent.HELPDESK_AGENT)
    with Unchanged(*EXISTED):
        partner = enter(world.agent, world.alders_home)
        # A group, and a person in it.
        go(partner, "Groups")
        go(partner, "New group")
        partner.get_by_label("Name").fill("Mail people")
        press(partner, "Make the group")
        assert "Nobody is in this group" in text(partner)
        partner.get_by_label("Person").select_option(label=f"{helper.name}, {helper.email}")
        press(partner, "Put into the group")
        assert f"{helper.name} is in the group now." in text(partner)
        axe(partner)

        # A request that plans it, and nothing before the customer's yes.
        go(partner, "Home")
        go(partner, "Request a reseller relationship")
        partner.locator("[name=name]").fill("Mail")
        partner.get_by_label("E-mail address of the customer").fill(world.admin.email)
        partner.locator("[name=asks_selling]").uncheck()
        tick = partner.locator(f"[name=roles][value='{EXCHANGE}']")
        partner.locator("details").filter(has=tick).locator("summary").click()
        tick.check()
        planned = partner.get_by_role("group", name="Groups that get the roles")
        planned.get_by_label("Admin agents").uncheck()
        planned.get_by_label("Mail people").check()
        press(partner, "Create request")
        assert not world.can(helper, EXCHANGE)
        customer = enter(world.admin, world.home)
        customer.goto(RelationshipRequest.objects.get().link)
        press(customer, "Continue")
        allow(customer)
        press(customer, "Approve")
        assert "Exchange Administrator" in text(customer)
        assert world.can(helper, EXCHANGE)
        assert not world.can(world.agent, EXCHANGE)

        # Another group later, and no longer.
        go(partner, "Customers")
        go(partner, "Fernhill")
        go(partner, "Groups", within=partner.locator("main"))
        row = partner.get_by_role("row", name="Admin agents")
        assert (
            "Exchange Administrator" in partner.get_by_role("row", name="Mail people").inner_text()
        )
        go(partner, "Assign", within=row)
        partner.get_by_label("Exchange Administrator").check()
        press(partner, "Save")
        assert world.can(world.agent, EXCHANGE)
        go(partner, "Change", within=row)
        partner.get_by_label("Exchange Administrator").uncheck()
        press(partner, "Save")
        assert "none" in row.inner_text()
        assert not world.can(world.agent, EXCHANGE)
        groups_of_the_grant = partner.url

        # The only group that has it is closed: nobody can use it, until another one has it.
        go(partner, "Mail people")
        go(partner, "Close the group")
        assert "Nobody else has it" in text(partner)
        assert "Each administration itself, until its end" in text(partner)
        press(partner, "Close the group")
        assert not world.can(helper, EXCHANGE)
        warning = "Administration that nobody can use"
        assert warning in look_back(partner, world.alders_home, live_server)
        axe(partner)
        partner.get_by_role("link", name="Mail", exact=True).click()
        assert partner.url == groups_of_the_grant
        assert "Nobody can use this administration" in text(partner)
        go(partner, "Assign", within=row)
        partner.get_by_label("Exchange Administrator").check()
        press(partner, "Save")
        assert "Nobody can use this administration" not in text(partner)
        assert world.can(world.agent, EXCHANGE)
        assert warning not in look_back(partner, world.alders_home, live_server)


def test_life_from_the_wish_to_extend_to_the_renewal(world, enter, axe, live_server):
    grant = world.grant(world.alder, EXCHANGE, SUPPORT, name="Mail", days=60, asks_selling=False)
    end = grant.ends_at
    with Unchanged(*EXISTED):
        # Wished by the one and allowed by the other: still the same end.
        partner = enter(world.agent, world.alders_home)
        go(partner, "Customers")
        go(partner, "Fernhill")
        go(partner, "Mail")
        go(partner, "Wish for extension")
        assert "Roles, groups and the end date stay as they are until then." in text(partner)
        press(partner, "Wish for extension")
        assert "wished by the partner, not allowed by the customer" in text(partner)
        customer = enter(world.admin, world.home)
        go(customer, "Alder")
        assert "you have not allowed it" in text(customer)
        go(customer, "Allow extension")
        assert "is extended by 180 days, and so on" in text(customer)
        axe(customer)
        press(customer, "Allow extension")
        assert "It is extended by 180 days on" in text(customer)
        assert world.fresh(grant).ends_at == end

        # The clock goes past the end, and by their two words it runs on.
        clock.sweep(end + A_MOMENT)
        assert world.fresh(grant).ends_at == end + timedelta(days=180)
        customer.reload()
        assert f"It is extended by 180 days on {day_of(end + timedelta(days=180))}" in text(
            customer
        )

        # One role is taken away by the customer; the other stays.
        customer.get_by_label("Service Support Administrator").check()
        press(customer, "Take the ticked roles away")
        assert "Alder loses the role Service Support Administrator." in text(customer)
        assert "every role that is not named above" in text(customer)
        assert world.can(world.agent, SUPPORT)
        press(customer, "Take away")
        assert "Taken away since: Service Support Administrator." in text(customer)
        assert not world.can(world.agent, SUPPORT)
        assert world.can(world.agent, EXCHANGE)

        # A renewal says what it replaces, and approved it does.
        partner.reload()
        go(partner, "Renew")
        assert "When the customer approves, that one ends" in text(partner)
        partner.locator("[name=days]").fill("90")
        press(partner, "Create request")
        asked = RelationshipRequest.objects.order_by("-pk")[0]
        customer.goto(asked.link)
        press(customer, "Continue")
        assert "This renews “Mail”, which runs until" in text(customer)
        axe(customer)
        allow(customer)
        press(customer, "Show what happens")
        assert f"Alder: “Mail” ends, because “{asked.name}” takes its place." in text(customer)
        assert world.fresh(grant).status == "active"
        press(customer, "Approve")
        assert "Roles that were given" in text(customer)
        renewed = AdminRelationship.objects.get(supersedes=grant)
        assert (world.fresh(grant).status, renewed.status) == ("terminated", "active")
        assert [row.group.name for row in renewed.assignments.all()] == ["Admin agents"]
        assert world.can(world.agent, EXCHANGE)
        assert "replaced by its renewal" in look_back(
            partner, page_of_grant(world, grant), live_server
        )


def page_of_grant(world, grant):
    given = [grant.partner.slug, world.customer.tenant_id, grant.public_id]
    return reverse("relationships:administration", args=given)


def test_the_customer_s_hand_is_two_clicks_and_a_confirmation_from_its_home(
    world, enter, axe, live_server
):
    mail = world.grant(world.alder, EXCHANGE, name="Mail", asks_selling=False)
    meetings = world.grant(world.alder, TEAMS, name="Meetings", asks_selling=False)
    theirs = world.grant(world.birch, SUPPORT, name="Help", asks_selling=False)
    helper = make.join_partner(world.birch, agent=Agent.ADMIN_AGENT)
    everything = {"Mail", "Meetings", "Help"}
    customer = enter(world.admin, world.home)

    def usable():
        grants = AdminRelationship.objects.running(make.now()).filter(paused_at__isnull=True)
        return set(grants.values_list("name", flat=True))

    def act(*clicks, button, ends=(), stays, without=everything):
        """From home by these clicks; what the page says beforehand, and what came of it."""
        assert len(clicks) == 2
        customer.goto(f"{live_server.url}{world.home}")
        before = usable()
        for name, among in clicks:
            go(customer, name, within=customer.locator(among))
        said = text(customer)
        for sentence in (*ends, stays, "Your account, its administrators and every subscription"):
            assert sentence in said
        assert usable() == before
        press(customer, button)
        assert usable() == without
        return text(customer)

    alder = ("Alder", "main")
    grant = "main section section:has(h3:text-is('Mail'))"
    with Unchanged(*EXISTED):
        said = act(
            alder,
            ("Pause", grant),
            button="Pause",
            ends=["Alder cannot use “Mail” until it is resumed; its end stays"],
            stays="Roles, groups and end dates stay.",
            without={"Meetings", "Help"},
        )
        axe(customer)
        assert "“Mail” is paused." in said
        assert not world.can(world.agent, EXCHANGE)
        assert world.can(world.agent, TEAMS)
        said = act(
            alder,
            ("Resume", grant),
            button="Resume",
            ends=["Alder can use “Mail” again, until"],
            stays="The end dates stay as they were",
        )
        assert "“Mail” can be used again." in said
        act(
            alder,
            ("Pause administration", "main"),
            button="Pause",
            ends=["Alder cannot use “Mail”", "Alder cannot use “Meetings”"],
            stays="Roles, groups and end dates stay.",
            without={"Help"},
        )
        act(
            ("All about my partners", "main"),
            ("Pause all administration", "body"),
            button="Pause",
            ends=["Birch cannot use “Help”"],
            stays="Roles, groups and end dates stay.",
            without=set(),
        )
        assert not world.can(helper, SUPPORT)
        act(
            ("All about my partners", "main"),
            ("Resume all administration", "body"),
            button="Resume",
            ends=["Alder can use “Mail”", "Alder can use “Meetings”", "Birch can use “Help”"],
            stays="The end dates stay as they were",
        )
        act(
            alder,
            ("Terminate", grant),
            button="Terminate",
            ends=["Alder: the administration “Mail” ends as a whole."],
            stays="every other administration of this partner",
            without={"Meetings", "Help"},
        )
        act(
            alder,
            ("Remove administration", "main"),
            button="Remove administration",
            ends=["Alder: the administration “Meetings” ends as a whole."],
            stays="Buying goes on",
            without={"Help"},
        )
    ended = {world.fresh(one).status for one in (mail, meetings)}
    assert (ended, world.fresh(theirs).status) == ({"terminated"}, "active")
    assert "This partner administers nothing for you." in text(customer)


def test_a_privileged_role_takes_two_people_where_the_policy_says_so(world, enter, axe):
    deputy = make.join_customer(world.customer)
    with Unchanged(*EXISTED):
        first = enter(world.admin, world.home)
        go(first, "Request policy")
        first.get_by_label("Two people must approve privileged roles").check()
        press(first, "Save the rules")
        decision = world.ask(world.alder, GLOBAL, days=30, asks_selling=False)

        def sign(page):
            allow(page)
            page.locator(f"[name=roles][value='{GLOBAL}']").check()
            press(page, "Approve")
            if page.locator("[name=password]").count():
                page.fill("[name=password]", make.PASSWORD)
                press(page, "Confirm")
                press(page, "Approve")

        go(first, "Home")
        go(first, decision.request.name)
        sign(first)
        assert "You have approved this; nothing has changed yet." in text(first)
        axe(first)
        assert not world.can(world.agent, GLOBAL)
        # Once more by the same person is not a second one.
        sign(first)
        assert "A second person has to approve the same." in text(first)
        assert not world.can(world.agent, GLOBAL)
        assert not AdminRelationship.objects.running(make.now()).exists()

        second = enter(deputy, world.home)
        go(second, decision.request.name)
        assert f"{world.admin.name} approved on" in text(second)
        axe(second)
        sign(second)
        said = text(second)
        assert world.admin.name in said
        assert deputy.name in said
        assert world.can(world.agent, GLOBAL)


def test_displacement_as_the_customer_and_both_partners_see_it(world, enter, axe, live_server):
    grave = world.grant(world.alder, GLOBAL, SUPPORT, name="All of it", days=30, asks_selling=False)
    other = make.join_partner(world.birch, agent=Agent.ADMIN_AGENT)
    world.ask(world.birch, EXCHANGE, name="Mail", asks_selling=False)
    with Unchanged(*EXISTED):
        # The customer reads who loses what, and that a role for everything goes as a whole.
        customer = enter(world.admin, world.home)
        go(customer, "Mail")
        assert (
            "Alder"
            in customer.get_by_role(
                "group", name="Services that another partner administers today"
            ).inner_text()
        )
        allow(customer)
        press(customer, "Approve")
        assert "tick the switch" in text(customer)
        assert world.can(world.agent, GLOBAL)
        customer.locator("[name=switches]").check()
        press(customer, "Show what happens")
        seen = text(customer)
        for sentence in (
            "Birch administers Exchange Online from now on, and Alder no longer does.",
            "Alder loses the role Global Administrator.",
        ):
            assert sentence in seen
        axe(customer)
        press(customer, "Approve")
        assert "Roles that were given" in text(customer)
        assert world.can(other, EXCHANGE)
        assert not world.can(world.agent, GLOBAL)
        assert world.can(world.agent, SUPPORT)
        assert world.roles_of(grave) == [SUPPORT]

        # Who lost it reads that another has it, never which, and asks again.
        partner = enter(world.agent, world.alders_home)
        assert "Administration that you lost" in text(partner)
        assert "Global Administrator" in text(partner)
        assert "Birch" not in text(partner)
        axe(partner)
        told = Delivery.objects.filter(recipient=world.agent.email, kind="displaced")
        assert told.exists()
        assert not any("Birch" in mail.subject + mail.text for mail in told)
        go(partner, "Ask again")
        assert partner.locator(f"[name=roles][value='{GLOBAL}']").is_checked()
        press(partner, "Create request")
        asked = world.alder.requests.order_by("-pk")[0]
        assert {str(role.template_id) for role in asked.asked_roles()} == {GLOBAL}
        again = open_decision(asked, world.customer, by=Actor.objects.of(world.admin))

        # And the way back is the customer's decision, with the same notice.
        look_back(customer, again.get_absolute_url(), live_server)
        assert "Birch" in text(customer)
        assert world.holder("exchange") == world.birch
