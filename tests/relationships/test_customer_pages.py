"""What a customer's people see: home, partners, subscriptions and requests."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.models import PartnerKind
from relationships.moves import deciding
from relationships.moves.opening import open_decision
from tests import factories as make

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {
    "customer-home": 9,
    "customer-partners": 11,
    "customer-subscriptions": 3,
    "decision-list": 4,
}
PAGES = tuple(QUERIES)


def address(page, customer):
    return reverse(f"relationships:{page}", args=[customer.slug])


def text_of(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def fernhill():
    return make.make_customer("Fernhill")


@pytest.fixture
def admin(fernhill, client):
    admin = make.join_customer(fernhill)
    client.force_login(admin)
    return admin


def approve(request, customer, admin):
    decision = make.make_decision(request, customer, by=admin)
    deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
    return decision


@pytest.mark.parametrize("page", PAGES)
class TestEveryPage:
    def test_is_unknown_to_a_stranger(self, client, fernhill, page):
        client.force_login(make.join_customer(make.make_customer("Glenmoor")))
        assert client.get(address(page, fernhill)).status_code == 404

    @pytest.mark.parametrize("role", CustomerRole.values)
    def test_opens_for_every_role_while_there_is_nothing(self, client, fernhill, page, role):
        client.force_login(make.join_customer(fernhill, role))
        assert client.get(address(page, fernhill)).status_code == 200

    def test_takes_no_post(self, client, fernhill, admin, page):
        assert client.post(address(page, fernhill)).status_code == 405

    def test_shows_nothing_of_another_customer(self, client, fernhill, admin, page):
        glenmoor, birch = make.make_customer("Glenmoor"), make.make_partner("Birch IT")
        other = make.join_customer(glenmoor)
        make.make_subscription(glenmoor, seller=birch)
        approve(make.make_request(birch), glenmoor, other)
        assert "Birch IT" not in text_of(client.get(address(page, fernhill)))

    @pytest.mark.parametrize("count", [3, 30])
    def test_asks_the_database_as_often_for_many(
        self, client, fernhill, admin, page, count, django_assert_max_num_queries
    ):
        birch = make.make_partner("Birch")
        for number in range(count):
            make.make_subscription(fernhill, seller=birch if number % 2 else None)
        approve(make.make_request(birch), fernhill, admin)
        for _ in range(count // 3):
            make.make_decision(make.make_request(make.make_partner()), fernhill, by=admin)
            elm = make.make_partner(kind=PartnerKind.ADVISOR)
            asked = make.make_request(elm, asks_selling=False)
            approve(asked, fernhill, admin)
        client.get(address(page, fernhill))
        with django_assert_max_num_queries(QUERIES[page]):
            assert client.get(address(page, fernhill)).status_code == 200


class TestHome:
    def test_shows_what_waits_before_all_else(self, client, fernhill, admin):
        request = make.make_request(make.make_partner("Alder"), name="Mail and support")
        decision = make.make_decision(request, fernhill, by=admin)
        page = text_of(client.get(address("customer-home", fernhill)))
        assert decision.get_absolute_url() in page
        assert page.index("Mail and support") < page.index("No partner has your approval")

    def test_forgets_what_was_decided(self, client, fernhill, admin):
        decision = approve(make.make_request(make.make_partner("Alder")), fernhill, admin)
        page = text_of(client.get(address("customer-home", fernhill)))
        assert decision.get_absolute_url() not in page
        assert "Alder" in page


class TestPartners:
    def test_tells_who_sells_who_administers_and_until_when_r27(self, client, fernhill, admin):
        decision = approve(make.make_request(make.make_partner("Alder")), fernhill, admin)
        decision.refresh_from_db()
        page = text_of(client.get(address("customer-partners", fernhill)))
        assert "Exchange Administrator" in page
        assert str(decision.admin_relationship.ends_at.year) in page
        by_service = page[page.index("By service") :]
        assert "Exchange" in by_service
        assert "Alder" in by_service

    def test_tells_who_sold_what_there_is(self, client, fernhill, admin):
        make.make_subscription(fernhill, seller=make.make_partner("Birch IT"))
        page = text_of(client.get(address("customer-partners", fernhill)))
        assert "Birch IT" in page[page.index("By service") :]

    def test_says_that_an_advisor_administers(self, client, fernhill, admin):
        elm = make.make_partner("Elm", kind="advisor")
        approve(make.make_request(elm, asks_selling=False), fernhill, admin)
        page = text_of(client.get(address("customer-partners", fernhill)))
        assert "Elm" in page[page.index("By service") :]

    def test_lets_nobody_administer_past_the_end(self, client, fernhill, admin):
        alder, then = make.make_partner("Alder"), timezone.now() - timedelta(days=31)
        request = make.make_request(alder, days=30, lifetime_days=90, at=then)
        decision = open_decision(request, fernhill, by=Actor.objects.of(admin), at=then)
        deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin), at=then)
        page = text_of(client.get(address("customer-partners", fernhill)))
        assert "Alder" not in page[page.index("By service") :]


class TestSubscriptions:
    def test_lists_offer_seller_partner_of_record_and_end(self, client, fernhill, admin):
        birch = make.make_partner("Birch IT")
        bought = make.make_subscription(fernhill, seller=birch, partner_of_record=birch)
        page = text_of(client.get(address("customer-subscriptions", fernhill)))
        assert bought.offer.name in page
        assert page.count("Birch IT") == 2
        assert "2027" in page


class TestRequests:
    def test_lists_what_waits_and_what_was_decided(self, client, fernhill, admin):
        waiting = make.make_request(make.make_partner("Alder"), name="Still open")
        make.make_decision(waiting, fernhill, by=admin)
        approve(make.make_request(make.make_partner("Birch"), name="Over"), fernhill, admin)
        page = text_of(client.get(address("decision-list", fernhill)))
        assert page.index("Still open") < page.index("Over")
