"""A partner's pages about itself: what they show, and to whom."""

import pytest

from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.moves.administration import end_grant
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .partner_side import decided, page

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {
    "partner-home": 9,
    "partner-profile": 3,
    "partner-subscriptions": 3,
}


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("shown", QUERIES)
def test_page_asks_the_database_as_often_for_many(
    client, partner, agent, shown, count, django_assert_max_num_queries
):
    decided(partner, approved=True)
    customer = partner.reseller_relationships.get().customer
    for _ in range(count):
        make.make_request(partner, by=agent)
        make.make_subscription(customer, seller=partner)
    url = page(shown, partner)
    client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert client.get(url).status_code == 200


class TestHome:
    def test_shows_what_waits(self, client, partner, agent):
        decided(partner, approved=True)
        waiting = make.make_request(partner, by=agent, name="Still waiting", email="x@glen.example")
        answer = client.get(page("partner-home", partner))
        assert [row.request.pk for row in answer.context["waiting"].rows] == [waiting.pk]
        assert page("request-new", partner) in answer.content.decode()

    def test_counts_no_standing_link_among_what_waits(self, client, partner, agent):
        make.make_link(partner, by=agent)
        assert not client.get(page("partner-home", partner)).context["waiting"]

    def test_offers_to_ask_again_for_administration_that_ended_r1(self, client, partner, agent):
        decided(partner, approved=True)
        grant = partner.admin_relationships.get()
        home = page("partner-home", partner)
        assert "Ask again" not in client.get(home).content.decode()
        end_grant(grant, because="customer", by=make.operator(), side="customer", at=make.now())
        text = client.get(home).content.decode()
        assert f"{page('request-new', partner)}?administration={grant.public_id}" in text
        assert "removed by the customer" in text
        helpdesk = make.join_partner(partner, agent=Agent.HELPDESK_AGENT)
        client.force_login(helpdesk)
        text = client.get(home).content.decode()
        assert "removed by the customer" in text
        assert "Ask again" not in text

    def test_of_an_indirect_reseller_leads_to_no_requests_r45(self, client):
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        client.force_login(make.make_admin_agent(reseller))
        text = client.get(page("partner-home", reseller)).content.decode()
        assert page("request-new", reseller) not in text
        assert "uses the requests of its indirect provider" in text
        assert page("request-list", reseller) not in text

    def test_of_another_partner_is_not_mixed_in(self, client, partner, agent):
        decided(make.make_partner(), approved=True)
        answer = client.get(page("partner-home", partner))
        assert "Fernhill" not in answer.content.decode()
        assert "Nothing else waits for you" in answer.content.decode()

    def test_says_why_nothing_can_be_requested(self, client, partner, agent):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        text = client.get(page("partner-home", partner)).content.decode()
        assert "Your organisation is suspended." in text
        assert page("request-new", partner) not in text

    def test_says_so_to_those_who_could_not_request_anyway(self, client):
        partner = make.make_partner(verified=False)
        client.force_login(make.join_partner(partner, admin=Admin.BILLING_ADMIN))
        text = client.get(page("partner-home", partner)).content.decode()
        assert "has not verified your organisation yet" in text
        assert page("request-list", partner) not in text


def test_profile_shows_who_the_organisation_is(client, partner, agent):
    text = client.get(page("partner-profile", partner)).content.decode()
    for fact in ("Alder Cloud", partner.primary_domain, "Germany", "France", partner.tenant_id):
        assert str(fact) in text


class TestSubscriptions:
    def test_are_those_that_the_partner_sold(self, client, partner, agent):
        customer = make.make_customer("Fernhill Foods")
        own = make.make_subscription(customer, seller=partner, quantity=17)
        make.make_subscription(customer, seller=make.make_partner())
        make.make_subscription(customer)
        answer = client.get(page("partner-subscriptions", partner))
        assert [row.pk for row in answer.context["subscriptions"]] == [own.pk]
        assert "Fernhill Foods" in answer.content.decode()
        assert ">17<" in answer.content.decode()

    def test_none_is_said_in_words(self, client, partner, agent):
        assert (
            "No subscriptions"
            in client.get(page("partner-subscriptions", partner)).content.decode()
        )
