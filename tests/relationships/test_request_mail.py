"""The words of a request's mail, as the partner takes them along."""

from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from partnercenter.lib.address_search import first_address
from relationships.ask import PARAGRAPH_LENGTH
from relationships.request_mail import default_paragraphs, mailto, words_to_copy
from tests import factories as make

pytestmark = pytest.mark.django_db


def copied(request):
    return words_to_copy(request, request.asked_roles())


class TestDefaultParagraphs:
    def test_could_have_been_typed(self):
        for paragraph in default_paragraphs():
            assert 0 < len(paragraph) <= PARAGRAPH_LENGTH
            assert first_address(paragraph) == ""


class TestWordsToCopy:
    def test_hold_the_link_and_what_is_asked(self):
        request = make.make_request(first_paragraph="Hello.", reason="Because of evil.example")
        words = copied(request)
        for part in ("Hello.", request.link, "Exchange Administrator", "365 days", "sell to you"):
            assert part in words.text
        assert "evil" not in words.text
        assert request.partner.name in words.subject

    def test_of_a_standing_link_say_no_end(self):
        words = copied(make.make_link())
        assert "waits until" not in words.text


class TestMailto:
    def test_carries_address_subject_and_text_unharmed(self):
        request = make.make_request(
            make.make_partner("Alder & Söhne + 100 %?#"),
            email="o'hara+mail@fernhill.example",
            first_paragraph="안녕하세요 & = ? # %\nTwo lines",
        )
        words = copied(request)
        parts = urlsplit(mailto(request, words))
        assert parts.scheme == "mailto"
        assert parseaddr(unquote(parts.path))[1] == "o'hara+mail@fernhill.example"
        given = parse_qs(parts.query, strict_parsing=True)
        assert given["subject"] == [words.subject]
        assert given["body"] == [words.text.replace("\n", "\r\n")]
        assert not set(mailto(request, words)) & set("\"'<> \n")

    def test_of_a_request_to_a_domain_names_no_address(self):
        request = make.make_request(addressed_domain="fernhill.example")
        assert mailto(request, copied(request)).startswith("mailto:?subject=")
