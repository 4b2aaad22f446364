"""An organisation sets up, tests, turns on and turns off its own identity provider."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Admin, Agent
from relationships.models import IdentityProvider
from relationships.moves.answering import SignInAgain
from relationships.moves.signing_on import (
    SignOnRefused,
    check_issuer,
    note_test,
    set_up,
    turn_off,
    turn_off_by_staff,
    turn_on,
)
from tests import factories as make

from .test_people import Nothing

pytestmark = pytest.mark.django_db

GIVEN = {"issuer": "https://id.fernhill.example", "client_id": "partner-center", "secret": "s3cret"}


@pytest.fixture
def fernhill():
    """A customer whose domain is confirmed, with its global admin as `by`."""
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    staff = Actor.objects.of(make.make_staff())
    fernhill.confirm_domain(by=staff, reason="Seen in the register.")
    fernhill.by = fresh(make.join_customer(fernhill))
    return fernhill


@pytest.fixture
def alder():
    """A verified partner, with its global admin as `by`."""
    alder = make.make_partner("Alder Cloud", domain="alder.example")
    alder.by = fresh(make.join_partner(alder, admin=Admin.GLOBAL_ADMIN))
    return alder


def fresh(user):
    """The person as an actor who has just signed in again."""
    actor = Actor.objects.of(user)
    actor.signed_in_again_at = timezone.now()
    return actor


def turned_on(organisation):
    provider = set_up(organisation, by=organisation.by, **GIVEN)
    note_test(provider, by=organisation.by)
    turn_on(provider, by=organisation.by)
    return provider


def kinds():
    return list(
        Event.objects.filter(kind__contains="sign_on").order_by("pk").values_list("kind", flat=True)
    )


class TestTheWay:
    def test_is_set_up_test_turn_on_turn_off_each_logged(self, fernhill):
        provider = turned_on(fernhill)
        assert provider.turned_on_at is not None
        turn_off(provider, by=fernhill.by)
        assert provider.turned_on_at is None
        assert provider.tested_at is not None
        acts = ("set_up", "tested", "turned_on", "turned_off")
        assert kinds() == [f"customer.sign_on_{act}" for act in acts]

    def test_is_the_partners_too(self, alder):
        turned_on(alder)
        assert kinds()[-1] == "partner.sign_on_turned_on"

    def test_tells_the_global_admins(self, fernhill):
        turn_off(turned_on(fernhill), by=fernhill.by)
        subjects = [mail.subject for mail in Delivery.objects.filter(kind="people").order_by("pk")]
        assert subjects == [
            "Single sign-on of Fernhill was turned on",
            "Single sign-on of Fernhill was turned off",
        ]
        assert GIVEN["issuer"] in Delivery.objects.filter(kind="people").first().text

    def test_is_not_turned_on_untested(self, fernhill):
        provider = set_up(fernhill, by=fernhill.by, **GIVEN)
        with Nothing(), pytest.raises(SignOnRefused, match="Test it first"):
            turn_on(provider, by=fernhill.by)
        with pytest.raises(IntegrityError), transaction.atomic():
            IdentityProvider.objects.update(
                turned_on_at=timezone.now(), turned_on_by=Actor.objects.first()
            )

    def test_is_not_turned_on_without_a_fresh_sign_in(self, fernhill):
        provider = set_up(fernhill, by=fernhill.by, **GIVEN)
        note_test(provider, by=fernhill.by)
        fernhill.by.signed_in_again_at = None
        with Nothing(), pytest.raises(SignInAgain):
            turn_on(provider, by=fernhill.by)

    @pytest.mark.parametrize("again", [turn_on, turn_off])
    def test_happens_once(self, fernhill, again):
        provider = turned_on(fernhill)
        if again is turn_off:
            turn_off(provider, by=fernhill.by)
        with Nothing(), pytest.raises(SignOnRefused, match="already"):
            again(provider, by=fernhill.by)


class TestWhose:
    @pytest.mark.parametrize("role", sorted(set(CustomerRole) - {CustomerRole.GLOBAL_ADMIN}))
    def test_no_other_role_of_the_customer(self, fernhill, role):
        provider = turned_on(fernhill)
        by = fresh(make.join_customer(fernhill, role))
        self.refused(provider, by)

    @pytest.mark.parametrize(
        "place", [{"agent": Agent.ADMIN_AGENT}, {"admin": Admin.USER_MANAGEMENT_ADMIN}]
    )
    def test_no_other_role_of_the_partner(self, alder, place):
        provider = turned_on(alder)
        self.refused(provider, fresh(make.join_partner(alder, **place)))

    def test_nobody_of_another_organisation(self, fernhill, alder):
        self.refused(turned_on(fernhill), alder.by)

    def refused(self, provider, by):
        with Nothing():
            for move in (note_test, turn_on, turn_off):
                with pytest.raises(PermissionDenied):
                    move(provider, by=by)
            with pytest.raises(PermissionDenied):
                set_up(provider.organisation, by=by, **GIVEN)
            with pytest.raises(PermissionDenied):
                turn_off_by_staff(provider, by=by, reason="Taken over.")

    def test_staff_turn_it_off_with_a_reason(self, fernhill):
        provider = turned_on(fernhill)
        staff = Actor.objects.of(make.make_staff())
        turn_off_by_staff(provider, by=staff, reason="The provider was taken over.")
        event = Event.objects.order_by("pk").last()
        assert (event.kind, event.side) == ("customer.sign_on_turned_off", "operator")
        assert "taken over" in event.payload


class TestDomain:
    def test_must_be_confirmed(self):
        birch = make.make_customer("Birch")
        by = fresh(make.join_customer(birch))
        provider = set_up(birch, by=by, **GIVEN)
        note_test(provider, by=by)
        with Nothing(), pytest.raises(SignOnRefused, match="not confirmed"):
            turn_on(provider, by=by)

    def test_of_a_partner_must_be_verified(self):
        larch = make.make_partner("Larch", verified=False)
        by = fresh(make.join_partner(larch, admin=Admin.GLOBAL_ADMIN))
        provider = set_up(larch, by=by, **GIVEN)
        note_test(provider, by=by)
        with Nothing(), pytest.raises(SignOnRefused, match="not verified"):
            turn_on(provider, by=by)

    def test_must_not_be_everybodys(self, fernhill):
        fernhill.primary_domain = "gmail.com"
        fernhill.save(update_fields=["primary_domain"])
        provider = set_up(fernhill, by=fernhill.by, **GIVEN)
        note_test(provider, by=fernhill.by)
        with Nothing(), pytest.raises(SignOnRefused, match="Everybody"):
            turn_on(provider, by=fernhill.by)


class TestChange:
    @pytest.mark.parametrize("column", ["issuer", "client_id", "secret"])
    def test_turns_it_off_until_it_is_tested_again(self, fernhill, column):
        provider = turned_on(fernhill)
        set_up(fernhill, by=fernhill.by, **{**GIVEN, column: GIVEN[column] + "x"})
        provider.refresh_from_db()
        assert (provider.turned_on_at, provider.tested_at) == (None, None)
        assert Delivery.objects.filter(subject="Single sign-on of Fernhill was turned off").exists()

    @pytest.mark.parametrize(("column", "left"), [("issuer", 0), ("client_id", 0), ("secret", 1)])
    def test_of_who_it_is_forgets_whom_it_numbered(self, fernhill, column, left):
        provider = turned_on(fernhill)
        person = make.join_customer(fernhill)
        SocialAccount.objects.create(user=person, provider=provider.key, uid="7")
        SocialAccount.objects.create(user=person, provider="customer-of-another", uid="7")
        set_up(fernhill, by=fernhill.by, **{**GIVEN, column: GIVEN[column] + "x"})
        assert SocialAccount.objects.filter(provider=provider.key).count() == left
        assert SocialAccount.objects.filter(provider="customer-of-another").count() == 1

    def test_keeps_the_secret_where_none_is_typed(self, fernhill):
        set_up(fernhill, by=fernhill.by, **GIVEN)
        provider = set_up(fernhill, by=fernhill.by, **{**GIVEN, "client_id": "z", "secret": ""})
        provider.refresh_from_db()
        assert (provider.client_id, provider.secret) == ("z", "s3cret")

    def test_sends_the_secret_to_no_other_issuer(self, fernhill):
        set_up(fernhill, by=fernhill.by, **GIVEN)
        elsewhere = {"issuer": "https://evil.example", "secret": ""}
        with Nothing(), pytest.raises(SignOnRefused, match="client secret"):
            set_up(fernhill, by=fernhill.by, **{**GIVEN, **elsewhere})

    def test_stands_encrypted_and_not_in_the_log(self, fernhill):
        set_up(fernhill, by=fernhill.by, **GIVEN)
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM relationships_identityprovider")
            assert "s3cret" not in cursor.fetchone()[0]
        assert "s3cret" not in Event.objects.order_by("pk").last().payload


class TestIssuer:
    @pytest.mark.parametrize(
        "issuer",
        [
            "",
            "id.fernhill.example",
            "ftp://id.fernhill.example",
            "javascript:alert(1)",
            "https://",
            "https://user:password@id.fernhill.example",
            "https://id.fernhill.example/?tenant=1",
            "https://id.fernhill.example/#here",
            "https://id.fernhill.example:999999",
            "https://[::1",
            "http://id.fernhill.example",
            "https://127.0.0.1",
            "https://10.1.2.3",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://localhost",
            "https://database",
        ],
    )
    def test_refuses_what_is_no_address_of_the_public_web(self, fernhill, settings, issuer):
        settings.PLAIN_HTTP = False
        with Nothing(), pytest.raises(SignOnRefused):
            set_up(fernhill, by=fernhill.by, **{**GIVEN, "issuer": issuer})

    @pytest.mark.parametrize(
        "issuer", ["https://id.fernhill.example", "https://login.example/f3a2/v2.0"]
    )
    def test_takes_what_providers_call_themselves(self, settings, issuer):
        settings.PLAIN_HTTP = False
        check_issuer(issuer)
