"""A subscription: its two lists of columns, its constraints, its vetoes."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from partnercenter.lib.canonical import canonical_moment
from partnercenter.lib.ids import uuid7
from partnercenter.lib.refusals import Refused
from subscriptions.models import FROZEN, LIVE, Subscription, SubscriptionChange
from subscriptions.moves.ordering import import_one
from subscriptions.signals import SubscriptionGuarded
from tests import factories as make

from .forging import forge_change, write

pytestmark = pytest.mark.django_db


class TestColumns:
    def test_are_each_in_exactly_one_list(self):
        columns = {field.name for field in Subscription._meta.concrete_fields} - {"id"}
        assert set(FROZEN) | set(LIVE) == columns
        assert not set(FROZEN) & set(LIVE)

    def test_are_all_in_the_canonical_form_but_the_change_itself(self):
        form = make.make_subscription(make.make_customer()).canonical_form()
        for name in {*FROZEN, *LIVE} - {"last_change"}:
            assert f'"{name}":' in form


class TestImport:
    def test_writes_the_row_with_its_first_change(self):
        subscription = make.make_subscription(make.make_customer())
        change = SubscriptionChange.objects.get()
        assert subscription.last_change == change
        assert (change.kind, change.number, change.made_by) == ("import", 1, "operator")
        stored = Subscription.objects.get()
        assert stored.canonical_form() == change.canonical_form

    def test_is_the_operators_alone(self):
        customer = make.make_customer()
        person = make.join_customer(customer)
        with pytest.raises(PermissionDenied):
            import_one(by=Actor.objects.of(person), reason="mine", customer=customer)
        assert not Subscription.objects.exists()

    def test_needs_a_reason(self):
        with pytest.raises(Refused):
            import_one(by=make.operator(), reason="", customer=make.make_customer())
        assert not Subscription.objects.exists()


class TestVetoes:
    @pytest.fixture
    def subscription(self):
        return make.make_subscription(make.make_customer(), seller=make.make_partner())

    def test_refuse_a_save_without_a_change(self, subscription):
        subscription.quantity = 99
        with pytest.raises(SubscriptionGuarded):
            subscription.save(update_fields=["quantity"])
        assert Subscription.objects.get().quantity == 10

    def test_refuse_another_seller_even_with_a_change(self, subscription):
        subscription.seller = make.make_partner()
        subscription.last_change = subscription.write_change(
            "rename", made_by="clock", by=make.operator(), at=make.YEAR_START
        )
        with pytest.raises(SubscriptionGuarded, match="seller"):
            subscription.save(update_fields=["seller", "last_change"])
        assert Subscription.objects.get().seller_id != subscription.seller_id

    def test_refuse_a_change_that_does_more_than_its_kind(self, subscription):
        subscription.quantity, subscription.friendly_name = 99, "Mine"
        subscription.last_change = subscription.write_change(
            "change_quantity", made_by="seller", by=make.operator(), at=make.YEAR_START
        )
        with pytest.raises(SubscriptionGuarded, match="of this kind"):
            subscription.save(update_fields=["quantity", "friendly_name", "last_change"])
        assert Subscription.objects.get().quantity == 10

    def test_refuse_an_order_by_nobody_s_hand(self, subscription):
        subscription.pk, subscription.public_id = None, uuid7()
        subscription._state.adding = True
        subscription.last_change = subscription.write_change(
            "subscribe", made_by="operator", by=make.operator(), at=make.YEAR_START
        )
        with pytest.raises(SubscriptionGuarded, match="sells it"):
            subscription.save(force_insert=True)
        assert Subscription.objects.count() == 1

    def test_refuse_deletion(self, subscription):
        for delete in (subscription.delete, Subscription.objects.all().delete):
            with pytest.raises(SubscriptionGuarded), transaction.atomic():
                delete()
        assert Subscription.objects.count() == 1


class TestConstraints:
    """What a change row of the right kind says, but no subscription can be."""

    @pytest.mark.parametrize(
        ("kind", "columns"),
        [
            ("change_quantity", {"quantity": 0}),
            ("suspend", {"state": "suspended"}),
            ("suspend", {"state": "suspended", "suspended_at": make.YEAR_START}),
            ("suspend", {"state": "suspended", "suspension_reason": "misuse"}),
            ("cancel", {"state": "cancelled"}),
            ("cancel", {"state": "cancelled", "suspended_at": make.YEAR_START}),
            ("expire", {"state": "expired"}),
            ("renew", {"term_end": make.YEAR_START}),
        ],
    )
    def test_hold_against_a_change_that_says_so(self, kind, columns):
        subscription = make.make_subscription(make.make_customer())
        clock = {"made_by": "clock", "seller": None} if kind in ("expire", "renew") else {}
        form = {
            name: canonical_moment(value) if isinstance(value, datetime) else value
            for name, value in columns.items()
        }
        before = Subscription.objects.values().get()
        change = forge_change(subscription, kind, form=form, **clock)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            write(subscription, change, **columns)
        assert "subscriptions_subscription_" in str(refused.value)
        assert "guard_" not in str(refused.value)  # the constraint itself, and no guard before it
        assert Subscription.objects.values().get() == before
