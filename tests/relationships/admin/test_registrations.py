"""The staff's pages of registrations."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from customers.models import Customer
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    return make.make_registration(make.make_user("robin@gmail.com", "Robin Fern"))


@pytest.fixture
def staff(client):
    staff = make.make_staff()
    Actor.objects.of(staff)
    client.force_login(staff)
    return staff


def page(name, registration):
    address = reverse("admin:customers_customerregistration_move", args=[name])
    return f"{address}?ids={registration.pk}"


def row_page(registration):
    return reverse("admin:customers_customerregistration_change", args=[registration.pk])


@pytest.mark.usefixtures("staff")
class TestPages:
    def test_list_who_waits(self, client, registration):
        answer = client.get(reverse("admin:customers_customerregistration_changelist"))
        text = answer.content.decode()
        assert "Larch Bakery" in text
        assert "robin@gmail.com" in text

    def test_show_a_registration_and_its_answers(self, client, registration):
        text = client.get(row_page(registration)).content.decode()
        assert page("accept", registration) in text
        assert page("refuse", registration) in text

    def test_offer_no_acceptance_of_a_claim(self, client):
        claim = make.make_claim(make.make_customer())
        text = client.get(row_page(claim)).content.decode()
        assert page("accept", claim) not in text
        assert page("refuse", claim) in text

    def test_add_change_and_delete_nothing(self, client, registration):
        before = rows_of_all_tables()
        add = reverse("admin:customers_customerregistration_add")
        delete = reverse("admin:customers_customerregistration_delete", args=[registration.pk])
        for url in (add, delete):
            assert client.get(url).status_code == 403
        assert client.post(row_page(registration), {"status": "accepted"}).status_code == 403
        assert rows_of_all_tables() == before

    def test_accept_with_a_domain_and_a_reason(self, client, registration):
        url = page("accept", registration)
        assert client.get(url).status_code == 200
        answer = client.post(url, {"domain": "larch.example", "reason": "in the trade register"})
        assert answer["Location"] == row_page(registration)
        assert Customer.objects.get().primary_domain == "larch.example"
        text = client.get(row_page(registration)).content.decode()
        assert page("refuse", registration) not in text

    def test_refuse_with_a_reason(self, client, registration):
        client.post(page("refuse", registration), {"reason": "no such company"})
        registration.refresh_from_db()
        assert registration.status == "refused"

    @pytest.mark.parametrize(
        ("name", "typed", "says"),
        [
            ("accept", {"domain": "gmail.com", "reason": "because"}, "Everybody can have"),
            ("accept", {"domain": "larch.example", "reason": ""}, "This field is required"),
            ("accept", {"domain": "", "reason": "because"}, "This field is required"),
            ("refuse", {"reason": "  "}, "This field is required"),
        ],
    )
    def test_say_what_is_wrong(self, client, registration, name, typed, says):
        before = rows_of_all_tables()
        answer = client.post(page(name, registration), typed)
        assert answer.status_code == 200
        assert says in answer.content.decode()
        assert rows_of_all_tables() == before

    def test_ask_the_database_seldom(self, client, django_assert_max_num_queries):
        for number in range(20):
            make.make_registration(name=f"Larch {number}")
        url = reverse("admin:customers_customerregistration_changelist")
        client.get(url)
        with django_assert_max_num_queries(6):
            client.get(url)


@pytest.mark.parametrize("name", ["accept", "refuse"])
class TestRight:
    def test_is_asked(self, client, registration, name):
        looks = make.make_user(is_staff=True)
        looks.user_permissions.add(Permission.objects.get(codename="view_customerregistration"))
        client.force_login(looks)
        assert client.get(row_page(registration)).status_code == 200
        assert page(name, registration) not in client.get(row_page(registration)).content.decode()
        before = rows_of_all_tables()
        assert client.get(page(name, registration)).status_code == 403
        typed = {"domain": "larch.example", "reason": "because"}
        assert client.post(page(name, registration), typed).status_code == 403
        assert rows_of_all_tables() == before

    def test_of_other_people_is_none(self, client, registration, name):
        client.force_login(make.make_user())
        assert client.get(page(name, registration)).status_code == 302

    def test_needs_the_form_s_token(self, registration, name):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(make.make_staff())
        typed = {"domain": "larch.example", "reason": "because"}
        assert browser.post(page(name, registration), typed).status_code == 403
        registration.refresh_from_db()
        assert registration.status == "waiting"
