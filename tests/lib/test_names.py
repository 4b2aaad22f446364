"""Names are folded alike for order and for search, and a prefix is a range of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnercenter.lib.names import name_key, prefix_range

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Müller & Söhne", "muller & sohne"),
        ("  Fern   Hill ", "fern hill"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("한국 식품", "한국 식품"),
        ("北京食品", "北京食品"),
        ("שלום", "שלום"),
    ],
)
def test_accents_case_and_spaces_are_folded(name, key):
    assert name_key(name) == key


class TestPrefixRange:
    @pytest.mark.parametrize(
        ("prefix", "end"),
        [
            ("fern", "fero"),
            ("%", "&"),
            ("한", "핝"),
            ("\ud7ff", "\ue000"),
            ("a\U0010ffff", "b"),
            ("\U0010ffff", ""),
            ("", ""),
        ],
    )
    def test_ends_before_the_next_sign(self, prefix, end):
        assert prefix_range(prefix) == (prefix, end)

    @given(prefix=TEXTS, text=TEXTS)
    def test_holds_exactly_what_begins_so(self, prefix, text):
        for candidate in (text, prefix + text):
            low, high = prefix_range(prefix)
            place = candidate.encode()
            inside = place >= low.encode() and (not high or place < high.encode())
            assert inside == candidate.startswith(prefix)
