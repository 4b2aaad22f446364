"""The watch: what was done past every guard is found, told once, and seen to be gone."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from mail.models import Delivery
from relationships import watch
from relationships.models import Breach, Watch
from relationships.moves import deciding
from relationships.moves.settling import settle
from subscriptions import comparing
from subscriptions.comparing import Problem
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make

from . import bypassing
from .bypassing import COLUMNS
from .scenes import EXCHANGE, Fernhill
from .test_breaches import approval, careless

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return Fernhill()


@pytest.fixture
def row(fernhill):
    return fernhill.customer.subscriptions.filter(seller=fernhill.birch).with_parties().first()


@pytest.fixture
def staff():
    return make.make_staff("ada@operator.example")


def never():
    return False


def a_pass():
    """One pass of the worker's, as if its time had come."""
    Watch.objects.filter(pk=1).update(started_at=timezone.now() - timedelta(days=1))
    watch.sweep(never)


class TestWithoutCertificate:
    """The certificate is switched off and the guards are away: the watch still catches."""

    @pytest.mark.parametrize("name", COLUMNS)
    def test_catches_a_move_that_writes(self, fernhill, row, monkeypatch, name):
        bypassing.without_guards()
        bypassing.stand_ready(row, name)
        move = approval(fernhill)
        careless(monkeypatch, lambda: bypassing.write_column(row, name))
        monkeypatch.setattr(deciding, "compare", lambda *args, **kwargs: None)
        move()
        a_pass()
        found = Breach.objects.filter(subscription=row.public_id).get()
        special = {"public_id": Problem.MISSING, "last_change": Problem.HISTORY}
        assert (found.problem, found.found_by) == (special.get(name, Problem.CHANGED), "watch")
        assert found.customer == fernhill.customer
        if name not in ("public_id", "last_change"):
            assert json.loads(found.was)[name] != json.loads(found.found)[name]

    def test_catches_a_row_that_is_gone(self, fernhill, row, monkeypatch):
        bypassing.without_guards()
        move = approval(fernhill)
        careless(monkeypatch, lambda: bypassing.delete(row))
        monkeypatch.setattr(deciding, "compare", lambda *args, **kwargs: None)
        move()
        a_pass()
        assert Breach.objects.get().problem == Problem.MISSING


class TestSweep:
    def test_finds_nothing_after_ordinary_moves(self, fernhill, row):
        changing.change_quantity(
            row, 11, by=Actor.objects.of(make.make_admin_agent(fernhill.birch))
        )
        fernhill.grant(fernhill.alder, EXCHANGE)
        a_pass()
        assert not Breach.objects.exists()
        assert Watch.objects.get().finished_count == 3

    def test_tells_what_it_finds_once(self, row, staff):
        bypassing.without_guards()
        bypassing.write_column(row, "quantity")
        a_pass()
        a_pass()
        assert Breach.objects.count() == 1
        assert Delivery.objects.filter(kind="breach", recipient=staff.email).count() == 1
        event = Event.objects.get(kind="breach.found")
        assert event.details["subscription"] == str(row.public_id)

    def test_tells_again_what_differs_otherwise(self, row, staff):
        bypassing.without_guards()
        bypassing.write_column(row, "quantity")
        a_pass()
        bypassing.write_column(row, "friendly_name")
        a_pass()
        first, second = Breach.objects.order_by("pk")
        assert first.gone_at is not None
        assert second.gone_at is None
        assert json.loads(second.found)["friendly_name"] == "Mine now"
        assert Delivery.objects.filter(kind="breach").count() == 2

    def test_says_when_it_is_gone(self, row):
        bypassing.without_guards()
        Subscription.objects.filter(pk=row.pk).update(quantity=99)
        a_pass()
        Subscription.objects.filter(pk=row.pk).update(quantity=10)
        a_pass()
        assert Breach.objects.get().gone_at is not None

    def test_is_quiet_about_what_staff_have_settled(self, row, staff):
        bypassing.without_guards()
        bypassing.write_column(row, "quantity")
        a_pass()
        settle(Breach.objects.get(), by=Actor.objects.of(staff), reason="repaired tomorrow")
        a_pass()
        assert Breach.objects.count() == 1
        assert not Breach.objects.unsettled().exists()

    def test_writes_one_mail_for_many(self, fernhill, staff):
        bypassing.without_guards()
        for _ in range(12):
            make.make_subscription(fernhill.customer)
        Subscription.objects.update(quantity=77)
        a_pass()
        assert Breach.objects.count() == 15
        letter = Delivery.objects.get(kind="breach")
        assert letter.subject == "15 subscriptions are not as they were known"
        assert "… and 5 more" in letter.text

    def test_begins_only_when_its_period_is_over(self, fernhill):
        watch.sweep(never)
        began = Watch.objects.get().started_at
        watch.sweep(never)
        assert Watch.objects.get().started_at == began
        a_pass()
        assert Watch.objects.get().started_at > began

    def test_is_one_worker_s_at_a_time(self, fernhill):
        first = Watch.objects.claim(timezone.now())
        assert Watch.objects.claim(timezone.now()) is None
        # A worker that was killed is replaced after the lease, and says nothing more.
        second = Watch.objects.claim(timezone.now() + timedelta(minutes=3))
        assert second is not None
        assert not first.begin(timezone.now())
        assert second.begin(timezone.now())

    def test_stops_between_two_stretches_and_goes_on_where_it_was(self, fernhill, monkeypatch):
        monkeypatch.setattr(comparing, "BATCH", 1)
        monkeypatch.setattr(watch, "look", lambda after: comparing.look(after, 1))
        asked = []

        def after_two():
            asked.append(1)
            return len(asked) > 2

        watch.sweep(after_two)
        kept = Watch.objects.get()
        assert (kept.count, kept.finished_at, kept.claimed_until) == (2, None, None)
        assert kept.position is not None
        watch.sweep(never)
        done = Watch.objects.get()
        assert (done.finished_count, done.position) == (3, None)
        assert done.finished_at is not None


