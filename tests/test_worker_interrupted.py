"""What becomes of mail when its worker dies, and when the database goes away under it."""

import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from mail import outbox
from mail.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30


class Died(NamedTuple):
    """When a worker died, how many mails it held then, and how many it had sent."""

    moment: str
    claimed: int
    sent: int

    def __str__(self):
        return self.moment


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sent"


@pytest.fixture
def start(folder, tmp_path):
    """Start a worker on this test's database; stop those that still run."""
    started = []

    def start(moment="never"):
        command = [sys.executable, "-m", "tests.mail.interrupted_worker"]
        arguments = [str(connection.settings_dict["NAME"]), str(folder), moment]
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, *arguments], cwd=settings.BASE_DIR, stdout=log, stderr=log
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def mails():
    return [
        outbox.send_rendered(
            "x", to=f"{name}@fernhill.example", subject=name, text="Hello", html="<p>Hello</p>"
        )
        for name in ("ada", "ben", "cleo")
    ]


def sendings(folder):
    """How often each mail went out, by its Message-ID."""
    found = Counter()
    for path in Path(folder).glob("*"):
        found.update(re.findall(r"^Message-ID: (.+)$", path.read_text(), re.MULTILINE))
    return found


def lease_over():
    """Let the time pass that a mail stays with a worker that died."""
    Delivery.objects.filter(claimed_until__isnull=False).update(claimed_until=timezone.now())


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def all_sent():
    return not Delivery.objects.waiting().exists()


class TestKilled:
    @pytest.mark.parametrize(
        "died",
        [
            Died("before the claim commits", claimed=0, sent=0),
            Died("between claim and send", claimed=1, sent=0),
            Died("between send and mark", claimed=1, sent=1),
        ],
        ids=str,
    )
    def test_loses_nothing(self, died, start, mails, folder):
        assert start(died.moment).wait(PATIENCE) == -signal.SIGKILL
        assert Delivery.objects.waiting().count() == 3
        assert Delivery.objects.filter(claimed_until__isnull=False).count() == died.claimed
        assert sum(sendings(folder).values()) == died.sent

        worker = start()
        if died.claimed:
            until(lambda: Delivery.objects.waiting().count() == 1)
            time.sleep(1.2)
            assert Delivery.objects.waiting().count() == 1, "taken before its lease was over"
            lease_over()
        until(all_sent)

        found = sendings(folder)
        assert set(found) == {mail.message_id for mail in mails}
        assert sorted(found.values()) == [1, 1, 1 + died.sent]
        worker.terminate()
        assert worker.wait(PATIENCE) == 0

    def test_gives_up_a_mail_that_kills_each_of_its_workers(self, start, folder):
        deadly = outbox.send_rendered("x", to="ada@fernhill.example", subject="x", text="x")
        Delivery.objects.update(attempts=outbox.ATTEMPTS - 1)
        assert start("between claim and send").wait(PATIENCE) == -signal.SIGKILL
        lease_over()
        start()
        until(all_sent)
        deadly.refresh_from_db()
        assert deadly.failed_at is not None
        assert deadly.last_error == "No attempt came to its end."
        assert not sendings(folder)


class TestStopped:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_ends_cleanly_and_at_once(self, number, start, mails):
        worker = start()
        until(all_sent)
        asked = time.monotonic()
        worker.send_signal(number)
        assert worker.wait(PATIENCE) == 0
        assert time.monotonic() - asked < 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server to lose")
class TestDatabaseLost:
    def test_goes_on_when_the_database_is_back(self, start, mails, folder, tmp_path):
        worker = start()
        until(all_sent)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 1
        mail = outbox.send_rendered("x", to="dan@fernhill.example", subject="x", text="x")
        until(all_sent)
        assert sendings(folder)[mail.message_id] == 1
        assert worker.poll() is None
