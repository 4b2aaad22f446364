"""The mails that rooms send: each is drawn with what its room knows, in both forms."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from mail.messages import render
from relationships.effects import Effect
from relationships.policy_rules import Met, Rule

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
TIME = {
    "act": "ends",
    "name": "Mail help",
    "day": MOMENT,
    "wished": True,
    "allowed": False,
    "partner": "Alder",
    "customer": "Fernhill & Sons",
    "link": LINK,
}
ASSIGNMENT = {
    "act": "assigned",
    "actor": "Ada",
    "group": "Mail people",
    "partner": "Alder",
    "customer": "Fernhill & Sons",
    "roles": ["Exchange Administrator"],
    "until": MOMENT,
    "paused": True,
    "own": True,
    "link": LINK,
}
MAILS = {
    "account_deleted": {"organisations": ["Fernhill & Sons"], "link": LINK},
    "breach": {
        "undone": False,
        "count": 12,
        "named": ["Fernhill & Sons: subscription 01a20b4f is changed"],
        "more": 11,
        "link": LINK,
    },
    "invitation": {
        "organisation": "Fernhill & Sons",
        "role": "reader",
        "link": LINK,
        "expires_at": MOMENT,
    },
    "people": {
        "act": "role_changed",
        "organisation": "Fernhill & Sons",
        "person": "Robin",
        "own": False,
        "actor": "Ada",
        "role": "reader",
        "was": "global admin",
        "link": LINK,
    },
    "domain_lost": {
        "organisation": "Fernhill & Sons",
        "domain": "fernhill.example",
        "link": LINK,
    },
    "join_refused": {
        "organisation": "Fernhill & Sons",
        "reason": "We do not know you.",
        "link": LINK,
    },
    "claim": {
        "person": "Robin",
        "address": "robin@fernhill.example",
        "organisation": "Fernhill & Sons",
        "domain": "fernhill.example",
        "to_staff": False,
        "by_link": True,
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
        "administrator": "",
        "first_paragraph": "You called us.\nWe answer.",
        "second_paragraph": "Please pass this on.",
        "asks_selling": True,
        "roles": ["Exchange Administrator"],
        "days": 365,
        "link": LINK,
        "expires_at": MOMENT,
    },
    "second_approval": {
        "actor": "Ada",
        "partner": "Alder",
        "customer": "Fernhill & Sons",
        "request": "Mail help",
        "link": LINK,
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
    "assignment": ASSIGNMENT,
    "assignment_customer": ASSIGNMENT,
    "group": {
        "act": "person_added",
        "actor": "Ada",
        "group": "Mail people",
        "partner": "Alder",
        "person": "Robin",
        "own": False,
        "standing": [{"customer": "Fernhill & Sons", "roles": ["Reader"], "until": MOMENT}],
        "more": 3,
        "link": LINK,
    },
    "bulk_job": {
        "act": "halted",
        "does": "terminate",
        "wished": True,
        "because": "right",
        "actor": "Ada",
        "partner": "Alder",
        "group": "",
        "done": 30,
        "refused": 2,
        "failed": 1,
        "waiting": 0,
        "named": ["Fernhill & Sons"],
        "more": 29,
        "own": False,
        "link": LINK,
    },
    "taken_back_partner": END,
    "taken_back_customer": END | {"act": "selling.winding_down"},
    "time_partner": TIME,
    "time_customer": TIME | {"act": "extends"},
    "request_withdrawn": {
        "partner": "Fernhill & Sons",
        "customer": "Glenmoor",
        "request": "Mail help",
        "rotated": True,
        "link": LINK,
    },
    "policy_changed": {
        "actor": "Ada",
        "customer": "Fernhill & Sons",
        "changes": ["a request needs no code any more"],
        "link": LINK,
    },
    "request_against_policy": {
        "partner": "Fernhill & Sons",
        "request": "Mail help",
        "standing": False,
        "found": [Met(Rule.DAYS, 30), Met(Rule.QUIET, 7, MOMENT)],
        "link": LINK,
    },
    "decision_partner": DECISION,
    "decision_customer": DECISION,
    "answers": {
        "answers": [
            DECISION | {"answer": "decided", "day": MOMENT},
            DECISION | {"answer": "decided", "day": MOMENT, "approved": False, "reason": "No."},
            {
                "answer": "refused",
                "partner": "Alder",
                "request": "Mail help",
                "found": [Met(Rule.DAYS, 30), Met(Rule.QUIET, 7, MOMENT)],
                "day": MOMENT,
                "link": LINK,
            },
            {
                "answer": "lapsed",
                "partner": "Alder",
                "request": "Mail help",
                "day": MOMENT,
                "link": LINK,
            },
        ],
        "link": "http://127.0.0.1:8000/profile/",
    },
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
        bare = dict.fromkeys(
            ("reason", "roles", "sender", "first_paragraph", "second_paragraph", "expires_at"), ""
        )
        for context in (MAILS[kind], {**MAILS[kind], **bare}, {**MAILS[kind], "rotated": False}):
            text = render(kind, "en", context).text
            assert "\n\n\n" not in text
            assert all(line == line.rstrip() for line in text.splitlines() if line != "-- ")


def test_times_do_not_depend_on_whose_page_caused_the_mail():
    with timezone.override("Asia/Seoul"):
        assert "09:30 (UTC)" in render("invitation", "en", MAILS["invitation"]).text


class TestBulkJob:
    @pytest.mark.parametrize("does", ["terminate", "assign", "wish", "request"])
    @pytest.mark.parametrize("act", ["finished", "halted", "stopped"])
    def test_has_a_sentence_for_each_end_of_each_act(self, act, does):
        because = "suspended" if act == "halted" else ""
        context = {**MAILS["bulk_job"], "act": act, "does": does, "because": because}
        for more in ({}, {"named": [], "more": 0, "done": 0}, {"own": True}, {"wished": False}):
            words = render("bulk_job", "en", context | more)
            assert words.subject.count("Ada") == 1
            assert "Refused: 2." in words.text
            assert "\n\n\n" not in words.text


class TestGroup:
    @pytest.mark.parametrize("act", ["person_added", "person_taken_out", "closed"])
    def test_says_to_whom_it_happened(self, act):
        for own in (True, False):
            words = render("group", "en", {**MAILS["group"], "act": act, "own": own})
            assert ("Robin" in words.text) == (act != "closed" and not own)
            assert ("(until 24 " in words.text) == (act == "person_added")
        bare = render("group", "en", {**MAILS["group"], "act": act, "standing": [], "more": 0})
        assert "nobody’s access changes" in bare.text
        assert "\n\n\n" not in bare.text


class TestRequest:
    def test_begins_with_the_partners_paragraphs(self):
        text = render("request", "en", MAILS["request"]).text
        assert text.startswith("You called us.\nWe answer.\n\nPlease pass this on.\n\nBen of ")

    def test_without_them_begins_with_what_is_asked(self):
        bare = {**MAILS["request"], "first_paragraph": "", "second_paragraph": ""}
        assert render("request", "en", bare).text.startswith("Ben of Fernhill & Sons")

    def test_says_who_shall_administer_where_it_is_another(self):
        words = render("request", "en", {**MAILS["request"], "administrator": "Dogwood & Co"})
        assert "by Dogwood & Co for 365 days" in words.text
        assert "by Dogwood &amp; Co for 365 days" in words.html

    def test_escapes_what_the_partner_wrote(self):
        marked = {**MAILS["request"], "first_paragraph": "<b>A & B</b>"}
        words = render("request", "en", marked)
        assert "<b>A & B</b>" in words.text
        assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in words.html

    def test_to_be_copied_says_nothing_of_the_operator(self, settings):
        settings.OPERATOR_NAME = "The Operator"
        words = render("request_draft", "en", MAILS["request"])
        assert LINK in words.text
        assert "The Operator" not in words.text
        assert words.text.endswith("No link in this mail changes anything.\n")
        assert words.html == ""


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
