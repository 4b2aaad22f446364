"""A customer fences itself in, meets its own policy at a partner's link, and lets the link in."""

import pytest

from tests import factories as make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
]


def test_a_policy_from_the_first_rule_to_a_request_that_it_lets_in(
    page, live_server, settings, sign_in, axe
):
    settings.SITE_URL = live_server.url
    fernhill = make.make_customer("Fernhill Foods", domain="fernhill.example")
    admin = make.join_customer(fernhill)
    alder = make.make_partner("Alder Cloud", domain="alder.example")
    agent = make.make_admin_agent(alder)
    link = make.make_link(alder, by=agent)

    def text():
        return " ".join(page.inner_text("main").split())

    sign_in(page, admin.email, make.PASSWORD)
    page.goto(f"{live_server.url}/customers/{fernhill.slug}/")
    page.get_by_role("link", name="Request policy").click()
    assert "Every partner may ask" in text()

    page.get_by_label("Only partners on the allow list").check()
    page.get_by_label("Longest time of administration").fill("30")
    page.get_by_role("button", name="Save the rules").click()
    assert "no partner at all could ask you for anything" in text()
    axe(page)
    page.get_by_role("button", name="Save it all the same").click()
    assert "As it stands, no partner at all can ask you" in text()
    assert "Administration lasts at most 30 days." in text()

    def follow():
        page.goto(link.link)
        page.get_by_role("button", name="Continue").click()

    follow()
    assert "The partner is not on your allow list." in text()
    axe(page)
    page.get_by_role("link", name="Open the request policy").click()
    page.get_by_label("Domain or tenant id of the partner").fill("alder.example")
    page.get_by_label("on the allow list", exact=True).check()
    page.get_by_role("button", name="Put on the list").click()
    assert "Alder Cloud is on the allow list now." in page.inner_text("body")
    axe(page)
    follow()
    assert page.get_by_role("heading", name="Request of Alder Cloud").is_visible()
