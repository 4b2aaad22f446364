"""A forgotten password: a code by mail gives another, and no way round the second factor."""

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from .people import is_signed_in, last_code, make_person, sign_in

pytestmark = pytest.mark.django_db

NEW = "other-tram-53-anchor"


def reset(browser, person):
    browser.post("/accounts/password/reset/", {"email": person.email})
    confirm = reverse("account_confirm_password_reset_code")
    response = browser.post(confirm, {"code": last_code(person.email)})
    return browser.post(response.url, {"password1": NEW, "password2": NEW})


class TestReset:
    def test_gives_another_password(self):
        person = make_person()
        reset(Client(), person)
        person.refresh_from_db()
        assert person.check_password(NEW)

    def test_leads_nobody_past_the_second_factor(self):
        person = make_person()
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        browser = Client()
        reset(browser, person)
        assert not is_signed_in(browser)
        sign_in(browser, person, password=NEW)
        assert not is_signed_in(browser)
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(browser)

    def test_needs_the_code_of_this_mail(self):
        person, other = make_person(), make_person()
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": person.email})
        Client().post("/accounts/password/reset/", {"email": other.email})
        confirm = reverse("account_confirm_password_reset_code")
        browser.post(confirm, {"code": last_code(other.email)})
        browser.post(
            reverse("account_complete_password_reset"), {"password1": NEW, "password2": NEW}
        )
        for one in (person, other):
            one.refresh_from_db()
            assert not one.check_password(NEW)
