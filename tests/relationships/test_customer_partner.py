"""One partner as its customer sees it, and what is taken back there."""

import pytest
from django.urls import reverse

from customers.rights import CustomerRole
from relationships.models import ResellerRelationship
from relationships.moves import policing
from tests import factories as make

from .scenes import EXCHANGE, EXISTED, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

QUERIES = 11
ACT_QUERIES = 64


@pytest.fixture
def fernhill(client):
    fernhill = Fernhill()
    fernhill.grant_ = fernhill.grant(fernhill.alder, EXCHANGE)
    client.force_login(fernhill.admin)
    return fernhill


def url(fernhill, act="", partner=None, grant=None):
    slugs = [fernhill.customer.slug, (partner or fernhill.alder).slug]
    if grant:
        return reverse("relationships:customer-grant-act", args=[*slugs, grant.public_id, act])
    if act:
        return reverse("relationships:customer-partner-act", args=[*slugs, act])
    return reverse("relationships:customer-partner", args=slugs)


def text_of(answer):
    return " ".join(answer.content.decode().split())


class TestPage:
    def test_tells_what_it_sells_and_administers_and_until_when(self, client, fernhill):
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder)
        page = text_of(client.get(url(fernhill)))
        for expected in (
            "Exchange Administrator",
            fernhill.grant_.name,
            str(fernhill.grant_.ends_at.year),
            str(row.public_id),
            url(fernhill, "remove-administration"),
            url(fernhill, "end"),
            url(fernhill, "terminate", grant=fernhill.grant_),
        ):
            assert expected in page, expected

    @pytest.mark.parametrize("role", [CustomerRole.READER, CustomerRole.BILLING_ADMIN])
    def test_offers_nothing_to_who_does_not_decide(self, client, fernhill, role):
        client.force_login(make.join_customer(fernhill.customer, role))
        page = text_of(client.get(url(fernhill)))
        assert url(fernhill, "remove-administration") not in page
        assert url(fernhill, "end") not in page

    def test_of_a_seller_from_before_tells_what_it_sold(self, client, fernhill):
        page = text_of(client.get(url(fernhill, partner=fernhill.birch)))
        assert "takes no new orders" in page
        assert "Exchange Online" in page

    def test_of_a_partner_that_has_nothing_here_is_unknown(self, client, fernhill):
        cedar = make.make_partner("Cedar")
        assert client.get(url(fernhill, partner=cedar)).status_code == 404
        assert client.get(url(fernhill, "end", partner=cedar)).status_code == 404

    def test_tells_what_ended_and_why(self, client, fernhill):
        fernhill.grant(fernhill.birch, EXCHANGE, switches=["exchange"])
        page = text_of(client.get(url(fernhill)))
        assert "another partner now administers the service" in page
        assert "administers nothing for you" in page

    def test_tells_on_which_list_the_partner_is_and_takes_it_off(self, client, fernhill):
        unlist = reverse("relationships:customer-policy-unlist", args=[fernhill.customer.slug])
        assert unlist not in text_of(client.get(url(fernhill)))
        for allowed, said in ((True, "is on the allow list"), (False, "is on the deny list")):
            policing.list_partner(
                fernhill.customer, fernhill.alder, allowed=allowed, by=fernhill.by
            )
            page = text_of(client.get(url(fernhill)))
            assert said in page
            assert unlist in page
            assert unlist not in text_of(client.get(url(fernhill, partner=fernhill.birch)))
        answer = client.post(unlist, {"partner": fernhill.alder.tenant_id}, follow=True)
        assert "Alder is on no list any more." in text_of(answer)
        assert "is on the deny list" not in text_of(client.get(url(fernhill)))

    def test_offers_a_reader_no_list(self, client, fernhill):
        policing.list_partner(fernhill.customer, fernhill.alder, allowed=False, by=fernhill.by)
        client.force_login(make.join_customer(fernhill.customer, CustomerRole.READER))
        assert "Take off the list" not in text_of(client.get(url(fernhill)))

    def test_asks_the_database_as_often_for_many(
        self, client, fernhill, django_assert_max_num_queries
    ):
        for _ in range(10):
            make.make_subscription(fernhill.customer, seller=fernhill.alder)
            fernhill.grant(fernhill.alder, TEAMS, asks_selling=False)
        client.get(url(fernhill))
        with django_assert_max_num_queries(QUERIES):
            assert client.get(url(fernhill)).status_code == 200


