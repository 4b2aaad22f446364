"""A customer's page at its partner: what the two have, and nothing of anybody else."""

import pytest

from audit.log import Side
from partners.models import PartnerKind
from partners.rights import Agent
from relationships.moves import clock, ending, renewing
from relationships.moves.deciding import decline
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, GLOBAL, SUPPORT, TEAMS, Fernhill, listed, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = 11
GOES_ON = "your subscriptions and the duty to support the customer go on."


@pytest.fixture
def fernhill(client):
    fernhill = Fernhill()
    fernhill.agent = make.make_admin_agent(fernhill.alder)
    client.force_login(fernhill.agent)
    return fernhill


@pytest.fixture
def look(client, fernhill):
    def look(partner=None):
        partner = partner or fernhill.alder
        return client.get(page_of("partner-customer", partner, fernhill.customer.tenant_id))

    return look


def services(answer) -> dict[str, str]:
    return {row.service.key: row.administrator for row in answer.context["services"]}


def counted(answer, key: str) -> list[tuple[str, int]]:
    (row,) = [row for row in answer.context["services"] if row.service.key == key]
    return [(found.state, found.number) for found in row.subscriptions]


class TestAccount:
    def test_is_who_the_customer_is(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        text = text_of(look())
        for fact in ("Fernhill", fernhill.customer.primary_domain, "Germany", "not confirmed"):
            assert fact in text
        assert str(fernhill.customer.tenant_id) in text

    def test_says_when_the_domain_was_confirmed(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        fernhill.customer.confirm_domain(by=make.operator(), reason="looked at")
        text = text_of(look())
        assert "confirmed on" in text
        assert "not confirmed" not in text

    def test_is_not_found_where_the_two_never_had_anything(self, client, fernhill, look):
        assert look().status_code == 404
        fernhill.ask(fernhill.alder)
        assert look().status_code == 404

    def test_of_another_partner_is_not_found(self, client, fernhill, look):
        fernhill.grant(fernhill.birch)
        assert look().status_code == 404

    @pytest.mark.parametrize("name", ["한국 식품", "北京食品", "שלום", "<b>Fern</b>", "A" * 200])
    def test_bears_any_name(self, client, fernhill, name):
        customer = listed(fernhill.alder, name)
        answer = client.get(page_of("partner-customer", fernhill.alder, customer.tenant_id))
        assert answer.status_code == 200
        assert "<b>Fern" not in answer.content.decode()


class TestSelling:
    def test_is_shown_with_its_state_and_since_when(self, fernhill, look):
        relationship = fernhill.grant(fernhill.alder)
        answer = look()
        assert answer.context["selling"].latest == relationship
        assert page_of("subscription-new", fernhill.alder, fernhill.customer.tenant_id) in text_of(
            answer
        )
        assert page_of("selling-end", fernhill.alder, fernhill.customer.tenant_id) in text_of(
            answer
        )

    def test_that_winds_down_takes_no_order_and_cannot_be_ended_once_more(self, fernhill, look):
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
        ending.end_selling(fernhill.grant(fernhill.alder), by=fernhill.by, side=Side.CUSTOMER)
        text = text_of(look())
        assert "Winding down since" in text
        assert "no new orders" in text
        for name in ("subscription-new", "selling-end"):
            assert page_of(name, fernhill.alder, fernhill.customer.tenant_id) not in text

    def test_that_ended_says_when_and_by_whom_and_stays_readable(self, fernhill, look):
        ending.end_selling(fernhill.grant(fernhill.alder), by=fernhill.by, side=Side.CUSTOMER)
        text = text_of(look())
        assert "ended by the customer" in text
        assert "Request one first" in text

    def test_without_the_right_offers_nothing(self, client, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        client.force_login(make.join_partner(fernhill.alder, agent=Agent.HELPDESK_AGENT))
        text = text_of(look())
        for word in ("New subscription", "End relationship", "Terminate"):
            assert word not in text

    def test_of_a_suspended_partner_says_why_it_takes_no_order(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        suspend_partner(fernhill.alder, by=make.operator(), reason="unpaid")
        assert "It can take no order" in text_of(look())


class TestSubscriptions:
    def test_are_the_partner_s_own_with_a_link(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        own = make.make_subscription(fernhill.customer, seller=fernhill.alder, quantity=17)
        elsewhere = make.make_subscription(make.make_customer(), seller=fernhill.alder)
        answer = look()
        assert list(answer.context["subscriptions"]) == [own]
        text = text_of(answer)
        assert page_of("partner-subscription", fernhill.alder, own.public_id) in text
        assert str(elsewhere.public_id) not in text

    def test_go_on_on_older_pages(self, client, fernhill, look, monkeypatch):
        monkeypatch.setattr("relationships.views.partner_customers.PAGE", 2)
        fernhill.grant(fernhill.alder)
        made = [make.make_subscription(fernhill.customer, seller=fernhill.alder) for _ in range(5)]
        answer, seen = look(), []
        while True:
            seen += answer.context["subscriptions"]
            if not answer.context["older_url"]:
                break
            answer = client.get(answer.context["older_url"])
        assert seen == made[::-1]


class TestAdministration:
    def test_is_shown_with_roles_groups_and_end(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT, name="Mail and support")
        answer = look()
        (shown,) = answer.context["grants"]
        assert (shown.relationship, shown.state) == (grant, "active")
        assert shown.roles == ["Exchange Administrator", "Service Support Administrator"]
        assert shown.groups == ["Admin agents"]
        assert page_of(
            "administration-terminate", fernhill.alder, fernhill.customer.tenant_id, grant.public_id
        ) in text_of(answer)

    def test_that_ended_says_why_and_offers_to_ask_again(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        answer = look()
        assert answer.context["grants"][0].groups == []
        text = text_of(answer)
        assert "removed by the customer" in text
        again = f"{page_of('request-new', fernhill.alder)}?administration={grant.public_id}"
        assert again in text
        fernhill.grant(fernhill.alder, EXCHANGE, asks_selling=False)
        assert again not in text_of(look())

    def test_that_another_partner_took_in_part_names_the_role_and_not_the_partner(
        self, fernhill, look
    ):
        grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
        fernhill.grant(fernhill.birch, EXCHANGE, switches=("exchange",))
        answer = look()
        (shown,) = answer.context["grants"]
        assert shown.roles == ["Service Support Administrator"]
        assert shown.displaced_roles == ["Exchange Administrator"]
        text = text_of(answer)
        assert f"?administration={grant.public_id}" in text
        assert "Birch" not in text

    def test_that_the_partner_ended_itself_is_not_asked_for_again(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        by = make.Actor.objects.of(fernhill.agent)
        ending.terminate(grant, by=by, side=Side.PARTNER)
        assert "?administration=" not in text_of(look())

    def test_asks_again_only_where_the_person_and_the_partner_may(self, client, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        suspend_partner(fernhill.alder, by=make.operator(), reason="unpaid")
        assert "?administration=" not in text_of(look())
        client.force_login(make.join_partner(fernhill.alder, agent=Agent.SALES_AGENT))
        assert "?administration=" not in text_of(look())

    def test_past_its_end_is_called_expiring_until_the_clock_comes(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE, days=8, ago=9)
        answer = look()
        assert answer.context["grants"][0].state == "expiring"
        assert "Terminate" not in text_of(answer)
        clock.sweep()
        assert look().context["grants"][0].state == "expired"

    def test_that_stands_first_runs(self, fernhill, look):
        over = fernhill.grant(fernhill.alder, EXCHANGE)
        ending.terminate(over, by=fernhill.by, side=Side.CUSTOMER)
        older = fernhill.grant(fernhill.alder, TEAMS)
        newer = fernhill.grant(fernhill.alder, SUPPORT)
        shown = [grant.relationship for grant in look().context["grants"]]
        assert shown == [newer, older, over]


class TestWhatGoesOn:
    def test_is_said_after_a_removal_r32_r33(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        assert GOES_ON not in text_of(look())
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        text = text_of(look())
        assert "The customer ended your administration on" in text
        assert GOES_ON in text

    def test_is_said_after_another_partner_took_it(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        fernhill.grant(fernhill.birch, EXCHANGE, switches=("exchange",))
        text = text_of(look())
        assert "another partner administers what you administered" in text
        assert GOES_ON in text
        assert "Birch" not in text

    def test_is_not_said_where_nothing_goes_on(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE, asks_selling=False)
        ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
        assert GOES_ON not in text_of(look())


class TestServiceManagement:
    """Rules R55 to R57."""

    def test_says_who_administers_what_without_a_name(self, fernhill, look):
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder, TEAMS)
        answer = look()
        found = services(answer)
        assert (found["exchange"], found["teams"]) == ("another", "self")
        assert found["sharepoint"] == "nobody"
        text = text_of(answer)
        assert "another partner" in text
        assert "Birch" not in text

    def test_shows_states_where_the_partner_administers_and_nothing_else_of_others(
        self, fernhill, look
    ):
        fernhill.grant(fernhill.alder, EXCHANGE)
        row = fernhill.customer.subscriptions.filter(seller=fernhill.birch).first()
        by = make.Actor.objects.of(make.make_admin_agent(fernhill.birch))
        changing.suspend(row, "misuse", by=by)
        changing.rename(row, "Head office", by=by)
        answer = look()
        assert counted(answer, "exchange") == [("active", 2), ("suspended", 1)]
        text = text_of(answer)
        for hidden in ("Birch", "7.20", "EUR", "Head office", str(row.public_id), "misuse"):
            assert hidden not in text, hidden

    def test_shows_nothing_of_a_service_that_others_administer(self, fernhill, look):
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(fernhill.alder)
        before = services(look())
        assert counted(look(), "exchange") == []
        # Nor does the list itself tell what the customer has bought.
        sku = Offer.objects.filter(service__key="dynamics").order_by("name")[0].sku
        make.make_subscription(fernhill.customer, sku=sku, seller=fernhill.birch)
        assert services(look()) == before

    def test_leaves_out_what_is_deleted(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        row = make.make_subscription(fernhill.customer, seller=fernhill.alder, auto_renew=False)
        assert counted(look(), "exchange") == [("active", 4)]
        renewing.sweep(row.term_end)
        assert ("expired", 1) in counted(look(), "exchange")

    def test_is_over_with_the_grant_also_before_the_clock_comes(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE, days=8, ago=9)
        assert services(look())["exchange"] == "nobody"
        assert counted(look(), "exchange") == []

    def test_is_blind_while_the_grant_is_paused_or_the_partner_suspended(self, fernhill, look):
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        type(grant).objects.filter(pk=grant.pk).update(paused_at=make.now(), paused_by=fernhill.by)
        answer = look()
        assert services(answer)["exchange"] == "self_paused"
        assert counted(answer, "exchange") == []
        assert answer.context["grants"][0].state == "paused"
        type(grant).objects.filter(pk=grant.pk).update(paused_at=None, paused_by=None)
        suspend_partner(fernhill.alder, by=make.operator(), reason="unpaid")
        assert counted(look(), "exchange") == []

    def test_counts_every_service_for_a_global_administrator(self, fernhill, look):
        fernhill.grant(fernhill.alder, GLOBAL, days=30)
        assert set(services(look()).values()) == {"self"}

    def test_of_an_advisor_stands_beside_who_sells(self, client, fernhill, look):
        elm = make.make_partner("Elm", kind=PartnerKind.ADVISOR)
        fernhill.grant(fernhill.birch, EXCHANGE)
        fernhill.grant(elm, EXCHANGE, asks_selling=False)
        client.force_login(make.make_admin_agent(elm))
        answer = look(elm)
        assert services(answer)["exchange"] == "self"
        assert "your organisation, beside another partner" in text_of(answer)
        client.force_login(make.make_admin_agent(fernhill.birch))
        answer = look(fernhill.birch)
        assert services(answer)["exchange"] == "self"
        assert "beside another" not in text_of(answer)


class TestActivity:
    def test_is_what_the_two_had_with_each_other(self, fernhill, look):
        fernhill.grant(fernhill.alder, EXCHANGE)
        fernhill.grant(fernhill.birch, TEAMS)
        titles = [line["title"] for line in look().context["happened"]]
        assert titles == ["Fernhill approved the request of Alder."]

    def test_tells_nothing_of_a_request_that_was_declined_without_a_name(self, fernhill, look):
        fernhill.grant(fernhill.alder)
        decision = fernhill.ask(fernhill.alder)
        decline(decision, make.make_answer(decision), by=fernhill.by)
        assert len(look().context["happened"]) == 1

    def test_is_one_s_own_for_who_may_not_see_all(self, client, fernhill, look):
        fernhill.grant(fernhill.alder)
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
        seller = make.join_partner(fernhill.alder, agent=Agent.SALES_AGENT)
        client.force_login(seller)
        assert look().context["happened"] == []
        row = fernhill.alder.sold_subscriptions.get()
        changing.change_quantity(row, 3, by=make.Actor.objects.of(seller))
        (line,) = look().context["happened"]
        assert line["title"].startswith("The quantity of a subscription changed")


@pytest.mark.parametrize("count", [1, 12])
def test_is_as_many_queries_whatever_the_two_have(fernhill, look, count, django_assert_num_queries):
    fernhill.grant(fernhill.birch, TEAMS)
    for number in range(count):
        fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT, name=f"Mail {number}")
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
    look()
    with django_assert_num_queries(QUERIES):
        assert look().status_code == 200
