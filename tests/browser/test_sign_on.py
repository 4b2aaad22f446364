"""Single sign-on in a real browser: set up, tested, turned on, used, turned off."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Actor, User
from customers.rights import CustomerRole
from relationships.models.identity_provider import provider_key
from tests import factories as make
from tests.identity_provider.running import PASSWORD as ELSEWHERE
from tests.identity_provider.running import free_port
from tests.signin.people import PASSWORD, last_code, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fernhill():
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    fernhill.confirm_domain(by=Actor.objects.of(make.make_staff()), reason="Seen.")
    fernhill.chief = make_person("chief@fernhill.example", name="Gwen Fern")
    make.join_customer(fernhill, user=fernhill.chief)
    fernhill.page = reverse("relationships:customer-sign-on", args=[fernhill.slug])
    fernhill.home = reverse("relationships:customer-home", args=[fernhill.slug])
    return fernhill


def sign_in_elsewhere(page, email):
    page.wait_for_url("**/accounts/login/?next=**")
    page.fill("[name=login]", email)
    page.fill("[name=password]", ELSEWHERE)
    page.press("[name=password]", "Enter")


def by_organisation(page, live_server, email):
    page.goto(live_server.url + "/accounts/login/")
    page.get_by_role("link", name="Sign in by your organisation (single sign-on)").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Continue").click()


def test_from_setting_it_up_to_turning_it_off(
    page, browser, sign_in, live_server, elsewhere, fernhill, axe
):
    # The global admin enters it, on the one hand here and on the other at the provider.
    sign_in(page, fernhill.chief.email, next_url=fernhill.home)
    page.get_by_role("link", name="Profile", exact=True).click()
    page.get_by_role("link", name="Set it up").click()
    axe(page)
    callback = page.get_by_label("Address for answers").input_value()
    assert callback == f"{live_server.url}/sign-on/{provider_key(fernhill)}/callback/"
    page.get_by_label("Issuer").fill(elsewhere.issuer)
    page.get_by_label("Client id").fill(elsewhere.client(callback))
    page.get_by_label("Client secret").fill(elsewhere.secret)
    page.get_by_role("button", name="Save").click()

    # Tests it, and is still who they were.
    elsewhere.person(fernhill.chief.email)
    page.get_by_role("button", name="Test it now").click()
    sign_in_elsewhere(page, fernhill.chief.email)
    expect(page.get_by_text("It works: the provider says that you are")).to_be_visible()
    assert page.url == live_server.url + fernhill.page

    # Turns it on, after proving once more who they are.
    page.get_by_role("button", name="Turn it on").click()
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(live_server.url + fernhill.page)
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("Single sign-on is on.")).to_be_visible()
    axe(page)

    # Somebody whom only the provider knows comes, and reads.
    elsewhere.person("robin@fernhill.example", name="Robin Reed")
    theirs = browser.new_context().new_page()
    by_organisation(theirs, live_server, "robin@fernhill.example")
    sign_in_elsewhere(theirs, "robin@fernhill.example")
    theirs.wait_for_url(live_server.url + fernhill.home)
    expect(theirs.get_by_text("Fernhill").first).to_be_visible()
    robin = User.objects.get(email="robin@fernhill.example")
    assert fernhill.memberships.get(user=robin).role == CustomerRole.READER

    # It is turned off: the session stays, and the way in is a code by mail.
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_text("Single sign-on is off.")).to_be_visible()
    assert theirs.goto(live_server.url + fernhill.home).status == 200
    theirs.context.clear_cookies()
    by_organisation(theirs, live_server, "robin@fernhill.example")
    expect(theirs.get_by_text("No single sign-on is set up for addresses").first).to_be_visible()
    axe(theirs)
    theirs.get_by_role("link", name="Other ways to sign in").click()
    theirs.get_by_role("link", name="Send me a code by mail instead").click()
    theirs.fill("[name=email]", "robin@fernhill.example")
    theirs.press("[name=email]", "Enter")
    theirs.wait_for_selector("[name=code]")
    theirs.fill("[name=code]", last_code("robin@fernhill.example"))
    theirs.press("[name=code]", "Enter")
    theirs.wait_for_url(live_server.url + fernhill.home)
    theirs.context.close()


def test_a_provider_that_is_down_leaves_the_other_ways(page, live_server, elsewhere, fernhill, axe):
    from relationships.models import IdentityProvider
    from tests.signin.test_sign_on import organisation_with

    organisation_with(elsewhere, fernhill, fernhill.chief, "any")
    IdentityProvider.objects.update(issuer=f"http://127.0.0.1:{free_port()}")
    by_organisation(page, live_server, "robin@fernhill.example")
    expect(page.get_by_text("does not answer at the moment")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Other ways to sign in").click()
    assert page.url == live_server.url + "/accounts/login/"
