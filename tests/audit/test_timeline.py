"""What the staff's pages tell of a thing's events, and what a page of an event shows."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.admin import told
from audit.log import Party, Side, record
from audit.models import Event, SealedPart
from audit.timeline import NEWEST, about, timeline
from tests import factories as make

pytestmark = pytest.mark.django_db
ALDER = Party(id="a-tenant", name="Alder")


def happen(subject=("thing", "1"), kind="partner.verified", **details):
    return record(
        kind,
        by=make.operator(),
        at=timezone.now(),
        side=Side.OPERATOR,
        subject=subject,
        partner=ALDER,
        details=details,
    )


class TestAbout:
    def test_finds_what_has_one_of_the_subjects_and_nothing_else(self):
        found = [happen(("request", "1")), happen(("decision", "1")), happen(("decision", "2"))]
        happen(("request", "2"))
        happen(("partner", "1"))
        events = about(("request", "1"), ("decision", "1"), ("decision", 2))
        assert set(events) == set(found)

    def test_finds_nothing_about_nothing(self):
        happen()
        assert not about().exists()


class TestTimeline:
    def test_says_when_what_who_and_why_newest_first(self):
        first, second = happen(reason="papers"), happen(kind="partner.suspended", reason="unpaid")
        rows = timeline(about(("thing", "1"))).rows
        assert [row[0] for row in rows] == [second.at, first.at]
        assert [row[1].label for row in rows] == [
            "The operator suspended Alder.",
            "The operator verified Alder.",
        ]
        assert [row[2:] for row in rows] == [["tests", "unpaid"], ["tests", "papers"]]

    def test_shows_the_newest_only(self, django_assert_num_queries):
        for _ in range(NEWEST + 1):
            happen()
        with django_assert_num_queries(1):
            assert len(timeline(about(("thing", "1"))).rows) == NEWEST

    def test_says_what_was_erased(self):
        happen()
        SealedPart.objects.all().delete()
        assert timeline(about(("thing", "1"))).rows[0][2] == "erased"


class TestPageOfAnEvent:
    @pytest.fixture(autouse=True)
    def superuser(self, client):
        client.force_login(make.make_staff())

    def page(self, client, event):
        return client.get(reverse("admin:audit_event_change", args=[event.pk])).content.decode()

    def test_says_it_in_words_with_all_its_details(self, client):
        text = self.page(client, happen(reason="papers", columns={"name": {"was": "A", "is": "B"}}))
        for words in ("The operator verified Alder.", "papers", "columns · name", "A → B", "tests"):
            assert words in text

    def test_stays_when_its_sealed_part_was_erased(self, client):
        event = happen()
        SealedPart.objects.all().delete()
        assert "erased" in self.page(client, event)
        assert "erased" in client.get(reverse("admin:audit_event_changelist")).content.decode()

    def test_can_be_reached_through_an_organisations_log(self, client):
        event = happen()
        record(
            "customer.added",
            by=make.operator(),
            at=event.at,
            side=Side.OPERATOR,
            subject=("customer", "c"),
            customer=Party(id="c-tenant", name="Fernhill"),
        )
        answer = client.get(reverse("admin:audit_event_changelist"), {"chain": "partner:a-tenant"})
        assert list(answer.context["cl"].queryset) == [event]
        assert Event.objects.count() == 2
        nowhere = client.get(reverse("admin:audit_event_changelist"), {"chain": "partner:nobody"})
        assert not nowhere.context["cl"].queryset.exists()


def test_details_are_told_in_lines():
    details = {
        "reason": "paid",
        "withdrawn": [],
        "columns": {
            "markets": {"was": ["DE"], "is": ["DE", "FR"]},
            "on": {"was": False, "is": None},
        },
    }
    assert list(told(details)) == [
        ["columns · markets", "DE → DE, FR"],
        ["columns · on", "False → –"],
        ["reason", "paid"],
        ["withdrawn", "–"],
    ]
