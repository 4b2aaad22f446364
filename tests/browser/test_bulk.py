"""An admin agent ticks two administrations, sees what happens, starts the job, and its end."""

import pytest
from django.urls import reverse

from relationships.moves import bulk_work
from tests import factories as make
from tests.relationships.test_bulk import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_ending_two_at_once(page, live_server, sign_in, axe):
    scene = Scene()
    home = reverse("relationships:partner-home", args=[scene.alder.slug])
    sign_in(page, scene.agent.email, make.PASSWORD, next_url=home)
    page.get_by_role("link", name="Admin relationships").click()
    axe(page)
    for grant in scene.grants[:2]:
        page.get_by_label(f"Fernhill, {grant.name}", exact=True).press("Space")
    page.get_by_label("What to do").select_option(label="Terminate")
    page.get_by_role("button", name="Go on with the ticked ones").press("Enter")
    assert "2 rows would be done." in page.inner_text("main")
    assert "ends as a whole" in page.inner_text("main")
    axe(page)
    assert len(scene.run()) == 3
    page.get_by_role("button", name="Start").press("Enter")
    assert page.locator("progress").get_attribute("value") == "0"
    axe(page)
    bulk_work.sweep()
    page.get_by_role("link", name="Refresh").press("Enter")
    assert page.locator("progress").get_attribute("value") == "2"
    assert page.get_by_role("link", name="Refresh").count() == 0
    axe(page)
    assert scene.run() == [scene.grants[2]]
