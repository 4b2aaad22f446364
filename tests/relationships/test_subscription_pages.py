"""Subscriptions on pages: the seller changes its own, the customer reads, nobody else sees."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.rights import Admin, Agent
from relationships.moves.supervising import suspend_partner
from relationships.subscription_moves import MOVES
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make
from tests.subscriptions.forging import dump

pytestmark = pytest.mark.django_db

QUERIES = 12
ANSWERS = {
    "change-quantity": {"quantity": "25"},
    "rename": {"friendly_name": "Head office"},
    "auto-renew": {},
    "suspend": {"suspension_reason": "non_payment"},
    "cancel": {},
}


class Shop:
    def __init__(self, client):
        self.client = client
        self.alder, self.birch = make.make_partner("Alder"), make.make_partner("Birch IT")
        self.fernhill = make.make_customer("Fernhill")
        now = make.now()
        self.row = make.make_subscription(
            self.fernhill,
            seller=self.alder,
            partner_of_record=self.birch,
            term_start=now,
            term_end=now + make.days(365),
        )
        self.agent = make.make_admin_agent(self.alder)
        client.force_login(self.agent)

    def url(self, move="", row=None, partner=None):
        arguments = [(partner or self.alder).slug, (row or self.row).public_id]
        if move:
            return reverse("relationships:subscription-move", args=[*arguments, move])
        return reverse("relationships:partner-subscription", args=arguments)

    def get(self, move="", **where):
        return self.client.get(self.url(move, **where))

    def post(self, move, **fields):
        return self.client.post(self.url(move), {"seen": "1", **ANSWERS.get(move, {}), **fields})

    @property
    def stored(self):
        return Subscription.objects.select_related("last_change").get(pk=self.row.pk)


@pytest.fixture
def shop(client):
    return Shop(client)


def text_of(answer):
    return " ".join(answer.content.decode().split())


class TestSellersPage:
    def test_tells_what_it_is_and_what_can_be_done(self, shop):
        page = text_of(shop.get())
        for expected in ("Exchange Online", "Fernhill", "Birch IT", "renews by itself", "7.20 EUR"):
            assert expected in page, expected
        for move in ("change-quantity", "rename", "auto-renew", "suspend", "cancel"):
            assert shop.url(move) in page
        assert shop.url("reactivate") not in page

    def test_hides_the_price_from_who_may_not_see_it_a11(self, shop):
        for agent in (Agent.SALES_AGENT, Agent.HELPDESK_AGENT):
            shop.client.force_login(make.join_partner(shop.alder, agent=agent))
            assert "7.20" not in text_of(shop.get())
        shop.client.force_login(make.join_partner(shop.alder, admin=Admin.GLOBAL_ADMIN))
        assert "7.20" in text_of(shop.get())

    def test_offers_no_move_to_a_helpdesk_agent(self, shop):
        shop.client.force_login(make.join_partner(shop.alder, agent=Agent.HELPDESK_AGENT))
        page = text_of(shop.get())
        assert "What you can do" not in page
        assert shop.url("suspend") not in page

    def test_shows_the_date_on_which_the_data_is_deleted_r69(self, shop):
        at = make.now()
        changing.suspend(shop.row, "misuse", by=Actor.objects.of(shop.agent), at=at)
        page = text_of(shop.get())
        day = at + make.days(60)
        assert f"All its data is deleted on {day.day} " in page
        assert shop.url("reactivate") in page
        assert shop.url("suspend") not in page

    def test_tells_the_history_with_who_did_what(self, shop):
        changing.change_quantity(shop.row, 25, by=Actor.objects.of(shop.agent))
        page = text_of(shop.get())
        assert "From 10 to 25 licences" in page
        assert shop.agent.name in page
        assert page.index("Quantity changed") < page.index("Taken over from before")

    def test_is_unknown_to_every_other_partner_even_of_record(self, shop):
        for partner in (shop.birch, make.make_partner()):
            shop.client.force_login(make.make_admin_agent(partner))
            assert shop.get().status_code == 404
            assert shop.get(partner=partner).status_code == 404
            for move in MOVES:
                assert shop.get(move, partner=partner).status_code == 404
                assert shop.client.post(shop.url(move, partner=partner)).status_code == 404

    def test_asks_the_database_as_often_whatever_the_history(
        self, shop, django_assert_max_num_queries
    ):
        by = Actor.objects.of(shop.agent)
        for quantity in range(20, 50):
            changing.change_quantity(shop.row, quantity, by=by)
        shop.get()
        with django_assert_max_num_queries(QUERIES):
            assert shop.get().status_code == 200


@pytest.mark.parametrize("move", ANSWERS)
class TestEveryMove:
    def test_is_said_before_it_is_made(self, shop, move):
        before = dump()
        page = shop.get(move)
        assert page.status_code == 200
        assert "What stays" in text_of(page)
        assert dump() == before

    def test_is_made_by_its_post(self, shop, move):
        answer = shop.post(move)
        assert answer.status_code == 302
        assert answer["Location"] == shop.url()
        assert shop.stored.last_change.number == 2
        assert str(MOVES[move].done) in text_of(shop.get())

    def test_is_refused_without_the_right(self, shop, move):
        before = dump()
        for person in (
            make.join_partner(shop.alder, agent=Agent.HELPDESK_AGENT),
            make.join_partner(shop.alder, admin=Admin.BILLING_ADMIN),
        ):
            shop.client.force_login(person)
            assert shop.get(move).status_code == 403
            assert shop.post(move).status_code == 403
        assert dump() == before

    def test_is_refused_where_somebody_was_faster(self, shop, move):
        changing.rename(shop.row, "Faster", by=Actor.objects.of(shop.agent))
        before = dump()
        answer = shop.post(move)
        assert answer.status_code == 422
        assert "changed after you opened the page" in text_of(answer)
        assert dump() == before

    def test_is_refused_past_its_state_with_the_reason(self, shop, move):
        changing.cancel(shop.row, by=Actor.objects.of(shop.agent))
        if move == "rename":
            pytest.skip("a cancelled one has a name, too")
        before = dump()
        assert "“cancelled”" in text_of(shop.get(move))
        answer = shop.post(move, seen="2")
        assert answer.status_code == 422
        assert "“cancelled”" in text_of(answer)
        assert dump() == before

    def test_asks_the_database_seldom(self, shop, move, django_assert_max_num_queries):
        shop.get(move)
        with django_assert_max_num_queries(QUERIES):
            shop.get(move)


class TestBadInput:
    @pytest.mark.parametrize(
        ("move", "fields", "sentence"),
        [
            ("change-quantity", {"quantity": ""}, "required"),
            ("change-quantity", {"quantity": "0"}, "1"),
            ("change-quantity", {"quantity": "-5"}, "1"),
            ("change-quantity", {"quantity": "many"}, "whole number"),
            ("change-quantity", {"quantity": "1000001"}, "1000000"),
            ("change-quantity", {"quantity": "10"}, "already"),
            ("suspend", {"suspension_reason": ""}, "required"),
            ("suspend", {"suspension_reason": "revenge"}, "revenge"),
            ("rename", {"friendly_name": "x" * 200_000}, "100 characters"),
            ("rename", {"friendly_name": "a\x00b"}, "Null characters"),
            ("auto-renew", {"seen": "nonsense"}, "whole number"),
        ],
    )
    def test_is_refused_with_a_sentence_and_kept(self, shop, move, fields, sentence):
        before = dump()
        answer = shop.post(move, **fields)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        if fields.get("quantity"):
            assert f'value="{fields["quantity"]}"' in answer.content.decode()
        assert dump() == before

    def test_of_an_unknown_move_is_not_found(self, shop):
        assert shop.get("steal").status_code == 404
        assert shop.post("steal").status_code == 404

    def test_without_the_form_s_token_changes_nothing(self, shop):
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(shop.agent)
        before = dump()
        assert careful.post(shop.url("suspend"), {"suspension_reason": "misuse"}).status_code == 403
        assert dump() == before

    def test_by_a_suspended_partner_says_why(self, shop):
        suspend_partner(shop.alder, by=make.operator(), reason="unpaid")
        assert "suspended" in text_of(shop.get("change-quantity"))
        before = dump()
        assert shop.post("change-quantity").status_code == 422
        assert dump() == before
        assert shop.post("suspend", suspension_reason="misuse").status_code == 302


class TestCustomersPage:
    def url(self, shop, customer=None):
        arguments = [(customer or shop.fernhill).slug, shop.row.public_id]
        return reverse("relationships:customer-subscription", args=arguments)

    @pytest.mark.parametrize("role", CustomerRole.values)
    def test_tells_seller_partner_of_record_and_terms_and_offers_nothing(self, shop, role):
        shop.client.force_login(make.join_customer(shop.fernhill, role))
        page = text_of(shop.client.get(self.url(shop)))
        for expected in ("Alder", "Birch IT", "7.20 EUR", "1 year", "Only Alder, which sold it"):
            assert expected in page, expected
        assert "What you can do" not in page
        assert shop.agent.name not in page

    def test_takes_no_post(self, shop):
        shop.client.force_login(make.join_customer(shop.fernhill))
        assert shop.client.post(self.url(shop)).status_code == 405

    def test_is_unknown_to_another_customer(self, shop):
        glenmoor = make.make_customer("Glenmoor")
        shop.client.force_login(make.join_customer(glenmoor))
        assert shop.client.get(self.url(shop)).status_code == 404
        assert shop.client.get(self.url(shop, glenmoor)).status_code == 404
