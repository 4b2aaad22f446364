"""Who comes by single sign-on for the first time gets the least place, or none."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Admin, Agent
from relationships.moves import inviting, people
from relationships.moves.arriving import arrive
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .test_people import Nothing, acting, place_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    fernhill.chief = make.join_customer(fernhill)
    return fernhill


@pytest.fixture
def alder():
    alder = make.make_partner("Alder Cloud", domain="alder.example")
    alder.chief = make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
    return alder


@pytest.fixture
def robin():
    robin = make.make_user("robin@fernhill.example", "Robin Reed")
    EmailAddress.objects.get_or_create(
        user=robin, email=robin.email, defaults={"verified": True, "primary": True}
    )
    return robin


def come(organisation, person):
    return arrive(organisation, person, address=person.email, sub="7", by=acting(person))


class TestArrive:
    def test_gives_a_reader_of_a_customer(self, fernhill, robin):
        place = come(fernhill, robin)
        assert place.role == CustomerRole.READER
        event = Event.objects.get(kind="customer.person_arrived")
        assert str(robin.public_id) in event.payload
        told = set(Delivery.objects.filter(kind="people").values_list("recipient", flat=True))
        assert told == {robin.email, fernhill.chief.email}

    def test_gives_a_helpdesk_agent_of_a_partner(self, alder, robin):
        place = come(alder, robin)
        assert (place.agent, place.admin) == (Agent.HELPDESK_AGENT, Admin.NONE)
        assert Event.objects.filter(kind="partner.person_arrived").count() == 1

    def test_leaves_a_place_as_it_is(self, fernhill, robin):
        place = come(fernhill, robin)
        people.change_roles(place, {"role": CustomerRole.BILLING_ADMIN}, by=acting(fernhill.chief))
        with Nothing():
            assert come(fernhill, robin) is None

    @pytest.mark.parametrize("end", ["removed", "left"])
    def test_brings_nobody_back(self, fernhill, robin, end):
        place = come(fernhill, robin)
        if end == "removed":
            people.remove(place, by=acting(fernhill.chief))
        else:
            people.leave(place, by=acting(robin))
        with Nothing():
            assert come(fernhill, robin) is None
        assert not fernhill.memberships.current().filter(user=robin).exists()

    def test_leaves_it_to_an_invitation_that_waits(self, fernhill, robin):
        chief = acting(fernhill.chief)
        role = {"role": CustomerRole.BILLING_ADMIN}
        offer = inviting.invite(fernhill, robin.email, role, by=chief)
        with Nothing():
            assert come(fernhill, robin) is None
        inviting.accept(offer, by=acting(robin))
        assert place_of(robin, fernhill).role == CustomerRole.BILLING_ADMIN

    def test_gives_nothing_in_a_suspended_partner(self, alder, robin):
        suspend_partner(alder, by=Actor.objects.of(make.make_staff()), reason="Unpaid.")
        with Nothing():
            assert come(alder, robin) is None
