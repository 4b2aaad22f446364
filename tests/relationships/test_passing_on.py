"""A member who cannot decide, or would rather not, asks one who can."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Agent
from relationships.moves import deciding
from tests import factories as make

from .scenes import EXCHANGE, Fernhill, Unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    fernhill = Fernhill()
    fernhill.decision = fernhill.ask(fernhill.alder, EXCHANGE)
    fernhill.reader = make.join_customer(fernhill.customer, CustomerRole.READER)
    fernhill.other = make.join_customer(fernhill.customer, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
    return fernhill


def place(user):
    return user.customer_memberships.get()


class TestMove:
    @pytest.mark.parametrize("role", CustomerRole.values)
    def test_is_everybody_s_of_the_organisation(self, fernhill, role):
        by = Actor.objects.of(make.join_customer(fernhill.customer, role))
        deciding.pass_on(fernhill.decision, place(fernhill.other), by=by)
        fernhill.decision.refresh_from_db()
        assert fernhill.decision.assigned_to.user == fernhill.other
        assert fernhill.decision.status == "open"
        mail = Delivery.objects.get(kind="passed_on")
        assert mail.recipient == fernhill.other.email
        assert mail.subject.startswith(by.user.name)

    def test_leaves_the_decision_to_any_of_the_others(self, fernhill):
        deciding.pass_on(fernhill.decision, place(fernhill.other), by=fernhill.by)
        fernhill.approve(fernhill.decision)
        assert fernhill.decision.status == "approved"

    def test_reaches_only_who_can_decide(self, fernhill):
        insider = make.join_customer(fernhill.customer)
        make.join_partner(fernhill.alder, agent=Agent.SALES_AGENT, user=insider)
        elsewhere = make.join_customer(make.make_customer())
        for user in (fernhill.reader, insider, elsewhere):
            with Unchanged(), pytest.raises(Refused, match="can decide"):
                deciding.pass_on(fernhill.decision, place(user), by=fernhill.by)

    def test_is_refused_to_strangers_to_oneself_and_twice(self, fernhill):
        stranger = Actor.objects.of(make.make_admin_agent(fernhill.alder))
        with Unchanged(), pytest.raises(PermissionDenied):
            deciding.pass_on(fernhill.decision, place(fernhill.other), by=stranger)
        with Unchanged(), pytest.raises(Refused, match="yourself"):
            deciding.pass_on(fernhill.decision, place(fernhill.admin), by=fernhill.by)
        deciding.pass_on(fernhill.decision, place(fernhill.other), by=fernhill.by)
        with Unchanged(), pytest.raises(Refused, match="already"):
            deciding.pass_on(fernhill.decision, place(fernhill.other), by=fernhill.by)

    def test_is_refused_after_the_decision(self, fernhill):
        fernhill.approve(fernhill.decision)
        with Unchanged(), pytest.raises(Refused, match="has been decided"):
            deciding.pass_on(fernhill.decision, place(fernhill.other), by=fernhill.by)


class TestPage:
    def post(self, client, fernhill, person):
        arguments = [fernhill.customer.slug, fernhill.decision.public_id]
        url = reverse("relationships:decision-pass-on", args=arguments)
        return client.post(url, {"person": person}, follow=True)

    def test_offers_who_can_decide_and_asks_them(self, client, fernhill):
        client.force_login(fernhill.reader)
        page = client.get(fernhill.decision.get_absolute_url()).content.decode()
        assert str(fernhill.other.public_id) in page
        assert str(fernhill.reader.public_id) not in page
        answer = self.post(client, fernhill, fernhill.other.public_id)
        assert f"{fernhill.other.name} has been asked by mail." in answer.content.decode()
        assert "has been asked to decide" in answer.content.decode()

    @pytest.mark.parametrize("person", ["", "nonsense", "\x00"])
    def test_says_to_choose_where_nobody_was_chosen(self, client, fernhill, person):
        client.force_login(fernhill.reader)
        with Unchanged():
            answer = self.post(client, fernhill, person)
        assert "Choose a person who can decide." in answer.content.decode()
