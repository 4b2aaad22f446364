"""Nobody learns from an answer who has an account."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from .people import PASSWORD, last_letter, make_person

pytestmark = pytest.mark.django_db

KNOWN = "known@fernhill.example"
UNKNOWN = "unknown@fernhill.example"
SIGN_UP = {"name": "Robin Fern", "password1": PASSWORD, "password2": PASSWORD}
ONCE = re.compile(r'value="[A-Za-z0-9]{64}"')


def answers(address, typed, email):
    """What a browser gets to see, without what differs from page to page anyway."""
    browser = Client()
    seen = []
    response = browser.post(address, {"email": email, **typed})
    while response.status_code == 302:
        seen.append(response.url)
        response = browser.get(response.url)
    text = ONCE.sub("", response.content.decode()).replace(email, "…")
    return [*seen, response.status_code, text]


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/accounts/signup/", SIGN_UP),
        ("/accounts/login/code/", {}),
        ("/accounts/password/reset/", {}),
    ],
)
class TestAnswer:
    def test_is_the_same_with_and_without_an_account(self, address, typed):
        make_person(KNOWN)
        assert answers(address, typed, KNOWN) == answers(address, typed, UNKNOWN)

    def test_goes_by_mail_instead(self, address, typed):
        make_person(KNOWN)
        answers(address, typed, KNOWN)
        answers(address, typed, UNKNOWN)
        assert last_letter(KNOWN).kind != last_letter(UNKNOWN).kind


class Counting(MD5PasswordHasher):
    """Counts what takes the time: how often a password is hashed."""

    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize(
    ("address", "typed", "hashed"),
    [
        ("/accounts/login/", {"password": "not-this-one-at-all"}, 1),
        ("/accounts/signup/", SIGN_UP, 1),
        ("/accounts/login/code/", {}, 0),
        ("/accounts/password/reset/", {}, 0),
        ("/sign-on/", {}, 0),
    ],
)
def test_time_tells_nothing_either(address, typed, hashed, settings):
    """A hash is what an answer waits for; each takes as many with an account as without."""
    make_person(KNOWN)
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    counted = {}
    for email in (KNOWN, UNKNOWN):
        Counting.hashed = 0
        Client().post(address, {"email": email, "login": email, **typed})
        counted[email] = Counting.hashed
    assert counted == {KNOWN: hashed, UNKNOWN: hashed}
