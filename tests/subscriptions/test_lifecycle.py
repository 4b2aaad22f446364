"""Dates of terms, and what time will do next."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.lifecycle import (
    EFFECTS,
    EVENTS,
    TERMS,
    cancellable_until,
    next_term_end,
    outlook,
    period_start,
    terms_until,
)
from subscriptions.models import LIVE, ChangeKind, SubscriptionState


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def term(start, end, length, **fields):
    stamps = dict.fromkeys(
        ("suspended_at", "cancelled_at", "expired_at", "disabled_at", "deleted_at")
    )
    return SimpleNamespace(
        term_start=day(start),
        term_end=day(end),
        term_length=length,
        **{"state": "active", "auto_renew": True} | stamps | fields,
    )


class TestTable:
    def test_says_of_every_kind_what_it_does(self):
        assert set(EFFECTS) == set(ChangeKind.values) - {"subscribe", "import"}
        assert set(EVENTS) == set(ChangeKind.values)

    def test_gives_every_live_column_and_every_state_to_some_kind(self):
        touched = set().union(*(effect.columns for effect in EFFECTS.values()))
        assert touched == set(LIVE) - {"last_change"}
        reached = {after for effect in EFFECTS.values() for _before, after in effect.states}
        assert reached == set(SubscriptionState.values)

    def test_lets_nothing_come_back_from_deleted(self):
        assert not [
            effect
            for effect in EFFECTS.values()
            for before, _after in effect.states
            if before == SubscriptionState.DELETED
        ]


class TestTermsUntil:
    @given(
        start=st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1)),
        at=st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1)),
        length=st.sampled_from(sorted(TERMS)),
        hours=st.integers(-14, 14),
    )
    def test_are_the_fewest_that_reach_the_moment(self, start, at, length, hours):
        start = start.replace(tzinfo=timezone(timedelta(hours=hours)))
        at = at.replace(tzinfo=UTC)
        terms = terms_until(start, length, at)
        assert start + TERMS[length] * terms >= at
        assert terms == 1 or start + TERMS[length] * (terms - 1) < at


class TestNextTermEnd:
    @pytest.mark.parametrize(
        ("start", "length", "ends"),
        [
            ("2024-01-31", "P1M", ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]),
            ("2024-02-29", "P1Y", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
            ("2026-03-15", "P3Y", ["2029-03-15", "2032-03-15"]),
        ],
    )
    def test_comes_back_to_the_day_on_which_the_term_began(self, start, length, ends):
        found, row = [], term(start, ends[0], length)
        for _ in ends:
            found.append(f"{row.term_end:%Y-%m-%d}")
            row.term_end = next_term_end(row)
        assert found == ends

    @given(
        start=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
        length=st.sampled_from(["P1M", "P1Y", "P3Y"]),
        offset=st.integers(-40, 40),
    )
    def test_is_always_later_whatever_end_was_imported(self, start, length, offset):
        row = term("2026-01-01", "2026-01-01", length)
        row.term_start = start.replace(tzinfo=UTC)
        row.term_end = row.term_start + timedelta(days=365 + offset)
        for _ in range(3):
            before, row.term_end = row.term_end, next_term_end(row)
            assert row.term_end > before


class TestCancellableUntil:
    def test_counts_from_the_purchase_and_then_from_each_renewal(self):
        row = term("2026-01-01", "2027-01-01", "P1Y")
        assert cancellable_until(row) == day("2026-01-08")
        row.term_end = next_term_end(row)
        assert period_start(row) == day("2027-01-01")
        assert cancellable_until(row) == day("2027-01-08")


class TestOutlook:
    @pytest.mark.parametrize(
        ("fields", "step", "at", "deleted"),
        [
            ({}, "renew", "2026-06-01", None),
            ({"auto_renew": False}, "expire", "2026-06-01", None),
            (
                {"state": "suspended", "suspended_at": day("2026-01-10")},
                "delete",
                "2026-03-11",
                "2026-03-11",
            ),
            (
                {"state": "suspended", "suspended_at": day("2026-05-20")},
                "disable",
                "2026-06-01",
                "2026-07-19",
            ),
            (
                {"state": "expired", "expired_at": day("2026-06-01")},
                "disable",
                "2026-07-01",
                "2026-09-29",
            ),
            (
                {
                    "state": "disabled",
                    "expired_at": day("2026-06-01"),
                    "disabled_at": day("2026-07-01"),
                },
                "delete",
                "2026-09-29",
                "2026-09-29",
            ),
            (
                {
                    "state": "disabled",
                    "suspended_at": day("2026-05-20"),
                    "disabled_at": day("2026-06-01"),
                },
                "delete",
                "2026-07-19",
                "2026-07-19",
            ),
            (
                {"state": "cancelled", "cancelled_at": day("2026-01-02")},
                "delete",
                "2026-04-02",
                "2026-04-02",
            ),
        ],
    )
    def test_tells_the_next_step_and_the_end_of_the_data(self, fields, step, at, deleted):
        found = outlook(term("2025-06-01", "2026-06-01", "P1Y", **fields))
        assert (found.next_step.kind, found.next_step.at) == (step, day(at))
        assert found.data_deleted_at == (day(deleted) if deleted else None)

    def test_of_a_deleted_one_is_nothing(self):
        row = term("2025-06-01", "2026-06-01", "P1Y", state="deleted", deleted_at=day("2026-01-01"))
        found = outlook(row)
        assert found.next_step is None
        assert found.data_deleted_at is None
