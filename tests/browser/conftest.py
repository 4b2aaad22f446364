"""What browser tests share: the machine's own browser, signing in, and a look for barriers."""

import json
import os
import shutil
from functools import wraps
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.signin.people import PASSWORD

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = {"resultTypes": ["violations"]}
PATIENCE = 15_000  # milliseconds; the machine may be busy with other tests

# A page that is about to be left says so, until the next one stands in its place.
LEAVING = """
(() => {
  const leave = () => document.documentElement.setAttribute("data-leaving", "");
  addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const here = location.href.split("#")[0];
    const there = link.href.split("#")[0];
    if (there.startsWith("http") && !(there === here && link.hash)) leave();
  });
  addEventListener("submit", (event) => { if (!event.defaultPrevented) leave(); });
  addEventListener("pageshow", () => document.documentElement.removeAttribute("data-leaving"));
})();
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Chromium as the system has it; Playwright's own download is not needed."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *BROWSERS) if name)
    path = next((path for path in found if path), None)
    if path is None:
        pytest.skip("There is no Chromium on this machine.")
    return {**browser_type_launch_args, "executable_path": path}


@pytest.fixture(autouse=True, scope="session")
def _arriving():
    """A click or a key ends when the page that it leads to is there.

    Playwright itself returns as soon as the key is up, so that whatever looks next may still see
    the page that is being left.
    """
    with pytest.MonkeyPatch.context() as patch:
        new_context = Browser.new_context

        def new_observed_context(browser, **options):
            context = new_context(browser, **options)
            context.add_init_script(LEAVING)
            return context

        patch.setattr(Browser, "new_context", new_observed_context)
        for kind in (Page, Locator):
            for name in ("click", "press"):
                patch.setattr(kind, name, _and_arrive(getattr(kind, name)))
        yield


def _and_arrive(act):
    @wraps(act)
    def arriving(where, *args, **options):
        act(where, *args, **options)
        page = getattr(where, "page", where)
        page.locator("html[data-leaving]").wait_for(state="detached", timeout=PATIENCE)
        page.wait_for_load_state()

    return arriving


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
