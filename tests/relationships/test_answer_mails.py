"""Answers at once, or all of a day in one mail at the person's own hour (choice 7.19)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Actor, User
from mail.models import Delivery
from relationships.models import PendingAnswer
from relationships.moves import clock, deciding, ending, people
from relationships.moves.answer_mails import next_hour
from tests import factories as make

from .scenes import EXCHANGE, TEAMS, Fernhill
from .test_people import Nothing

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def scene():
    """One agent of alder reads the answers of a day, another each at once."""
    scene = Fernhill()
    scene.daily = make.make_admin_agent(scene.alder)
    scene.zone = ZoneInfo("Asia/Seoul")
    choose(scene.daily, answers_daily=True, time_zone="Asia/Seoul")
    scene.hasty = make.make_admin_agent(scene.alder)
    return scene


def choose(person, **columns):
    User.objects.filter(pk=person.pk).update(**columns)
    person.refresh_from_db()


def mails(person, kind=None):
    found = Delivery.objects.filter(recipient=person.email).order_by("pk")
    return [mail for mail in found if kind in (None, mail.kind)]


def hour(scene, after=None):
    return next_hour(after or make.now(), scene.zone)


def decline(scene, *role_ids):
    decision = scene.ask(scene.alder, *role_ids)
    deciding.decline(decision, make.make_answer(decision, reason="Not now."), by=scene.by)


class TestHour:
    @pytest.mark.parametrize(
        ("after", "zone", "due"),
        [
            ((2027, 3, 10, 7, 59), "Asia/Seoul", (2027, 3, 10, 8)),
            ((2027, 3, 10, 8, 0), "Asia/Seoul", (2027, 3, 11, 8)),
            # The clock goes forward in the night to 28 March, and back in the one to 31 October.
            ((2027, 3, 27, 15, 59), "Europe/Berlin", (2027, 3, 27, 16)),
            ((2027, 3, 27, 16, 0), "Europe/Berlin", (2027, 3, 28, 15)),
            ((2027, 10, 30, 15, 0), "Europe/Berlin", (2027, 10, 31, 16)),
            ((2027, 12, 31, 2, 59), "Pacific/Kiritimati", (2027, 12, 31, 3)),
            ((2027, 12, 31, 23, 59), "America/New_York", (2028, 1, 1, 22)),
        ],
    )
    def test_is_the_next_at_which_their_clock_shows_it(self, after, zone, due):
        expected = datetime(*due, tzinfo=UTC)
        assert next_hour(datetime(*after, tzinfo=UTC), ZoneInfo(zone)) == expected


class TestOnceADay:
    def test_gathers_every_kind_of_answer_and_leaves_the_others_theirs(self, scene):
        scene.grant(scene.alder, EXCHANGE)
        decline(scene, TEAMS)
        lapsed = make.make_request(scene.alder, by=scene.daily, lifetime_days=1)
        clock.lapse(lapsed, at=lapsed.expires_at)
        make.make_refusal(make.make_customer(), make.make_request(scene.alder, by=scene.daily))
        assert mails(scene.daily) == []
        kinds = sorted(mail.kind for mail in mails(scene.hasty))
        told = ["decision_partner", "decision_partner", "request_against_policy", "time_partner"]
        assert kinds == told
        clock.sweep(hour(scene, lapsed.expires_at))
        (mail,) = mails(scene.daily)
        assert (mail.kind, mail.subject) == ("answers", "4 answers to your requests")
        for said in (
            "Fernhill approved “",
            "* Exchange Administrator",
            "was declined.",
            "Not now.",
            "in time.",
            "request policy refused",
        ):
            assert said in mail.text
        assert not PendingAnswer.objects.exists()
        assert len(mails(scene.hasty)) == 4

    def test_comes_at_the_hour_and_never_twice(self, scene):
        scene.grant(scene.alder, EXCHANGE)
        due = hour(scene)
        clock.sweep(due - SECOND)
        assert mails(scene.daily) == []
        for _time in range(2):
            clock.sweep(due)
        clock.sweep(due + DAY)
        assert len(mails(scene.daily)) == 1

    def test_is_one_mail_after_a_standstill_and_loses_nothing(self, scene):
        now = make.now()
        for number in range(3):
            decline(scene, EXCHANGE)
            newest = PendingAnswer.objects.latest("pk")
            PendingAnswer.objects.filter(pk=newest.pk).update(at=now + number * DAY)
        clock.sweep(now + 10 * DAY)
        (mail,) = mails(scene.daily)
        assert mail.subject == "3 answers to your requests"

    def test_follows_the_person_to_another_zone(self, scene):
        at = datetime(2027, 3, 10, 7, 0, tzinfo=UTC)  # 16:00 in Seoul, 8:00 in Berlin
        decline(scene, EXCHANGE)
        PendingAnswer.objects.update(at=at)
        choose(scene.daily, time_zone="Europe/Berlin")
        clock.sweep(datetime(2027, 3, 10, 15, 59, tzinfo=UTC))
        assert mails(scene.daily) == []
        clock.sweep(datetime(2027, 3, 10, 16, 0, tzinfo=UTC))
        assert len(mails(scene.daily)) == 1

    def test_is_sent_at_the_next_run_to_whoever_switches_back(self, scene):
        decline(scene, EXCHANGE)
        clock.sweep(make.now())
        assert mails(scene.daily) == []
        choose(scene.daily, answers_daily=False)
        clock.sweep(make.now())
        assert [mail.kind for mail in mails(scene.daily)] == ["answers"]
        decline(scene, EXCHANGE)
        assert [mail.kind for mail in mails(scene.daily)] == ["answers", "decision_partner"]

    def test_says_nothing_to_whoever_has_left_meanwhile(self, scene):
        decline(scene, EXCHANGE)
        chief = Actor.objects.of(make.join_partner(scene.alder, admin="global_admin"))
        people.remove(scene.daily.partner_memberships.get(), by=chief)
        clock.sweep(make.now() + 2 * DAY)
        assert mails(scene.daily, "answers") == []
        assert not PendingAnswer.objects.exists()

    def test_is_no_way_for_what_is_taken_away(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE)
        Delivery.objects.all().delete()
        ending.terminate(grant, by=scene.by, side="customer")
        assert [mail.kind for mail in mails(scene.daily)] == ["taken_back_partner"]

    def test_waits_once_for_the_same(self, scene):
        decline(scene, EXCHANGE)
        row = PendingAnswer.objects.get()
        with Nothing(), pytest.raises(IntegrityError), transaction.atomic():
            PendingAnswer.objects.create(
                person=row.person, request=row.request, decision=row.decision, at=row.at
            )
