"""Two workers at one bulk job: each row is done once, and somebody may stop it meanwhile."""

import pytest

from audit.models import Event
from relationships.models import BulkAct
from relationships.moves import bulk, bulk_work
from tests.relationships.test_bulk import Scene, now_of, states

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def scene():
    return Scene()


@pytest.mark.parametrize("attempt", attempts(on_postgresql=2, on_sqlite=1))
def test_two_workers_do_each_row_once(scene, attempt):
    job, group = scene.started(), scene.mail_people()
    other = scene.assigning(group)
    scene.start(other)
    assert at_once(bulk_work.sweep, bulk_work.sweep, bulk_work.sweep) == ["done"] * 3
    assert (now_of(job), states(job)) == ("done", ["done"] * 3)
    assert Event.objects.filter(kind="administration.terminated").count() == 3
    # Whichever of the two jobs came first to an administration.
    assert (now_of(other), set(states(other)) <= {"done", "refused"}) == ("done", True)
    given = Event.objects.filter(kind="administration.assigned", subject_kind="admin_relationship")
    by_hand = given.filter(actor_id=str(scene.actor.public_id)).count()
    assert by_hand == states(other).count("done")
    for finished in (job, other):
        told = Event.objects.filter(kind="bulk.finished", subject_id=str(finished.public_id))
        assert told.count() == 1


@pytest.mark.parametrize("attempt", attempts(on_postgresql=2, on_sqlite=1))
def test_a_stop_at_the_same_moment_loses_no_row(scene, attempt):
    job = scene.started(BulkAct.TERMINATE)
    at_once(
        bulk_work.sweep, bulk_work.sweep, lambda: bulk.stop(type(job).objects.get(), by=scene.actor)
    )
    left = states(job).count("waiting")
    assert len(scene.run()) == left
    if now_of(job) == "stopped":
        bulk.resume(job, by=scene.actor)
        bulk_work.sweep()
    assert (now_of(job), states(job)) == ("done", ["done"] * 3)
    assert Event.objects.filter(kind="administration.terminated").count() == 3