class TestCommand:
    def run(self, **options):
        out, err = StringIO(), StringIO()
        try:
            call_command("verify_subscriptions", stdout=out, stderr=err, **options)
        except SystemExit as stop:
            return stop.code, out.getvalue()
        return 0, out.getvalue()

    def test_says_how_many_it_has_seen(self, fernhill):
        assert self.run() == (0, "3 subscriptions, 0 findings.\n")

    def test_names_what_it_finds_with_both_values_and_tells_staff(self, fernhill, row, staff):
        bypassing.without_guards()
        bypassing.write_column(row, "quantity")
        code, out = self.run()
        assert code == 1
        assert f"{row.public_id} changed\n  quantity: 10 -> 11\n" in out
        assert out.endswith("3 subscriptions, 1 findings.\n")
        assert Breach.objects.get().subscription == row.public_id
        assert Delivery.objects.filter(recipient=staff.email).count() == 1

    def test_says_what_is_missing_and_what_is_extra(self, fernhill, row):
        bypassing.without_guards()
        bypassing.write_column(row, "public_id")
        code, out = self.run()
        assert code == 1
        assert re.search(rf"^{row.public_id} missing$", out, re.MULTILINE)
        assert re.search(r"^[0-9a-f-]{36} extra$", out, re.MULTILINE)

    def test_may_be_interrupted_and_goes_on(self, fernhill, monkeypatch):
        stretches = comparing.stretches

        def interrupted(after):
            for number, stretch in enumerate(stretches(after, size=1)):
                if number == 2:
                    raise KeyboardInterrupt
                yield stretch

        monkeypatch.setattr(watch, "stretches", interrupted)
        code, out = self.run()
        assert code == 130
        assert "Interrupted after 2 of 3, 0 findings." in out
        place = re.search(r"--after ([0-9a-f-]{36})", out)[1]
        monkeypatch.undo()
        assert self.run(after=place) == (0, "1 subscriptions, 0 findings.\n")


def test_is_told_in_the_detail_of_readyz(client, row):
    before = client.get("/readyz/").json()["watch"]
    assert before["finished_at"] is None
    a_pass()
    told = client.get("/readyz/").json()["watch"]
    assert told["subscriptions"] == 3
    assert told["finished_at"] is not None
    assert told["unsettled_breaches"] == 0
