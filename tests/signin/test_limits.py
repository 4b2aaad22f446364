"""allauth's limits count in the shared cache and are answered politely."""

import pytest
from django.core.cache import cache
from django.test import Client

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