class TestActs:
    def test_say_what_ends_and_what_goes_on_and_change_nothing_r35(self, client, fernhill):
        with Unchanged():
            page = text_of(client.get(url(fernhill, "remove-administration")))
        assert "Alder loses the role Exchange Administrator." in page
        assert "Buying goes on" in page
        with Unchanged():
            page = text_of(client.get(url(fernhill, "end")))
        assert "Alder may no longer sell." in page
        with Unchanged():
            page = text_of(client.get(url(fernhill, "terminate", grant=fernhill.grant_)))
        assert f"“{fernhill.grant_.name}” ends as a whole." in page

    def test_are_made_by_their_post(self, client, fernhill):
        with Unchanged(*EXISTED):
            answer = client.post(url(fernhill, "remove-administration"), follow=True)
        assert "no longer administers anything for you" in text_of(answer)
        fernhill.grant_.refresh_from_db()
        assert fernhill.grant_.ended_because == "customer"
        with Unchanged(*EXISTED):
            client.post(url(fernhill, "end"))
        assert ResellerRelationship.objects.get().status == "ended"

    def test_list_each_subscription_that_will_expire(self, client, fernhill):
        row = make.make_subscription(
            fernhill.customer, seller=fernhill.alder, friendly_name="Head office"
        )
        page = text_of(client.get(url(fernhill, "end")))
        assert "“Head office” expires on" in page
        assert str(row.term_end.year) in page

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("role", [CustomerRole.READER, CustomerRole.BILLING_ADMIN])
    def test_are_refused_without_the_right(self, client, fernhill, method, role):
        client.force_login(make.join_customer(fernhill.customer, role))
        for address in (
            url(fernhill, "end"),
            url(fernhill, "remove-administration"),
            url(fernhill, "terminate", grant=fernhill.grant_),
        ):
            with Unchanged():
                answer = getattr(client, method)(address)
            assert answer.status_code == 403
            assert fernhill.admin.name in text_of(answer)

    def test_that_are_none_are_unknown(self, client, fernhill):
        other = make.make_customer()
        admin = make.join_customer(other)
        for address in (
            url(fernhill, "nonsense"),
            url(fernhill, "terminate"),
            url(fernhill, "end", grant=fernhill.grant_),
            url(fernhill, "end", partner=fernhill.birch),
            url(fernhill, "terminate", partner=fernhill.birch, grant=fernhill.grant_),
        ):
            assert client.get(address).status_code == 404, address
        client.force_login(admin)
        assert client.get(url(fernhill, "end")).status_code == 404
        assert client.post(url(fernhill, "end")).status_code == 404

    def test_lead_back_with_a_sentence_on_a_second_click(self, client, fernhill):
        address = url(fernhill, "remove-administration")
        client.post(address)
        with Unchanged():
            answer = client.post(address, follow=True)
        assert "administers nothing for you" in text_of(answer)

    def test_ask_the_database_as_often_whatever_else_there_is(
        self, client, fernhill, django_assert_max_num_queries
    ):
        for _ in range(20):
            make.make_subscription(fernhill.customer, seller=fernhill.birch)
        client.get(url(fernhill, "end"))
        with django_assert_max_num_queries(ACT_QUERIES) as asked:
            client.get(url(fernhill, "end"))
        for _ in range(20):
            make.make_subscription(fernhill.customer, seller=fernhill.birch)
        with django_assert_max_num_queries(len(asked)):
            client.get(url(fernhill, "end"))
