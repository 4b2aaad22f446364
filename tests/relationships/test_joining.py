"""A person of the organisation's own domain asks for a place."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from customers.models import CustomerRegistration
from mail.models import Delivery
from partners.models import JoinRequest
from partners.rights import Admin, Agent
from relationships.moves.joining import ask_to_join, joinable, let_join, refuse_join
from relationships.moves.people import PeopleRefused
from tests import factories as make

from .test_people import Nothing, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def alder():
    alder = make.make_partner("Alder", domain="alder.example")
    alder.chief = make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
    Actor.objects.of(alder.chief)
    return alder


def asker(address="rita@alder.example"):
    user = make.make_user(address)
    Actor.objects.of(user)
    return user


class TestJoinable:
    def test_is_what_has_the_domain_of_a_proved_address(self, alder):
        fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        make.make_customer("Other", domain="other.example")
        user = asker()
        EmailAddress.objects.create(user=user, email="rita@fernhill.example", verified=True)
        EmailAddress.objects.create(user=user, email="rita@other.example", verified=False)
        assert dict(joinable(user)) == {
            alder: "rita@alder.example",
            fernhill: "rita@fernhill.example",
        }

    def test_is_nothing_by_free_mail_or_where_one_belongs(self, alder):
        assert joinable(asker("rita@gmail.com")) == []
        assert joinable(alder.chief) == []


class TestAsk:
    def test_tells_who_manages_people_once(self, alder):
        user = asker()
        manager = make.join_partner(alder, admin=Admin.USER_MANAGEMENT_ADMIN)
        by = Actor.objects.of(user)
        first, second = ask_to_join(alder, by=by), ask_to_join(alder, by=by)
        assert first == second
        mails = Delivery.objects.filter(kind="claim")
        assert {mail.recipient for mail in mails} == {alder.chief.email, manager.email}
        assert mails.count() == 2
        assert "asks for a place in Alder" in mails[0].text

    def test_of_a_customer_is_a_claim(self):
        fernhill = make.make_customer("Fernhill", domain="fernhill.example")
        chief = make.join_customer(fernhill)
        user = asker("rita@fernhill.example")
        claim = ask_to_join(fernhill, by=Actor.objects.of(user))
        assert isinstance(claim, CustomerRegistration)
        assert claim.is_claim
        assert "asks for a place in Fernhill" in Delivery.objects.get(recipient=chief.email).text

    def test_is_refused_to_every_other_address(self, alder):
        stranger = Actor.objects.of(asker("rita@elsewhere.example"))
        with Nothing(), pytest.raises(PeopleRefused):
            ask_to_join(alder, by=stranger)


class TestAnswer:
    @pytest.fixture
    def join(self, alder):
        return ask_to_join(alder, by=Actor.objects.of(asker()))

    def test_lets_in_with_the_chosen_settings(self, alder, join):
        let_join(join, given(agent=Agent.SALES_AGENT), by=Actor.objects.of(alder.chief))
        assert alder.memberships.get(user=join.user).agent == Agent.SALES_AGENT
        assert Delivery.objects.filter(kind="people", recipient=join.user.email).count() == 1

    def test_refuses_with_a_reason(self, alder, join):
        refuse_join(join, by=Actor.objects.of(alder.chief), reason="unknown here")
        assert "unknown here" in Delivery.objects.get(kind="join_refused").text
        assert not alder.memberships.filter(user=join.user).exists()

    def test_is_once_and_by_who_may(self, alder, join):
        manager = Actor.objects.of(make.join_partner(alder, admin=Admin.USER_MANAGEMENT_ADMIN))
        agent = Actor.objects.of(make.join_partner(alder, agent=Agent.ADMIN_AGENT))
        with Nothing(), pytest.raises(PermissionDenied):
            let_join(join, given(admin=Admin.BILLING_ADMIN), by=manager)
        with Nothing(), pytest.raises(PermissionDenied):
            let_join(join, given(agent=Agent.SALES_AGENT), by=agent)
        let_join(join, given(agent=Agent.SALES_AGENT), by=manager)
        with Nothing(), pytest.raises(PeopleRefused, match="answered already"):
            refuse_join(join, by=manager, reason="late")


class TestPage:
    def test_asks_by_a_press_and_hides_what_is_not_one_s_domain(self, client, alder):
        hidden = make.make_partner("Hidden", domain="hidden.example")
        user = asker()
        client.force_login(user)
        text = client.get("/join/").content.decode()
        assert "Alder" in text
        assert "Hidden" not in text
        assert client.post("/join/", {"organisation": hidden.tenant_id}).status_code == 404
        assert client.post("/join/", {"organisation": "x"}).status_code == 404
        assert client.post("/join/", {"organisation": alder.tenant_id}).url == "/join/"
        assert JoinRequest.objects.get().user == user
        assert "You have asked." in client.get("/join/").content.decode()
