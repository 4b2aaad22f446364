"""The page on which a partner orders: typed, looked at, placed once."""

from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Actor
from audit.log import Side
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.moves import ending
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer, Subscription
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, Fernhill, Unchanged, page_of, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = 7


class Shop(Fernhill):
    def __init__(self, client):
        super().__init__()
        self.client = client
        self.grant(self.alder)
        self.agent = make.make_admin_agent(self.alder)
        client.force_login(self.agent)
        self.offer = Offer.objects.filter(service__key="teams").order_by("name")[0]

    @property
    def url(self):
        return page_of("subscription-new", self.alder, self.customer.tenant_id)

    def typed(self, **fields):
        return {
            "offer": str(self.offer.offer_id),
            "quantity": "25",
            "term_length": "P1Y",
            "billing_cycle": "monthly",
            "unit_price": "4.50",
            "currency": "EUR",
            "friendly_name": "",
            "act": "look",
            **fields,
        }

    def look(self, **fields):
        return self.client.post(self.url, self.typed(**fields))

    def order(self, **fields):
        """Look first, then press the button with what the page carries along."""
        carried = self.look(**fields).context["carried"]
        return self.client.post(self.url, placed(carried))

    @property
    def sold(self):
        return Subscription.objects.filter(seller=self.alder).with_parties()


def placed(carried):
    given = {name: value for name, value in carried.items() if value is not None}
    return {**given, "act": "order"}


@pytest.fixture
def shop(client):
    return Shop(client)


class TestForm:
    def test_offers_the_catalogue_by_service(self, shop):
        text = text_of(shop.client.get(shop.url))
        assert '<optgroup label="Exchange Online">' in text
        assert str(shop.offer.offer_id) in text

    def test_offers_only_what_the_partner_sold_as_base_of_an_add_on(self, shop):
        own = make.make_subscription(shop.customer, seller=shop.alder)
        over = make.make_subscription(shop.customer, seller=shop.alder)
        changing.suspend(over, "misuse", by=Actor.objects.of(shop.agent))
        elsewhere = make.make_subscription(make.make_customer(), seller=shop.alder)
        foreign = shop.customer.subscriptions.filter(seller=shop.birch).first()
        text = text_of(shop.client.get(shop.url))
        assert str(own.public_id) in text
        for row in (over, elsewhere, foreign):
            assert str(row.public_id) not in text

    def test_names_resellers_to_an_indirect_provider_alone(self, shop):
        assert "Indirect reseller" not in text_of(shop.client.get(shop.url))
        shop.alder.kind = PartnerKind.INDIRECT_PROVIDER
        shop.alder.save(update_fields=["kind"])
        dogwood = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        stranger = make.make_partner("Stranger", kind=PartnerKind.INDIRECT_RESELLER)
        shop.alder.reseller_partnerships.create(
            reseller=dogwood, started_at=make.now(), started_by=make.operator()
        )
        text = text_of(shop.client.get(shop.url))
        assert "Dogwood" in text
        assert "Stranger" not in text
        answer = shop.look(reseller=str(stranger.tenant_id))
        assert answer.status_code == 422
        assert "its partner of record" in text_of(shop.look(reseller=""))
        assert "Dogwood is its partner of record" in text_of(
            shop.look(reseller=str(dogwood.tenant_id))
        )
        shop.order(reseller=str(dogwood.tenant_id))
        row = shop.sold.get()
        assert (row.seller, row.partner_of_record) == (shop.alder, dogwood)
        assert row.reseller_of_record == dogwood

    @pytest.mark.parametrize("count", [1, 30])
    def test_asks_the_database_as_often_for_many(self, shop, count, django_assert_num_queries):
        for _ in range(count):
            make.make_subscription(shop.customer, seller=shop.alder)
        shop.client.get(shop.url)
        with django_assert_num_queries(QUERIES):
            assert shop.client.get(shop.url).status_code == 200


