import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from .people import PASSWORD, is_signed_in, last_code, make_person, sign_in

pytestmark = pytest.mark.django_db


class TestPassword:
    def test_signs_in(self, client):
        response = sign_in(client, make_person())
        assert is_signed_in(client)
        assert response.url == reverse("signin:home")

    def test_takes_the_address_in_any_case(self, client):
        make_person("robin@fernhill.example")
        client.post("/accounts/login/", {"login": "Robin@Fernhill.Example", "password": PASSWORD})
        assert is_signed_in(client)

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(self, client):
        wrong = sign_in(client, make_person(), password="not-this-one")
        unknown = client.post(
            "/accounts/login/", {"login": "nobody@fernhill.example", "password": "not-this-one"}
        )
        assert wrong.context["form"].errors == unknown.context["form"].errors
        assert not is_signed_in(client)

    def test_gives_the_session_a_new_key(self, client):
        session = client.session
        session["planted"] = True
        session.save()
        planted = session.session_key
        sign_in(client, make_person())
        assert client.session.session_key != planted

    def test_a_signed_in_person_is_sent_on_from_the_page(self, client):
        sign_in(client, make_person())
        assert client.get("/accounts/login/").status_code == 302


class TestUnverifiedAddress:
    def test_does_not_sign_in(self, client):
        response = sign_in(client, make_person(verified=False))
        assert response.url == reverse("account_email_verification_sent")
        assert not is_signed_in(client)

    def test_signs_in_with_the_code(self, client):
        user = make_person(verified=False)
        sign_in(client, user)
        client.post("/accounts/confirm-email/", {"code": last_code(user.email)})
        assert is_signed_in(client)
        assert user.emailaddress_set.get().verified

    def test_stays_unverified_after_a_wrong_code(self, client):
        user = make_person(verified=False)
        sign_in(client, user)
        client.post("/accounts/confirm-email/", {"code": "BBBB-BBBB"})
        assert not is_signed_in(client)
        assert not user.emailaddress_set.get().verified


class TestInactivePerson:
    def test_reads_why_and_does_not_sign_in(self, client):
        response = sign_in(client, make_person(is_active=False))
        assert response.url == reverse("account_inactive")
        assert b"cannot sign in" in client.get(response.url).content
        assert not is_signed_in(client)

    def test_is_signed_out_at_once(self, client):
        user = make_person()
        sign_in(client, user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        assert client.get("/profile/").url == "/accounts/login/?next=/profile/"


class TestNext:
    def test_leads_back(self, client):
        response = sign_in(client, make_person(), next="/profile/")
        assert response.url == "/profile/"

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "javascript:alert(1)",
            "http:evil.example",
            "https://localhost/",
        ],
    )
    def test_never_leads_away(self, client, settings, address):
        settings.ALLOWED_HOSTS = ["testserver", "localhost"]
        response = sign_in(client, make_person(), next=address)
        assert response.url == reverse("signin:home")

    @pytest.mark.parametrize(
        ("address", "typed"),
        [
            ("/accounts/reauthenticate/", {"password": PASSWORD}),
            ("/accounts/login/", {}),
            ("/accounts/signup/", {}),
            ("/accounts/login/code/", {}),
            ("/accounts/logout/", {}),
        ],
    )
    def test_no_other_page_of_the_account_leads_away(self, client, address, typed):
        sign_in(client, make_person())
        for url in ("https://evil.example/", "//evil.example/", "/\\evil.example/"):
            response = client.post(f"{address}?{urlencode({'next': url})}", {**typed, "next": url})
            assert response.status_code == 302
            assert "evil" not in response.url

    def test_a_signed_in_person_is_not_led_away_either(self, client):
        sign_in(client, make_person())
        response = client.get("/accounts/login/", {"next": "https://evil.example/"})
        assert response.url == reverse("signin:home")


class TestBadInput:
    @pytest.mark.parametrize("field", ["login", "password"])
    def test_a_very_long_field_is_refused_politely(self, client, field):
        typed = {"login": "robin@fernhill.example", "password": "x", field: "x" * 200_000}
        response = client.post("/accounts/login/", typed)
        assert response.status_code == 200
        assert response.context["form"].errors

    def test_a_null_sign_is_refused_politely(self, client):
        response = client.post("/accounts/login/", {"login": "a\0@b.example", "password": "\0"})
        assert response.status_code == 200

    def test_a_form_without_its_token_is_refused(self):
        strict = Client(enforce_csrf_checks=True)
        assert sign_in(strict, make_person()).status_code == 403
        assert not is_signed_in(strict)


class TestEveryPage:
    @pytest.mark.parametrize("address", ["/", "/profile/", "/sign-in-again/", "/accounts/email/"])
    def test_is_private(self, client, address):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")

    def test_the_sign_in_page_takes_an_address_from_the_link(self, client):
        page = client.get("/accounts/login/", {"email": "robin@fernhill.example"})
        assert page.context["form"]["login"].value() == "robin@fernhill.example"
