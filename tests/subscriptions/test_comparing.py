"""The comparison of every subscription with its newest change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Actor
from partnercenter.lib import guards
from partnercenter.lib.ids import uuid7
from subscriptions import comparing
from subscriptions.comparing import Problem, look, look_again, stretches
from subscriptions.models import Subscription, SubscriptionChange
from subscriptions.moves import changing
from tests import factories as make

from .forging import forge_change

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    customer, seller = make.make_customer(), make.make_partner()
    return [make.make_subscription(customer, seller=seller) for _ in range(5)]


@pytest.fixture
def by_the_owner():
    """The guards are away, as for somebody with the rights of the database's owner."""
    guards.uninstall()


def findings(size=2):
    return [finding for stretch in stretches(size=size) for finding in stretch.findings]


def test_finds_nothing_where_only_moves_were_made(rows):
    by = Actor.objects.of(make.make_admin_agent(rows[0].seller))
    changing.change_quantity(rows[0], 11, by=by)
    changing.suspend(rows[1], "misuse", by=by)
    assert findings() == []


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_looks_at_each_once_whatever_the_stretches(rows, size):
    seen = list(stretches(size=size))
    assert sum(stretch.count for stretch in seen) == 5
    assert seen[-1].end is None


def test_goes_on_after_an_id(rows):
    first = min(row.public_id for row in rows)
    assert sum(stretch.count for stretch in stretches(first, size=2)) == 4


@pytest.mark.usefixtures("by_the_owner")
class TestFindings:
    def test_name_a_row_that_was_changed_with_both_values(self, rows):
        Subscription.objects.filter(pk=rows[3].pk).update(quantity=99)
        (finding,) = findings()
        assert (finding.problem, finding.subscription) == (Problem.CHANGED, rows[3].public_id)
        assert '"quantity":10' in finding.was
        assert '"quantity":99' in finding.found

    @pytest.mark.parametrize("which", range(5))
    def test_name_a_row_that_is_gone_wherever_it_stood(self, rows, which):
        Subscription.objects.filter(pk=rows[which].pk)._raw_delete("default")
        (finding,) = findings()
        assert (finding.problem, finding.subscription) == (
            Problem.MISSING,
            rows[which].public_id,
        )
        assert finding.was == rows[which].canonical_form()
        assert finding.found == ""

    def test_name_a_row_that_no_change_brought(self, rows):
        change = forge_change(rows[0], "rename")
        extra = Subscription.objects.get(pk=rows[1].pk)
        extra.pk, extra.public_id, extra.last_change = None, uuid7(), change
        Subscription.objects.bulk_create([extra])  # without a signal
        found = {finding.subscription: finding for finding in findings()}
        assert found[extra.public_id].problem == Problem.EXTRA
        assert found[extra.public_id].found == extra.canonical_form()
        # The change that it took belongs to another, which no longer names its newest.
        assert found[rows[0].public_id].problem == Problem.CHANGED

    def test_name_a_change_that_nobody_applied(self, rows):
        forge_change(rows[0], "change_quantity", form={"quantity": 500})
        (finding,) = findings()
        assert finding.subscription == rows[0].public_id

    def test_name_a_change_that_was_edited_to_fit_the_row(self, rows):
        Subscription.objects.filter(pk=rows[0].pk).update(quantity=99)
        form = rows[0].last_change.canonical_form.replace('"quantity":10', '"quantity":99')
        changes = SubscriptionChange.objects.filter(subscription=rows[0].public_id)
        assert changes.update(canonical_form=form) == 1
        (finding,) = findings()
        assert finding.problem == Problem.HISTORY

    def test_are_none_where_a_sale_came_between_the_two_reads(self, rows, monkeypatch):
        """What a first look takes for a difference is read once more under the lock."""
        by = Actor.objects.of(make.make_admin_agent(rows[0].seller))
        newest, looks = comparing.newest, []

        def after_a_sale(changes):
            looks.append(1)
            if len(looks) == 1:
                changing.change_quantity(Subscription.objects.get(pk=rows[0].pk), 12, by=by)
            return newest(changes)

        monkeypatch.setattr(comparing, "newest", after_a_sale)
        assert look(None).findings == []
        assert len(looks) == 2


def test_reads_a_stretch_in_two_queries(rows, django_assert_num_queries):
    with django_assert_num_queries(2):
        look(None)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_waits_for_a_move_on_the_customer(rows):
    with CaptureQueriesContext(connection) as asked:
        assert look_again(rows[0].public_id) is None
    assert any("FOR NO KEY UPDATE" in query["sql"] for query in asked)
