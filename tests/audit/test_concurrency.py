"""Chains stay without gap when many write at once."""

import threading

import pytest
from django.db import connection, connections

from audit.models import ChainHead, ChainLink
from audit.verify import Report, verify

from .acting import ALDER, BIRCH, FERNHILL, GLENMOOR, make_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(*tasks):
    """Run each in a thread with a connection of its own, and raise what one of them raised."""
    errors, gate = [], threading.Barrier(len(tasks))

    def run(task):
        try:
            gate.wait()
            task()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def test_numbers_have_no_gap():
    pairs = [(FERNHILL, ALDER), (FERNHILL, BIRCH), (GLENMOOR, ALDER), (GLENMOOR, BIRCH)]

    def write(customer, partner):
        for _ in range(10):
            make_event(customer=customer, partner=partner)

    at_once(*[lambda pair=pair: write(*pair) for pair in pairs])

    assert list(verify(Report())) == []
    assert set(ChainHead.objects.values_list("number", flat=True)) == {20}
    assert ChainLink.objects.count() == 80


def test_first_writers_of_a_chain_agree_on_its_head():
    at_once(*[make_event] * 4)
    assert list(verify(Report())) == []
    assert ChainHead.objects.get(name=f"partner:{ALDER.id}").number == 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_reader_of_a_growing_log_raises_no_alarm():
    done = threading.Event()
    findings = []

    def write():
        for _ in range(60):
            make_event()
        done.set()

    def read():
        while not done.is_set():
            findings.extend(verify(Report()))

    at_once(write, read)
    assert findings == []
