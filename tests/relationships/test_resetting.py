"""A lost second factor: another global admin takes it away, else staff with a reason."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.factors import reset_by_staff
from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Admin, Agent
from relationships.moves.people import PeopleRefused
from relationships.moves.resetting import reset_factors
from tests import factories as make
from tests.signin.people import make_person, sign_in

from .test_people import Nothing, place_of

pytestmark = pytest.mark.django_db


def give_factors(user):
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={})


@pytest.fixture
def alder():
    alder = make.make_partner("Alder", domain="alder.example")
    alder.chief = make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
    Actor.objects.of(alder.chief)
    return alder


@pytest.fixture
def agent(alder):
    agent = make.join_partner(alder, agent=Agent.ADMIN_AGENT)
    give_factors(agent)
    return agent


class TestByGlobalAdmin:
    def test_takes_every_factor_and_tells_everybody(self, alder, agent):
        password = agent.password
        reset_factors(place_of(agent, alder), by=Actor.objects.of(alder.chief))
        assert not Authenticator.objects.filter(user=agent).exists()
        agent.refresh_from_db()
        assert agent.password == password
        assert Event.objects.filter(kind="partner.factors_reset").count() == 1
        mails = {mail.recipient: mail for mail in Delivery.objects.filter(kind="people")}
        assert mails.keys() == {agent.email, alder.chief.email}
        assert "change your password at once" in mails[agent.email].text

    def test_closes_every_window_of_the_person_and_no_other(self, alder, agent):
        """Whoever found the device may sit in one."""
        lost, other = make_person(), make_person()
        windows = {person: Client() for person in (lost, other)}
        home = reverse("relationships:partner-home", args=[alder.slug])
        for person, window in windows.items():
            make.join_partner(alder, agent=Agent.ADMIN_AGENT, user=person)
            sign_in(window, person)
            assert window.get(home).status_code == 200
        give_factors(lost)
        reset_factors(place_of(lost, alder), by=Actor.objects.of(alder.chief))
        assert windows[lost].get(home).url.startswith("/accounts/login/")
        assert windows[other].get(home).status_code == 200
        assert "signed out everywhere" in Delivery.objects.get(recipient=lost.email).text

    @pytest.mark.parametrize(
        "place",
        [{"admin": Admin.USER_MANAGEMENT_ADMIN}, {"agent": Agent.ADMIN_AGENT}],
        ids=str,
    )
    def test_is_nobody_else_s(self, alder, agent, place):
        by = Actor.objects.of(make.join_partner(alder, **place))
        with Nothing(), pytest.raises(PermissionDenied):
            reset_factors(place_of(agent, alder), by=by)

    def test_is_never_one_s_own(self, alder):
        give_factors(alder.chief)
        by = Actor.objects.of(alder.chief)
        with Nothing(), pytest.raises(PermissionDenied):
            reset_factors(place_of(alder.chief, alder), by=by)

    def test_is_not_of_another_organisation(self, alder, agent):
        stranger = make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN)
        by = Actor.objects.of(stranger)
        with Nothing(), pytest.raises(PermissionDenied):
            reset_factors(place_of(agent, alder), by=by)

    def test_is_not_of_whose_account_opens_other_doors(self, alder, agent):
        """Else whoever invites somebody could weaken their way into another organisation."""
        customer = make.make_customer()
        chief = make.join_customer(customer)
        make.join_customer(customer, CustomerRole.READER, user=agent)
        for organisation, person in ((alder, alder.chief), (customer, chief)):
            by = Actor.objects.of(person)
            with Nothing(), pytest.raises(PeopleRefused, match="elsewhere"):
                reset_factors(place_of(agent, organisation), by=by)

    def test_is_made_from_the_page_of_the_person(self, client, alder, agent):
        client.force_login(alder.chief)
        page = reverse("relationships:partner-person", args=[alder.slug, agent.public_id])
        url = reverse("relationships:partner-person-reset", args=[alder.slug, agent.public_id])
        assert url in client.get(page).content.decode()
        client.get(url)
        assert Authenticator.objects.filter(user=agent).exists()
        client.post(url)
        assert not Authenticator.objects.filter(user=agent).exists()
        assert url not in client.get(page).content.decode()


class TestByStaff:
    def test_is_told_to_who_rules_wherever_the_person_belongs_and_to_nobody_else(
        self, alder, agent
    ):
        fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        chief = make.join_customer(fernhill)
        make.join_customer(fernhill, CustomerRole.READER)
        make.join_customer(fernhill, CustomerRole.READER, user=agent)
        reset_by_staff([agent], by=make.operator(), reason="Lost, seen in person")
        mails = list(Delivery.objects.filter(kind="people").values_list("recipient", flat=True))
        assert sorted(mails) == sorted([agent.email, alder.chief.email, chief.email])
        other = Delivery.objects.get(recipient=chief.email)
        assert f"The second factor of {agent.get_full_name()} was taken away" in other.subject
        assert "Fernhill" not in Delivery.objects.get(recipient=alder.chief.email).text

    def test_needs_a_reason_and_the_right(self, agent):
        staff = Actor.objects.of(make.make_staff())
        stranger = Actor.objects.of(make.make_user(is_staff=True))
        with Nothing(), pytest.raises(PermissionDenied):
            reset_by_staff([agent], by=stranger, reason="asked by phone")
        with Nothing(), pytest.raises(Refused):
            reset_by_staff([agent], by=staff, reason=" ")
        reset_by_staff([agent], by=staff, reason="came to our office")
        assert not Authenticator.objects.filter(user=agent).exists()
        event = Event.objects.get(kind="user.factors_reset")
        assert event.details["reason"] == "came to our office"
        assert Delivery.objects.filter(kind="people", recipient=agent.email).count() == 1

    def test_is_never_one_s_own(self):
        staff = make.make_staff()
        give_factors(staff)
        by = Actor.objects.of(staff)
        with Nothing(), pytest.raises(PermissionDenied):
            reset_by_staff([staff], by=by, reason="lost it")

    def test_is_made_from_the_page_of_the_person(self, client, agent):
        client.force_login(make.make_staff())
        page = reverse("admin:accounts_user_change", args=[agent.pk])
        url = reverse("admin:accounts_user_move", args=["reset-factors"]) + f"?ids={agent.pk}"
        assert url in client.get(page).content.decode()
        client.post(url, {"reason": "came to our office"})
        assert not Authenticator.objects.filter(user=agent).exists()
        assert url not in client.get(page).content.decode()
