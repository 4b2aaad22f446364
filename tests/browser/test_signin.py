import re

import pytest
from playwright.sync_api import expect

from tests.signin.people import PASSWORD, last_code, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "You belong to no organisation yet"


@pytest.fixture
def open_page(page, live_server):
    return lambda address: page.goto(live_server.url + address)


def submit(page, name, value):
    page.fill(f"[name={name}]", value)
    page.press(f"[name={name}]", "Enter")


class TestSignIn:
    def test_by_password_and_out_again(self, page, sign_in, open_page):
        person = make_person()
        sign_in(page, person.email)
        expect(page.get_by_text(HOME)).to_be_visible()
        open_page("/accounts/logout/")
        page.click("main button[type=submit]")
        open_page("/profile/")
        assert "/accounts/login/" in page.url

    def test_by_code(self, page, open_page):
        person = make_person(password=None)
        open_page("/accounts/login/")
        page.get_by_text("Send me a code by mail instead").click()
        submit(page, "email", person.email)
        page.wait_for_selector("[name=code]")
        submit(page, "code", last_code(person.email))
        expect(page.get_by_text(HOME)).to_be_visible()

    def test_says_what_is_wrong(self, page, open_page):
        person = make_person()
        open_page("/accounts/login/")
        page.fill("[name=login]", person.email)
        submit(page, "password", "not-this-one")
        expect(page.get_by_role("alert")).to_be_visible()

    def test_works_without_scripts(self, browser, live_server):
        person = make_person()
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{live_server.url}/accounts/login/?next=/profile/")
        page.fill("[name=login]", person.email)
        submit(page, "password", PASSWORD)
        page.wait_for_url("**/profile/")
        context.close()

    def test_signing_up(self, page, open_page):
        open_page("/accounts/signup/?next=/profile/")
        page.fill("[name=name]", "Robin Fern")
        page.fill("[name=email]", "new@fernhill.example")
        page.fill("[name=password1]", PASSWORD)
        submit(page, "password2", PASSWORD)
        page.wait_for_selector("[name=code]")
        submit(page, "code", last_code("new@fernhill.example"))
        page.wait_for_url("**/profile/")
        assert page.input_value("[name=name]") == "Robin Fern"


class TestSignInAgain:
    def test_by_a_code_for_who_knows_only_mail(self, page, open_page, axe):
        person = make_person(password=None)
        open_page("/accounts/login/code/")
        submit(page, "email", person.email)
        page.wait_for_selector("[name=code]")
        submit(page, "code", last_code(person.email))
        page.get_by_text(HOME).wait_for()

        open_page("/sign-in-again/?next=/profile/")
        axe(page)
        page.get_by_role("button", name="Send me a code").click()
        page.wait_for_selector("[name=code]")
        axe(page)
        submit(page, "code", "BBBB-BBBB")
        expect(page.get_by_role("alert")).to_be_visible()
        axe(page)
        submit(page, "code", last_code(person.email))
        page.wait_for_url("**/profile/")

    def test_by_the_password_for_who_has_one(self, page, sign_in, open_page):
        person = make_person()
        sign_in(page, person.email)
        page.get_by_text(HOME).wait_for()
        open_page("/sign-in-again/?next=/profile/")
        assert "/accounts/reauthenticate/" in page.url
        submit(page, "password", PASSWORD)
        page.wait_for_url("**/profile/")


class TestPages:
    @pytest.mark.parametrize(
        "address",
        [
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/login/code/",
            "/accounts/password/reset/",
            "/accounts/inactive/",
        ],
    )
    def test_of_guests_have_no_barriers(self, page, open_page, axe, address):
        open_page(address)
        axe(page)

    @pytest.mark.parametrize(
        "address",
        ["/", "/profile/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/"],
    )
    def test_of_a_person_have_no_barriers(self, page, sign_in, open_page, axe, address):
        sign_in(page, make_person().email)
        page.get_by_text(HOME).wait_for()
        open_page(address)
        axe(page)

    @pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/profile/"])
    def test_fit_a_small_screen(self, page, sign_in, open_page, address):
        page.set_viewport_size({"width": 320, "height": 640})
        if address == "/profile/":
            sign_in(page, make_person().email)
            page.get_by_text(HOME).wait_for()
        open_page(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320

    def test_of_guests_break_no_content_rule(self, page, open_page):
        said = []
        page.on("console", lambda message: said.append(message.text))
        open_page("/accounts/login/")
        page.wait_for_load_state("networkidle")
        assert not [text for text in said if re.search("Content.Security", text)]
