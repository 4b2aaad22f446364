"""What browser tests share: the machine's own browser, signing in, and a look for barriers."""

import json
import os
import shutil
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.signin.people import PASSWORD

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = {"resultTypes": ["violations"]}
PATIENCE = 15_000  # milliseconds; the machine may be busy with other tests


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Chromium as the system has it; Playwright's own download is not needed."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *BROWSERS) if name)
    path = next((path for path in found if path), None)
    if path is None:
        pytest.skip("There is no Chromium on this machine.")
    return {**browser_type_launch_args, "executable_path": path}


@pytest.fixture
def page(page):
    page.set_default_timeout(PATIENCE)
    return page


@pytest.fixture
def sign_in(live_server):
    """Sign a person in through the page, and end where `next_url` says."""

    def sign_in(page, email, password=PASSWORD, next_url=""):
        query = f"?{urlencode({'next': next_url})}" if next_url else ""
        page.goto(f"{live_server.url}/accounts/login/{query}")
        page.fill("[name=login]", email)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    return sign_in


@pytest.fixture
def axe():
    """Assert that a page puts no barrier in anybody's way, as far as axe can see."""

    def axe(page):
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(Axe().axe_script)
        found = page.evaluate(f"axe.run({json.dumps(OPTIONS)}).then(found => found.violations)")
        assert not [
            (violation["id"], violation["help"], [node["html"] for node in violation["nodes"]])
            for violation in found
        ]

    return axe
