"""Outside the demo, partner people and staff need a second factor (rule R81)."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.rights import CustomerRole
from partners.rights import Agent
from tests import factories as make

from .people import PASSWORD, make_person, sign_in

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


def strengthen(client):
    session = client.session
    session["strong"] = time.time()
    session.save()


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
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        client.get("/accounts/2fa/totp/activate/")
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
        assert answer.status_code == 302
        assert "Go on where you were going" in client.get(answer.url).content.decode()
        assert client.get("/").url == wanted
        assert client.get(wanted).status_code == 200
        assert "Go on where" not in client.get("/accounts/2fa/").content.decode()

    def test_keeps_the_page_whose_form_was_sent_and_forgets_it_for_nothing(self, client):
        user, _ = partner_person()
        sign_in(client, user)
        secret = give_factor(user)
        page = "http://testserver" + home_of(user) + "requests/new/"
        for referer in (page, "https://evil.example/", "//evil.example/"):
            answer = client.post(home_of(user), headers={"referer": referer})
            assert answer.url == STRONG
        # The way back out of the account's pages is not where somebody was going.
        assert client.get("/").url == STRONG
        client.post(f"/accounts/2fa/reauthenticate/?next={STRONG}", {"code": code_now(secret)})
        assert client.get("/").url == page

    def test_leads_to_no_other_site_by_the_way_that_it_remembers(self, client):
        user, _ = partner_person()
        sign_in(client, user)
        secret = give_factor(user)
        assert client.get("//evil.example/").url == STRONG
        client.post(f"/accounts/2fa/reauthenticate/?next={STRONG}", {"code": code_now(secret)})
        assert urlsplit(client.get("/").url).netloc == ""

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
        strengthen(client)
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
        waiting = client.session.session_key
        client.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
        assert client.get(home_of(user)).status_code == 200
        # Whoever had planted the key of the window that waited has nothing by it.
        assert client.session.session_key != waiting

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

    def test_that_showed_a_factor_which_is_gone_shows_the_new_one_too(self, client):
        """The lost phone's window gets no further once its owner has made another factor."""
        user, _ = partner_person()
        lost = give_factor(user)
        sign_in(client, user)
        client.post("/accounts/2fa/authenticate/", {"code": code_now(lost)})
        assert client.get(home_of(user)).status_code == 200
        Authenticator.objects.filter(user=user).delete()
        secret = give_factor(user)
        assert client.get(home_of(user)).url == STRONG
        cache.clear()  # allauth takes each code once
        client.post(f"/accounts/2fa/reauthenticate/?next={STRONG}", {"code": code_now(secret)})
        assert client.get(home_of(user)).status_code == 200

    def test_of_nobody_is_left_alone(self, client):
        assert client.get("/healthz/").status_code == 200
        assert client.get("/accounts/login/").status_code == 200


class TestWindowFromBefore:
    """Who has a stolen window and the password, but not the factor, makes and takes none."""

    TAKES = (
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/add/",
    )

    @pytest.fixture
    def window(self, client):
        client.user, _ = partner_person()
        sign_in(client, client.user)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        client.secret = give_factor(client.user)
        return client

    def test_is_asked_for_the_factor_and_no_password(self, window):
        before = list(Authenticator.objects.values())
        for page in self.TAKES:
            for answer in (window.get(page), window.post(page)):
                asked = urlsplit(answer.url)
                assert asked.path == "/accounts/2fa/reauthenticate/"
                assert parse_qs(asked.query)["next"] == [page]
        answer = window.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert answer.url.startswith("/accounts/2fa/reauthenticate/")
        assert window.get(home_of(window.user)).url == STRONG
        assert list(Authenticator.objects.values()) == before

    def test_guesses_no_more_than_a_few_codes(self, window, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key"}
        cache.clear()
        for _guess in range(6):
            window.post("/accounts/2fa/reauthenticate/", {"code": "000000"})
        right = {"code": code_now(window.secret)}
        answer = window.post("/accounts/2fa/reauthenticate/", right)
        cache.clear()
        assert answer.status_code == 200
        assert window.get(home_of(window.user)).url == STRONG

    def test_does_it_with_the_factor(self, window):
        answer = window.post(
            "/accounts/2fa/reauthenticate/?next=/accounts/2fa/totp/deactivate/",
            {"code": code_now(window.secret)},
        )
        assert answer.url == "/accounts/2fa/totp/deactivate/"
        window.post(answer.url)
        assert not Authenticator.objects.filter(user=window.user).exists()


class TestWords:
    """The pages of a second factor are allauth's, in our words."""

    def test_of_every_page(self, client):
        user, _ = partner_person()
        sign_in(client, user)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        pages = {"/accounts/2fa/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/"}
        seen = [client.get(page) for page in sorted(pages)]
        secret = client.session["mfa.totp.secret"]
        done = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
        strengthen(client)  # which a commit does
        done = client.get(done.url)
        key = Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "My phone"}
        )
        later = ("totp/deactivate", "recovery-codes/generate", "recovery-codes", "webauthn")
        one = ("edit", "remove")
        seen += [done, *(client.get(f"/accounts/2fa/{page}/") for page in later)]
        seen += [client.get(f"/accounts/2fa/webauthn/keys/{key.pk}/{page}/") for page in one]
        for answer in seen:
            text = answer.content.decode().partition("<main")[2]
            assert answer.status_code == 200
            for foreign in ("Two-Factor", "ecurity Key", "Authenticator App", "Are you sure"):
                assert foreign not in text
        assert "They are not shown again." in done.content.decode()
        assert "My phone" in seen[-3].content.decode()

    def test_offer_a_passkey_only_to_who_has_one(self, client):
        user, _ = partner_person()
        give_factor(user)
        page = client.get(sign_in(client, user).url).content.decode()
        assert "Type the code of your app" in page
        assert "Use a passkey" not in page
