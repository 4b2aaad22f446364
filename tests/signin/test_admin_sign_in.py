"""The administration has no door of its own."""

import pytest

from .people import PASSWORD, is_signed_in, make_person, sign_in

pytestmark = pytest.mark.django_db


class TestAdminSignIn:
    @pytest.mark.parametrize("address", ["/admin/", "/admin/login/"])
    def test_is_the_sign_in_of_everybody(self, client, address):
        response = client.get(address, follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")

    def test_takes_no_password_itself(self, client):
        staff = make_person(is_staff=True, is_superuser=True)
        response = client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")
        assert not is_signed_in(client)

    def test_does_not_lead_away(self, client):
        staff = make_person(is_staff=True, is_superuser=True)
        asked = client.get("/admin/login/", {"next": "https://evil.example/"})
        assert asked.url.startswith("/accounts/login/")
        response = client.post(asked.url, {"login": staff.email, "password": PASSWORD}, follow=True)
        assert response.redirect_chain[-1][0] == "/admin/"

    def test_leads_staff_back(self, client):
        staff = make_person(is_staff=True, is_superuser=True)
        assert sign_in(client, staff, next="/admin/").url == "/admin/"
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("address", ["/admin/", "/admin/login/"])
    def test_refuses_everybody_else_with_a_page(self, client, address):
        sign_in(client, make_person())
        response = client.get(address, follow=True)
        assert response.status_code == 403
        assert "403.html" in [template.name for template in response.templates]
