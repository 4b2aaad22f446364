"""Every role that can be delegated is a published one and is explained in plain words."""

import ast
import csv
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.utils.functional import Promise

from relationships import role_texts
from relationships.role_texts import ROLE_TEXTS, RoleText
from relationships.roles import ROLES
from subscriptions.catalogue import SERVICES

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PUBLISHED_ROLES = PROJECT_ROOT.parent / "shared" / "data" / "admin_roles.csv"
LONGEST_AVERAGE_SENTENCE = 20
ABOUT_MAIL = re.compile(r"\b(mail|mailbox|mailboxes)\b")

every_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name.replace(" ", "-"))


def strings(text: RoleText) -> list[Promise]:
    return [text.summary, *text.can, *text.cannot, text.risk]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.!?:](?:\s|$)", text) if part.strip()]


def id_of(name: str) -> str:
    return next(role.template_id for role in ROLES if role.name == name)


class TestRoles:
    def test_are_the_thirty_nine(self):
        assert len(ROLES) == 39

    def test_have_unique_ids_in_their_canonical_form(self):
        ids = [role.template_id for role in ROLES]
        assert len(set(ids)) == len(ids)
        assert ids == [str(UUID(template_id)) for template_id in ids]

    def test_have_unique_names(self):
        assert len({role.name for role in ROLES}) == len(ROLES)

    def test_belong_to_services_of_the_catalogue(self):
        assert {role.service for role in ROLES} <= {service.key for service in SERVICES}

    def test_reach_every_service_only_as_global_administrator(self):
        assert [role.name for role in ROLES if role.administers == "all"] == [
            "Global Administrator"
        ]

    def test_are_the_published_facts(self):
        if not PUBLISHED_ROLES.exists():
            pytest.skip("the published roles are not beside the project")
        with PUBLISHED_ROLES.open(encoding="utf-8", newline="") as rows:
            facts = [
                (
                    row["template_id"],
                    row["name"],
                    row["service"],
                    row["administers_service"],
                    row["privileged"] == "yes",
                    row["blocks_auto_extend"] == "yes",
                    tuple(row["marks"].split()),
                )
                for row in csv.DictReader(rows)
            ]
        shipped = [
            (
                role.template_id,
                role.name,
                role.service,
                role.administers,
                role.privileged,
                role.blocks_auto_extend,
                role.marks,
            )
            for role in ROLES
        ]
        assert shipped == facts


class TestRoleTexts:
    def test_explain_exactly_the_roles(self):
        assert set(ROLE_TEXTS) == {role.template_id for role in ROLES}

    @every_role
    def test_have_every_part(self, role):
        text = ROLE_TEXTS[role.template_id]
        assert 2 <= len(text.can) <= 4
        assert 1 <= len(text.cannot) <= 3
        assert text.risk_level in {"low", "medium", "high"}

    @every_role
    def test_are_translatable_and_not_empty(self, role):
        for string in strings(ROLE_TEXTS[role.template_id]):
            assert isinstance(string, Promise)
            assert str(string).strip().endswith(".")

    @every_role
    def test_say_summary_and_risk_in_one_sentence(self, role):
        text = ROLE_TEXTS[role.template_id]
        assert len(sentences(str(text.summary))) == 1
        assert len(sentences(str(text.risk))) == 1

    @every_role
    def test_are_short_enough_for_a_reader_who_is_no_expert(self, role):
        parts = [str(string) for string in strings(ROLE_TEXTS[role.template_id])]
        words = sum(len(part.split()) for part in parts)
        assert words / sum(len(sentences(part)) for part in parts) <= LONGEST_AVERAGE_SENTENCE
        for part in parts:
            assert len(part.split()) / len(sentences(part)) <= LONGEST_AVERAGE_SENTENCE

    @every_role
    def test_speak_of_the_partners_people(self, role):
        assert "The partner's people" in str(ROLE_TEXTS[role.template_id].summary)

    @every_role
    def test_call_every_privileged_role_a_high_risk(self, role):
        if role.privileged:
            assert ROLE_TEXTS[role.template_id].risk_level == "high"

    def test_share_no_summary_and_no_risk(self):
        texts = ROLE_TEXTS.values()
        assert len({str(text.summary) for text in texts}) == len(ROLE_TEXTS)
        assert len({str(text.risk) for text in texts}) == len(ROLE_TEXTS)

    @every_role
    def test_never_say_that_one_thing_both_can_and_cannot_be_done(self, role):
        text = ROLE_TEXTS[role.template_id]
        said = [str(string) for string in (*text.can, *text.cannot)]
        assert len(set(said)) == len(said)

    def test_are_literals_that_the_message_extraction_finds(self):
        directory = Path(role_texts.__file__).parent
        marked = [
            node.args
            for module in sorted(directory.glob("role_texts*.py"))
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
        ]
        assert len(marked) == sum(len(strings(text)) for text in ROLE_TEXTS.values())
        assert all(len(args) == 1 and isinstance(args[0], ast.Constant) for args in marked)


class TestCanTheyReadMyMail:
    """The question that customers ask first has an answer in every role."""

    @pytest.mark.parametrize("name", ["Global Administrator", "Exchange Administrator"])
    def test_says_yes_where_the_role_opens_every_mailbox(self, name):
        text = ROLE_TEXTS[id_of(name)]
        assert any("access to any mailbox" in str(string) for string in text.can)
        assert not any(ABOUT_MAIL.search(str(string)) for string in text.cannot)
        assert text.risk_level == "high"

    @every_role
    def test_says_no_in_every_other_role(self, role):
        text = ROLE_TEXTS[role.template_id]
        if role.name not in {"Global Administrator", "Exchange Administrator"}:
            assert any(ABOUT_MAIL.search(str(string)) for string in text.cannot)

    @pytest.mark.parametrize(
        "name", ["User Administrator", "Helpdesk Administrator", "Authentication Administrator"]
    )
    def test_names_the_way_round_by_a_new_password(self, name):
        assert ABOUT_MAIL.search(str(ROLE_TEXTS[id_of(name)].risk))
