"""Outside the demo, partner people and staff need a second factor (rule R81)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.rights import CustomerRole
from partners.rights import Agent
from tests import factories as make

from .people import make_person, sign_in

pytestmark = pytest.mark.django_db

STRONG = "/strong-sign-in/"


@pytest.fixture(autouse=True)
def _no_demo(settings):
    settings.DEMO = False


def partner_person(**fields):
    user = make_person(demo=False, **fields)
    return user, make.join_partner(make.make_partner(), agent=Agent.ADMIN_AGENT, user=user)


def staff_person():
    return make_person(demo=False, is_staff=True, is_superuser=True)


def code_now(secret):
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    )


def give_factor(user):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def home_of(user):
    place = user.partner_memberships.get()
    return reverse("relationships:partner-home", args=[place.partner.slug])


class TestDemand:
    @pytest.mark.django_db(transaction=True)
    def test_leads_a_partner_s_person_to_setting_one_up_and_back(self, client):
        user, _ = partner_person()
        sign_in(client, user)
        wanted = home_of(user) + "?x=1"
        assert client.get(wanted).url == STRONG
        text = client.get(STRONG).content.decode()
        assert "Set up a passkey" in text
        assert "/accounts/2fa/totp/activate/" in text
        client.post("/accounts/reauthenticate/", {"password": "violet-tram-52-anchor"})
        client.get("/accounts/2fa/totp/activate/")
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
        assert answer.status_code == 302
        assert client.get("/").url == wanted
        assert client.get(wanted).status_code == 200

    def test_keeps_staff_out_of_the_admin(self, client):
        sign_in(client, staff_person())
        assert client.get(reverse("admin:index")).url == STRONG
        before = Authenticator.objects.count()
        assert client.post(reverse("admin:index")).url == STRONG
        assert Authenticator.objects.count() == before

    def test_is_none_of_a_customer_s_people(self, client):
        user = make_person(demo=False)
        customer = make.make_customer()
        make.join_customer(customer, CustomerRole.READER, user=user)
        sign_in(client, user)
        home = reverse("relationships:customer-home", args=[customer.slug])
        assert client.get(home).status_code == 200

    def test_is_none_in_the_demo(self, client, settings):
        settings.DEMO = True
        user, _ = partner_person()
        sign_in(client, user)
        assert client.get(home_of(user)).status_code == 200

    def test_leaves_the_account_s_own_pages_open(self, client):
        user, _ = partner_person()
        sign_in(client, user)
        for page in ("/profile/", "/accounts/2fa/", "/accounts/email/", STRONG):
            assert client.get(page).status_code == 200

    def test_follows_a_person_who_joins_a_partner_while_signed_in(self, client):
        user = make_person(demo=False)
        sign_in(client, user)
        assert client.get("/").status_code == 200
        make.join_partner(make.make_partner(), agent=Agent.SALES_AGENT, user=user)
        assert client.get("/").url == STRONG

    def test_costs_no_query(self, client, settings, django_assert_num_queries):
        user, _ = partner_person()
        give_factor(user)
        client.force_login(user)
        session = client.session
        session["strong"] = True
        session.save()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(home_of(user)).status_code == 200
        settings.DEMO = True
        with django_assert_num_queries(len(asked)):
            client.get(home_of(user))


class TestSession:
    def test_of_the_password_and_the_code_is_strong(self, client):
        user, _ = partner_person()
        secret = give_factor(user)
        answer = sign_in(client, user)
        assert answer.url.startswith("/accounts/2fa/authenticate/")
        assert client.get(home_of(user)).status_code == 302
        client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
        assert client.get(home_of(user)).status_code == 200

    def test_of_a_recovery_code_is_strong(self, client):
        user, _ = partner_person()
        give_factor(user)
        codes = RecoveryCodes.activate(user).get_unused_codes()
        sign_in(client, user)
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert client.get(home_of(user)).status_code == 200

    def test_from_before_the_factor_has_to_show_it(self, client):
        """Switched on while somebody is signed in elsewhere with the password alone."""
        user, _ = partner_person()
        sign_in(client, user)
        secret = give_factor(user)
        assert client.get(home_of(user)).url == STRONG
        assert "Confirm with the second factor" in client.get(STRONG).content.decode()
        answer = client.post(
            f"/accounts/2fa/reauthenticate/?next={STRONG}", {"code": code_now(secret)}
        )
        assert answer.url == STRONG
        assert client.get(home_of(user)).status_code == 200

    def test_is_weak_again_once_the_factor_is_gone(self, client):
        user, _ = partner_person()
        secret = give_factor(user)
        sign_in(client, user)
        client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
        Authenticator.objects.filter(user=user).delete()
        assert client.get(home_of(user)).url == STRONG

    def test_of_nobody_is_left_alone(self, client):
        assert client.get("/healthz/").status_code == 200
        assert client.get("/accounts/login/").status_code == 200
