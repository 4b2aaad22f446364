"""The staff's pages of breaches and of the watch."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from partnercenter.lib.refusals import Refused
from relationships import watch
from relationships.models import Breach, Watch
from relationships.moves.settling import settle
from subscriptions.models import Subscription
from tests import factories as make
from tests.relationships import bypassing
from tests.relationships.scenes import Fernhill
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db
LIST = reverse("admin:relationships_breach_changelist")


@pytest.fixture
def breach():
    fernhill = Fernhill()
    row = fernhill.customer.subscriptions.first()
    bypassing.without_guards()
    Subscription.objects.filter(pk=row.pk).update(quantity=99, friendly_name="Mine now")
    watch.sweep(lambda: False)
    bypassing.guards.install()
    return Breach.objects.get()


@pytest.fixture
def staff(client):
    staff = make.make_staff()
    Actor.objects.of(staff)
    client.force_login(staff)
    return staff


def page_of(breach):
    return reverse("admin:relationships_breach_change", args=[breach.pk])


def settling(breach):
    return reverse("admin:relationships_breach_move", args=["settle"]) + f"?ids={breach.pk}"


def text_of(answer):
    return " ".join(answer.content.decode().split())


@pytest.mark.usefixtures("staff")
class TestPages:
    def test_say_how_far_the_watch_is_before_anything_was_found(self, client):
        text = text_of(client.get(LIST))
        assert "a pass begins every 30 seconds" in text
        assert "No pass has come to its end yet." in text
        assert "It is overdue" in text
        watch.sweep(lambda: False)
        text = text_of(client.get(LIST))
        assert "The last pass saw 0 and ended on" in text
        assert "overdue" not in text

    def test_say_when_the_watch_stands_still(self, client):
        watch.sweep(lambda: False)
        long_ago = timezone.now() - timedelta(hours=1)
        Watch.objects.update(started_at=long_ago, finished_at=long_ago)
        assert "It is overdue: see whether the worker runs." in text_of(client.get(LIST))

    def test_list_what_stands_and_what_is_settled(self, client, breach):
        text = text_of(client.get(LIST))
        assert breach.customer.name in text
        assert "stands" in text
        assert client.get(LIST, {"state": "open"}).context["cl"].queryset.count() == 1
        assert not client.get(LIST, {"state": "settled"}).context["cl"].queryset.exists()
        found = client.get(LIST, {"q": str(breach.subscription)}).context["cl"].queryset
        assert found.count() == 1

    def test_name_every_column_with_both_values(self, client, breach):
        text = text_of(client.get(page_of(breach)))
        for words in ("quantity", "10", "99", "friendly_name", "Mine now", "by hand"):
            assert words in text
        assert settling(breach).replace("&", "&amp;") in text

    def test_settle_with_a_reason_and_change_nothing_else(self, client, breach):
        before = breach.was, breach.found
        answer = client.post(settling(breach), {"reason": "restored from the backup"})
        assert answer["Location"] == page_of(breach)
        breach.refresh_from_db()
        assert breach.settled_because == "restored from the backup"
        assert (breach.was, breach.found) == before
        assert Event.objects.filter(kind="breach.settled").count() == 1
        assert settling(breach) not in text_of(client.get(page_of(breach)))

    def test_refuse_to_settle_without_a_reason(self, client, breach):
        before = rows_of_all_tables()
        assert client.post(settling(breach), {"reason": " "}).status_code == 200
        assert rows_of_all_tables() == before


class TestWho:
    def test_sees_breaches_is_staff_with_the_right(self, client, breach):
        reader = make.make_user(is_staff=True)
        client.force_login(reader)
        assert client.get(LIST).status_code == 403
        reader.user_permissions.set(Permission.objects.filter(codename="view_breach"))
        assert client.get(page_of(breach)).status_code == 200
        assert client.post(settling(breach), {"reason": "mine"}).status_code == 403
        assert list(Breach.objects.visible_to(reader)) == [breach]
        assert not Breach.objects.visible_to(make.make_user()).exists()

    def test_settles_is_asked_by_the_move(self, breach):
        by = Actor.objects.of(make.make_user(is_staff=True))
        with pytest.raises(PermissionDenied):
            settle(breach, by=by, reason="mine")
        settle(breach, by=make.operator(), reason="done")
        with pytest.raises(Refused, match="settled already"):
            settle(breach, by=make.operator(), reason="again")


class TestGuards:
    @pytest.mark.parametrize(
        "columns",
        [
            {"found": ""},
            {"was": "{}"},
            {"problem": "missing"},
            {"subscription": None},
            {"customer": None},
            {"found_at": make.YEAR_START},
        ],
        ids=str,
    )
    def test_keep_what_was_found(self, breach, columns):
        with pytest.raises(IntegrityError, match="guard_rel"), transaction.atomic():
            Breach.objects.update(**columns)

    def test_keep_the_row_and_its_answer(self, breach):
        with pytest.raises(IntegrityError, match="guard_rel"), transaction.atomic():
            Breach.objects.all()._raw_delete("default")
        settle(breach, by=make.operator(), reason="done")
        with pytest.raises(IntegrityError, match="guard_rel"), transaction.atomic():
            Breach.objects.update(settled_because="other")
