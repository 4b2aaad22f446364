"""A customer reads its own log: all of it, in words, and nobody's of the other side by name."""

import pytest
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.models import Customer
from relationships.moves import ending
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

QUERIES = 6


@pytest.fixture
def fernhill(client):
    fernhill = Fernhill()
    fernhill.agent = make.make_admin_agent(fernhill.birch)
    fernhill.grant(fernhill.alder, EXCHANGE)
    row = fernhill.customer.subscriptions.filter(seller=fernhill.birch).first()
    changing.change_quantity(row, 11, by=Actor.objects.of(fernhill.agent))
    ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
    client.force_login(fernhill.admin)
    fernhill.url = reverse("relationships:customer-activity", args=[fernhill.customer.slug])
    return fernhill


def text_of(answer):
    return " ".join(answer.content.decode().split())


class TestActivity:
    def test_tells_what_was_done_and_by_whom_the_newest_first(self, client, fernhill):
        page = text_of(client.get(fernhill.url))
        removed = page.index("Fernhill took all administration from Alder")
        changed = page.index("The quantity of a subscription changed")
        assert removed < changed < page.index("approved the request of Alder")
        assert fernhill.admin.name in page

    def test_leads_to_the_certificate_of_every_act_that_has_one(self, client, fernhill):
        text = client.get(fernhill.url).content.decode()
        proofs = fernhill.customer.certificates.all()
        assert {proof.event.kind for proof in proofs} == {
            "request.approved",
            "administration.removed",
        }
        for proof in proofs:
            url = reverse(
                "relationships:certificate", args=[fernhill.customer.slug, proof.public_id]
            )
            assert url in text

    def test_names_no_person_of_a_partner(self, client, fernhill):
        page = text_of(client.get(fernhill.url))
        assert fernhill.agent.name not in page
        assert fernhill.agent.email not in page
        assert "Birch" in page

    def test_shows_one_thing_in_a_time(self, client, fernhill):
        page = text_of(client.get(fernhill.url, {"thing": "subscription"}))
        assert "quantity of a subscription" in page
        assert "took all administration" not in page
        assert "Nothing in this time" in text_of(
            client.get(fernhill.url, {"until": "2001-01-01", "since": "2000-01-01"})
        )

    def test_shows_what_became_of_the_organisation_and_its_people(self, client, fernhill):
        fernhill.customer.record("customer.edited", by=make.operator(), at=make.now())
        page = text_of(client.get(fernhill.url, {"thing": "customer"}))
        assert "Nothing in this time" not in page
        assert client.get(fernhill.url, {"thing": "partner"}).status_code == 422

    @pytest.mark.parametrize("asked", [{"since": "nonsense"}, {"thing": "x"}, {"since": "a\x00"}])
    def test_says_what_is_wrong_with_what_was_asked(self, client, fernhill, asked):
        assert client.get(fernhill.url, asked).status_code == 422

    def test_holds_nothing_of_another_customer(self, client, fernhill):
        other = make.make_customer("Glenmoor")
        make.make_subscription(other, seller=fernhill.birch)
        assert "Glenmoor" not in text_of(client.get(fernhill.url))

    def test_says_that_the_latest_month_was_quiet(self, client):
        glenmoor = Customer.objects.add(
            by=make.operator(),
            name="Glenmoor",
            primary_domain="glenmoor.example",
            country="GB",
            reason="test",
            at=make.now() - make.days(60),
        )
        client.force_login(make.join_customer(glenmoor))
        url = reverse("relationships:customer-activity", args=[glenmoor.slug])
        assert "Nothing in the latest month" in text_of(client.get(url))

    def test_is_long_in_pages_and_costs_the_same(
        self, client, fernhill, django_assert_max_num_queries
    ):
        row = fernhill.customer.subscriptions.filter(seller=fernhill.birch).last()
        by = Actor.objects.of(fernhill.agent)
        for quantity in range(20, 80):
            changing.change_quantity(row, quantity, by=by)
        client.get(fernhill.url)
        with Unchanged(), django_assert_max_num_queries(QUERIES):
            page = client.get(fernhill.url)
        assert page.context["older_url"]
        assert client.get(page.context["older_url"]).status_code == 200
        assert Event.objects.count() > 60
