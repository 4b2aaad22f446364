"""The proof at a decision: the root over the account and every subscription."""

import hashlib

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Actor
from relationships.models import Certificate
from relationships.moves import deciding
from relationships.survey import merkle_root, survey
from subscriptions.models import Subscription, SubscriptionChange
from tests import factories as make

from .scenes import EXCHANGE, Fernhill

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return Fernhill()


def by_hand(leaves):
    """The definition of docs/certificate.md, in other words than the code's."""
    if len(leaves) == 1:
        return leaves[0]
    above = []
    while leaves:
        pair, leaves = leaves[:2], leaves[2:]
        joined = b"\x01" + b"".join(bytes.fromhex(leaf) for leaf in pair)
        above.append(hashlib.sha256(joined).hexdigest() if len(pair) == 2 else pair[0])
    return by_hand(above)


class TestRoot:
    @pytest.mark.parametrize("count", range(1, 18))
    def test_is_as_the_document_says(self, count):
        leaves = [hashlib.sha256(bytes([number])).hexdigest() for number in range(count)]
        assert merkle_root(leaves) == by_hand(leaves)

    def test_can_be_computed_from_what_is_stored(self, fernhill):
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        fernhill.approve(decision)
        certificate = decision.certificate
        changes = SubscriptionChange.objects.in_bulk(certificate.change_keys)
        ordered = [changes[key] for key in certificate.change_keys]
        assert ordered == sorted(ordered, key=lambda change: str(change.subscription))
        leaves = [(certificate.account_salt, certificate.account_form)]
        leaves += [(change.salt, change.canonical_form) for change in ordered]
        digests = [
            hashlib.sha256(b"\x00" + bytes.fromhex(salt) + form.encode()).hexdigest()
            for salt, form in leaves
        ]
        assert certificate.root == by_hand(digests)
        assert certificate.count == 3

    def test_differs_where_anything_differs(self, fernhill):
        before = survey(fernhill.customer)
        assert survey(fernhill.customer, before.account_salt) == before
        make.make_subscription(fernhill.customer)
        assert survey(fernhill.customer, before.account_salt).root != before.root

    def test_hides_an_account_behind_a_salt_of_its_own(self, fernhill):
        assert survey(fernhill.customer).root != survey(fernhill.customer).root

    def test_asks_the_database_as_often_for_many(self, fernhill, django_assert_num_queries):
        for _ in range(30):
            make.make_subscription(fernhill.customer)
        with django_assert_num_queries(3):
            survey(fernhill.customer)


class TestCertificate:
    def test_belongs_to_the_event_and_the_decision_points_to_it(self, fernhill):
        decision = fernhill.ask(fernhill.alder, EXCHANGE)
        fernhill.approve(decision)
        certificate = Certificate.objects.get()
        assert decision.certificate == certificate
        assert certificate.event.kind == "request.approved"
        assert certificate.customer == fernhill.customer

    def test_is_taken_without_any_subscription_too(self):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        decision = make.make_decision(make.make_request(role_ids=()), customer, by=admin)
        deciding.decline(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert Certificate.objects.get().count == 0

    def test_is_never_changed_nor_taken_away(self, fernhill):
        fernhill.approve(fernhill.ask(fernhill.alder))
        for change in (
            lambda: Certificate.objects.update(root="0" * 64),
            lambda: Certificate.objects.all()._raw_delete("default"),
        ):
            refused = pytest.raises(IntegrityError, match="guard_relationships_certificate")
            with refused, transaction.atomic():
                change()
        assert Subscription.objects.count() == 3
