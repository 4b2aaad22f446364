import pytest

from partnercenter.lib.free_mail import FREE_MAIL, is_free_mail


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMAIL.com", "163.com", "vip.163.com", "naver.com", "me.fastmail.com"]
)
def test_knows_where_everybody_can_have_an_address(domain):
    assert is_free_mail(domain)


@pytest.mark.parametrize(
    "domain", ["fernhill.example", "notgmail.com", "gmail.com.fernhill.example", "com", ""]
)
def test_lets_the_domain_of_a_company_pass(domain):
    assert not is_free_mail(domain)


def test_holds_domains_in_their_folded_spelling():
    assert len(FREE_MAIL) > 100
    assert all(domain == domain.strip().lower() and "." in domain for domain in FREE_MAIL)
