"""A customer reads who can do what, why somebody can, and why another cannot."""

import pytest
from django.urls import reverse

from partners.rights import Agent
from tests import factories as make
from tests.relationships.scenes import EXCHANGE, Fernhill

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def test_from_the_matrix_to_why_and_why_not(page, sign_in, axe, live_server):
    scene = Fernhill()
    scene.grant(scene.alder, EXCHANGE)
    agent = scene.alder.memberships.get(agent=Agent.ADMIN_AGENT).user
    helper = make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT)
    home = reverse("relationships:customer-home", args=[scene.customer.slug])
    sign_in(page, scene.admin.email, make.PASSWORD, next_url=home)

    page.get_by_role("link", name="Access").click()
    assert agent.email in page.inner_text("table")
    assert helper.email not in page.inner_text("table")
    axe(page)
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="Why?").is_visible()
    assert page.locator("td", has_text="Exchange Administrator").first.is_visible()
    page.emulate_media(media="screen")

    page.get_by_role("link", name="Why?").click()
    said = page.inner_text("main")
    assert f"Yes: {agent.name} can act as Exchange Administrator for Fernhill now." in said
    assert "As an admin agent they are in the group" in said
    axe(page)

    page.get_by_label("E-mail address of the person").fill(helper.email)
    page.get_by_role("button", name="Ask").click()
    said = page.inner_text("main")
    assert f"No: {helper.name} cannot act as Exchange Administrator for Fernhill now." in said
    assert "This person is in none of the groups to which the role is assigned." in said
    axe(page)

    page.get_by_role("link", name="Who can do what").click()
    # A click would wait for a page, and a file is none.
    there = page.get_by_role("link", name="Download as CSV").get_attribute("href")
    file = page.request.get(f"{live_server.url}{there}")
    assert agent.email in file.text()
