"""How subscriptions begin."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from subscriptions.models import Offer, Subscription, SubscriptionChange
from subscriptions.moves.ordering import import_one, subscribe_directly
from subscriptions.moves.writing import SubscriptionRefused
from tests import factories as make

from .forging import dump

pytestmark = pytest.mark.django_db


def order(customer, by=None, **fields):
    given = {
        "offer": Offer.objects.order_by("pk").first(),
        "quantity": 5,
        "billing_cycle": "monthly",
        "unit_price": Decimal("4.5"),
        "currency": "EUR",
        "agreement_version": "2026-01",
        "reason": "Ordered by phone.",
    }
    return subscribe_directly(by=by or make.operator(), customer=customer, **given | fields)


class TestSubscribeDirectly:
    def test_begins_a_term_without_a_seller(self):
        at = timezone.now()
        row = order(make.make_customer(), at=at)
        stored = Subscription.objects.get(pk=row.pk)
        assert (stored.seller, stored.state, stored.quantity) == (None, "active", 5)
        assert (stored.ordered_at, stored.term_start) == (at, at)
        assert timedelta(days=364) < stored.term_end - at < timedelta(days=367)
        change = SubscriptionChange.objects.get()
        assert (change.kind, change.made_by, change.number) == ("subscribe", "operator", 1)
        assert change.canonical_form == stored.canonical_form()
        event = Event.objects.latest("id")
        assert event.kind == "subscription.subscribed"
        assert (event.partner_id, event.side) == ("", "operator")

    def test_is_the_operator_s_alone_and_has_a_reason(self):
        customer, partner = make.make_customer(), make.make_partner()
        people = [
            make.join_customer(customer),
            make.make_admin_agent(partner),
            make.make_user(is_staff=True),
        ]
        for person in people:
            with pytest.raises(PermissionDenied):
                order(customer, by=Actor.objects.of(person))
        with pytest.raises(Refused, match="reason"):
            order(customer, reason="  ")
        assert not Subscription.objects.exists()
        assert not SubscriptionChange.objects.exists()

    def test_names_a_partner_of_record_and_no_seller(self):
        elm = make.make_partner("Elm", kind="advisor")
        row = order(make.make_customer(), partner_of_record=elm)
        assert (row.seller, row.partner_of_record) == (None, elm)


class TestImportOne:
    def test_writes_nothing_over_what_is_there(self):
        row = make.make_subscription(make.make_customer())
        tables = ("subscriptions_subscription", "subscriptions_subscriptionchange", "audit_event")
        before = [dump(table) for table in tables]
        with pytest.raises(SubscriptionRefused, match="exists already"):
            make.make_subscription(row.customer, public_id=row.public_id, quantity=99)
        assert [dump(table) for table in tables] == before

    def test_takes_over_every_state_as_it_stands(self):
        at = make.YEAR_START
        states = {
            "suspended": {"suspended_at": at, "suspension_reason": "misuse"},
            "cancelled": {"cancelled_at": at},
            "expired": {"expired_at": at},
            "disabled": {"disabled_at": at},
            "deleted": {"deleted_at": at},
        }
        for state, stamps in states.items():
            row = make.make_subscription(make.make_customer(), state=state, **stamps)
            assert Subscription.objects.get(pk=row.pk).state == state

    def test_needs_more_than_white_space_for_a_reason(self):
        with pytest.raises(Refused, match="reason"):
            import_one(by=make.operator(), reason=" ", customer=make.make_customer())
        assert not Subscription.objects.exists()
