"""The moves of whoever sold a subscription: what they write, who makes them, and when not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partners.rights import Admin, Agent
from relationships.moves.supervising import restore_partner, suspend_partner
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import changing
from subscriptions.moves.changing import ChangedMeanwhile
from subscriptions.moves.writing import SubscriptionRefused
from tests import factories as make

from .forging import dump

pytestmark = pytest.mark.django_db

MOVES = {
    "change_quantity": lambda row, **who: changing.change_quantity(row, 11, **who),
    "suspend": lambda row, **who: changing.suspend(row, "non_payment", **who),
    "cancel": changing.cancel,
    "rename": lambda row, **who: changing.rename(row, "Head office", **who),
    "auto_renew": lambda row, **who: changing.switch_auto_renew(row, on=False, **who),
}
MAY_CHANGE = {"admin agent", "sales agent", "global admin"}
PARTNER_ROLES = {
    "admin agent": {"agent": Agent.ADMIN_AGENT},
    "sales agent": {"agent": Agent.SALES_AGENT},
    "helpdesk agent": {"agent": Agent.HELPDESK_AGENT},
    "global admin": {"admin": Admin.GLOBAL_ADMIN},
    "billing admin": {"admin": Admin.BILLING_ADMIN},
    "user-management admin": {"admin": Admin.USER_MANAGEMENT_ADMIN},
}


class Sold:
    """A subscription that a partner sold a day ago, and the agent who looks after it."""

    def __init__(self, **fields):
        now = timezone.now()
        self.seller = make.make_partner("Alder")
        self.customer = make.make_customer("Fernhill")
        times = {"ordered_at": now - timedelta(days=1), "term_start": now - timedelta(days=1)}
        times["term_end"] = times["term_start"].replace(year=times["term_start"].year + 1)
        self.row = make.make_subscription(self.customer, seller=self.seller, **times | fields)
        self.by = Actor.objects.of(make.make_admin_agent(self.seller))

    def change(self, kind, **fields):
        MOVES[kind](self.row, by=self.by, **fields)

    @property
    def stored(self):
        return Subscription.objects.with_parties().select_related("last_change").get(pk=self.row.pk)


@pytest.fixture
def sold():
    return Sold()


class Nothing:
    """Nothing of subscriptions, their changes and the log differs at the end of the block."""

    TABLES = ("subscriptions_subscription", "subscriptions_subscriptionchange", "audit_event")

    def __enter__(self):
        self.before = [dump(table) for table in self.TABLES]

    def __exit__(self, *_error):
        assert [dump(table) for table in self.TABLES] == self.before


def refused(match=""):
    return pytest.raises(SubscriptionRefused, match=match)


@pytest.mark.parametrize("kind", MOVES)
class TestEveryMove:
    def test_writes_the_change_the_row_and_the_event_together(self, sold, kind):
        sold.change(kind)
        row = sold.stored
        change = SubscriptionChange.objects.latest("number")
        assert row.last_change == change
        assert (change.kind, change.number, change.made_by) == (kind, 2, "seller")
        assert change.seller == sold.seller
        assert change.actor == sold.by
        assert row.canonical_form() == change.canonical_form
        event = Event.objects.latest("id")
        assert event.subject_id == str(row.public_id)
        assert event.customer_id == str(sold.customer.tenant_id)
        assert event.partner_id == str(sold.seller.tenant_id)
        assert event.details["change"] == str(change.public_id)
        assert change.reason == ""
        assert "reason" not in event.details

    @pytest.mark.parametrize("role", PARTNER_ROLES)
    def test_is_made_by_whom_the_matrix_says_a6(self, sold, kind, role):
        person = make.join_partner(sold.seller, **PARTNER_ROLES[role])
        by = Actor.objects.of(person)
        if role in MAY_CHANGE:
            MOVES[kind](sold.row, by=by)
            assert sold.stored.last_change.number == 2
        else:
            with Nothing(), pytest.raises(PermissionDenied):
                MOVES[kind](sold.row, by=by)

    def test_is_refused_to_everybody_else_r21_r66(self, sold, kind):
        other = make.make_partner()
        of_record = make.make_partner()
        left = make.make_admin_agent(sold.seller)
        left.partner_memberships.update(removed_at=make.YEAR_START, removed_by=make.operator())
        people = [
            make.make_admin_agent(other),
            make.make_admin_agent(of_record),
            left,
            *(make.join_customer(sold.customer, role) for role in CustomerRole.values),
            make.make_staff(),
            make.make_user(),
        ]
        actors = [*map(Actor.objects.of, people), make.operator(), Actor.objects.clock()]
        for by in actors:
            with Nothing(), pytest.raises(PermissionDenied):
                MOVES[kind](sold.row, by=by)

    def test_is_refused_to_who_is_no_longer_active(self, sold, kind):
        sold.by.user.is_active = False
        with Nothing(), pytest.raises(PermissionDenied):
            sold.change(kind)

    def test_is_refused_after_somebody_else_changed_it(self, sold, kind):
        changing.rename(sold.row, "Other", by=sold.by)
        with Nothing(), pytest.raises(ChangedMeanwhile):
            sold.change(kind, seen=1)

    def test_is_the_operator_s_where_it_sold_itself(self, kind):
        direct = make_direct()
        reason = "asked by phone"
        with Nothing(), pytest.raises(PermissionDenied):
            MOVES[kind](direct, by=Actor.objects.of(make.make_user(is_staff=True)), reason=reason)
        MOVES[kind](direct, by=operators_person(), reason=f" {reason} ")
        change = SubscriptionChange.objects.latest("id")
        assert (change.made_by, change.seller, change.kind) == ("operator", None, kind)
        assert change.reason == reason
        assert Event.objects.latest("id").details["reason"] == reason

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
    def test_has_a_reason_where_the_operator_makes_it(self, kind, reason):
        direct, by = make_direct(), operators_person()
        with Nothing(), pytest.raises(Refused, match="reason"):
            MOVES[kind](direct, by=by, reason=reason)

    def test_may_have_a_reason_of_its_seller_s(self, sold, kind):
        with Nothing(), pytest.raises(Refused, match="500 characters"):
            sold.change(kind, reason="x" * 501)
        sold.change(kind, reason=" as agreed ")
        assert sold.stored.last_change.reason == "as agreed"
        assert Event.objects.latest("id").details["reason"] == "as agreed"

    def test_is_refused_once_the_data_is_deleted(self, kind):
        gone = Sold(state="deleted", deleted_at=make.YEAR_START, cancelled_at=make.YEAR_START)
        with Nothing(), refused("deleted"):
            gone.change(kind)


def operators_person():
    staff = make.make_user(is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="change_subscription"))
    return Actor.objects.of(staff)


def make_direct():
    now = timezone.now()
    return make.make_subscription(
        make.make_customer(),
        ordered_at=now,
        term_start=now,
        term_end=now + timedelta(days=365),
    )


class TestChangeQuantity:
    def test_touches_nothing_else(self, sold):
        before = Subscription.objects.values().get()
        changing.change_quantity(sold.row, 25, by=sold.by)
        after = Subscription.objects.values().get()
        assert after == before | {"quantity": 25, "last_change_id": after["last_change_id"]}
        assert Event.objects.latest("id").details["quantity"] == {"was": 10, "is": 25}

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_keeps_at_least_one_licence(self, sold, quantity):
        with Nothing(), refused("at least one"):
            changing.change_quantity(sold.row, quantity, by=sold.by)

    def test_refuses_the_quantity_that_is_there(self, sold):
        with Nothing(), refused("already"):
            changing.change_quantity(sold.row, 10, by=sold.by)

    def test_is_refused_to_a_suspended_partner_r61_and_not_after_restoring_r63(self, sold):
        suspend_partner(sold.seller, by=make.operator(), reason="unpaid")
        with Nothing(), refused("suspended"):
            changing.change_quantity(sold.row, 11, by=sold.by)
        restore_partner(sold.seller, by=make.operator(), reason="paid")
        changing.change_quantity(sold.row, 11, by=sold.by)
        assert sold.stored.quantity == 11

    def test_is_refused_past_the_end_of_the_term(self, sold):
        at = sold.row.term_end
        with Nothing(), refused("run out"):
            changing.change_quantity(sold.row, 11, by=sold.by, at=at)
        changing.change_quantity(sold.row, 11, by=sold.by, at=at - timedelta(seconds=1))
        assert sold.stored.quantity == 11


class TestSuspend:
    @pytest.mark.parametrize("reason", ["customer_request", "non_payment", "misuse"])
    def test_has_one_of_three_reasons_r67(self, sold, reason):
        changing.suspend(sold.row, reason, by=sold.by)
        assert (sold.stored.state, sold.stored.suspension_reason) == ("suspended", reason)
        assert sold.stored.suspended_at is not None

    def test_refuses_any_other_reason(self, sold):
        with Nothing(), refused("three reasons"):
            changing.suspend(sold.row, "revenge", by=sold.by)

    def test_gives_its_reason_to_the_add_ons_too(self, sold):
        make.make_subscription(sold.customer, seller=sold.seller, base_subscription=sold.row)
        changing.suspend(sold.row, "misuse", by=sold.by, reason="spam")
        reasons = SubscriptionChange.objects.filter(kind="suspend").values_list("reason", flat=True)
        assert list(reasons) == ["spam", "spam"]

    def test_takes_its_own_add_ons_along_r74_and_no_other_seller_s(self, sold):
        other = make.make_partner()
        own = make.make_subscription(sold.customer, seller=sold.seller, base_subscription=sold.row)
        foreign = make.make_subscription(sold.customer, seller=other, base_subscription=sold.row)
        changing.suspend(sold.row, "misuse", by=sold.by)
        own.refresh_from_db()
        foreign.refresh_from_db()
        assert (own.state, foreign.state) == ("suspended", "active")

    def test_by_a_suspended_partner_is_for_misuse_only(self, sold):
        suspend_partner(sold.seller, by=make.operator(), reason="unpaid")
        with Nothing(), refused("fraud or misuse only"):
            changing.suspend(sold.row, "non_payment", by=sold.by)
        changing.suspend(sold.row, "misuse", by=sold.by)
        assert sold.stored.state == "suspended"


class TestReactivate:
    def test_brings_back_what_was_before(self, sold):
        before = Subscription.objects.values().get()
        changing.suspend(sold.row, "misuse", by=sold.by)
        changing.reactivate(sold.row, by=sold.by)
        after = Subscription.objects.values().get()
        assert after == before | {"last_change_id": after["last_change_id"]}

    def test_starts_only_from_suspended_r71(self, sold):
        with Nothing(), refused("active"):
            changing.reactivate(sold.row, by=sold.by)
        changing.cancel(sold.row, by=sold.by)
        with Nothing(), refused("cancelled"):
            changing.reactivate(sold.row, by=sold.by)

    @pytest.mark.parametrize(("day", "works"), [(59, True), (60, False), (61, False)])
    def test_is_possible_for_sixty_days_r69(self, sold, day, works):
        at = timezone.now()
        changing.suspend(sold.row, "non_payment", by=sold.by, at=at)
        later = at + timedelta(days=day)
        if works:
            changing.reactivate(sold.row, by=sold.by, at=later)
            assert sold.stored.state == "active"
        else:
            with Nothing(), refused("run out"):
                changing.reactivate(sold.row, by=sold.by, at=later)

    def test_of_an_add_on_waits_for_its_base(self, sold):
        add_on = make.make_subscription(
            sold.customer, seller=sold.seller, base_subscription=sold.row
        )
        changing.suspend(sold.row, "misuse", by=sold.by)
        add_on.refresh_from_db()
        with Nothing(), refused("add-on"):
            changing.reactivate(add_on, by=sold.by)
        changing.reactivate(sold.row, by=sold.by)
        add_on = Subscription.objects.get(pk=add_on.pk)
        changing.reactivate(add_on, by=sold.by)
        assert Subscription.objects.get(pk=add_on.pk).state == "active"


class TestCancel:
    @pytest.mark.parametrize(("day", "works"), [(0, True), (7, True), (8, False)])
    def test_is_possible_for_seven_days_after_the_purchase_r71(self, sold, day, works):
        at = sold.row.term_start + timedelta(days=day)
        if works:
            changing.cancel(sold.row, by=sold.by, at=at)
            assert (sold.stored.state, sold.stored.cancelled_at) == ("cancelled", at)
        else:
            with Nothing(), refused("Switch its renewal off"):
                changing.cancel(sold.row, by=sold.by, at=at)

    def test_from_suspended_leaves_no_trace_of_the_suspension(self, sold):
        changing.suspend(sold.row, "misuse", by=sold.by)
        changing.cancel(sold.row, by=sold.by)
        assert sold.stored.suspended_at is None
        assert sold.stored.suspension_reason == ""

    def test_ends_its_add_ons_with_it(self, sold):
        add_on = make.make_subscription(
            sold.customer, seller=sold.seller, base_subscription=sold.row
        )
        changing.cancel(sold.row, by=sold.by)
        add_on.refresh_from_db()
        assert add_on.state == "cancelled"


class TestRename:
    def test_folds_white_space_and_takes_a_name_away(self, sold):
        changing.rename(sold.row, "  Head \n office ", by=sold.by)
        assert sold.stored.friendly_name == "Head office"
        assert str(sold.stored) == "Head office"
        changing.rename(sold.row, "", by=sold.by)
        assert str(sold.stored) == sold.row.offer.name


class TestAutoRenew:
    def test_is_switched_off_and_on(self, sold):
        changing.switch_auto_renew(sold.row, on=False, by=sold.by)
        assert not sold.stored.auto_renew
        with Nothing(), refused("already"):
            changing.switch_auto_renew(sold.row, on=False, by=sold.by)
        changing.switch_auto_renew(sold.row, on=True, by=sold.by)
        assert sold.stored.auto_renew


class TestLocks:
    def test_are_taken_in_the_one_order(self, sold):
        with CaptureQueriesContext(connection) as asked:
            changing.change_quantity(sold.row, 11, by=sold.by)
        tables = [
            table
            for query in asked.captured_queries
            for table in ("customers_customer", "partners_partner", "subscriptions_subscription")
            if f'FROM "{table}"' in query["sql"] and "SELECT" in query["sql"][:10]
        ]
        assert tables[:3] == [
            "customers_customer",
            "partners_partner",
            "subscriptions_subscription",
        ]
