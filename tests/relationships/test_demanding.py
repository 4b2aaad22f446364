"""A customer asks its own people for a second factor."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from relationships.moves.demanding import demand_factor
from relationships.moves.people import PeopleRefused
from tests import factories as make

from .test_people import Nothing

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    fernhill = make.make_customer("Fernhill")
    fernhill.chief = make.join_customer(fernhill)
    fernhill.by = Actor.objects.of(fernhill.chief)
    fernhill.reader = make.join_customer(fernhill, CustomerRole.READER)
    return fernhill


def home(customer):
    return reverse("relationships:customer-home", args=[customer.slug])


class TestDemand:
    def test_reaches_who_is_signed_in_at_the_next_request_and_nobody_else(self, fernhill):
        other = make.make_customer()
        stranger = make.join_customer(other)
        inside, outside = Client(), Client()
        inside.force_login(fernhill.reader)
        outside.force_login(stranger)
        assert inside.get(home(fernhill)).status_code == 200
        demand_factor(fernhill, on=True, by=fernhill.by)
        assert inside.get(home(fernhill)).url == "/strong-sign-in/"
        assert "asks its people" in inside.get("/strong-sign-in/").content.decode()
        assert outside.get(home(other)).status_code == 200
        demand_factor(fernhill, on=False, by=fernhill.by)
        assert inside.get(home(fernhill)).status_code == 200

    def test_is_told_to_everybody_and_logged(self, fernhill):
        demand_factor(fernhill, on=True, by=fernhill.by)
        mails = Delivery.objects.filter(kind="people")
        people = {fernhill.chief.email, fernhill.reader.email}
        assert {mail.recipient for mail in mails} == people
        assert mails.count() == 2
        assert mails[0].subject == "Fernhill asks its people for a second factor"
        assert Event.objects.filter(kind="customer.factor_demanded").count() == 1

    def test_is_the_global_admins_alone_and_done_once(self, fernhill):
        reader = Actor.objects.of(fernhill.reader)
        with Nothing(), pytest.raises(PermissionDenied):
            demand_factor(fernhill, on=True, by=reader)
        with Nothing(), pytest.raises(PeopleRefused):
            demand_factor(fernhill, on=False, by=fernhill.by)

    def test_is_switched_on_the_page_of_people(self, client, fernhill):
        client.force_login(fernhill.chief)
        url = reverse("relationships:customer-factor-demand", args=[fernhill.slug])
        answer = client.post(url, {"on": "yes"})
        assert answer.status_code == 302
        fernhill.refresh_from_db()
        assert fernhill.factor_demanded_by == fernhill.by
        assert client.post(url, {"on": "no"}).url == "/strong-sign-in/"
        client.force_login(fernhill.reader)
        Client().post(url, {"on": "no"})
        fernhill.refresh_from_db()
        assert fernhill.factor_demanded_at is not None

    def test_is_closed_to_readers(self, client, fernhill):
        client.force_login(fernhill.reader)
        url = reverse("relationships:customer-factor-demand", args=[fernhill.slug])
        with Nothing():
            assert client.post(url, {"on": "yes"}).status_code == 403
