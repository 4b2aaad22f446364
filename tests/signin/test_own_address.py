"""Another e-mail address: both addresses say yes, and the old one hears of it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from mail.models import Delivery

from .people import (
    PASSWORD,
    ask_for_code,
    last_code,
    last_letter,
    make_person,
    sign_in,
    type_code,
)

pytestmark = pytest.mark.django_db

PAGE, PRESENT, CONFIRM = "/accounts/email/", "/profile/address/", "/accounts/confirm-email/"
NEW = "robin.reed@fernhill.example"
ADD = {"email": NEW, "action_add": "yes"}


@pytest.fixture
def robin():
    return make_person("robin@fernhill.example")


@pytest.fixture
def visitor(robin):
    """Robin's, where the password was just given again."""
    visitor = Client()
    sign_in(visitor, robin)
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return visitor


def addresses(person):
    person.refresh_from_db()
    verified = EmailAddress.objects.filter(user=person, verified=True)
    return person.email, sorted(verified.values_list("email", flat=True))


ONCE = re.compile(r'value="[A-Za-z0-9]{64}"')
UNCHANGED = ("robin@fernhill.example", ["robin@fernhill.example"])


class TestChange:
    def test_needs_the_code_of_both_addresses(self, robin, visitor):
        assert visitor.post(PAGE, ADD).url == PRESENT
        assert last_letter(robin.email).kind == "sign_in_again"
        assert not Delivery.objects.filter(recipient=NEW).exists()
        page = visitor.get(PRESENT).content.decode()
        assert robin.email in page
        assert NEW in page
        response = visitor.post(PRESENT, {"code": last_code(robin.email)})
        assert addresses(robin) == UNCHANGED
        assert response.status_code == 302
        visitor.post(response.url, {"code": last_code(NEW)})
        assert addresses(robin) == (NEW, [NEW])
        assert last_letter("robin@fernhill.example").kind == "email_changed"

    @pytest.mark.parametrize(
        "wanted",
        [
            "",
            "nobody",
            "a\x00@x.example",
            f"{'x' * 300}@a.example",
            "robin@fernhill.example",
            "ROBIN@fernhill.example",
        ],
    )
    def test_that_can_be_none_is_said_before_any_code_is_sent(self, robin, visitor, wanted):
        before = Delivery.objects.count()
        answer = visitor.post(PAGE, {**ADD, "email": wanted})
        assert answer.status_code == 200
        assert answer.context["form"].errors["email"]
        assert Delivery.objects.count() == before
        assert addresses(robin) == UNCHANGED
        assert EmailAddress.objects.count() == 1

    def test_asks_for_the_password_before_it_writes_to_anybody(self, robin):
        visitor = Client()
        sign_in(visitor, robin)
        before = Delivery.objects.count()
        response = visitor.post(PAGE, ADD)
        assert response.url.startswith("/accounts/reauthenticate/")
        assert Delivery.objects.count() == before
        # What was typed goes on after it.
        response = visitor.post(response.url, {"password": PASSWORD})
        assert response.url == PRESENT
        assert NEW in visitor.get(PRESENT).content.decode()

    def test_of_who_signs_in_by_mail_alone_asks_each_address_once(self):
        robin = make_person("robin@fernhill.example", password=None)
        visitor = Client()
        ask_for_code(visitor, robin.email)
        type_code(visitor, last_code(robin.email))
        again = visitor.post(PAGE, ADD).url
        visitor.post(again, {"send": "yes"})
        response = visitor.post(again, {"code": last_code(robin.email)})
        assert addresses(robin) == UNCHANGED
        visitor.post(response.url, {"code": last_code(NEW)})
        assert addresses(robin) == (NEW, [NEW])

    def test_a_second_time_asks_the_address_that_is_there_now(self, robin, visitor):
        visitor.post(PAGE, ADD)
        response = visitor.post(PRESENT, {"code": last_code(robin.email)})
        visitor.post(response.url, {"code": last_code(NEW)})
        assert addresses(robin) == (NEW, [NEW])
        third = {**ADD, "email": "third@fernhill.example"}
        assert visitor.post(PAGE, third).url == PRESENT
        assert not Delivery.objects.filter(recipient=third["email"]).exists()


class TestRefusal:
    def test_of_a_wrong_code_keeps_everything(self, robin, visitor):
        visitor.post(PAGE, ADD)
        response = visitor.post(PRESENT, {"code": "BBBB-BBBB"})
        assert response.status_code == 422
        assert "not the code that was sent last" in response.content.decode()
        assert addresses(robin) == UNCHANGED
        assert not EmailAddress.objects.filter(email=NEW).exists()

    def test_after_five_wrong_codes_begins_anew(self, robin, visitor):
        visitor.post(PAGE, ADD)
        right = last_code(robin.email)
        for _try in range(5):
            visitor.post(PRESENT, {"code": "BBBB-BBBB"})
        assert visitor.post(PRESENT, {"code": right}).url == PAGE
        assert addresses(robin) == UNCHANGED

    def test_of_the_present_address_s_code_for_the_new_one(self, robin, visitor):
        visitor.post(PAGE, ADD)
        right = last_code(robin.email)
        response = visitor.post(PRESENT, {"code": right})
        visitor.post(response.url, {"code": right})
        assert addresses(robin) == UNCHANGED

    def test_of_the_page_without_having_begun(self, robin, visitor):
        assert visitor.get(PRESENT).url == PAGE
        assert visitor.post(PRESENT, {"code": "BBBB-BBBB"}).url == PAGE

    def test_of_nonsense_says_so_and_keeps_what_was_typed(self, robin, visitor):
        page = visitor.post(PAGE, {**ADD, "email": "no address"}).content.decode()
        assert "valid email" in page
        assert "no address" in page
        assert addresses(robin) == UNCHANGED

    def test_of_an_address_that_somebody_has_is_the_same_as_of_a_free_one(self):
        make_person(NEW)
        answers = []
        for number, wanted in enumerate((NEW, "free@fernhill.example")):
            person = make_person(f"asker-{number}@fernhill.example")
            visitor = Client()
            sign_in(visitor, person)
            visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
            visitor.post(PAGE, {**ADD, "email": wanted})
            response = visitor.post(PRESENT, {"code": last_code(person.email)})
            page = visitor.get(response.url).content.decode()
            said = ONCE.sub("", page).replace(wanted, "…").replace(person.email, "…")
            answers.append((response.status_code, response.url, said))
            assert addresses(person)[0] == person.email
        assert answers[0] == answers[1]
