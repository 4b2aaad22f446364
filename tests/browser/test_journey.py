"""The main job, once through, in two browsers: the partner's and the customer's."""

import re

import pytest
from django.db import connection

from customers.rights import CustomerRole
from mail import outbox
from mail.models import Delivery
from partners.rights import Agent
from tests import factories as make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.journey,
]


def what_existed() -> list:
    """The subscriptions and the account, by a dump made with SQL."""
    rows = []
    with connection.cursor() as cursor:
        for table in (
            "subscriptions_subscription",
            "subscriptions_subscriptionchange",
            "customers_customer",
            "customers_customermembership",
        ):
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows.append(cursor.fetchall())
    return rows


@pytest.fixture
def world(live_server, settings, tmp_path):
    settings.SITE_URL = live_server.url
    settings.DEMO_MAIL_DIR = tmp_path

    class World:
        alder = make.make_partner("Alder Cloud", domain="alder.example")
        birch = make.make_partner("Birch IT", domain="birch.example")
        fernhill = make.make_customer("Fernhill Foods", domain="fernhill.example")

    world = World()
    world.agent = make.join_partner(
        world.alder,
        agent=Agent.ADMIN_AGENT,
        user=make.make_user("admin.agent@alder.example", "Ada Alder"),
    )
    world.admin = make.join_customer(
        world.fernhill,
        CustomerRole.GLOBAL_ADMIN,
        make.make_user("global.admin@fernhill.example", "Finn Fernhill"),
    )
    for seller in (world.birch, None):
        make.make_subscription(world.fernhill, seller=seller, partner_of_record=world.birch)
    return world


@pytest.fixture
def partner_page(page):
    return page


@pytest.fixture
def customer_page(new_context):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.set_default_timeout(15_000)
    return page


def ask(page, live_server, sign_in, axe):
    """The partner's side: sign in, ask for selling and two roles, send the mail."""
    sign_in(page, "admin.agent@alder.example", make.PASSWORD)
    page.goto(f"{live_server.url}/partners/alder-example/")
    axe(page)
    page.get_by_role("link", name="Request a reseller relationship").first.click()
    axe(page)
    page.get_by_label("Name", exact=False).first.fill("Mail and support")
    page.get_by_label("E-mail address", exact=False).first.fill("global.admin@fernhill.example")
    selling = page.locator("[name=asks_selling]")
    if not selling.is_checked():
        selling.check()
    for role in (make.EXCHANGE_ADMINISTRATOR, make.SERVICE_SUPPORT_ADMINISTRATOR):
        tick = page.locator(f"[name=roles][value='{role}']")
        page.locator("details").filter(has=tick).locator("summary").click()
        tick.check()
    page.get_by_role("button", name="Create request").click()
    axe(page)
    page.get_by_role("button", name="Send e-mail").click()
    page.get_by_role("button", name="Send e-mail").wait_for(state="detached")


def link_of_the_mail(live_server) -> str:
    outbox.deliver_due()
    mail = Delivery.objects.get(kind="request")
    assert mail.recipient == "global.admin@fernhill.example"
    assert mail.sent_at is not None
    from relationships.models import RelationshipRequest

    return RelationshipRequest.objects.get().link


def open_it(page, link, axe):
    """The customer's side: landing, sign-in, choice of the organisation, decision page."""
    page.goto(link)
    axe(page)
    assert "Alder Cloud" in page.inner_text("main")
    page.get_by_role("link", name="Continue").or_(
        page.get_by_role("button", name="Continue")
    ).first.click()
    page.fill("[name=login]", "global.admin@fernhill.example")
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/r/"))
    assert "fernhill.example" in page.inner_text("main")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/customers/fernhill-example/requests/"))
    axe(page)
    text = page.inner_text("main")
    for expected in ("Alder Cloud", "Exchange Administrator", "Birch IT", "does not change"):
        assert expected.lower() in text.lower()


def narrow(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_approve(partner_page, customer_page, world, live_server, sign_in, axe):
    before = what_existed()
    ask(partner_page, live_server, sign_in, axe)
    open_it(customer_page, link_of_the_mail(live_server), axe)
    narrow(customer_page)
    for half in ("selling", "administration"):
        customer_page.locator(f"[name={half}][value=allow]").check()
    customer_page.get_by_role("button", name="Approve").click()
    customer_page.wait_for_load_state()
    axe(customer_page)
    assert "approved" in customer_page.inner_text("main").lower()

    customer_page.goto(f"{live_server.url}/customers/fernhill-example/partners/")
    axe(customer_page)
    narrow(customer_page)
    assert "Alder Cloud" in customer_page.inner_text("main")
    assert "Exchange" in customer_page.inner_text("main")
    customer_page.goto(f"{live_server.url}/customers/fernhill-example/subscriptions/")
    axe(customer_page)
    narrow(customer_page)

    partner_page.goto(f"{live_server.url}/partners/alder-example/customers/")
    axe(partner_page)
    assert "Fernhill Foods" in partner_page.inner_text("main")
    partner_page.goto(f"{live_server.url}/partners/alder-example/requests/")
    axe(partner_page)
    assert "Mail and support" in partner_page.inner_text("main")
    assert what_existed() == before


def test_decline(partner_page, customer_page, world, live_server, sign_in, axe):
    before = what_existed()
    ask(partner_page, live_server, sign_in, axe)
    link = link_of_the_mail(live_server)
    open_it(customer_page, link, axe)
    customer_page.get_by_role("button", name="Decline").click()
    customer_page.wait_for_load_state()
    assert "declined" in customer_page.inner_text("main").lower()

    # A used link says what became of it, never an error.
    assert customer_page.goto(link).status == 200
    partner_page.goto(f"{live_server.url}/partners/alder-example/requests/")
    assert "declined" in partner_page.inner_text("main").lower()
    assert what_existed() == before


def test_approve_without_javascript(new_context, world, live_server, axe):
    request = make.make_request(world.alder, by=world.agent, email=world.admin.email)
    page = new_context(java_script_enabled=False).new_page()
    page.goto(request.link)
    page.get_by_role("link", name="Continue").or_(
        page.get_by_role("button", name="Continue")
    ).first.click()
    page.fill("[name=login]", world.admin.email)
    page.fill("[name=password]", make.PASSWORD)
    page.press("[name=password]", "Enter")
    page.get_by_role("button", name="Continue").click()
    for half in ("selling", "administration"):
        page.locator(f"[name={half}][value=allow]").check()
    page.get_by_role("button", name="Approve").click()
    assert "approved" in page.inner_text("main").lower()
    request.refresh_from_db()
    assert request.status == "decided"
