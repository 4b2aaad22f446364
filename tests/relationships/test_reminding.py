"""Reminders of an end: 30, 7, 1 and 0 days before, by the days of whoever reads them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import Actor
from mail.models import Delivery
from partners.rights import Agent
from relationships.models import AdminRelationship
from relationships.moves import clock, ending
from relationships.moves.extending import allow, wish
from relationships.moves.reminding import step_of
from tests import factories as make

from .scenes import EXCHANGE, Fernhill, page_of, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.mail = scene.grant(scene.alder, EXCHANGE, days=200)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.partner_by = Actor.objects.of(scene.agent)
    Delivery.objects.all().delete()
    return scene


def sent(person, kind=None):
    mails = Delivery.objects.filter(recipient=person.email).order_by("pk")
    return [mail.subject for mail in mails if kind is None or kind in mail.key]


def days_of(end):
    """Each day from 40 days before the end to 3 days after it, at noon UTC."""
    first = end.replace(hour=12, minute=0) - 40 * DAY
    return [first + number * DAY for number in range(44)]


class TestReminders:
    def test_trap_17_go_to_both_sides_once_each_also_when_the_clock_runs_twice(self, scene):
        for at in days_of(scene.mail.ends_at):
            clock.sweep(at)
            clock.sweep(at)
        for person in (scene.agent, scene.admin):
            assert len(sent(person, ":ends:")) == 4
            assert len(sent(person, ":expired:")) == 1
        reminder = Delivery.objects.filter(recipient=scene.admin.email).first()
        assert "ends on" in reminder.subject
        assert "You need do nothing to let it end" in reminder.text

    def test_after_a_standstill_only_the_nearest(self, scene):
        end = scene.mail.ends_at
        clock.sweep(end - 5 * DAY)
        assert len(sent(scene.admin)) == 1
        clock.sweep(end - 4 * DAY)
        assert len(sent(scene.admin)) == 1

    def test_none_of_what_was_known_from_the_approval(self, scene):
        short = scene.grant(scene.birch, make.TEAMS_ADMINISTRATOR, days=20)
        Delivery.objects.all().delete()
        clock.sweep(short.activated_at + 2 * DAY)
        assert sent(scene.admin) == []
        clock.sweep(short.ends_at - 7 * DAY)
        assert len(sent(scene.admin)) == 1

    def test_none_of_what_was_ended(self, scene):
        ending.terminate(scene.mail, by=scene.by, side="customer")
        Delivery.objects.all().delete()
        for at in days_of(scene.mail.ends_at):
            clock.sweep(at)
        assert sent(scene.admin) == []

    def test_of_what_is_extended_one_that_says_so(self, scene):
        wish(scene.mail, wished=True, by=scene.partner_by)
        allow(scene.mail, allowed=True, by=scene.by)
        Delivery.objects.all().delete()
        for at in days_of(scene.mail.ends_at):
            clock.sweep(at)
        for person in (scene.agent, scene.admin):
            assert [len(sent(person, act)) for act in (":extends:", ":ends:", ":extended:")] == [
                1,
                0,
                1,
            ]

    def test_when_the_yes_is_taken_back_it_is_told_that_it_ends(self, scene):
        wish(scene.mail, wished=True, by=scene.partner_by)
        allow(scene.mail, allowed=True, by=scene.by)
        end = scene.mail.ends_at
        clock.sweep(end - 20 * DAY)
        allow(scene.mail, allowed=False, by=scene.by, at=end - 5 * DAY)
        clock.sweep(end - 5 * DAY)
        assert len(sent(scene.admin, ":extends:")) == 1
        assert len(sent(scene.admin, ":ends:")) == 1

    def test_say_when_the_partner_s_wish_waits_for_a_yes(self, scene):
        wish(scene.mail, wished=True, by=scene.partner_by)
        Delivery.objects.all().delete()
        clock.sweep(scene.mail.ends_at - 30 * DAY)
        (mail,) = Delivery.objects.filter(recipient=scene.admin.email)
        assert "wishes that it be extended" in mail.text


class TestDays:
    def test_trap_17_are_the_reader_s_own(self, scene):
        """At the recipient's local day."""
        scene.agent.time_zone, scene.admin.time_zone = "Pacific/Auckland", "America/Los_Angeles"
        scene.agent.save()
        scene.admin.save()
        end = scene.mail.ends_at
        first = {}
        for person in (scene.agent, scene.admin):
            local = end.astimezone(person.zone)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            begins = datetime.combine(
                midnight.date() - 30 * DAY, datetime.min.time(), tzinfo=person.zone
            )
            first[person] = begins.astimezone(UTC)
        assert first[scene.agent] != first[scene.admin]
        for person, begins in sorted(first.items(), key=lambda item: item[1]):
            clock.sweep(begins - SECOND)
            assert sent(person) == []
            clock.sweep(begins)
            assert len(sent(person)) == 1
            assert f"{end.astimezone(person.zone):%Y}" in sent(person)[0]

    @pytest.mark.parametrize(
        ("end", "at", "step"),
        [
            # Clocks go forward in Berlin on 26 March 2028, back on 29 October 2028.
            ("2028-03-27T00:30+02:00", "2028-03-26T00:00+01:00", 1),
            ("2028-03-27T00:30+02:00", "2028-03-25T23:59+01:00", 7),
            ("2028-10-30T00:30+01:00", "2028-10-29T00:00+02:00", 1),
            ("2028-10-30T00:30+01:00", "2028-10-28T23:59+02:00", 7),
            # 29 February 2028 exists, and counts as a day.
            ("2028-03-30T12:00+02:00", "2028-02-29T00:00+01:00", 30),
            ("2028-03-30T12:00+02:00", "2028-02-28T23:59+01:00", None),
            ("2028-02-29T12:00+01:00", "2028-02-29T00:00+01:00", 0),
            ("2028-02-29T12:00+01:00", "2028-03-01T00:00+01:00", None),
        ],
    )
    def test_trap_18_count_as_a_calendar_does(self, end, at, step):
        end, at = datetime.fromisoformat(end), datetime.fromisoformat(at)
        assert step_of(end, end - 365 * DAY, at, ZoneInfo("Europe/Berlin")) == step


class TestRecords:
    """What is over is read by both sides for the years that the operator chose."""

    def test_end_with_the_years(self, client, scene, settings):
        settings.ENDED_RECORDS_YEARS = 2
        year = make.days(365)
        now = make.now()
        AdminRelationship.objects.filter(pk=scene.mail.pk).update(
            status="terminated",
            ended_at=now - year * 2 + DAY,
            ended_by=scene.by,
            ended_because="customer",
        )
        pages = {
            scene.agent: page_of(
                "administration", scene.alder, scene.customer.tenant_id, scene.mail.public_id
            ),
            scene.admin: reverse(
                "relationships:customer-grant-act",
                args=[scene.customer.slug, scene.alder.slug, scene.mail.public_id, "terminate"],
            ),
        }
        lists = {
            scene.agent: page_of("partner-customer", scene.alder, scene.customer.tenant_id),
            scene.admin: reverse(
                "relationships:customer-partner", args=[scene.customer.slug, scene.alder.slug]
            ),
        }
        for ended, found in ((now - year * 2 + DAY, True), (now - year * 2 - DAY, False)):
            AdminRelationship.objects.filter(pk=scene.mail.pk).update(ended_at=ended)
            for person in (scene.agent, scene.admin):
                client.force_login(person)
                assert (client.get(pages[person]).status_code != 404) == found
                assert (scene.mail.name in text_of(client.get(lists[person]))) == found
        assert AdminRelationship.objects.filter(pk=scene.mail.pk).exists()
