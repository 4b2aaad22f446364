"""Nobody learns from an answer who has an account."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mail.models import Delivery
from tests import factories as make

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


class TestInvitation:
    """A global admin invites somebody: whether the person has an account, nothing says."""

    @pytest.fixture
    def chief(self, client):
        make_person(KNOWN)
        fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        client.force_login(make.join_customer(fernhill))
        client.url = f"/customers/{fernhill.slug}/people/invite/"
        client.fernhill = fernhill
        return client

    def test_is_answered_in_the_same_words_and_by_as_much_work(self, chief):
        chief.post(chief.url, {"email": "first@fernhill.example", "role": "reader"})
        seen = {}
        for email in (KNOWN, UNKNOWN):
            with CaptureQueriesContext(connection) as asked:
                response = chief.post(chief.url, {"email": email, "role": "reader"})
            page = chief.get(response.url).content.decode()
            row = page.partition(email)[2].partition("</tr>")[0]
            row = re.sub(r"invitations/[0-9a-f-]{36}/", "", ONCE.sub("", row))
            refused = chief.post(chief.url, {"email": email, "role": "reader"})
            again = ONCE.sub("", refused.content.decode()).replace(email, "…")
            seen[email] = [response.url, row, len(asked), refused.status_code, again]
        assert seen[KNOWN] == seen[UNKNOWN]
        assert seen[KNOWN][3] == 422

    def test_brings_both_the_same_mail(self, chief):
        letters = []
        for email in (KNOWN, UNKNOWN):
            chief.post(chief.url, {"email": email, "role": "reader"})
            letter = Delivery.objects.get(kind="invitation", recipient=email)
            text = re.sub(r"/invitations/[^/]+/", "/…/", letter.text)
            letters.append((letter.subject, text, letter.recipient_name))
        assert letters[0] == letters[1]

    def test_is_opened_to_the_same_page(self, chief):
        pages = []
        for email in (KNOWN, UNKNOWN):
            chief.post(chief.url, {"email": email, "role": "reader"})
            offer = chief.fernhill.invitations.get(email=email)
            page = Client().get(offer.get_absolute_url()).content.decode()
            pages.append(ONCE.sub("", page).replace(offer.token, "…"))
        assert pages[0] == pages[1]
        assert KNOWN not in pages[0]
