"""Three years of the clock: no end date moves without an event that names the customer's yes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Actor
from audit.models import Event
from mail.models import Delivery
from partners.rights import Agent
from relationships.models import AdminRelationship, AdminStatus
from relationships.moves import clock, pausing
from relationships.moves.extending import allow, wish
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
YEARS = 3 * 365
STANDSTILL = range(170, 180)  # over the first end of what is extended
LEAP_DAY = date(2028, 2, 29)


@pytest.fixture
def scene():
    """What runs out, what is extended, what is extended for a while, and what is paused."""
    scene = Fernhill()
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.partner_by = Actor.objects.of(scene.agent)
    scene.short = scene.grant(scene.alder, SUPPORT, days=60)
    scene.kept = scene.grant(scene.alder, EXCHANGE, days=175)
    scene.left = scene.grant(scene.alder, TEAMS, days=175)
    scene.paused = scene.grant(scene.alder, SUPPORT, days=400, asks_selling=False)
    until_leap_day = (datetime(2028, 2, 29, 12, tzinfo=UTC) - make.now()).days + 1
    scene.leap = None
    if 1 <= until_leap_day <= 730:
        scene.leap = scene.grant(scene.birch, SUPPORT, days=until_leap_day)
    for grant in (scene.kept, scene.left, scene.paused):
        wish(grant, wished=True, by=scene.partner_by)
        allow(grant, allowed=True, by=scene.by)
    pausing.pause(scene.customer, grant=scene.paused, by=scene.by)
    return scene


def ends():
    rows = AdminRelationship.objects.exclude(ends_at=None).order_by("pk")
    return {str(row.public_id): row.ends_at for row in rows}


def test_trap_13_no_end_date_moves_without_the_customer_s_yes(scene):
    """With a standstill of ten days, and two runs of the clock for every day."""
    start = make.now()
    before, begun, seen = ends(), ends(), set()
    allowed_by = str(scene.by.public_id)
    for number in range(1, YEARS + 1):
        at = start + number * DAY
        if number == 500:
            allow(scene.left, allowed=False, by=scene.by, at=at)
        if number in STANDSTILL:
            continue
        clock.sweep(at)
        clock.sweep(at)
        after = ends()
        new = Event.objects.filter(kind="administration.extended").exclude(pk__in=seen)
        moved = {key for key in after if after[key] != before[key]}
        assert {event.subject_id for event in new} == moved
        assert len(new) == len(moved)
        for event in new:
            assert event.details["allowed_by"] == allowed_by
            assert datetime.fromisoformat(event.details["was"]) == before[event.subject_id]
            assert datetime.fromisoformat(event.details["until"]) == after[event.subject_id]
            seen.add(event.pk)
        before = after

    def now(grant):
        return AdminRelationship.objects.get(pk=grant.pk)

    over = start + YEARS * DAY
    assert now(scene.short).status == AdminStatus.EXPIRED
    assert now(scene.short).ends_at == begun[str(scene.short.public_id)]
    for grant, times in ((scene.kept, 6), (scene.paused, 4)):
        row = now(grant)
        assert row.status == AdminStatus.ACTIVE
        assert row.ends_at > over
        assert row.ends_at == begun[str(grant.public_id)] + times * clock.EXTENSION
    assert now(scene.paused).paused_at is not None
    left = now(scene.left)
    assert (left.status, left.ends_at) == (
        AdminStatus.EXPIRED,
        begun[str(scene.left.public_id)] + 2 * clock.EXTENSION,
    )
    if scene.leap is not None:
        assert now(scene.leap).ends_at.date() == LEAP_DAY
        assert now(scene.leap).status == AdminStatus.EXPIRED
    keys = list(Delivery.objects.exclude(key=None).values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    for person in (scene.agent, scene.admin):
        mine = Delivery.objects.filter(recipient=person.email)
        about = f"time:{scene.kept.public_id}"
        assert mine.filter(key__startswith=f"{about}:extended:").count() == 6
        assert not mine.filter(key__startswith=f"{about}:ends:").exists()
