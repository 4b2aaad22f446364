"""Staff look at subscriptions, and change those that the operator sold itself."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from partners.rights import Admin
from relationships.admin.subscription_moves import STAFF_MOVES
from subscriptions.models import Subscription
from subscriptions.moves import changing
from subscriptions.moves.ordering import subscribe_directly
from tests import factories as make
from tests.relationships.scenes import Unchanged

pytestmark = pytest.mark.django_db
QUERIES = 12
CHANGELIST = "admin:subscriptions_subscription_changelist"
NAMES = [move.name for move in STAFF_MOVES]
ANSWERS = {
    "change-quantity": {"quantity": "25"},
    "rename": {"friendly_name": "Head office"},
    "auto-renew": {},
    "suspend": {"suspension_reason": "non_payment"},
    "cancel": {},
}


def staff(*codenames):
    person = make.make_user(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


@pytest.fixture
def changer(client):
    """Of the staff, with the right to change subscriptions and no other."""
    person = staff("change_subscription")
    client.force_login(person)
    return person


@pytest.fixture
def direct():
    """Sold by the operator itself a moment ago."""
    offer = make.Offer.objects.filter(service__key="exchange").order_by("name").first()
    return subscribe_directly(
        by=make.operator(),
        customer=make.make_customer("Fernhill"),
        offer=offer,
        quantity=10,
        billing_cycle="monthly",
        unit_price=make.Decimal("7.20"),
        currency="EUR",
        reason="ordered by phone",
    )


@pytest.fixture
def sold():
    """Sold by a partner."""
    return make.make_subscription(make.make_customer(), seller=make.make_partner("Alder"))


def page(row):
    return reverse("admin:subscriptions_subscription_change", args=[row.pk])


def move(name, *rows):
    ids = ",".join(str(row.pk) for row in rows)
    return f"{reverse('admin:subscriptions_subscription_move', args=[name])}?ids={ids}"


def given(name, **fields):
    return {"seen": "1", "reason": "asked by phone", **ANSWERS.get(name, {}), **fields}


def text_of(answer):
    return " ".join(answer.content.decode().split())


def stored(row):
    return Subscription.objects.select_related("last_change").get(pk=row.pk)


class TestPage:
    @pytest.fixture(autouse=True)
    def looks(self, client):
        client.force_login(staff("view_subscription"))

    def test_shows_its_parties_terms_and_changes(self, client, sold):
        shown = text_of(client.get(page(sold)))
        for words in ("Alder", sold.customer.name, "7.2000 EUR", "import", "tests", "2026-01"):
            assert words in shown

    def test_says_who_alone_changes_what_a_partner_sold(self, client, sold, direct):
        sentence = "Only its seller changes this subscription."
        assert sentence in text_of(client.get(page(sold)))
        shown = text_of(client.get(page(direct)))
        assert sentence not in shown
        assert "the operator" in shown

    def test_is_found_by_the_tenant_id_of_customer_or_seller(self, client, sold):
        make.make_subscription(make.make_customer(), seller=make.make_partner())
        for side in (sold.customer, sold.seller):
            answer = client.get(reverse(CHANGELIST), {"q": str(side.tenant_id)})
            assert list(answer.context["cl"].queryset) == [sold]

    def test_offers_nothing_to_who_may_only_look(self, client, direct):
        assert "moves/" not in text_of(client.get(page(direct)))
        shown = text_of(client.get(reverse(CHANGELIST)))
        for name in ("import", "subscribe"):
            assert reverse(f"admin:subscriptions_subscription_{name}") not in shown


class TestOffered:
    def test_are_the_moves_that_fit(self, client, changer, direct):
        def offered():
            shown = text_of(client.get(page(direct)))
            return {name for name in NAMES if move(name, direct) in shown}

        assert offered() == set(NAMES) - {"reactivate"}
        by = Actor.objects.of(changer)
        changing.suspend(direct, "misuse", by=by, reason="spam")
        assert offered() == {"rename", "auto-renew", "reactivate", "cancel"}
        changing.cancel(direct, by=by, reason="spam")
        assert offered() == {"rename"}

    def test_is_none_where_a_partner_sold_it(self, client, changer, sold):
        assert "moves/" not in text_of(client.get(page(sold)))

    def test_is_none_on_several_at_once(self, client, changer, direct, sold):
        answer = client.get(reverse(CHANGELIST))
        assert "action-select" not in answer.content.decode()
        assert client.get(move("suspend", direct, sold)).status_code == 404

    def test_pages_cost_at_most_12_queries(self, client, changer, direct):
        for url in (page(direct), *(move(name, direct) for name in ANSWERS)):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            assert len(asked) <= QUERIES, url


@pytest.mark.parametrize("name", ANSWERS)
class TestEveryMove:
    def test_says_what_it_does_and_changes_nothing_before(self, client, changer, direct, name):
        with Unchanged():
            shown = text_of(client.get(move(name, direct)))
        assert "Fernhill" in shown
        assert "What begins" in shown or "What ends" in shown or "What stays" in shown

    def test_writes_change_and_event_with_the_reason(self, client, changer, direct, name):
        answer = client.post(move(name, direct), given(name))
        assert answer["Location"] == page(direct)
        change = stored(direct).last_change
        assert (change.number, change.made_by, change.seller) == (2, "operator", None)
        assert (change.reason, change.actor.user) == ("asked by phone", changer)
        event = Event.objects.latest("id")
        assert event.details["reason"] == "asked by phone"
        assert (event.side, event.partner_id) == ("operator", "")
        assert "asked by phone" in text_of(client.get(page(direct)))

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
    def test_needs_a_reason(self, client, changer, direct, name, reason):
        with Unchanged():
            answer = client.post(move(name, direct), given(name, reason=reason))
        assert set(answer.context["errors"]) == {"reason"}

    def test_is_closed_to_who_may_not_change_subscriptions(self, client, direct, name):
        others = ("view_subscription", "add_subscription", "change_offer", "change_customer")
        client.force_login(staff(*others))
        with Unchanged():
            assert client.get(move(name, direct)).status_code == 403
            assert client.post(move(name, direct), given(name)).status_code == 403

    def test_is_closed_to_the_people_of_organisations(self, client, direct, name):
        insider = make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN)
        for person in (insider, make.join_customer(direct.customer, CustomerRole.GLOBAL_ADMIN)):
            client.force_login(person)
            with Unchanged():
                answer = client.post(move(name, direct), given(name), follow=True)
            assert answer.status_code == 403

    def test_leaves_what_a_partner_sold_to_its_seller(self, client, changer, sold, name):
        with Unchanged():
            answers = (
                client.get(move(name, sold), follow=True),
                client.post(move(name, sold), given(name), follow=True),
            )
        for answer in answers:
            said = [str(message) for message in answer.context["messages"]]
            assert said == ["Only its seller changes this subscription."]

    def test_refuses_what_somebody_else_changed_meanwhile(self, client, changer, direct, name):
        by = Actor.objects.of(changer)
        changing.rename(direct, "Faster", by=by, reason="renamed")
        with Unchanged():
            answer = client.post(move(name, direct), given(name))
        assert "changed after you opened the page" in text_of(answer)
        assert answer.context["adminform"].form["reason"].value() == "asked by phone"


class TestEffects:
    def test_name_the_day_on_which_the_data_is_deleted(self, client, changer, direct):
        shown = text_of(client.get(move("suspend", direct)))
        day = make.now() + make.days(60)
        assert f"If it is not reactivated by {day.day} {day:%B %Y}, all its data" in shown

    def test_say_which_way_the_renewal_is_switched(self, client, changer, direct):
        assert "Switch renewal off" in text_of(client.get(page(direct)))
        client.post(move("auto-renew", direct), given("auto-renew"))
        assert not stored(direct).auto_renew
        assert "Switch renewal on" in text_of(client.get(page(direct)))
        client.post(move("auto-renew", direct), given("auto-renew", seen="2"))
        assert stored(direct).auto_renew


class TestSuspend:
    @pytest.mark.parametrize("reason", ["", "revenge"])
    def test_has_one_of_three_reasons_r67(self, client, changer, direct, reason):
        with Unchanged():
            answer = client.post(
                move("suspend", direct), given("suspend", suspension_reason=reason)
            )
        assert set(answer.context["errors"]) == {"suspension_reason"}

    def test_and_reactivate_bring_back_what_was(self, client, changer, direct):
        before = Subscription.objects.values().get()
        client.post(move("suspend", direct), given("suspend"))
        assert (stored(direct).state, stored(direct).suspension_reason) == (
            "suspended",
            "non_payment",
        )
        assert "non-payment" in text_of(client.get(page(direct)))
        client.post(move("reactivate", direct), given("reactivate", seen="2"))
        after = Subscription.objects.values().get()
        assert after == before | {"last_change_id": after["last_change_id"]}


class TestCancel:
    def test_says_why_it_is_too_late(self, client, changer):
        row = make.make_subscription(make.make_customer())
        assert move("cancel", row) not in text_of(client.get(page(row)))
        with Unchanged():
            answer = client.post(move("cancel", row), given("cancel"), follow=True)
        assert "Switch its renewal off" in text_of(answer)


class TestChangeQuantity:
    @pytest.mark.parametrize("quantity", ["0", "-1", "1000001", "many", "10"])
    def test_keeps_what_was_typed_where_it_is_refused(self, client, changer, direct, quantity):
        with Unchanged():
            answer = client.post(
                move("change-quantity", direct), given("change-quantity", quantity=quantity)
            )
        form = answer.context["adminform"].form
        assert form.errors
        assert form["quantity"].value() == quantity
        assert form["reason"].value() == "asked by phone"
