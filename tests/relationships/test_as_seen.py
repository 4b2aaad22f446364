"""A move is looked at and undone, or made only if it does what was seen."""

import pytest

from audit.log import Side
from partnercenter.lib.refusals import Refused
from relationships.models import AdminRelationship
from relationships.moves import ending
from relationships.moves.previewing import as_seen, effects_digest, preview

from .scenes import EXCHANGE, SUPPORT, Fernhill, Unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return Fernhill()


def terminate(grant, by):
    fresh = AdminRelationship.objects.get(pk=grant.pk)
    return ending.terminate(fresh, by=by, side=Side.CUSTOMER)


def test_a_look_gives_what_the_move_gives_and_changes_nothing(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    with Unchanged():
        seen = preview(terminate, grant, fernhill.by)
    assert seen == terminate(grant, fernhill.by)


def test_a_move_is_made_when_it_does_what_was_seen(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    seen = effects_digest(preview(terminate, grant, fernhill.by))
    as_seen(seen, terminate, grant, fernhill.by)
    grant.refresh_from_db()
    assert grant.status == "terminated"


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_a_move_that_nobody_looked_at_is_undone(fernhill, seen):
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    with Unchanged(), pytest.raises(Refused, match="changed since"):
        as_seen(seen, terminate, grant, fernhill.by)


def test_a_move_is_undone_when_it_would_do_something_else(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
    seen = effects_digest(preview(terminate, grant, fernhill.by))
    fernhill.grant(fernhill.birch, EXCHANGE, switches=("exchange",))
    with Unchanged(), pytest.raises(Refused, match="changed since"):
        as_seen(seen, terminate, grant, fernhill.by)


def test_the_digest_does_not_depend_on_the_order(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE, SUPPORT)
    seen = preview(terminate, grant, fernhill.by)
    assert effects_digest(seen) == effects_digest(seen[::-1])
    assert effects_digest(seen) != effects_digest(seen[1:])
