"""Whoever follows a partner's standing link, to the end of what comes of it; in two browsers."""

import re

import pytest
from django.db import connection

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.rights import Agent
from relationships.models import PartnerRelationship, ResellerRelationship, ServiceAdministration
from relationships.moves import deciding
from tests import factories as make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.journey,
]
ALL_OF = (
    "SELECT * FROM subscriptions_subscription WHERE customer_id = %s ORDER BY id",
    "SELECT change.* FROM subscriptions_subscriptionchange change"
    " JOIN subscriptions_subscription sold ON sold.public_id = change.subscription"
    " WHERE sold.customer_id = %s ORDER BY change.id",
    "SELECT * FROM customers_customer WHERE id = %s",
    "SELECT * FROM customers_customermembership WHERE customer_id = %s ORDER BY id",
)


class World:
    """Birch sells to Fernhill and administers its mail; Alder is new to it."""

    def __init__(self):
        self.alder = make.make_partner("Alder Cloud", domain="alder.example")
        self.birch = make.make_partner("Birch IT", domain="birch.example")
        self.fernhill = make.make_customer("Fernhill Foods", domain="fernhill.example")
        self.agent = make.join_partner(
            self.alder,
            agent=Agent.ADMIN_AGENT,
            user=make.make_user("admin.agent@alder.example", "Ada Alder"),
        )
        self.admin = make.join_customer(
            self.fernhill,
            CustomerRole.GLOBAL_ADMIN,
            make.make_user("global.admin@fernhill.example", "Finn Fernhill"),
        )
        for seller in (self.birch, self.birch, None):
            make.make_subscription(self.fernhill, seller=seller, partner_of_record=self.birch)
        before = make.make_decision(
            make.make_request(self.birch, name="Mail for Fernhill"), self.fernhill, by=self.admin
        )
        deciding.approve(before, make.make_answer(before), by=Actor.objects.of(self.admin))

    def dump(self):
        """What the customer has, as SQL gives it."""
        with connection.cursor() as cursor:
            rows = []
            for query in ALL_OF:
                cursor.execute(query, [self.fernhill.pk])
                rows.append(cursor.fetchall())
        return rows

    def administrator(self, service):
        held = ServiceAdministration.objects.running().filter(
            customer=self.fernhill, service__key=service
        )
        return held.get().partner.name if held else None


@pytest.fixture
def world(live_server, settings, tmp_path):
    settings.SITE_URL = live_server.url
    settings.DEMO_MAIL_DIR = tmp_path
    return World()


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def browsers(request, new_context):
    """The partner's, and the customer's on a phone."""
    pages = []
    for width in (1280, 390):
        context = new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=request.param
        )
        pages.append(context.new_page())
        pages[-1].set_default_timeout(15_000)
    pages[0].looks_at, pages[1].looks_at = request.param, request.param
    return pages


@pytest.fixture
def seen(axe):
    """The text of the page, once it has been looked at for barriers where that is possible."""

    def seen(page):
        page.wait_for_load_state()
        if page.looks_at:
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        return " ".join(page.inner_text("main").split())

    return seen


def ask_by_the_link(page, world, live_server, seen) -> str:
    """The partner makes its link and says what it asks for; the address as its page shows it."""
    page.goto(f"{live_server.url}/partners/alder-example/requests/")
    page.get_by_role("link", name="Standing link").first.click()
    seen(page)
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("link", name="Edit what it asks for").click()
    seen(page)
    page.locator("[name=name]").fill("All about mail")
    page.locator("[name=asks_selling]").check()
    for role in (
        make.EXCHANGE_ADMINISTRATOR,
        make.SERVICE_SUPPORT_ADMINISTRATOR,
        make.USER_ADMINISTRATOR,
    ):
        tick = page.locator(f"[name=roles][value='{role}']")
        service = page.locator("details").filter(has=tick)
        if service.get_attribute("open") is None:
            service.locator("summary").click()
        tick.check()
    page.locator("[name=days]").fill("90")
    page.get_by_role("button", name="Save").click()
    link = page.locator("#link").input_value()
    assert link in page.get_by_label("Text", exact=True).input_value()
    assert "User Administrator" in seen(page)
    return link


