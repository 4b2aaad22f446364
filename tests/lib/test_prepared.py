"""A query that is put together once, and asked with other values."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from partnercenter.lib.prepared import Prepared
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_answers_as_the_query_itself_each_time_anew():
    people = [make.make_user() for _ in range(3)]
    built = []

    @Prepared
    def joined(*, at: datetime, person: int, but: int = 0):
        built.append((at, person))
        rows = User.objects.filter(date_joined__gt=at, pk__gte=person).order_by("pk")
        return (rows.exclude(pk=but) if but else rows).values_list("public_id", "date_joined")[:2]

    at = datetime.now(UTC) - timedelta(days=1)
    for person in people:
        expected = list(
            User.objects.filter(pk__gte=person.pk)
            .order_by("pk")
            .values_list("public_id", "date_joined")[:2]
        )
        assert joined(at=at, person=person.pk) == expected
        assert joined(at=at + timedelta(days=2), person=person.pk) == []
    assert len(built) == 1
    assert joined(at=at, person=people[0].pk, but=people[0].pk)[0][0] == people[1].public_id
    assert len(built) == 2
    with CaptureQueriesContext(connection) as captured:
        joined(at=at, person=people[0].pk)
    assert len(captured) == 1


def test_refuses_a_value_that_it_does_not_ask_for():
    @Prepared
    def all_people(*, person: int):
        return User.objects.values_list("pk")

    with pytest.raises(AssertionError):
        all_people(person=1)
