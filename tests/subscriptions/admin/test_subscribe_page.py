"""The operator sells to a customer itself, on a page of the staff."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from partners.models import PartnerKind
from partners.rights import Admin
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer, Subscription, SubscriptionChange
from tests import factories as make
from tests.test_pages import rows_of_all_tables

pytestmark = pytest.mark.django_db
QUERIES = 12


def staff(*codenames):
    person = make.make_user(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


@pytest.fixture
def seller(client):
    """Of the staff, with the right to begin subscriptions and to look at them."""
    person = staff("add_subscription", "view_subscription")
    client.force_login(person)
    return person


@pytest.fixture
def fernhill():
    return make.make_customer("Fernhill", domain="fernhill.example")


def url():
    return reverse("admin:subscriptions_subscription_subscribe")


def given(**fields):
    return {
        "public_id": str(uuid.uuid4()),
        "customer": "fernhill.example",
        "offer": Offer.objects.order_by("name").first().pk,
        "quantity": "7",
        "term_length": "P1Y",
        "billing_cycle": "monthly",
        "unit_price": "12.50",
        "currency": "eur",
        "partner_of_record": "",
        "friendly_name": "Head  office",
        "reason": "ordered by phone",
        **fields,
    }


def text_of(answer):
    return " ".join(answer.content.decode().split())


class Nothing:
    """No row of any table differs at the end of the block."""

    def __enter__(self):
        self.before = rows_of_all_tables()

    def __exit__(self, *_error):
        assert rows_of_all_tables() == self.before


class TestSubscribe:
    def test_begins_a_subscription_without_a_seller(self, client, seller, fernhill):
        answer = client.post(url(), given())
        row = Subscription.objects.get()
        assert answer["Location"] == reverse(
            "admin:subscriptions_subscription_change", args=[row.pk]
        )
        assert (row.customer, row.seller, row.partner_of_record) == (fernhill, None, None)
        assert (row.quantity, row.friendly_name, row.state) == (7, "Head office", "active")
        assert (f"{row.unit_price:.2f}", row.currency) == ("12.50", "EUR")
        assert row.agreement_version == "2026-01"
        change = SubscriptionChange.objects.get()
        assert (change.kind, change.made_by, change.actor.user) == ("subscribe", "operator", seller)
        assert change.reason == "ordered by phone"
        assert Event.objects.get(kind="subscription.subscribed").details["reason"] == change.reason

    def test_names_a_partner_of_record_by_domain_or_tenant_id(self, client, seller, fernhill):
        elm = make.make_partner("Elm", domain="elm.example", kind=PartnerKind.ADVISOR)
        for named in ("ELM.example", str(elm.tenant_id)):
            client.post(url(), given(partner_of_record=named, customer=str(fernhill.tenant_id)))
        assert [row.partner_of_record for row in Subscription.objects.all()] == [elm, elm]

    def test_sells_once_to_who_clicks_twice(self, client, seller, fernhill):
        sent = given()
        first, second = client.post(url(), sent), client.post(url(), sent)
        assert first["Location"] == second["Location"]
        assert Subscription.objects.count() == 1

    def test_ends_on_the_first_page_for_who_may_look_at_none(self, client, fernhill):
        client.force_login(staff("add_subscription"))
        assert client.post(url(), given())["Location"] == reverse("admin:index")
        assert Subscription.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"customer": "nobody.example"},
            {"customer": ""},
            {"customer": str(uuid.uuid4())},
            {"offer": "0"},
            {"offer": ""},
            {"quantity": "0"},
            {"quantity": "1000001"},
            {"quantity": "9" * 5000},
            {"term_length": "P2Y"},
            {"billing_cycle": "weekly"},
            {"unit_price": "-1"},
            {"unit_price": "1.23456"},
            {"unit_price": "NaN"},
            {"unit_price": ""},
            {"currency": "EURO"},
            {"currency": "€uro"},
            {"currency": "E1R"},
            {"partner_of_record": "nobody.example"},
            {"friendly_name": "x" * 101},
            {"reason": " \n"},
            {"reason": "x" * 501},
        ],
    )
    def test_keeps_what_was_typed_where_it_is_refused(self, client, seller, fernhill, wrong):
        client.get(url())
        with Nothing():
            answer = client.post(url(), given(**wrong))
        form = answer.context["adminform"].form
        assert set(form.errors) == set(wrong)
        for name, value in given(**wrong).items():
            if name != "public_id":
                assert str(form[name].value()) == str(value)

    def test_knows_no_closed_customer_and_no_suspended_partner(self, client, seller, fernhill):
        closed = make.make_customer(domain="closed.example")
        closed.move_to("closed", closed_at=make.YEAR_START, closed_by=make.operator())
        suspended = make.make_partner(domain="alder.example")
        suspend_partner(suspended, by=make.operator(), reason="unpaid")
        sent = given(customer="closed.example", partner_of_record="alder.example")
        answer = client.post(url(), sent)
        assert set(answer.context["errors"]) == {"customer", "partner_of_record"}
        assert not Subscription.objects.exists()

    def test_writes_a_price_of_minus_nought_as_nought(self, client, seller, fernhill):
        client.post(url(), given(unit_price="-0"))
        assert '"unit_price":"0.0000"' in SubscriptionChange.objects.get().canonical_form

    def test_says_what_begins_and_changes_nothing_before(self, client, seller, fernhill):
        client.get(url())
        with Nothing():
            shown = text_of(client.get(url()))
        for words in ("What begins", "What stays", "2026-01", "Exchange Online (Plan 1)"):
            assert words in shown

    def test_shows_what_the_move_refuses(self, client, seller, fernhill, monkeypatch):
        monkeypatch.setattr("subscriptions.moves.ordering.QUANTITY_MAX", 5)
        answer = client.post(url(), given())
        assert "Order from 1 to 5 licences." in text_of(answer)
        assert answer.context["adminform"].form["reason"].value() == "ordered by phone"
        assert not Subscription.objects.exists()

    def test_costs_at_most_12_queries(self, client, seller, fernhill):
        client.get(url())
        for send in (lambda: client.get(url()), lambda: client.post(url(), given(reason=""))):
            with CaptureQueriesContext(connection) as asked:
                assert send().status_code == 200
            assert len(asked) <= QUERIES


class TestWho:
    def test_is_led_there_from_the_list(self, client, seller):
        changelist = reverse("admin:subscriptions_subscription_changelist")
        assert f'href="{url()}"' in text_of(client.get(changelist))

    def test_is_none_of_the_staff_without_the_right(self, client, fernhill):
        client.force_login(staff("view_subscription", "change_subscription", "add_offer"))
        with Nothing():
            assert client.get(url()).status_code == 403
            assert client.post(url(), given()).status_code == 403

    def test_is_nobody_of_an_organisation(self, client, fernhill):
        insider = make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.join_customer(fernhill)):
            client.force_login(person)
            assert client.post(url(), given(), follow=True).status_code == 403
        assert not Subscription.objects.exists()

    def test_signs_in_first(self, client, fernhill):
        answer = client.post(url(), given(), follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
        assert not Subscription.objects.exists()
