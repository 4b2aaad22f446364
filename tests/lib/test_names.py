import pytest

from partnercenter.lib.names import ascii_domain, domain_of, slug_for, spellings_of


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
