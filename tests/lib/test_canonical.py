import datetime as dt
import json
import time
import uuid
from decimal import Decimal

import pytest
from django.db import models
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from partnercenter.lib.canonical import canonical, digest

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


class Colour(models.TextChoices):
    RED = "red", "Red"


class TestCanonical:
    @given(PLAIN)
    def test_can_be_read_back(self, value):
        assert json.loads(canonical(value)) == value

    @given(st.dictionaries(st.text(), st.integers(), min_size=2))
    def test_does_not_depend_on_the_order(self, mapping):
        assert canonical(mapping) == canonical(dict(reversed(mapping.items())))

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
            ("Übergröße 한국", '"Übergröße 한국"'),
            (Colour.RED, '"red"'),
            (gettext_lazy("yes"), '"yes"'),
            (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
            (dt.date(2026, 11, 24), '"2026-11-24"'),
            (dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), '"2026-11-24T09:00:00.000000Z"'),
            (
                dt.datetime(2026, 11, 24, 9, 0, 0, 5, dt.timezone(dt.timedelta(hours=9))),
                '"2026-11-24T00:00:00.000005Z"',
            ),
            (Decimal("12.50"), '"12.5"'),
            (Decimal("12.00"), '"12"'),
            (Decimal("1200"), '"1200"'),
            (Decimal("1E+3"), '"1000"'),
            (Decimal("-0.00"), '"0"'),
        ],
    )
    def test_writes(self, value, text):
        assert canonical(value) == text

    def test_does_not_depend_on_the_zone_of_the_machine(self, monkeypatch):
        monkeypatch.setenv("TZ", "Asia/Seoul")
        time.tzset()
        try:
            moment = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
            assert canonical(moment) == '"2026-11-24T09:00:00.000000Z"'
        finally:
            monkeypatch.undo()
            time.tzset()

    @pytest.mark.parametrize(
        "value", [1.5, b"x", {1: 2}, {1, 2}, dt.datetime(2026, 1, 1), Decimal("NaN"), object()]
    )
    def test_refuses(self, value):
        with pytest.raises(TypeError):
            canonical([value])


class TestDigest:
    def test_covers_text_and_bytes_in_order(self):
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert digest() == empty
        assert digest("a", b"b") == digest("ab") != digest("b", "a")
