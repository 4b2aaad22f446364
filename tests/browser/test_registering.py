"""From the link to the decision, for people whom nobody knows yet."""

import re

import pytest

from accounts.models import Actor
from customers.models import CustomerRegistration
from mail import outbox
from mail.models import Delivery
from relationships.models import Decision
from relationships.moves.accepting import accept_registration
from relationships.moves.sending import send as send_request
from tests import factories as make
from tests.signin.people import last_code

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.journey,
]


@pytest.fixture
def page(new_context):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.fixture
def send(live_server, settings, tmp_path):
    """Have a request sent; the link as it stands in the mail."""
    settings.SITE_URL = live_server.url
    settings.DEMO_MAIL_DIR = tmp_path

    def send(email):
        partner = make.make_partner("Alder Cloud")
        agent = make.make_admin_agent(partner)
        request = make.make_request(partner, by=agent, email=email)
        send_request(request, by=Actor.objects.of(agent))
        return link_in("request", email)

    return send


def link_in(kind, email):
    letter = Delivery.objects.get(kind=kind, recipient=email)
    link = re.search(r"^http\S+/r/\S+$", letter.text, re.MULTILINE)[0]
    outbox.deliver_due()
    letter.refresh_from_db()
    assert letter.sent_at is not None
    return link


def sign_up(page, link, email, axe):
    page.goto(link)
    axe(page)
    page.get_by_role("link", name="I have no account yet").click()
    page.fill("[name=name]", "Robin Fern")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", make.PASSWORD)
    page.fill("[name=password2]", make.PASSWORD)
    page.press("[name=password2]", "Enter")
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", last_code(email))
    page.press("[name=code]", "Enter")
    page.wait_for_url(link)


def register(page, axe):
    axe(page)
    page.get_by_role("link", name="Register my organisation").click()
    axe(page)
    page.get_by_label("Name of your organisation").fill("Larch Bakery")
    page.get_by_label("Country").select_option("FR")
    page.get_by_role("button", name="Register").click()


def narrow(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_new_person_registers_and_approves(page, send, axe):
    link = send("robin@larch.example")
    sign_up(page, link, "robin@larch.example", axe)
    register(page, axe)
    page.wait_for_url(re.compile("/customers/larch-example/requests/"))
    axe(page)
    narrow(page)
    assert "Larch Bakery" in page.inner_text("header")
    assert "Exchange Administrator" in page.inner_text("main")
    for half in ("selling", "administration"):
        page.locator(f"[name={half}][value=allow]").check()
    page.get_by_role("button", name="Approve").click()
    assert "approved" in page.inner_text("main").lower()
    assert Decision.objects.get().status == "approved"

    page.goto(link)
    assert page.inner_text("h1") == "This request has been decided"
    page.get_by_role("link", name="See what Larch Bakery decided").click()
    assert "/customers/larch-example/requests/" in page.url


def test_a_person_with_free_mail_waits_for_staff_and_comes_back(page, send, axe):
    link = send("robin@gmail.com")
    sign_up(page, link, "robin@gmail.com", axe)
    register(page, axe)
    page.wait_for_url(link)
    assert "The registration of Larch Bakery waits" in page.inner_text("main")
    axe(page)

    staff = Actor.objects.of(make.make_staff())
    registration = CustomerRegistration.objects.get()
    accept_registration(registration, by=staff, domain="larch.example", reason="known")
    page.goto(link_in("registration_accepted", "robin@gmail.com"))
    assert page.url == link
    assert "larch.example" in page.inner_text("main")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/customers/larch-example/requests/"))


def test_a_person_of_a_known_organisation_is_let_in_by_its_admins(page, send, axe):
    holder = make.make_customer("Fernhill Foods", domain="larch.example")
    admin = make.join_customer(holder)
    link = send("robin@larch.example")
    sign_up(page, link, "robin@larch.example", axe)
    register(page, axe)
    page.wait_for_url(link)
    assert "We have written to those who can let you in" in page.inner_text("main")
    assert "Fernhill" not in page.inner_text("body")
    axe(page)
    assert Delivery.objects.get(kind="claim").recipient == admin.email
