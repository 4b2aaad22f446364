"""Single sign-on against a real identity provider: allauth's own, in a process of its own."""

import re
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Actor, User
from audit.models import Event
from customers.models import CustomerMembership, DomainProof
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Admin, Agent
from relationships.models import IdentityProvider
from relationships.models.identity_provider import provider_key
from relationships.moves import inviting, people
from relationships.moves.deleting import delete_account
from relationships.moves.signing_on import note_test, set_up, turn_off, turn_on
from tests import factories as make
from tests.identity_provider.running import free_port, parameters
from tests.relationships.test_people import Nothing, place_of

from .people import ask_for_code, is_signed_in, last_code, make_person, sign_in, type_code

pytestmark = pytest.mark.django_db
WAY = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


def organisation_with(provider, organisation, by, client_id):
    organisation.by = Actor.objects.of(by)
    organisation.by.signed_in_again_at = timezone.now()
    row = set_up(
        organisation,
        issuer=provider.issuer,
        client_id=client_id,
        secret=provider.secret,
        by=organisation.by,
    )
    note_test(row, by=organisation.by)
    turn_on(row, by=organisation.by)
    return row


@pytest.fixture
def fernhill(elsewhere):
    """A customer whose people sign in by the provider elsewhere."""
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    fernhill.confirm_domain(by=Actor.objects.of(make.make_staff()), reason="Seen.")
    fernhill.chief = make.join_customer(fernhill)
    client_id = elsewhere.client(callback_of(fernhill))
    fernhill.row = organisation_with(elsewhere, fernhill, fernhill.chief, client_id)
    return fernhill


@pytest.fixture
def alder(elsewhere):
    alder = make.make_partner("Alder Cloud", domain="alder.example")
    alder.chief = make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
    client_id = elsewhere.client(callback_of(alder))
    alder.row = organisation_with(elsewhere, alder, alder.chief, client_id)
    return alder


def callback_of(organisation):
    return f"http://testserver/sign-on/{provider_key(organisation)}/callback/"


def way_of(response):
    """Where the page leads on to."""
    assert response.status_code == 200, response.content.decode()[:2000]
    return unescape(WAY.search(response.content.decode()).group(1))


def begin(browser, address, **more):
    return browser.post("/sign-on/", {"email": address, **more})


def come_by(elsewhere, browser, address, at="", **more):
    """All the way: the address typed here, signed in there, and back."""
    way = way_of(begin(browser, address, **more))
    return browser.get(elsewhere.signs_in(at or address, way))


def text(response):
    return unescape(response.content.decode())


def is_signed_in_with_password(user):
    browser = Client()
    sign_in(browser, user)
    return is_signed_in(browser)


