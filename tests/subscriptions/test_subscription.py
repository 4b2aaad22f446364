"""A subscription: its two lists of columns, its constraints, its vetoes."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from subscriptions.models import FROZEN, LIVE, Subscription, SubscriptionChange
from subscriptions.signals import SubscriptionGuarded
from tests import factories as make

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
            Subscription.objects.import_one(
                by=Actor.objects.of(person), reason="mine", customer=customer
            )
        assert not Subscription.objects.exists()

    def test_needs_a_reason(self):
        with pytest.raises(Refused):
            Subscription.objects.import_one(
                by=make.operator(), reason="", customer=make.make_customer()
            )
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
            "rename", made_by="operator", by=make.operator(), at=make.YEAR_START, number=2
        )
        with pytest.raises(SubscriptionGuarded, match="seller"):
            subscription.save(update_fields=["seller", "last_change"])
        assert Subscription.objects.get().seller_id != subscription.seller_id

    def test_refuse_the_operators_hand_on_a_sellers_subscription(self, subscription):
        subscription.quantity = 99
        subscription.last_change = subscription.write_change(
            "change_quantity", made_by="operator", by=make.operator(), at=make.YEAR_START, number=2
        )
        with pytest.raises(SubscriptionGuarded):
            subscription.save(update_fields=["quantity", "last_change"])
        assert Subscription.objects.get().quantity == 10

    def test_refuse_deletion(self, subscription):
        for delete in (subscription.delete, Subscription.objects.all().delete):
            with pytest.raises(SubscriptionGuarded), transaction.atomic():
                delete()
        assert Subscription.objects.count() == 1


class TestConstraints:
    @pytest.mark.parametrize(
        "columns",
        [
            {"quantity": 0},
            {"term_end": make.YEAR_START},
            {"state": "suspended"},
            {"state": "deleted"},
            {"suspended_at": make.YEAR_START},
            {"suspension_reason": "misuse"},
            {"last_change": None},
        ],
    )
    def test_hold_against_update(self, columns):
        make.make_subscription(make.make_customer())
        before = Subscription.objects.values().get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscription.objects.update(**columns)
        assert Subscription.objects.values().get() == before
