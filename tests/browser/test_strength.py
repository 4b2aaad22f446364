"""A second factor in a real browser: a passkey is set up on the way, and asked for ever after."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Actor, User
from partners.rights import Admin, Agent
from relationships.moves import people
from tests import factories as make
from tests.signin.people import PASSWORD, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def passkeys(page):
    """A device that makes passkeys and says yes to every question."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return lambda: session.send(
        "WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]}
    )["credentials"]


@pytest.fixture
def agent(settings):
    settings.DEMO = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    alder = make.make_partner("Alder Cloud")
    chief = make_person(demo=False, name="Gwen Alder")
    make.join_partner(alder, admin=Admin.GLOBAL_ADMIN, user=chief)
    agent = make_person(demo=False, name="Adam Alder")
    make.join_partner(alder, agent=Agent.ADMIN_AGENT, user=agent)
    agent.home = reverse("relationships:partner-home", args=[alder.slug])
    agent.chief, agent.alder = chief, alder
    return agent


def set_up_passkey(page):
    page.get_by_role("link", name="Set up a passkey").click()
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/2fa/webauthn/add/**")
    page.fill("[name=name]", "My phone")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "webauthn/add" not in url)


def by_passkey(page, live_server):
    page.goto(live_server.url + "/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_a_passkey_is_set_up_on_the_way_and_opens_the_door_again(
    page, sign_in, agent, passkeys, live_server, axe
):
    sign_in(page, agent.email, next_url=agent.home)
    expect(page.get_by_role("heading", name="A stronger sign-in")).to_be_visible()
    axe(page)
    set_up_passkey(page)
    assert len(passkeys()) == 1
    axe(page)
    page.get_by_role("link", name="Go on where you were going").click()
    expect(page.get_by_text("Alder Cloud").first).to_be_visible()
    assert page.url == live_server.url + agent.home
    page.context.clear_cookies()
    sign_in(page, agent.email, next_url=agent.home)
    # The password alone leads to the question for the second factor.
    assert "/2fa/authenticate/" in page.url
    axe(page)
    page.goto(live_server.url + agent.home)
    assert "/accounts/" in page.url
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(live_server.url + agent.home)
    assert page.url == live_server.url + agent.home
    # And the passkey alone is enough.
    page.context.clear_cookies()
    by_passkey(page, live_server)
    page.wait_for_url(live_server.url + agent.home)


def test_who_is_removed_meanwhile_gets_nothing_with_passkey_and_both_tabs(
    page, sign_in, agent, passkeys, live_server
):
    sign_in(page, agent.email, next_url=agent.home)
    set_up_passkey(page)
    page.goto(live_server.url + agent.home)
    other = page.context.new_page()
    other.goto(live_server.url + agent.home)
    place = agent.alder.memberships.get(user=agent)
    people.remove(place, by=Actor.objects.of(agent.chief))
    for tab in (page, other):
        assert tab.goto(live_server.url + agent.home).status == 404
    # The passkey is of the account, which stays: it opens that and nothing of the partner's.
    other.close()  # only the tab in front is asked for a passkey
    page.context.clear_cookies()
    by_passkey(page, live_server)
    page.wait_for_url(live_server.url + "/")
    assert page.goto(live_server.url + agent.home).status == 404
    page.context.clear_cookies()
    User.objects.filter(pk=agent.pk).update(is_active=False)
    by_passkey(page, live_server)
    page.wait_for_url("**/accounts/inactive/")
    page.goto(live_server.url + agent.home)
    assert "/accounts/login/" in page.url
