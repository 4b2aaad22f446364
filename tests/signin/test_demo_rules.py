import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from relationships.signin import demo_rules

from .people import PASSWORD, is_signed_in, make_person, sign_in

pytestmark = pytest.mark.django_db


class Account:
    group, email, role = "Alder", "admin.agent@alder.example", "admin agent"


class TestDemoUser:
    def test_signs_in_in_the_demo(self, client, settings):
        settings.DEMO = True
        sign_in(client, make_person(demo=True))
        assert is_signed_in(client)

    def test_does_not_sign_in_outside_the_demo(self, client, settings):
        settings.DEMO = False
        response = sign_in(client, make_person(demo=True))
        assert response.url == "/accounts/inactive/"
        assert not is_signed_in(client)

    def test_does_not_sign_in_by_code_outside_the_demo(self, client, settings):
        from .people import ask_for_code, last_code, type_code

        settings.DEMO = False
        user = make_person(demo=True)
        ask_for_code(client, user.email)
        assert type_code(client, last_code(user.email)).url == "/accounts/inactive/"
        assert not is_signed_in(client)

    def test_is_not_authenticated_outside_the_demo(self, settings):
        from django.contrib.auth import authenticate

        settings.DEMO = False
        user = make_person(demo=True)
        assert authenticate(None, email=user.email, password=PASSWORD) is None

    def test_session_ends_with_the_demo(self, client, settings):
        settings.DEMO = True
        sign_in(client, make_person(demo=True))
        settings.DEMO = False
        assert client.get("/profile/").url.startswith("/accounts/login/")


class TestForeignUsers:
    def test_stop_the_demo(self, settings):
        settings.DEMO = True
        make_person(demo=False)
        with pytest.raises(ImproperlyConfigured, match="did not make"):
            demo_rules.refuse_foreign_users()
        assert User.objects.filter(demo=False).exists()

    def test_are_a_finding_of_the_check(self, settings):
        settings.DEMO = True
        make_person(demo=False)
        assert [found.id for found in demo_rules.foreign_users_check(None, ["default"])] == [
            "relationships.E001"
        ]

    def test_are_at_home_outside_the_demo(self, settings):
        settings.DEMO = False
        make_person(demo=False)
        demo_rules.refuse_foreign_users()
        assert demo_rules.foreign_users_check(None, ["default"]) == []

    def test_are_not_those_that_the_demo_made(self, settings):
        settings.DEMO = True
        make_person()
        demo_rules.refuse_foreign_users()


class TestOffer:
    @pytest.fixture(autouse=True)
    def accounts(self, monkeypatch):
        # Whatever the demo makes, this test is about what the page does with it.
        monkeypatch.setattr(
            "relationships.signin.login_form.demo_accounts",
            lambda: [Account] if demo_rules.settings.DEMO else [],
        )

    def test_stands_on_the_sign_in_page_of_the_demo(self, client, settings):
        settings.DEMO = True
        page = client.get("/accounts/login/").content.decode()
        assert Account.email in page
        assert demo_rules.DEMO_PASSWORD in page
        assert 'href="?email=admin.agent%40alder.example"' in page

    def test_keeps_the_way_back(self, client, settings):
        settings.DEMO = True
        page = client.get("/accounts/login/", {"next": "/profile/"}).content.decode()
        assert "?next=%2Fprofile%2F&amp;email=admin.agent%40alder.example" in page

    def test_is_not_made_outside_the_demo(self, client, settings):
        settings.DEMO = False
        page = client.get("/accounts/login/").content.decode()
        assert Account.email not in page
        assert demo_rules.DEMO_PASSWORD not in page
