import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client, RequestFactory

from accounts.acting import actor_of, signed_in_again_at
from mail.models import Delivery
from relationships.signin import again_code, policy

from .people import PASSWORD, ask_for_code, last_code, last_letter, make_person, sign_in, type_code

pytestmark = pytest.mark.django_db

PAGE = "/sign-in-again/"
WRONG = "BBBB-BBBB"


@pytest.fixture
def person():
    return make_person(password=None)


@pytest.fixture
def visitor(person):
    """The client of someone without password, signed in by code."""
    visitor = Client()
    ask_for_code(visitor, person.email)
    type_code(visitor, last_code(person.email))
    return visitor


def request_of(visitor, user):
    request = RequestFactory().get("/")
    request.session, request.user = visitor.session, user
    return request


def is_fresh(visitor, user):
    return policy.is_fresh(request_of(visitor, user))


def make_old(visitor, seconds):
    session = visitor.session
    session[again_code.SESSION_KEY] = {
        **session[again_code.SESSION_KEY],
        "at": session[again_code.SESSION_KEY]["at"] - seconds,
    }
    session.save()


class TestWhoKnowsOnlyMail:
    def test_is_not_fresh_by_having_signed_in(self, visitor, person):
        assert not is_fresh(visitor, person)

    def test_is_sent_nothing_by_looking_at_the_page(self, visitor):
        before = Delivery.objects.count()
        assert b"Send me a code" in visitor.get(PAGE).content
        assert Delivery.objects.count() == before

    def test_is_fresh_with_the_code(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        response = visitor.post(PAGE, {"code": last_code(person.email), "next": "/profile/"})
        assert response.url == "/profile/"
        assert is_fresh(visitor, person)
        assert signed_in_again_at(request_of(visitor, person)) is not None
        assert actor_of(request_of(visitor, person)).signed_in_again_at is not None

    def test_is_no_longer_fresh_after_a_while(self, visitor, person, settings):
        visitor.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"code": last_code(person.email)})
        settings.SIGN_IN_AGAIN_SECONDS = 0
        assert not is_fresh(visitor, person)

    def test_is_sent_on_while_fresh(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"code": last_code(person.email)})
        assert visitor.get(PAGE, {"next": "/profile/"}).url == "/profile/"

    def test_gets_a_new_session_key(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        before = visitor.session.session_key
        visitor.post(PAGE, {"code": last_code(person.email)})
        assert visitor.session.session_key != before

    def test_is_not_led_away(self, visitor, person):
        visitor.post(f"{PAGE}?next=https://evil.example/", {"send": "yes"})
        code = last_code(person.email)
        response = visitor.post(PAGE, {"code": code, "next": "https://evil.example/"})
        assert response.url == "/"

    def test_keeps_the_way_back_while_the_code_travels(self, visitor):
        response = visitor.post(PAGE, {"send": "yes", "next": "/profile/"})
        assert response.url == f"{PAGE}?next=%2Fprofile%2F"
        assert 'value="/profile/"' in visitor.get(response.url).content.decode()


class TestCode:
    def test_is_kept_only_as_a_digest(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        code = last_code(person.email)
        kept = str(visitor.session[again_code.SESSION_KEY])
        assert code not in kept
        assert code.replace("-", "") not in kept

    def test_is_forgotten_by_its_mail(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        assert last_letter(person.email).forget

    def test_is_refused_when_wrong(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        response = visitor.post(PAGE, {"code": WRONG})
        assert response.status_code == 422
        assert response.context["form"].errors
        assert not is_fresh(visitor, person)

    def test_is_gone_after_five_wrong_ones(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        code = last_code(person.email)
        for _try in range(again_code.TRIES):
            visitor.post(PAGE, {"code": WRONG})
        visitor.post(PAGE, {"code": code})
        assert not is_fresh(visitor, person)

    def test_works_once(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        code = last_code(person.email)
        visitor.post(PAGE, {"code": code})
        session = visitor.session
        session["account_authentication_methods"] = []
        session.save()
        assert visitor.post(PAGE, {"code": code}).status_code == 422
        assert not is_fresh(visitor, person)

    def test_is_refused_when_old(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        make_old(visitor, again_code.LIFETIME)
        assert visitor.post(PAGE, {"code": last_code(person.email)}).status_code == 422
        assert not is_fresh(visitor, person)

    def test_is_refused_when_a_later_one_was_sent(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        first = last_code(person.email)
        visitor.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"code": first})
        assert not is_fresh(visitor, person)

    def test_is_refused_when_none_was_sent(self, visitor, person):
        assert visitor.post(PAGE, {"code": WRONG}).status_code == 422
        assert not is_fresh(visitor, person)

    @pytest.mark.parametrize("typed", ["", "x" * 200_000, "\0", "éèê"])
    def test_is_refused_when_it_is_nonsense(self, visitor, person, typed):
        visitor.post(PAGE, {"send": "yes"})
        assert visitor.post(PAGE, {"code": typed}).status_code == 422
        assert not is_fresh(visitor, person)

    def test_of_another_person_is_worth_nothing(self, visitor, person):
        other = make_person(password=None)
        elsewhere = Client()
        elsewhere.force_login(other)
        elsewhere.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"code": last_code(other.email)})
        assert not is_fresh(visitor, person)


class TestLimits:
    @pytest.fixture(autouse=True)
    def limits(self, settings):
        settings.ACCOUNT_RATE_LIMITS = {
            "sign_in_again_mail": "2/10m/user",
            "sign_in_again_code": "2/10m/user",
        }
        cache.clear()
        yield
        cache.clear()

    def test_hold_for_sending(self, visitor, person):
        for _try in range(2):
            assert visitor.post(PAGE, {"send": "yes"}).status_code == 302
        sent = Delivery.objects.filter(recipient=person.email).count()
        assert visitor.post(PAGE, {"send": "yes"}).status_code == 429
        assert Delivery.objects.filter(recipient=person.email).count() == sent

    def test_hold_for_typing_and_in_every_browser(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        for _try in range(2):
            visitor.post(PAGE, {"code": WRONG})
        response = visitor.post(PAGE, {"code": last_code(person.email)})
        assert response.status_code == 429
        assert not is_fresh(visitor, person)


class TestWhoHasAPassword:
    def test_goes_to_the_password_page(self, client):
        user = make_person()
        sign_in(client, user)
        response = client.get(PAGE, {"next": "/profile/"})
        assert response.url == "/accounts/reauthenticate/?next=%2Fprofile%2F"

    def test_is_sent_no_code(self, client):
        user = make_person()
        sign_in(client, user)
        before = Delivery.objects.count()
        client.post(PAGE, {"send": "yes"})
        assert Delivery.objects.count() == before

    def test_is_fresh_with_the_password(self, client):
        user = make_person()
        sign_in(client, user)
        assert not is_fresh(client, user)
        response = client.post(
            "/accounts/reauthenticate/", {"password": PASSWORD, "next": "/profile/"}
        )
        assert response.url == "/profile/"
        assert is_fresh(client, user)

    def test_is_not_fresh_with_a_wrong_one(self, client):
        user = make_person()
        sign_in(client, user)
        client.post("/accounts/reauthenticate/", {"password": "not-this-one"})
        assert not is_fresh(client, user)


class TestNewWaysToProveIt:
    """Whoever holds a session may not give it the means to prove itself."""

    @pytest.mark.parametrize(
        "address",
        [
            "/accounts/password/set/",
            "/accounts/2fa/totp/activate/",
            "/accounts/2fa/webauthn/add/",
        ],
    )
    def test_ask_for_the_code_first(self, visitor, address):
        response = visitor.get(address)
        assert response.status_code == 302
        assert response.url.startswith(PAGE)

    def test_a_password_is_not_set_without_it(self, visitor, person):
        new = {"password1": "other-tram-53-anchor", "password2": "other-tram-53-anchor"}
        visitor.post("/accounts/password/set/", new)
        person.refresh_from_db()
        assert not person.has_usable_password()

    def test_the_address_is_not_changed_without_it(self, visitor, person):
        fields = {"email": "thief@evil.example", "action_add": "yes"}
        response = visitor.post("/accounts/email/", fields)
        assert response.url.startswith(PAGE)
        assert not EmailAddress.objects.filter(email="thief@evil.example").exists()

    def test_a_password_is_set_with_it(self, visitor, person):
        visitor.post(PAGE, {"send": "yes"})
        visitor.post(PAGE, {"code": last_code(person.email)})
        new = {"password1": "other-tram-53-anchor", "password2": "other-tram-53-anchor"}
        visitor.post("/accounts/password/set/", new)
        person.refresh_from_db()
        assert person.has_usable_password()

    def test_allauths_own_page_leads_to_ours(self, visitor):
        response = visitor.get("/accounts/reauthenticate/", {"next": "/profile/"})
        assert response.url == f"{PAGE}?next=%2Fprofile%2F"


class TestAddressToSendPeopleTo:
    def test_names_the_way_back(self, rf):
        url = policy.sign_in_again_url(rf.get("/"), "/customers/fernhill-example/")
        assert url == f"{PAGE}?next=%2Fcustomers%2Ffernhill-example%2F"

    def test_drops_a_way_out(self, rf):
        assert policy.sign_in_again_url(rf.get("/"), "https://evil.example/") == PAGE
