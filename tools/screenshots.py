"""Take a picture of every page of a demo at two widths: `python tools/screenshots.py FOLDER [URL]`.

The demo of this checkout must run already (`make run`). It is used as people would: requests are
made, answered and declined, so it holds more afterwards; a new demo also shows the empty pages.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import environ
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = {1280: 900, 390: 844}
PASSWORD = "partner-center-demo"  # noqa: S105  the sign-in page shows it
CODE = re.compile(r"^(?:[A-Z0-9]{4}-[A-Z0-9]{4}|[A-Z0-9]{6,8})$", re.MULTILINE)
ALDER, FERNHILL = "/partners/alder/", "/customers/fernhill/"
AGENT, SELLER = "admin.agent@alder.example", "sales.agent@alder.example"
DECIDER, READER = "global.admin@fernhill.example", "reader@fernhill.example"
STRANGER = "global.admin@glenmoor.example"
NAME = "Mail and meetings"


class Camera:
    """A browser for each person, and a folder for what they see."""

    def __init__(self, browser: Browser, site: str, folder: Path) -> None:
        self.browser, self.site, self.folder = browser, site, folder
        self.pages: dict[str, Page] = {}

    def at(self, person: str, address: str) -> Page:
        """The person's browser on this page; a new one's, of nobody, where there is no person."""
        page = self.pages.get(person) or self.browser.new_page()
        if person and person not in self.pages:
            self.pages[person] = page
            page.goto(f"{self.site}/accounts/login/")
            page.fill("[name=login]", person)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
        page.goto(self.site + address)
        return page

    def take(self, name: str, page: Page) -> None:
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
        print(name, flush=True)

    def visit(self, name: str, person: str, address: str) -> Page:
        page = self.at(person, address)
        self.take(name, page)
        return page

    def code_mailed_to(self, address: str) -> str:
        """The newest code, from the mails of the demo; the worker sends them within a second."""
        time.sleep(3)
        page = self.at("", f"/dev/mail/?to={address}")
        page.click("tbody a")
        found = CODE.search(page.inner_text("pre"))
        if found is None:
            raise LookupError(f"There is no code in {page.url}.")
        return found[0]


def guests(camera: Camera) -> None:
    camera.visit("sign-in", "", "/accounts/login/")
    page = camera.visit("sign-in-by-code", "", "/accounts/login/code/")
    send(page, "email", DECIDER)
    camera.take("sign-in-by-code-sent", page)
    page = camera.visit("password-reset", "", "/accounts/password/reset/")
    send(page, "email", DECIDER)
    camera.take("password-reset-sent", page)
    page = camera.visit("sign-up", "", "/accounts/signup/")
    page.fill("[name=name]", "Nora Newcomer")
    page.fill("[name=email]", READER)
    page.fill("[name=password1]", "short")
    page.fill("[name=password2]", "shorter")
    page.press("[name=password2]", "Enter")
    camera.take("sign-up-errors", page)


def newcomer(camera: Camera) -> None:
    """A person signs up, belongs nowhere, and is invited to both sides."""
    address = f"newcomer{int(time.time())}@glenmoor.example"
    page = camera.at("", "/accounts/signup/")
    page.fill("[name=name]", "Nora Newcomer")
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.press("[name=password2]", "Enter")
    page.wait_for_selector("[name=code]")
    camera.take("sign-up-confirm", page)
    send(page, "code", camera.code_mailed_to(address))
    camera.visit("home-empty", address, "/")
    for side, link in invitations(address).items():
        camera.visit(f"invitation-{side}-anonymous", "", link)
        camera.visit(f"invitation-{side}-stranger", STRANGER, link)
        camera.visit(f"invitation-{side}", address, link).click("main form button")
        camera.visit(f"invitation-{side}-used", address, link)
    camera.visit("home", address, "/")
    for name in ("email", "password/change", "2fa"):
        camera.visit(f"account-{name.replace('/', '-')}", address, f"/accounts/{name}/")


def invitations(address: str) -> dict[str, str]:
    """Staff invite through the admin, which has no part in these pictures; so by the moves."""
    from accounts.models import Actor
    from customers.models import Customer, CustomerInvitation
    from partners.models import Partner, PartnerInvitation

    by, reason = Actor.objects.command("screenshots"), "for a picture"
    glenmoor, alder = Customer.objects.get(slug="glenmoor"), Partner.objects.get(slug="alder")
    to_customer = CustomerInvitation.objects.invite(
        by=by, customer=glenmoor, email=address, role="reader", reason=reason
    )
    to_partner = PartnerInvitation.objects.invite(
        by=by, partner=alder, email=address, agent="sales_agent", reason=reason
    )
    return {
        "customer": f"/invitations/{to_customer.token}/",
        "partner": f"/invitations/{to_partner.token}/",
    }


def partner(camera: Camera) -> None:
    for name in ("", "profile", "subscriptions", "requests", "requests/new"):
        title = name.replace("/", "-") or "home"
        camera.visit(f"partner-{title}-before", AGENT, f"{ALDER}{name}/".replace("//", "/"))
    camera.visit("partner-home-of-seller", SELLER, ALDER)
    camera.visit("partner-home-of-reseller", "admin.agent@dogwood.example", "/partners/dogwood/")
    page = camera.at(AGENT, f"{ALDER}requests/new/")
    page.fill("[name=name]", "Without anything")
    page.fill("[name=addressed_email]", DECIDER)
    page.uncheck("[name=asks_selling]")
    page.click("main form [type=submit]")
    camera.take("partner-requests-new-errors", page)


def request(camera: Camera, *roles: str, days: int = 365) -> tuple[str, str]:
    """Ask fernhill; the addresses of the request's page and of its link."""
    page = camera.at(AGENT, f"{ALDER}requests/")
    used = page.locator("tbody a", has_text=NAME).count()
    page = camera.at(AGENT, f"{ALDER}requests/new/")
    page.fill("[name=name]", f"{NAME} {used + 1}" if used else NAME)
    page.fill("[name=addressed_email]", DECIDER)
    page.fill("[name=days]", str(days))
    page.fill("[name=reason]", "As agreed on the phone: we move your mail and set up meetings.")
    page.eval_on_selector_all("main details", "found => found.forEach(one => one.open = true)")
    for role in roles:
        page.get_by_label(role, exact=True).check()
    page.click("main form [type=submit]")
    page.wait_for_selector("#link")
    link = page.input_value("#link")
    return page.url.removeprefix(camera.site), link[link.index("/r/") :]