def follow(page, link, seen, *, signs_in: bool) -> str:
    """From the link to the decision page."""
    page.goto(link)
    assert "Alder Cloud" in seen(page)
    if signs_in:
        page.get_by_role("link", name="Sign in to continue").click()
        page.fill("[name=login]", "global.admin@fernhill.example")
        page.fill("[name=password]", make.PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(re.compile("/r/"))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/customers/fernhill-example/requests/"))
    return seen(page)


def allow(page, *roles: str, switches: tuple[str, ...] = ()):
    for half in ("selling", "administration"):
        page.locator(f"[name={half}][value=allow]").check()
    for tick in page.locator("[name=roles]").all():
        tick.set_checked(tick.get_attribute("value") in roles)
    for service in switches:
        page.locator(f"[name=switches][value='{service}']").check()


def press(page, name):
    page.get_by_role("button", name=name).click()


def test_the_whole_journey(browsers, world, live_server, sign_in, seen):
    partner, customer = browsers
    fernhill = f"{live_server.url}/customers/fernhill-example"
    alder = f"{live_server.url}/partners/alder-example"
    before = world.dump()
    sign_in(partner, "admin.agent@alder.example", make.PASSWORD)
    link = ask_by_the_link(partner, world, live_server, seen)
    assert world.dump() == before

    # Selling is allowed, administration in part, and Exchange changes hands.
    text = follow(customer, link, seen, signs_in=True)
    assert "Birch IT" in text
    # A privileged role is never ticked beforehand.
    assert not customer.locator(f"[value='{make.USER_ADMINISTRATOR}']").is_checked()
    allow(customer, make.EXCHANGE_ADMINISTRATOR, make.USER_ADMINISTRATOR, switches=("exchange",))
    press(customer, "Show what happens")
    assert "Nothing has been done yet" in seen(customer)
    assert world.administrator("exchange") == "Birch IT"
    assert customer.locator("[name=switches][value=exchange]").is_checked()
    press(customer, "Approve")
    # For a privileged role the person proves once more who it is, and finds its answers kept.
    assert "Sign in again" in seen(customer)
    customer.fill("[name=password]", make.PASSWORD)
    press(customer, "Confirm")
    assert "Nothing has been approved yet" in seen(customer)
    assert world.administrator("exchange") == "Birch IT"
    press(customer, "Approve")
    assert "See the certificate" in seen(customer)
    assert world.administrator("exchange") == "Alder Cloud"
    assert world.dump() == before
    customer.get_by_role("link", name="See the certificate").click()
    seen(customer)

    # Both sides see it, the same as each other.
    customer.goto(f"{fernhill}/partners/")
    text = seen(customer)
    assert "Alder Cloud" in text
    assert "Birch IT" in text
    partner.goto(f"{alder}/customers/")
    partner.get_by_role("link", name="Fernhill Foods").click()
    text = seen(partner)
    assert "Exchange Administrator" in text
    assert "User Administrator" in text

    # The customer takes administration back; selling goes on.
    customer.goto(f"{fernhill}/partners/alder-example/")
    seen(customer)
    customer.get_by_role("link", name="Remove administration").click()
    seen(customer)
    press(customer, "Remove administration")
    assert "administers nothing for you" in seen(customer)
    assert world.administrator("exchange") is None
    assert ResellerRelationship.objects.get(partner=world.alder).status == "active"
    assert world.dump() == before

    # By the same link the partner may ask anew, and the customer decide anew (rule R37).
    text = follow(customer, link, seen, signs_in=False)
    assert "sells to you already" in text
    allow(customer, make.EXCHANGE_ADMINISTRATOR)
    press(customer, "Approve")
    seen(customer)
    assert world.administrator("exchange") == "Alder Cloud"
    assert world.dump() == before

    # What the partner sells now is new, and nothing else is.
    partner.goto(f"{alder}/customers/")
    partner.get_by_role("link", name="Fernhill Foods").click()
    partner.get_by_role("link", name="New subscription").click()
    partner.get_by_label("Product").select_option(label="Microsoft Teams Enterprise")
    partner.get_by_label("Quantity").fill("25")
    partner.get_by_label("Price of one licence").fill("4.50")
    partner.get_by_label("Currency").fill("EUR")
    press(partner, "Continue")
    seen(partner)
    press(partner, "Order")
    assert "The subscription has begun." in seen(partner)
    sold = world.dump()
    assert [row for row in sold[0] if row in before[0]] == before[0]
    assert len(sold[0]) == len(before[0]) + 1

    # The end: no new orders, and what was sold goes on to the end of its term.
    customer.goto(f"{fernhill}/partners/alder-example/")
    customer.get_by_role("link", name="End relationship").click()
    seen(customer)
    press(customer, "End relationship")
    assert "takes no new orders" in seen(customer)
    assert ResellerRelationship.objects.get(partner=world.alder).status == "winding_down"
    assert world.administrator("exchange") is None
    assert PartnerRelationship.objects.filter(partner=world.alder).exists()
    assert world.dump() == sold
    partner.goto(f"{alder}/customers/")
    partner.get_by_role("link", name="Fernhill Foods").click()
    assert "winding down" in seen(partner).lower()
    assert not partner.get_by_role("link", name="New subscription").count()
    customer.goto(f"{fernhill}/activity/")
    assert "Alder Cloud" in seen(customer)
    customer.goto(f"{fernhill}/subscriptions/")
    seen(customer)
