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
