"""Bulk jobs: what is chosen, what it would come to, and what the worker makes of it."""

import pytest

from accounts.models import Actor
from audit.models import Event
from relationships.models import (
    BulkAct,
    BulkSource,
)
from relationships.moves import bulk, bulk_work
from relationships.moves.bulk import Chosen
from relationships.moves.bulk_forecast import forecast
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill

pytestmark = pytest.mark.django_db


class Scene(Fernhill):
    """Alder administers three things for fernhill; one of its admin agents acts."""

    def __init__(self):
        super().__init__()
        self.grants = [self.grant(self.alder, role) for role in (EXCHANGE, SUPPORT, TEAMS)]
        self.agent = make.make_admin_agent(self.alder)
        self.actor = Actor.objects.of(self.agent)

    def chosen(self, act=BulkAct.TERMINATE, grants=None, **fields):
        rows = [Chosen(relationship_id=grant.pk) for grant in grants or self.grants]
        fields = {"source": BulkSource.TICKS, "by": self.actor} | fields
        return bulk.choose(self.alder, act, rows, **fields)

    def started(self, *args, **fields):
        job = self.chosen(*args, **fields)
        self.start(job)
        return job

    def start(self, job):
        bulk.start(job, by=self.actor, seen=forecast(job, make.now()).digest)

    def running(self):
        return list(self.alder.admin_relationships.running(make.now()).order_by("pk"))


@pytest.fixture
def scene():
    return Scene()


def states(job):
    return list(job.rows.order_by("number").values_list("status", flat=True))


class TestWork:
    def test_does_each_row_by_the_ordinary_move_in_the_person_s_name(self, scene):
        job = scene.started(grants=scene.grants[:2])
        bulk_work.sweep()
        job.refresh_from_db()
        assert (job.status, states(job)) == ("done", ["done", "done"])
        assert scene.running() == [scene.grants[2]]
        ended = Event.objects.filter(kind="administration.terminated")
        assert [event.actor_id for event in ended] == [str(scene.actor.public_id)] * 2
        row = job.rows.get(number=1)
        assert "ends as a whole" in row.result