class TestLook:
    def test_says_what_begins_and_what_stays_and_changes_nothing(self, shop):
        with Unchanged():
            answer = shop.look()
        assert answer.status_code == 200
        text = text_of(answer)
        for sentence in (
            f"Fernhill has 25 licences of {shop.offer.name} at once.",
            "4.50 EUR a licence, billed monthly",
            "Then it renews by itself",
            "You can cancel it until",
            "the agreement of version 2026-01",
            "Your organisation is its seller and its partner of record.",
            "Every other subscription of the customer stays as it is",
            "Who administers the customer&#x27;s services stays as it is.",
        ):
            assert sentence in text, sentence

    def test_makes_no_actor_of_who_only_looks(self, shop):
        shop.look()
        assert not Actor.objects.filter(user=shop.agent).exists()

    def test_leads_back_with_what_was_typed(self, shop):
        carried = shop.look(friendly_name="Head office").context["carried"]
        with Unchanged():
            answer = shop.client.post(shop.url, placed(carried) | {"act": "change"})
        assert answer.status_code == 200
        form = answer.context["form"]
        assert (form["friendly_name"].value(), form["quantity"].value()) == ("Head office", "25")
        assert "effects" not in answer.context

    def test_names_the_base_of_an_add_on(self, shop):
        base = make.make_subscription(
            shop.customer, seller=shop.alder, friendly_name="Main contract"
        )
        text = text_of(shop.look(base_subscription=str(base.public_id)))
        assert "It is an add-on to “Main contract”" in text
        shop.order(base_subscription=str(base.public_id))
        assert shop.sold.latest("pk").base_subscription == base


class TestOrder:
    def test_begins_the_subscription_as_typed_r22(self, shop):
        answer = shop.order(
            friendly_name="  Head   office ", unit_price="4.1234", currency="chf", term_length="P3Y"
        )
        row = shop.sold.get()
        assert answer["Location"] == page_of("partner-subscription", shop.alder, row.public_id)
        assert (row.offer, row.quantity, row.friendly_name) == (shop.offer, 25, "Head office")
        assert (row.unit_price, row.currency) == (Decimal("4.1234"), "CHF")
        assert (row.term_length, row.billing_cycle, row.state) == ("P3Y", "monthly", "active")
        assert row.last_change.actor.user == shop.agent
        assert "The subscription has begun." in text_of(shop.client.get(answer["Location"]))

    def test_leaves_every_other_subscription_as_it_is(self, shop):
        others = Subscription.objects.order_by("pk")
        before = list(others.values())
        shop.order()
        assert list(others.values())[: len(before)] == before

    def test_is_placed_once_by_a_doubled_click(self, shop):
        carried = shop.look().context["carried"]
        answers = [shop.client.post(shop.url, placed(carried)) for _ in range(2)]
        row = shop.sold.get()
        for answer in answers:
            assert answer["Location"] == page_of("partner-subscription", shop.alder, row.public_id)

    def test_is_another_where_somebody_goes_back_and_looks_again(self, shop):
        shop.order()
        shop.order()
        assert shop.sold.count() == 2

    @pytest.mark.parametrize(
        "order_id", ["", "x", "62beed31-006b-43ea-b283-97910925c4b0", "0" * 32, None]
    )
    def test_without_the_id_of_a_look_is_a_look(self, shop, order_id):
        carried = placed(shop.look().context["carried"]) | {"order_id": order_id}
        sent = {name: value for name, value in carried.items() if value is not None}
        with Unchanged():
            answer = shop.client.post(shop.url, sent)
        assert answer.status_code in (200, 422)

    def test_does_not_lead_to_what_others_ordered(self, shop):
        foreign = shop.customer.subscriptions.filter(seller=shop.birch).first()
        carried = placed(shop.look().context["carried"]) | {"order_id": str(foreign.public_id)}
        with Unchanged("subscriptions_subscription"):
            answer = shop.client.post(shop.url, carried)
        assert answer.status_code == 422
        assert "cannot be placed" in text_of(answer)

    def test_is_refused_where_the_relationship_ended_meanwhile(self, shop):
        carried = shop.look().context["carried"]
        selling = shop.customer.reseller_relationships.get(partner=shop.alder)
        ending.end_selling(selling, by=shop.by, side=Side.CUSTOMER)
        with Unchanged("subscriptions_subscription"):
            answer = shop.client.post(shop.url, placed(carried))
        assert answer.status_code == 422
        assert "Request one first" in text_of(answer)

    def test_is_refused_where_the_base_was_suspended_meanwhile(self, shop):
        base = make.make_subscription(shop.customer, seller=shop.alder)
        carried = shop.look(base_subscription=str(base.public_id)).context["carried"]
        changing.suspend(base, "misuse", by=Actor.objects.of(shop.agent))
        with Unchanged("subscriptions_subscription"):
            assert shop.client.post(shop.url, placed(carried)).status_code == 422


