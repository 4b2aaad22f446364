import pytest
from django.test import Client
from django.urls import reverse

from mail import outbox

from .people import ask_for_code, is_signed_in, last_code, last_letter, make_person, type_code

pytestmark = pytest.mark.django_db

WRONG = "BBBB-BBBB"


def make_old(client, seconds):
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= seconds
    session.save()


class TestLoginCode:
    def test_signs_in(self, client):
        user = make_person(password=None)
        ask_for_code(client, user.email)
        type_code(client, last_code(user.email))
        assert is_signed_in(client)

    def test_takes_small_letters_and_no_dash(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        type_code(client, last_code(user.email).lower().replace("-", ""))
        assert is_signed_in(client)

    def test_does_not_lead_away(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        response = type_code(client, last_code(user.email), next="https://evil.example/")
        assert response.url == reverse("signin:home")

    def test_verifies_the_address(self, client):
        user = make_person(verified=False)
        ask_for_code(client, user.email)
        type_code(client, last_code(user.email))
        assert user.emailaddress_set.get().verified

    def test_is_forgotten_by_the_mail_that_brought_it(self):
        user = make_person()
        ask_for_code(Client(), user.email)
        code = last_code(user.email)
        outbox.deliver_due()
        letter = last_letter(user.email)
        assert code not in letter.text + letter.html + letter.subject


class TestRefusal:
    def test_of_a_wrong_code(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        response = type_code(client, WRONG)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert not is_signed_in(client)

    def test_of_the_right_code_after_three_wrong_ones(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        code = last_code(user.email)
        for _try in range(3):
            type_code(client, WRONG)
        type_code(client, code)
        assert not is_signed_in(client)

    def test_of_a_used_code(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        code = last_code(user.email)
        type_code(client, code)
        client.post("/accounts/logout/")
        type_code(client, code)
        assert not is_signed_in(client)

    def test_of_an_old_code(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        make_old(client, 16 * 60)
        type_code(client, last_code(user.email))
        assert not is_signed_in(client)

    def test_of_a_code_that_a_later_one_replaced(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        first = last_code(user.email)
        client.post("/accounts/logout/")
        ask_for_code(client, user.email)
        type_code(client, first)
        assert not is_signed_in(client)

    def test_of_another_browser(self, client):
        user = make_person()
        ask_for_code(client, user.email)
        thief = Client()
        type_code(thief, last_code(user.email))
        assert not is_signed_in(thief)

    def test_of_an_address_that_no_mail_server_takes(self, client):
        response = ask_for_code(client, f"{'x' * 260}@fernhill.example")
        assert response.status_code == 302
        assert last_letter() is None

    def test_of_an_inactive_person(self, client):
        user = make_person(is_active=False)
        ask_for_code(client, user.email)
        assert last_letter(user.email).kind == "unknown_account"
