"""A person's own account: the windows that are open, the places, and its end."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import Actor, User
from audit.models import Event, SealedPart
from audit.verify import Report, verify
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Agent
from tests import factories as make
from tests.tables import rows_of_all_tables

from .people import PASSWORD, make_person, sign_in

pytestmark = pytest.mark.django_db

SESSIONS, DELETE = "/accounts/sessions/", "/profile/delete/"


def windows(person, count):
    opened = [Client(headers={"user-agent": f"Browser {number}"}) for number in range(count)]
    for window in opened:
        sign_in(window, person)
    return opened


def is_open(window):
    return window.get("/profile/").status_code == 200


class TestSessions:
    def test_are_listed_and_looking_changes_nothing(self):
        here, _other = windows(make_person(), 2)
        here.get(SESSIONS)
        before = rows_of_all_tables()
        text = here.get(SESSIONS).content.decode()
        assert rows_of_all_tables() == before
        assert "Browser 0" in text
        assert "Browser 1" in text
        assert text.count("this window") == 1

    def test_one_is_ended_at_its_next_request(self):
        here, other, third = windows(make_person(), 3)
        row = UserSession.objects.get(user_agent="Browser 1")
        here.post(SESSIONS, {"end": row.pk})
        assert [is_open(window) for window in (here, other, third)] == [True, False, True]

    def test_all_others_are_ended_and_never_this_one(self):
        here, other, third = windows(make_person(), 3)
        here.post(SESSIONS, {"end": "others"})
        assert [is_open(window) for window in (here, other, third)] == [True, False, False]
        own = UserSession.objects.get(user_agent="Browser 0")
        here.post(SESSIONS, {"end": own.pk})
        assert is_open(here)

    @pytest.mark.parametrize("wanted", ["", "x", "-1", "999999", "1 OR 1=1"])
    def test_of_nobody_else_are_touched(self, wanted):
        (here,) = windows(make_person(), 1)
        (stranger,) = windows(make_person(), 1)
        theirs = UserSession.objects.latest("pk")
        here.post(SESSIONS, {"end": wanted})
        here.post(SESSIONS, {"end": theirs.pk})
        assert is_open(stranger)


class TestProfile:
    def test_names_every_place_and_the_way_out_of_it(self, client):
        person = make_person()
        customer = make.make_customer("Fernhill")
        make.join_customer(customer, CustomerRole.READER, user=person)
        client.force_login(person)
        text = client.get("/profile/").content.decode()
        assert f"/customers/{customer.slug}/people/leave/" in text
        assert DELETE in text


def fresh(client, person):
    sign_in(client, person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


class TestDelete:
    def test_asks_for_a_fresh_sign_in_first(self, client):
        person = make_person()
        sign_in(client, person)
        answer = client.post(DELETE)
        assert answer.url.startswith("/sign-in-again/")
        person.refresh_from_db()
        assert person.is_active

    def test_leaves_nothing_that_says_who_it_was_or_lets_anybody_in(self, client):
        person = make_person("robin@fernhill.example", name="Robin Fern")
        customer, partner = make.make_customer("Fernhill"), make.make_partner()
        chief = make.join_customer(customer)
        make.join_customer(customer, CustomerRole.READER, user=person)
        make.join_partner(partner, agent=Agent.SALES_AGENT, user=person)
        (other,) = windows(person, 1)
        fresh(client, person)
        Authenticator.objects.create(
            user=person, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}
        )
        actor = Actor.objects.of(person)
        assert "You leave Fernhill (reader)." in client.get(DELETE).content.decode()
        assert client.post(DELETE).url == "/accounts/login/"
        gone = User.objects.get(pk=person.pk)
        assert (gone.name, gone.is_active, gone.has_usable_password()) == ("", False, False)
        assert "robin" not in gone.email
        assert not EmailAddress.objects.filter(user=gone).exists()
        assert not Authenticator.objects.filter(user=gone).exists()
        assert not is_open(other)
        assert not is_open(client)
        assert not customer.memberships.current().filter(user=gone).exists()
        assert not partner.memberships.current().filter(user=gone).exists()
        actor.refresh_from_db()
        assert actor.label == "a person whose account was deleted"
        assert Delivery.objects.filter(kind="people", recipient=chief.email).exists()
        letter = Delivery.objects.get(kind="account_deleted")
        assert letter.recipient == "robin@fernhill.example"
        # The log still says who acted, and still is whole.
        event = Event.objects.get(kind="customer.person_left")
        assert "robin@fernhill.example" in SealedPart.objects.get(event=event).actor_label
        assert not list(verify(Report()))
        # The address is free for a new account.
        make_person("robin@fernhill.example")

    def test_is_refused_to_the_last_global_admin(self, client):
        person = make_person()
        make.join_customer(make.make_customer("Fernhill"), user=person)
        fresh(client, person)
        before = rows_of_all_tables()
        assert "only global admin of Fernhill" in client.get(DELETE).content.decode()
        assert client.post(DELETE).url == DELETE
        after = rows_of_all_tables()
        changed = {name for name in after if after[name] != before[name]}
        assert changed <= {"accounts_actor"}

    def test_is_refused_to_the_last_superuser(self, client):
        person = make_person(is_staff=True, is_superuser=True)
        fresh(client, person)
        assert "only superuser" in client.get(DELETE).content.decode()
        client.post(DELETE)
        person.refresh_from_db()
        assert person.is_active
