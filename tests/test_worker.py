import threading
import time

import pytest
from django.core import mail as django_mail
from django.core.management import call_command
from django.db import InterfaceError, InternalError, OperationalError

from mail import outbox, sweeps, worker
from mail.models import Delivery


@pytest.fixture(autouse=True)
def _own_sweeps(monkeypatch):
    monkeypatch.setattr(sweeps, "_registered", {})


@pytest.fixture
def no_mail(monkeypatch):
    monkeypatch.setattr(outbox, "deliver_due", lambda **kwargs: 0)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "_drop_connections", lambda: None)


@pytest.mark.django_db(transaction=True)
class TestOnce:
    def test_sends_what_is_due_and_runs_the_sweeps(self):
        ran = []
        sweeps.register("x", lambda: ran.append(1), every=60)
        outbox.send_rendered("x", to="ada@fernhill.example", subject="x", text="x")
        call_command("worker", once=True)
        assert ran == [1]
        assert len(django_mail.outbox) == 1
        assert Delivery.objects.sent().count() == 1


class TestTurn:
    def test_waits_longer_and_longer_while_the_database_is_away(self, monkeypatch, no_mail):
        errors = [OperationalError, InternalError, InterfaceError, OperationalError]
        errors += [OperationalError, OperationalError]
        pending = list(errors)

        def deliver_due(**kwargs):
            if pending:
                raise pending.pop(0)("the connection is lost")

        monkeypatch.setattr(outbox, "deliver_due", deliver_due)
        process = worker.Worker()
        assert [process.turn() for _ in errors] == [2, 4, 8, 16, 30, 30]
        assert process.turn() == worker.PERIOD
        pending.append(OperationalError)
        assert process.turn() == 2

    def test_is_not_ended_by_a_mistake_in_the_code(self, monkeypatch, no_mail, caplog):
        monkeypatch.setattr(outbox, "deliver_due", lambda **kwargs: 1 / 0)
        assert worker.Worker().turn() == worker.PERIOD
        assert "turn failed" in caplog.text


class TestRun:
    def test_stops_in_the_middle_of_a_pause(self, monkeypatch, no_mail):
        process = worker.Worker()
        sweeps.register("stop", process.stop, every=1)
        started = time.monotonic()
        process.run()
        assert time.monotonic() - started < worker.PERIOD

    def test_begins_nothing_new_once_it_is_told_to_stop(self, no_mail):
        ran = []
        process = worker.Worker()
        sweeps.register("first", process.stop, every=1)
        sweeps.register("second", lambda: ran.append(1), every=1)
        process.run()
        assert ran == []


class TestApart:
    def test_runs_beside_what_would_hold_it_up(self, no_mail):
        """A sweep that takes long has a thread of its own, and is asked to stop with the rest."""
        process, ran, stopped = worker.Worker(), [], []

        def long(stopping):
            ran.append(threading.current_thread().name)
            while not stopping():
                time.sleep(0.001)
            stopped.append(True)

        sweeps.register_apart("long", long, every=1)
        sweeps.register("stop", lambda: ran and process.stop(), every=0)
        process.run()
        assert ran == ["long"]
        assert stopped == [True]

    def test_goes_on_after_a_failure_and_a_lost_database(self, no_mail, monkeypatch, caplog):
        process = worker.Worker()
        pending = [ZeroDivisionError("no"), OperationalError("the connection is lost")]

        def fails(stopping):
            if pending:
                raise pending.pop()
            process.stop()

        monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.01)
        sweeps.register_apart("fails", fails, every=1)
        process.run()
        assert pending == []
        assert "sweep fails failed" in caplog.text
        assert "sweep fails: OperationalError" in caplog.text

    @pytest.mark.django_db(transaction=True)
    def test_is_done_once_by_a_single_turn(self):
        ran = []
        sweeps.register_apart("long", lambda stopping: ran.append(stopping()), every=60)
        call_command("worker", once=True)
        assert ran == [False]