def asking(camera: Camera) -> None:
    """The standing link, and a request from its draft to its end."""
    link = f"{ALDER}requests/link/"
    page = camera.visit("standing-link-none", AGENT, link)
    page.click("main form [type=submit]")
    camera.visit("standing-link", AGENT, link)
    camera.visit("standing-link-of-a-seller", SELLER, link)
    camera.visit("standing-link-edit", AGENT, f"{link}edit/")
    camera.visit("standing-link-rotate", AGENT, f"{link}rotate/")
    page = camera.at(AGENT, f"{ALDER}requests/new/")
    page.fill("[name=name]", f"Meetings {time.time_ns() % 10**7}")
    page.fill("[name=addressed_email]", STRANGER)
    page.fill("[name=first_paragraph]", "More stands on www.alder.example.")
    page.get_by_role("button", name="Save draft").click()
    camera.take("draft-errors", page)
    page.fill("[name=first_paragraph]", "Hello, as agreed on the phone.")
    page.get_by_role("button", name="Save draft").click()
    camera.take("draft", page)
    draft = page.url.removeprefix(camera.site)
    camera.visit("draft-edit", AGENT, f"{draft}edit/")
    page = camera.at(AGENT, draft)
    page.get_by_role("button", name="Create request").click()
    camera.visit("request-text", AGENT, f"{draft}text/")
    page = camera.visit("request-cancel", AGENT, f"{draft}cancel/")
    page.get_by_role("button", name="Cancel request").click()
    camera.take("request-cancelled", page)
    page.get_by_role("link", name="Send again").click()
    camera.take("request-again", page)
    for state in ("waiting", "decided", "over"):
        camera.visit(f"partner-requests-{state}", AGENT, f"{ALDER}requests/?state={state}")
    camera.visit(
        "provider-requests-new", "admin.agent@cedar.example", "/partners/cedar/requests/new/"
    )


def main_job(camera: Camera) -> None:
    """From the request to both receipts."""
    detail, link = request(
        camera, "Exchange Administrator", "Teams Administrator", "Service Support Administrator"
    )
    page = camera.visit("request-fresh", AGENT, detail)
    page.click("main form [type=submit]")
    camera.take("request-just-sent", page)
    camera.visit("request-sent", AGENT, detail)
    camera.visit("landing-anonymous", "", link)
    camera.visit("landing-stranger", STRANGER, link)
    camera.visit("landing-of-the-partner", SELLER, link)
    page = camera.visit("landing", DECIDER, link)
    page.click("main form [type=submit]")
    decision = page.url.removeprefix(camera.site)
    camera.take("decision", page)
    page.set_viewport_size({"width": 1280, "height": 1250})
    page.screenshot(path=camera.folder / "decision-page.png")  # the picture of the README
    camera.visit("decision-of-a-reader", READER, decision)
    camera.visit("customer-home-waiting", DECIDER, FERNHILL)
    camera.visit("customer-requests-waiting", DECIDER, f"{FERNHILL}requests/")
    page = camera.at(DECIDER, decision)
    page.get_by_role("button", name="Approve").click()
    camera.take("decision-errors", page)
    allow(page)
    page.get_by_role("button", name="Approve").click()
    camera.take("receipt-approved", page)
    camera.visit("request-decided", AGENT, detail)
    camera.visit("landing-used", "", link)
    camera.visit("landing-used-of-the-decider", DECIDER, link)


