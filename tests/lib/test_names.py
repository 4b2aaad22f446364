"""Names are folded alike for order and for search, and a prefix is a range of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnercenter.lib.names import (
    ascii_domain,
    domain_of,
    name_key,
    prefix_range,
    slug_for,
    spellings_of,
)

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


@pytest.mark.parametrize(
    ("domain", "spelling"),
    [
        ("Fernhill.Example", "fernhill.example"),
        ("fernhill.example.", "fernhill.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        # A mail to the left goes to the right, so that is the domain that it proves.
        ("straße.example", "strasse.example"),
        ("a..b", "a..b"),
        ("", ""),
    ],
)
def test_a_domain_has_one_spelling_in_ascii(domain, spelling):
    assert ascii_domain(domain) == spelling


@pytest.mark.parametrize("written", ["münchen.example", "xn--mnchen-3ya.example"])
def test_a_domain_is_found_however_it_was_written(written):
    assert spellings_of(written) == {"münchen.example", "xn--mnchen-3ya.example"}


@pytest.mark.parametrize("domain", ["fernhill.example", "xn--.example", "a..b", ""])
def test_most_domains_have_one_spelling(domain):
    assert domain in spellings_of(domain)


def test_the_domain_of_an_address_stands_behind_its_last_sign():
    assert domain_of('"a@b"@Fernhill.example') == "fernhill.example"


def test_the_place_in_addresses_is_the_domain_with_hyphens():
    assert slug_for("Mail.Fernhill.example") == "mail-fernhill-example"
