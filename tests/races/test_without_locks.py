"""
The negative controls of the races: with a lock taken out, a race is red.

SQLite lets one writer in at a time, so that there is nothing to take out.
"""

import time

import pytest
from django.db import DatabaseError, connection

from audit import log
from audit.models import ChainHead
from customers.models import Customer
from partnercenter.lib.states import Lockable
from relationships.breaches import Breached
from relationships.moves import administration, deciding

from . import test_journey as journey
from . import test_subscriptions as subscriptions

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]


def red():
    """A race is red by an assertion, by the database that refuses, or by the certificate."""
    return pytest.raises((AssertionError, DatabaseError, Breached))


def take_out(monkeypatch, model):
    """The row is read as before and held no longer; a moment passes, as it may anywhere."""

    def lock(row):
        row.refresh_from_db()
        time.sleep(0.01)
        return row

    monkeypatch.setattr(model, "lock", lock, raising=False)


def take_out_of_the_chains(monkeypatch):
    def unlocked(chains):
        for name in sorted(chains):
            ChainHead.objects.get_or_create(name=name)
        heads = list(ChainHead.objects.filter(name__in=chains).order_by("name"))
        time.sleep(0.01)
        return heads

    monkeypatch.setattr(log, "_lock", unlocked)


def test_the_customer_s_keeps_two_partners_from_one_service(monkeypatch):
    take_out(monkeypatch, Customer)
    # The customer's chain, which an approval holds from early on, would keep them apart as well.
    monkeypatch.setattr(deciding, "hold_chains", lambda *_held, **_at: None)
    monkeypatch.setattr(administration, "record_in_turn", lambda *_kinds, **_about: [])
    with red():
        journey.TestApprove().test_of_two_partners_for_one_service_leaves_one_holder_r26()


def test_those_of_rows_keep_an_order_from_coming_behind_the_end(monkeypatch):
    take_out(monkeypatch, Lockable)
    with red():
        journey.TestSell().test_and_an_end_of_the_relationship_leave_no_order_behind_it()


def test_those_of_rows_keep_two_people_from_writing_over_each_other(monkeypatch):
    take_out(monkeypatch, Lockable)
    with red():
        subscriptions.TestAtOnce().test_two_people_who_saw_the_same_leave_one_change()


def test_that_of_a_chain_keeps_its_numbers_apart(monkeypatch):
    take_out(monkeypatch, Customer)
    subscriptions.TestAtOnce().test_two_sellers_of_one_customer_both_come_through()
    take_out_of_the_chains(monkeypatch)
    with red():
        subscriptions.TestAtOnce().test_two_sellers_of_one_customer_both_come_through()