class TestNewcomer:
    def test_is_signed_in_and_reads(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example", name="Robin Reed")
        browser = Client()
        response = come_by(elsewhere, browser, "robin@fernhill.example")
        assert response.url == "/"
        assert is_signed_in(browser)
        robin = User.objects.get(email="robin@fernhill.example")
        assert robin.name == "Robin Reed"
        assert not robin.has_usable_password()
        assert robin.emailaddress_set.get().verified
        assert place_of(robin, fernhill).role == CustomerRole.READER
        assert browser.get("/").url == f"/customers/{fernhill.slug}/"

    def test_becomes_a_helpdesk_agent_of_a_partner(self, elsewhere, alder):
        elsewhere.person("robin@alder.example")
        come_by(elsewhere, Client(), "robin@alder.example")
        robin = User.objects.get(email="robin@alder.example")
        assert place_of(robin, alder).agent == Agent.HELPDESK_AGENT

    def test_comes_to_where_they_were_going(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        response = come_by(elsewhere, Client(), "robin@fernhill.example", next="/profile/")
        assert response.url == "/profile/"

    @pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:x"])
    def test_is_led_off_the_site_by_no_link(self, elsewhere, fernhill, url):
        elsewhere.person("robin@fernhill.example")
        response = come_by(elsewhere, Client(), "robin@fernhill.example", next=url)
        assert response.url == "/"

    def test_with_a_name_that_is_none_gets_no_name(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example", name="<b>https://evil.example</b>")
        come_by(elsewhere, Client(), "robin@fernhill.example")
        assert User.objects.get(email="robin@fernhill.example").name == ""

    def test_gets_a_session_of_a_new_key(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        browser.get("/sign-on/")
        way = way_of(begin(browser, "robin@fernhill.example"))
        before = browser.session.session_key
        browser.get(elsewhere.signs_in("robin@fernhill.example", way))
        assert is_signed_in(browser)
        assert browser.session.session_key != before


class TestKnownPerson:
    def test_keeps_account_role_and_password(self, elsewhere, fernhill):
        robin = make_person("robin@fernhill.example")
        make.join_customer(fernhill, CustomerRole.BILLING_ADMIN, user=robin)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        assert browser.session["_auth_user_id"] == str(robin.pk)
        robin.refresh_from_db()
        assert robin.has_usable_password()
        assert place_of(robin, fernhill).role == CustomerRole.BILLING_ADMIN
        told = Delivery.objects.get(subject="You can now sign in by Fernhill")
        assert told.recipient == robin.email

    def test_is_the_same_under_a_new_address_of_the_domain(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example", username="robin")
        come_by(elsewhere, Client(), "robin@fernhill.example")
        elsewhere.person("robin.reed@fernhill.example", username="robin")
        browser = Client()
        come_by(elsewhere, browser, "robin.reed@fernhill.example")
        robin = User.objects.get(email="robin@fernhill.example")
        assert browser.session["_auth_user_id"] == str(robin.pk)
        assert User.objects.filter(email__startswith="robin").count() == 1

    def test_who_moved_on_with_the_account_is_out_of_reach(self, elsewhere, fernhill):
        """Else who runs the provider could come in as somebody of another organisation."""
        elsewhere.person("mover@fernhill.example", username="mover")
        come_by(elsewhere, Client(), "mover@fernhill.example")
        robin = User.objects.get(email="mover@fernhill.example")
        robin.emailaddress_set.update(email="mover@birch.example")
        User.objects.filter(pk=robin.pk).update(email="mover@birch.example")
        browser = Client()
        come_by(elsewhere, browser, "mover@fernhill.example")
        assert browser.session["_auth_user_id"] != str(robin.pk)
        assert not SocialAccount.objects.filter(user=robin).exists()

    def test_with_a_second_factor_shows_it_afterwards(self, elsewhere, fernhill):
        robin = make_person("robin@fernhill.example")
        Authenticator.objects.create(user=robin, type="totp", data={"secret": "x"})
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        response = come_by(elsewhere, browser, "robin@fernhill.example")
        assert response.url == "/accounts/2fa/authenticate/"
        assert not is_signed_in(browser)
        assert not CustomerMembership.objects.filter(user=robin).exists()

    def test_comes_in_with_the_code_of_the_app_and_then_has_a_place(self, elsewhere, fernhill):
        robin = make_person("robin@fernhill.example")
        secret = generate_totp_secret()
        TOTP.activate(robin, secret)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        response = come_by(elsewhere, browser, "robin@fernhill.example", next="/profile/")
        assert browser.get(response.url).status_code == 200
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        assert browser.post(response.url, {"code": code}).url == "/profile/"
        assert is_signed_in(browser)
        assert place_of(robin, fernhill).role == CustomerRole.READER

    def test_whose_partner_demands_one_gets_no_further_without(self, elsewhere, alder, settings):
        settings.DEMO = False
        User.objects.update(demo=False)
        elsewhere.person("robin@alder.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@alder.example")
        assert browser.get(f"/partners/{alder.slug}/").url == "/strong-sign-in/"

    def test_whose_account_was_switched_off_stays_out(self, elsewhere, fernhill):
        robin = make_person("robin@fernhill.example")
        User.objects.filter(pk=robin.pk).update(is_active=False)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        assert not is_signed_in(browser)
        assert not CustomerMembership.objects.filter(user=robin).exists()

    def test_who_was_removed_comes_in_and_has_no_place(self, elsewhere, fernhill):
        robin = make_person("robin@fernhill.example")
        make.join_customer(fernhill, CustomerRole.READER, user=robin)
        people.remove(place_of(robin, fernhill), by=fernhill.by)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        assert is_signed_in(browser)
        assert browser.get(f"/customers/{fernhill.slug}/").status_code == 404


class TestWhoWasRemoved:
    """Comes back by no way round: under a new account neither."""

    @pytest.fixture
    def robin(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example", username="robin")
        come_by(elsewhere, Client(), "robin@fernhill.example")
        robin = User.objects.get(email="robin@fernhill.example")
        people.remove(place_of(robin, fernhill), by=fernhill.by)
        return robin

    def comes(self, elsewhere, fernhill, address):
        browser = Client()
        come_by(elsewhere, browser, address)
        assert is_signed_in(browser)
        assert browser.get(f"/customers/{fernhill.slug}/").status_code == 404
        assert fernhill.memberships.current().count() == 1

    def test_having_deleted_the_account(self, elsewhere, fernhill, robin):
        delete_account(robin, by=Actor.objects.of(robin))
        self.comes(elsewhere, fernhill, "robin@fernhill.example")

    def test_having_another_address_on_the_account(self, elsewhere, fernhill, robin):
        robin.emailaddress_set.update(email="robin@elsewhere.example")
        User.objects.filter(pk=robin.pk).update(email="robin@elsewhere.example")
        self.comes(elsewhere, fernhill, "robin@fernhill.example")

    def test_having_another_address_at_the_provider(self, elsewhere, fernhill, robin):
        delete_account(robin, by=Actor.objects.of(robin))
        elsewhere.person("other@fernhill.example", username="robin")
        self.comes(elsewhere, fernhill, "other@fernhill.example")

    def test_until_somebody_invites_them(self, elsewhere, fernhill, robin):
        role = {"role": CustomerRole.BILLING_ADMIN}
        offer = inviting.invite(fernhill, robin.email, role, by=fernhill.by)
        browser = Client()
        come_by(elsewhere, browser, robin.email)
        assert "Fernhill has invited you" in text(browser.get("/"))
        inviting.accept(offer, by=Actor.objects.of(robin))
        assert place_of(robin, fernhill).role == CustomerRole.BILLING_ADMIN


class TestSomebodyElsesAccount:
    def test_is_not_opened_by_an_address_that_was_only_entered(self, elsewhere, fernhill):
        mallory = make_person("mallory@evil.example")
        EmailAddress.objects.create(user=mallory, email="robin@fernhill.example", verified=False)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        assert browser.session.get("_auth_user_id") != str(mallory.pk)
        assert not CustomerMembership.objects.filter(user=mallory).exists()

    def test_that_was_made_in_advance_becomes_whose_address_it_is(self, elsewhere, fernhill):
        waiting = make_person("robin@fernhill.example", verified=False, name="Mallory Evil")
        elsewhere.person("robin@fernhill.example", name="Robin Reed")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        assert is_signed_in(browser)
        waiting.refresh_from_db()
        assert (waiting.name, waiting.has_usable_password()) == ("Robin Reed", False)
        assert Event.objects.filter(kind="user.handed_over").count() == 1
        assert "Mallory" not in Delivery.objects.filter(kind="people").last().text
        assert not is_signed_in_with_password(waiting)

    def test_of_staff_is_opened_by_no_provider_of_an_organisation(self, elsewhere, fernhill):
        make_person("robin@fernhill.example", is_staff=True)
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        with Nothing():
            response = come_by(elsewhere, browser, "robin@fernhill.example")
        assert response.status_code == 401
        assert "staff do not sign in" in text(response)
        assert not is_signed_in(browser)


class TestRefusals:
    def refused(self, elsewhere, address, at, sentence):
        browser = Client()
        way = way_of(begin(browser, address))
        with Nothing():
            response = browser.get(elsewhere.signs_in(at, way))
        assert response.status_code == 401
        assert sentence in text(response)
        assert "/accounts/login/" in text(response)
        assert not is_signed_in(browser)

    def test_an_address_that_is_not_verified(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example", verified=False)
        said = "does not say that robin@fernhill.example is verified"
        self.refused(elsewhere, "robin@fernhill.example", "robin@fernhill.example", said)

    @pytest.mark.parametrize(
        "address",
        [
            "chief@alder.example",
            "robin@sub.fernhill.example",
            "robin@fernhill.example.evil.example",
        ],
    )
    def test_an_address_of_another_domain(self, elsewhere, fernhill, alder, address):
        elsewhere.person(address)
        self.refused(elsewhere, "robin@fernhill.example", address, "which is of another domain")

    def test_a_code_that_was_given_to_somebody_else(self, elsewhere, fernhill):
        """A link with an answer of the attacker's own, pressed by the victim."""
        elsewhere.person("mallory@fernhill.example")
        attacker = Client()
        way = way_of(begin(attacker, "mallory@fernhill.example"))
        answer = elsewhere.signs_in("mallory@fernhill.example", way)
        victim = Client()
        with Nothing():
            response = victim.get(answer)
        assert response.status_code == 401
        assert "in another window" in text(response)
        assert not is_signed_in(victim)

    def test_a_code_that_was_used(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        way = way_of(begin(browser, "robin@fernhill.example"))
        answer = elsewhere.signs_in("robin@fernhill.example", way)
        browser.get(answer)
        browser.logout()
        assert browser.get(answer).status_code == 401
        assert not is_signed_in(browser)

    def test_who_pressed_cancel(self, fernhill):
        browser = Client()
        state = parameters(way_of(begin(browser, "robin@fernhill.example")))["state"]
        address = callback_of(fernhill)
        response = browser.get(address, {"error": "access_denied", "state": state})
        assert "You did not finish" in text(response)

    def test_the_answer_of_another_organisations_provider(self, elsewhere, fernhill, alder):
        """The state of one provider is none at the address of the other."""
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        way = way_of(begin(browser, "robin@fernhill.example"))
        answer = elsewhere.signs_in("robin@fernhill.example", way)
        other = answer.replace(provider_key(fernhill), provider_key(alder))
        assert browser.get(other).status_code == 401
        assert not is_signed_in(browser)

    def test_what_does_not_exist(self, fernhill):
        for path in ("customer-x", "customer-", "x", provider_key(make.make_customer())):
            assert Client().get(f"/sign-on/{path}/callback/").status_code == 404
            assert Client().post("/sign-on/", {"provider": path}).status_code == 404


class TestProvider:
    def test_that_is_down_is_said_and_the_other_ways_are_named(self, fernhill):
        IdentityProvider.objects.update(issuer=f"http://127.0.0.1:{free_port()}")
        with Nothing():
            response = begin(Client(), "robin@fernhill.example")
        assert response.status_code == 503
        assert "does not answer at the moment" in text(response)
        assert "/accounts/login/" in text(response)

    def test_that_goes_down_on_the_way(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        way = way_of(begin(browser, "robin@fernhill.example"))
        answer = elsewhere.signs_in("robin@fernhill.example", way)
        IdentityProvider.objects.update(issuer=f"http://127.0.0.1:{free_port()}")
        assert browser.get(answer).status_code == 503
        assert not is_signed_in(browser)

    def test_that_calls_itself_otherwise_is_not_asked(self, elsewhere, fernhill):
        IdentityProvider.objects.update(issuer=elsewhere.issuer.replace("127.0.0.1", "localhost"))
        # It answers at both addresses, and calls itself by the one at which it was asked.
        assert begin(Client(), "robin@fernhill.example").status_code == 200
        IdentityProvider.objects.update(issuer=elsewhere.issuer + "/test")
        response = begin(Client(), "robin@fernhill.example")
        assert response.status_code in (401, 503)

    def test_whose_secret_is_another_signs_nobody_in(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        fernhill.row.secret = "another"
        fernhill.row.save(update_fields=["secret"])
        browser = Client()
        response = come_by(elsewhere, browser, "robin@fernhill.example")
        assert response.status_code == 401
        assert "could not be trusted" in text(response)
        assert not is_signed_in(browser)

    def test_that_was_turned_off_on_the_way(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        way = way_of(begin(browser, "robin@fernhill.example"))
        answer = elsewhere.signs_in("robin@fernhill.example", way)
        turn_off(fernhill.row, by=fernhill.by)
        response = browser.get(answer)
        assert response.status_code == 401
        assert "is turned off" in text(response)
        assert not is_signed_in(browser)


class TestTurningOff:
    def test_locks_nobody_out(self, elsewhere, fernhill):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        come_by(elsewhere, browser, "robin@fernhill.example")
        turn_off(fernhill.row, by=fernhill.by)
        home = f"/customers/{fernhill.slug}/"
        assert browser.get(home).status_code == 200
        assert begin(Client(), "robin@fernhill.example").status_code == 422
        later = Client()
        ask_for_code(later, "robin@fernhill.example")
        type_code(later, last_code("robin@fernhill.example"))
        assert later.get(home).status_code == 200

    def test_happens_by_itself_while_the_domain_is_lost(self, fernhill):
        DomainProof.objects.create(
            customer=fernhill,
            created_at=timezone.now(),
            created_by=fernhill.by,
            proved_at=timezone.now(),
            missing_since=timezone.now(),
        )
        assert begin(Client(), "robin@fernhill.example").status_code == 422


class TestAddress:
    def test_of_a_domain_without_one_gets_a_sentence_and_stays(self, fernhill):
        response = begin(Client(), "robin@birch.example")
        assert response.status_code == 422
        assert "No single sign-on is set up for addresses at birch.example" in text(response)
        assert 'value="robin@birch.example"' in text(response)

    def test_says_the_same_whether_or_not_somebody_has_it(self, fernhill):
        make_person("known@fernhill.example")
        make_person("known@birch.example")
        ways = [way_of(begin(Client(), f"{who}@fernhill.example")) for who in ("known", "unknown")]
        of_attempt = {"state", "code_challenge"}
        led = [
            {name: value for name, value in parameters(way).items() if name not in of_attempt}
            for way in ways
        ]
        for one in led:
            one["scope"] = set(one["scope"].split())
        assert led[0] == led[1]
        pages = [text(begin(Client(), f"{who}@birch.example")) for who in ("known", "unknown")]
        token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
        assert token.sub("", pages[0]).replace("unknown", "known") == token.sub(
            "", pages[1]
        ).replace("unknown", "known")

    def test_of_a_company_on_both_sides_asks_which(self, elsewhere, fernhill):
        both = make.make_partner("Fernhill Services", domain="fernhill.example")
        chief = make.join_partner(both, admin=Admin.GLOBAL_ADMIN)
        organisation_with(elsewhere, both, chief, elsewhere.client(callback_of(both)))
        browser = Client()
        page = text(begin(browser, "robin@fernhill.example"))
        assert "For which of them do you come?" in page
        way = way_of(browser.post("/sign-on/", {"provider": provider_key(both)}))
        assert provider_key(both) in way

    def test_is_limited(self, fernhill, settings):
        from partnercenter.settings import ACCOUNT_RATE_LIMITS

        settings.ACCOUNT_RATE_LIMITS = {**ACCOUNT_RATE_LIMITS, "single_sign_on": "3/10m/ip"}
        cache.clear()
        statuses = [begin(Client(), "robin@birch.example").status_code for _try in range(4)]
        cache.clear()
        assert statuses == [422, 422, 422, 429]

    def test_way_there_keeps_a_code_challenge_and_no_referrer(self, fernhill):
        response = begin(Client(), "robin@fernhill.example")
        given = parameters(way_of(response))
        assert given["code_challenge_method"] == "S256"
        assert given["redirect_uri"] == callback_of(fernhill)
        assert set(given["scope"].split()) == {"openid", "email", "profile"}
        assert response["Referrer-Policy"] == "no-referrer"


class TestOfTheOperator:
    @pytest.fixture(autouse=True)
    def operator(self, elsewhere, settings):
        address = "http://testserver/sign-on/operator/callback/"
        settings.SINGLE_SIGN_ON = [
            {
                "id": "operator",
                "name": "Operator ID",
                "issuer": elsewhere.issuer,
                "client_id": elsewhere.client(address),
                "secret": elsewhere.secret,
                "domains": ["operator.example"],
            }
        ]

    def test_signs_in_staff_by_its_button(self, elsewhere):
        admin = make_person("robin@operator.example", is_staff=True)
        elsewhere.person("robin@operator.example")
        browser = Client()
        assert "Sign in by Operator ID" in text(browser.get("/sign-on/"))
        way = way_of(browser.post("/sign-on/", {"provider": "operator"}))
        browser.get(elsewhere.signs_in("robin@operator.example", way))
        assert browser.session["_auth_user_id"] == str(admin.pk)

    def test_makes_nobody_staff_and_gives_no_place(self, elsewhere):
        elsewhere.person("new@operator.example")
        come_by(elsewhere, Client(), "new@operator.example")
        new = User.objects.get(email="new@operator.example")
        assert (new.is_staff, new.is_superuser) == (False, False)
        assert not new.customer_memberships.exists()
        assert not new.partner_memberships.exists()

    def test_vouches_for_its_own_domains_alone(self, elsewhere):
        elsewhere.person("robin@fernhill.example")
        browser = Client()
        response = come_by(
            elsewhere, browser, "robin@operator.example", at="robin@fernhill.example"
        )
        assert response.status_code == 401
        assert not is_signed_in(browser)


class TestSetUpPages:
    """The global admin's page, step by step, with the real provider."""

    def page(self, organisation):
        return f"/customers/{organisation.slug}/profile/sign-on/"

    @pytest.fixture
    def birch(self):
        birch = make.make_customer("Birch", domain="birch.example")
        birch.confirm_domain(by=Actor.objects.of(make.make_staff()), reason="Seen.")
        birch.chief = make.join_customer(birch)
        birch.browser = Client()
        birch.browser.force_login(birch.chief)
        return birch

    def save(self, elsewhere, birch, **more):
        given = {
            "issuer": elsewhere.issuer,
            "client_id": elsewhere.client(callback_of(birch)),
            "secret": elsewhere.secret,
        }
        return birch.browser.post(self.page(birch), {**given, **more})

    def test_shows_the_address_for_answers_before_anything_is_saved(self, birch):
        assert callback_of(birch) in text(birch.browser.get(self.page(birch)))

    def test_tests_without_signing_anybody_in(self, elsewhere, birch):
        elsewhere.person("robin@birch.example")
        assert self.save(elsewhere, birch).url == self.page(birch)
        way = way_of(birch.browser.post(self.page(birch) + "test/"))
        response = birch.browser.get(elsewhere.signs_in("robin@birch.example", way), follow=True)
        assert "It works: the provider says that you are robin@birch.example" in text(response)
        assert birch.browser.session["_auth_user_id"] == str(birch.chief.pk)
        assert not User.objects.filter(email="robin@birch.example").exists()
        assert birch.identity_provider.tested_at is not None

    def test_asks_for_a_fresh_sign_in_before_it_is_turned_on(self, elsewhere, birch):
        self.save(elsewhere, birch)
        note_test(birch.identity_provider, by=Actor.objects.of(birch.chief))
        response = birch.browser.post(self.page(birch) + "turn-on/")
        assert response.url.startswith("/sign-in-again/")
        birch.identity_provider.refresh_from_db()
        assert birch.identity_provider.turned_on_at is None

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"secret": "wrong"}, "Check client id and secret"),
            ({"client_id": "unknown"}, ""),
        ],
    )
    def test_says_what_to_mend(self, elsewhere, birch, change, said):
        elsewhere.person("robin@birch.example")
        self.save(elsewhere, birch, **change)
        way = way_of(birch.browser.post(self.page(birch) + "test/"))
        if "client_id" in change:
            with pytest.raises(AssertionError, match="led nowhere"):
                elsewhere.signs_in("robin@birch.example", way)
            return
        response = birch.browser.get(elsewhere.signs_in("robin@birch.example", way), follow=True)
        assert said in text(response)
        assert birch.identity_provider.tested_at is None

    @pytest.mark.parametrize(
        ("address", "verified", "said"),
        [
            ("robin@birch.example", False, "email_verified"),
            ("robin@fernhill.example", True, "which is not in your domain"),
        ],
    )
    def test_a_test_of_what_would_be_refused_does_not_count(
        self, elsewhere, birch, address, verified, said
    ):
        elsewhere.person(address, verified=verified)
        self.save(elsewhere, birch)
        way = way_of(birch.browser.post(self.page(birch) + "test/"))
        response = birch.browser.get(elsewhere.signs_in(address, way), follow=True)
        assert said in text(response)
        assert birch.identity_provider.tested_at is None

    def test_a_provider_that_does_not_answer(self, elsewhere, birch):
        self.save(elsewhere, birch, issuer=f"http://127.0.0.1:{free_port()}")
        response = birch.browser.post(self.page(birch) + "test/", follow=True)
        assert "gave no answer that can be used" in text(response)

    def test_a_bad_issuer_loses_nothing_that_was_typed(self, elsewhere, birch):
        response = self.save(elsewhere, birch, issuer="ftp://x", client_id="my-client")
        assert response.status_code == 422
        assert "beginning with https://" in text(response)
        assert 'value="my-client"' in text(response)
        assert 'value="ftp://x"' in text(response)
        assert not IdentityProvider.objects.exists()

    def test_saving_without_a_change_keeps_the_test(self, elsewhere, birch):
        self.save(elsewhere, birch)
        provider = IdentityProvider.objects.get(customer=birch)
        note_test(provider, by=Actor.objects.of(birch.chief))
        given = {"issuer": provider.issuer, "client_id": provider.client_id, "secret": ""}
        response = birch.browser.post(self.page(birch), given, follow=True)
        assert "Nothing was changed." in text(response)
        provider.refresh_from_db()
        assert provider.tested_at is not None

    def test_tests_are_limited(self, elsewhere, birch, settings):
        self.save(elsewhere, birch)
        settings.ACCOUNT_RATE_LIMITS = {"sign_on_test": "2/10m/user"}
        cache.clear()
        answers = [birch.browser.post(self.page(birch) + "test/") for _try in range(3)]
        cache.clear()
        assert [answer.status_code for answer in answers] == [200, 200, 302]

    def test_the_secret_is_never_shown(self, elsewhere, birch):
        self.save(elsewhere, birch)
        assert elsewhere.secret not in text(birch.browser.get(self.page(birch)))

    def test_a_test_counts_for_nobody_elses_page(self, elsewhere, birch):
        """The answer of a test is taken in the window that began it."""
        elsewhere.person("robin@birch.example")
        self.save(elsewhere, birch)
        way = way_of(birch.browser.post(self.page(birch) + "test/"))
        answer = elsewhere.signs_in("robin@birch.example", way)
        stranger = Client()
        stranger.force_login(make.make_user())
        assert stranger.get(answer).status_code == 401
        assert birch.identity_provider.tested_at is None
