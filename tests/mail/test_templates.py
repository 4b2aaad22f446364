"""The mails that rooms send: each is drawn with what its room knows, in both forms."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from mail.messages import render
from relationships.effects import Effect

MOMENT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LINK = "http://127.0.0.1:8000/r/abc/"
DECISION = {
    "customer": "Fernhill & Sons",
    "partner": "Alder",
    "request": "Mail help",
    "approved": True,
    "selling": True,
    "asked_selling": True,
    "asked_administration": True,
    "roles": ["Exchange Administrator"],
    "ends_at": MOMENT,
    "reason": "",
    "actor": "Ada",
    "link": LINK,
    "partners_link": "http://127.0.0.1:8000/customers/fernhill/partners/",
}
END = {
    "act": "administration.removed",
    "partner": "Alder",
    "customer": "Fernhill & Sons",
    "actor": "Ada",
    "by_customer": True,
    "effects": [Effect("role_taken", "Alder", "Exchange Administrator")],
    "link": LINK,
}
MAILS = {
    "invitation": {
        "organisation": "Fernhill & Sons",
        "role": "reader",
        "link": LINK,
        "expires_at": MOMENT,
    },
    "claim": {
        "person": "Robin",
        "address": "robin@fernhill.example",
        "organisation": "Fernhill & Sons",
        "domain": "fernhill.example",
        "to_staff": False,
        "link": LINK,
    },
    "registration_accepted": {
        "organisation": "Fernhill & Sons",
        "domain": "fernhill.example",
        "link": LINK,
    },
    "registration_refused": {
        "organisation": "Fernhill & Sons",
        "reason": "No such company.",
        "link": LINK,
    },
    "request": {
        "partner": "Fernhill & Sons",
        "partner_domain": "alder.example",
        "sender": "Ben",
        "reason": "You called us.",
        "asks_selling": True,
        "roles": ["Exchange Administrator"],
        "days": 365,
        "link": LINK,
        "expires_at": MOMENT,
    },
    "passed_on": {
        "actor": "Ada",
        "partner": "Alder",
        "customer": "Fernhill & Sons",
        "request": "Mail help",
        "link": LINK,
    },
    "displaced": {
        "customer": "Fernhill & Sons",
        "services": ["Exchange Online"],
        "roles": ["Exchange Administrator"],
        "ended": ["Mail help"],
        "link": LINK,
    },
    "taken_back_partner": END,
    "taken_back_customer": END | {"act": "selling.winding_down"},
    "decision_partner": DECISION,
    "decision_customer": DECISION,
}


@pytest.mark.parametrize("kind", MAILS)
class TestMail:
    def test_says_what_it_knows_in_both_forms(self, kind):
        words = render(kind, "en", MAILS[kind])
        assert words.subject
        assert LINK in words.text
        assert "Fernhill & Sons" in words.text
        assert f'href="{LINK}"' in words.html
        assert "Fernhill &amp; Sons" in words.html

    def test_has_no_ragged_lines(self, kind):
        for context in (MAILS[kind], {**MAILS[kind], "reason": "", "roles": [], "sender": ""}):
            text = render(kind, "en", context).text
            assert "\n\n\n" not in text
            assert all(line == line.rstrip() for line in text.splitlines() if line != "-- ")


def test_times_do_not_depend_on_whose_page_caused_the_mail():
    with timezone.override("Asia/Seoul"):
        assert "09:30 (UTC)" in render("invitation", "en", MAILS["invitation"]).text


class TestDecision:
    def test_lists_what_was_allowed(self):
        text = render("decision_partner", "en", {**DECISION, "selling": False}).text
        assert "selling: not allowed" in text
        assert "Exchange Administrator" in text

    def test_allows_nothing_when_it_was_declined(self):
        context = {**DECISION, "approved": False, "reason": "Not now."}
        words = render("decision_customer", "en", context)
        assert "declined" in words.subject
        assert "allowed" not in words.text.replace("end what was allowed", "")
        assert "Not now." in words.text


class TestClaim:
    @pytest.mark.parametrize("to_staff", [True, False])
    @pytest.mark.parametrize("person", ["Robin", ""])
    def test_says_who_asks_and_what_they_can_do_until_then(self, to_staff, person):
        context = {**MAILS["claim"], "to_staff": to_staff, "person": person}
        words = render("claim", "en", context)
        for body in (words.text, words.html):
            assert "robin@fernhill.example" in body
            assert "they see nothing of the organisation" in body
            assert ("nobody who could let this person in" in body) is to_staff
        assert "Robin" not in words.subject