def privileged(camera: Camera) -> None:
    _detail, link = request(camera, "User Administrator", "Teams Administrator", days=90)
    page = camera.at(DECIDER, link)
    page.click("main form [type=submit]")
    allow(page)
    page.get_by_label("User Administrator", exact=True).check()
    camera.take("decision-privileged", page)
    page.get_by_role("button", name="Approve").click()
    camera.take("sign-in-again", page)
    send(page, "password", PASSWORD)
    page.wait_for_url(lambda url: "/reauthenticate/" not in url)
    camera.take("decision-signed-in-again", page)


def declining(camera: Camera) -> None:
    detail, link = request(camera)
    page = camera.at(DECIDER, link)
    page.click("main form [type=submit]")
    camera.take("decision-selling-only", page)
    page.fill("[name=reason]", "We have all the partners that we need this year.")
    page.get_by_role("button", name="Decline").click()
    camera.take("receipt-declined", page)
    camera.visit("request-declined", AGENT, detail)
    camera.visit("landing-declined", "", link)


def both_sides(camera: Camera) -> None:
    for name in ("", "partners", "requests", "subscriptions"):
        address = f"{FERNHILL}{name}/".replace("//", "/")
        camera.visit(f"customer-{name or 'home'}", DECIDER, address)
    camera.visit("customer-home-before", STRANGER, "/customers/glenmoor/")
    camera.visit("customer-partners-before", STRANGER, "/customers/glenmoor/partners/")
    camera.visit("customer-requests-before", STRANGER, "/customers/glenmoor/requests/")
    for name in ("", "requests"):
        camera.visit(f"partner-{name or 'home'}", AGENT, f"{ALDER}{name}/".replace("//", "/"))
    camera.visit(
        "partner-subscriptions", "admin.agent@birch.example", "/partners/birch/subscriptions/"
    )
    page = camera.at(DECIDER, FERNHILL)
    page.click(".user-menu summary")
    camera.take("user-menu", page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click(".masthead__menu")
    page.screenshot(path=camera.folder / "menu-390.png")
    camera.visit("profile", DECIDER, "/profile/")


def errors_and_workshop(camera: Camera) -> None:
    from django.template.loader import render_to_string

    camera.visit("error-403", "billing.admin@alder.example", f"{ALDER}requests/")
    camera.visit("error-404", "", "/r/no-such-link/")
    page = camera.at("", "/accounts/login/")
    for status in (400, 429, 500):
        html = render_to_string(f"{status}.html")
        page.route(
            f"**/picture-of-{status}/",
            lambda route, *, html=html: route.fulfill(body=html, content_type="text/html"),
        )
        page.goto(f"{camera.site}/picture-of-{status}/")
        camera.take(f"error-{status}", page)
    page = camera.visit("dev-mail", "", "/dev/mail/")
    page.click("tbody a")
    camera.take("dev-mail-message", page)
    for side in ("partner", "public"):
        camera.visit(f"dev-gallery-{side}", "", f"/dev/gallery/?side={side}")


def send(page: Page, name: str, value: str) -> None:
    page.fill(f"[name={name}]", value)
    page.press(f"[name={name}]", "Enter")
    page.wait_for_load_state()


def allow(page: Page) -> None:
    for half in ("selling", "administration"):
        page.check(f"[name={half}][value=allow]")


def prepare(site: str) -> None:
    """The settings of the demo that `make run` starts, for the pages that have no address."""
    sys.path.insert(0, str(ROOT))
    os.environ["SITE_URL"] = site
    environ.Env.read_env(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnercenter.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's driver runs a loop
    import django

    django.setup()


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    folder, site = Path(sys.argv[1]), (*sys.argv[2:], "http://localhost:8000")[0].rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    prepare(site)
    with sync_playwright() as playwright:
        camera = Camera(playwright.chromium.launch(executable_path=chromium), site, folder)
        for scenes in (
            guests, partner, asking, main_job, privileged, declining, both_sides, newcomer,
            errors_and_workshop,
        ):  # fmt: skip
            scenes(camera)
    return 0


if __name__ == "__main__":
    sys.exit(main())
