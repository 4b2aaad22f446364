"""allauth's limits count in the shared cache and are answered politely."""

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from mail.models import Delivery

from .people import (
    PASSWORD,
    ask_for_code,
    is_signed_in,
    last_code,
    make_person,
    sign_in,
    type_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings):
    from partnercenter.settings import ACCOUNT_RATE_LIMITS

    settings.ACCOUNT_RATE_LIMITS = ACCOUNT_RATE_LIMITS
    cache.clear()
    yield
    cache.clear()


class TestWrongPasswords:
    def test_are_refused_after_five_with_the_right_one_too(self):
        user = make_person()
        for _try in range(5):
            sign_in(Client(), user, password="not-this-one")
        browser = Client()
        response = sign_in(browser, user)
        assert response.status_code == 200
        assert "Too many failed" in str(response.context["form"].errors)
        assert not is_signed_in(browser)

    def test_do_not_shut_out_anybody_else(self, client):
        user, other = make_person(), make_person()
        for _try in range(5):
            sign_in(Client(), user, password="not-this-one")
        sign_in(client, other)
        assert is_signed_in(client)

    def test_are_counted_for_an_address_without_account_too(self):
        typed = {"login": "nobody@fernhill.example", "password": PASSWORD}
        answers = [Client().post("/accounts/login/", typed) for _try in range(6)]
        assert "Too many failed" in str(answers[-1].context["form"].errors)


class TestCodes:
    def test_are_sent_three_times_a_minute_to_one_address(self):
        user = make_person()
        for _try in range(3):
            assert ask_for_code(Client(), user.email).status_code == 302
        refused = ask_for_code(Client(), user.email)
        assert refused.status_code == 200
        assert refused.context["form"].errors

    def test_work_below_the_limit(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        type_code(client, last_code(user.email))
        assert is_signed_in(client)


class TestManyAttemptsFromOneAddress:
    def test_get_a_page_that_asks_for_patience(self):
        for number in range(31):
            answer = Client().post("/accounts/login/", {"login": f"a{number}@b.example"})
        assert answer.status_code == 429
        assert "Please wait a moment" in answer.content.decode()

    def test_leave_looking_free(self):
        answers = [Client().get("/accounts/login/") for _try in range(40)]
        assert {answer.status_code for answer in answers} == {200}


class TestTwoHundredWrongCodes:
    """Whoever guesses gets a handful of guesses, from however many browsers, and stays outside."""

    def test_of_the_mail(self):
        person = make_person()
        weighed = 0
        for _guess in range(200):
            browser = Client()
            ask_for_code(browser, person.email)
            response = type_code(browser, "BBBB-BBBB")
            weighed += response.status_code == 200 and "code" in response.context["form"].errors
            assert not is_signed_in(browser)
        # One guess for each code that was sent, and no more codes are sent than the limit says.
        assert weighed <= 3
        assert Delivery.objects.filter(recipient=person.email).count() <= 3

    def test_of_the_mail_in_one_browser(self):
        person, browser = make_person(), Client()
        ask_for_code(browser, person.email)
        right = last_code(person.email)
        for _guess in range(200):
            type_code(browser, "BBBB-BBBB")
        type_code(browser, right)
        assert not is_signed_in(browser)

    def test_of_an_app(self):
        person = make_person()
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        weighed = 0
        for _guess in range(200):
            browser = Client()
            sign_in(browser, person)
            response = browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
            form = response.context["form"] if response.context else None
            weighed += form is not None and "Incorrect code" in str(form.errors)
            assert not is_signed_in(browser)
        assert 1 <= weighed <= 10
        browser = Client()
        sign_in(browser, person)
        right = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        browser.post("/accounts/2fa/authenticate/", {"code": right})
        assert not is_signed_in(browser)

    def test_of_an_app_beside_which_the_right_one_counts(self):
        """So that the refusal above is of the limit and not of the code."""
        person, browser = make_person(), Client()
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        sign_in(browser, person)
        right = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        browser.post("/accounts/2fa/authenticate/", {"code": right})
        assert is_signed_in(browser)