class TestWhyNot:
    def test_is_said_instead_of_the_form(self, shop):
        suspend_partner(shop.alder, by=make.operator(), reason="unpaid")
        text = text_of(shop.client.get(shop.url))
        assert "It can take no order" in text
        assert 'name="offer"' not in text
        with Unchanged("subscriptions_subscription"):
            assert shop.look().status_code == 422

    def test_is_said_to_who_only_administers(self, shop):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        shop.customer, shop.admin, shop.by = customer, admin, Actor.objects.of(admin)
        shop.grant(shop.alder, EXCHANGE, asks_selling=False)
        assert "Request one first" in text_of(shop.client.get(shop.url))

    def test_is_said_of_a_closed_account(self, shop):
        shop.customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        assert "account is closed" in text_of(shop.client.get(shop.url))


class TestBadInput:
    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"offer": ""}, "offer"),
            ({"offer": "no-offer"}, "offer"),
            ({"offer": "62beed31-006b-43ea-b283-97910925c4b0"}, "offer"),
            ({"quantity": ""}, "quantity"),
            ({"quantity": "0"}, "quantity"),
            ({"quantity": "-1"}, "quantity"),
            ({"quantity": "1.5"}, "quantity"),
            ({"quantity": "1000001"}, "quantity"),
            ({"quantity": "9" * 200_000}, "quantity"),
            ({"term_length": "P9Y"}, "term_length"),
            ({"billing_cycle": "never"}, "billing_cycle"),
            ({"unit_price": ""}, "unit_price"),
            ({"unit_price": "-0.01"}, "unit_price"),
            ({"unit_price": "1.00001"}, "unit_price"),
            ({"unit_price": "100000000"}, "unit_price"),
            ({"unit_price": "NaN"}, "unit_price"),
            ({"unit_price": "1e400"}, "unit_price"),
            ({"currency": "EURO"}, "currency"),
            ({"currency": "E1R"}, "currency"),
            ({"currency": "EU\n"}, "currency"),
            ({"currency": "ÉUR"}, "currency"),
            ({"friendly_name": "n" * 101}, "friendly_name"),
            ({"friendly_name": "a\x00b"}, "friendly_name"),
            ({"friendly_name": "n" * 200_000}, "friendly_name"),
            ({"base_subscription": "nothing"}, "base_subscription"),
            ({"base_subscription": "62beed31-006b-43ea-b283-97910925c4b0"}, "base_subscription"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_is_named_and_kept(self, shop, fields, wrong):
        with Unchanged():
            answer = shop.look(**fields)
        assert answer.status_code == 422
        form = answer.context["form"]
        assert set(form.errors) == {wrong}
        assert form["quantity"].value() == fields.get("quantity", "25")

    @pytest.mark.parametrize("name", ["한국 지사", "北京办事处", "=1+1", "<b>x</b>"])
    def test_is_no_name_in_another_script(self, shop, name):
        shop.order(friendly_name=name)
        assert shop.sold.get().friendly_name == name


class TestWho:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            ({"agent": Agent.ADMIN_AGENT}, True),
            ({"agent": Agent.SALES_AGENT}, True),
            ({"admin": Admin.GLOBAL_ADMIN}, True),
            ({"agent": Agent.HELPDESK_AGENT}, False),
            ({"admin": Admin.BILLING_ADMIN}, False),
            ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False),
        ],
    )
    def test_orders(self, shop, role, may):
        carried = shop.look().context["carried"]
        shop.client.force_login(make.join_partner(shop.alder, **role))
        answers = [shop.client.get(shop.url), shop.client.post(shop.url, placed(carried))]
        assert [answer.status_code for answer in answers] == ([200, 302] if may else [403, 403])
        assert shop.sold.count() == int(may)

    def test_is_no_stranger(self, shop):
        carried = placed(shop.look().context["carried"])
        for person in (make.make_admin_agent(shop.birch), shop.admin, make.make_staff()):
            shop.client.force_login(person)
            assert shop.client.get(shop.url).status_code == 404
            assert shop.client.post(shop.url, carried).status_code == 404
        assert not shop.sold.exists()

    def test_needs_the_token_of_the_form(self, shop):
        carried = placed(shop.look().context["carried"])
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(shop.agent)
        with Unchanged():
            assert careful.post(shop.url, carried).status_code == 403

    def test_orders_for_no_customer_of_others(self, shop):
        other = make.make_customer()
        url = page_of("subscription-new", shop.alder, other.tenant_id)
        assert shop.client.get(url).status_code == 404
        assert shop.client.post(url, shop.typed()).status_code == 404
