import pytest
from django.urls import reverse

from accounts.models import User

from .people import PASSWORD, is_signed_in, last_code, last_letter, make_person

pytestmark = pytest.mark.django_db

ADDRESS = "new@fernhill.example"


def sign_up(client, **typed):
    fields = {"name": "Robin Fern", "email": ADDRESS, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", {**fields, **typed})


class TestSignUp:
    def test_makes_a_person_who_must_confirm_the_address(self, client):
        response = sign_up(client)
        assert response.url == reverse("account_email_verification_sent")
        assert User.objects.get().name == "Robin Fern"
        assert not is_signed_in(client)

    def test_signs_in_with_the_code(self, client):
        sign_up(client)
        client.post("/accounts/confirm-email/", {"code": last_code(ADDRESS)})
        assert is_signed_in(client)

    def test_leads_on_to_where_the_person_came_from(self, client):
        sign_up(client, next="/profile/")
        response = client.post("/accounts/confirm-email/", {"code": last_code(ADDRESS)})
        assert response.url == "/profile/"

    def test_does_not_lead_away(self, client):
        sign_up(client, next="https://evil.example/")
        response = client.post("/accounts/confirm-email/", {"code": last_code(ADDRESS)})
        assert response.url == reverse("signin:home")

    @pytest.mark.parametrize("demo", [True, False])
    def test_belongs_to_the_kind_of_installation(self, client, settings, demo):
        settings.DEMO = demo
        sign_up(client)
        assert User.objects.get().demo is demo

    def test_takes_the_site_s_time_zone(self, client, settings):
        settings.TIME_ZONE = "Asia/Seoul"
        sign_up(client)
        assert User.objects.get().time_zone == "Asia/Seoul"

    def test_asks_for_a_name(self, client):
        response = sign_up(client, name=" ")
        assert "name" in response.context["form"].errors
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        "name",
        ["Robin <support@bank.example>", "see https://evil.example", "a\u202eb", "x" * 200_000],
    )
    def test_refuses_a_name_that_poses_as_something_else(self, client, name):
        response = sign_up(client, name=name)
        assert "name" in response.context["form"].errors
        assert not User.objects.exists()

    def test_refuses_an_address_that_no_mail_server_takes(self, client):
        response = sign_up(client, email=f"{'x' * 260}@fernhill.example")
        assert "email" in response.context["form"].errors
        assert not User.objects.exists()

    def test_refuses_a_weak_password(self, client):
        response = sign_up(client, password1="short", password2="short")
        assert "password1" in response.context["form"].errors

    def test_makes_no_second_account_for_an_address(self, client):
        make_person(ADDRESS)
        sign_up(client, email=ADDRESS.upper())
        assert User.objects.count() == 1
        assert last_letter(ADDRESS).kind == "account_already_exists"
        assert not is_signed_in(client)
