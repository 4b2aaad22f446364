"""The shipped catalogue is complete, true to the published facts, and explained in plain words."""

import ast
import csv
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.utils.functional import Promise

from subscriptions import texts
from subscriptions.catalogue import OFFERS, SERVICES
from subscriptions.texts import SERVICE_TEXTS

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = PROJECT_ROOT.parent / "shared" / "data"
PARTS = ("summary", "can", "cannot", "risk")
LONGEST_AVERAGE_SENTENCE = 20

every_service = pytest.mark.parametrize("key", [service.key for service in SERVICES])


def published(file_name: str) -> list[dict[str, str]]:
    path = PUBLISHED / file_name
    if not path.exists():
        pytest.skip(f"{file_name} with the published facts is not beside the project")
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def words_per_sentence(text: str) -> float:
    sentences = [part for part in re.split(r"[.!?:](?:\s|$)", text) if part.strip()]
    return len(text.split()) / len(sentences)


class TestServices:
    def test_have_unique_keys_and_names(self):
        assert len({service.key for service in SERVICES}) == len(SERVICES)
        assert len({service.name for service in SERVICES}) == len(SERVICES)

    def test_are_those_of_the_published_offers_and_roles(self):
        rows = published("offers.csv") + published("admin_roles.csv")
        assert {service.key for service in SERVICES} == {row["service"] for row in rows}


class TestOffers:
    def test_are_about_forty(self):
        assert 38 <= len(OFFERS) <= 44

    def test_have_unique_ids_in_their_canonical_form(self):
        ids = [offer.offer_id for offer in OFFERS]
        assert len(set(ids)) == len(ids)
        assert ids == [str(UUID(offer_id)) for offer_id in ids]

    def test_cover_every_service_and_no_other(self):
        assert {offer.service for offer in OFFERS} == {service.key for service in SERVICES}

    def test_have_different_names(self):
        assert len({offer.name for offer in OFFERS}) == len(OFFERS)

    def test_are_published_word_for_word(self):
        facts = {
            (row["offer_id"], row["sku"], row["name"], row["service"])
            for row in published("offers.csv")
        }
        shipped = {(offer.offer_id, offer.sku, offer.name, offer.service) for offer in OFFERS}
        assert shipped - facts == set()


class TestServiceTexts:
    def test_explain_exactly_the_services(self):
        assert set(SERVICE_TEXTS) == {service.key for service in SERVICES}

    @every_service
    @pytest.mark.parametrize("part", PARTS)
    def test_are_translatable_and_not_empty(self, key, part):
        text = getattr(SERVICE_TEXTS[key], part)
        assert isinstance(text, Promise)
        assert str(text).strip().endswith(".")

    @every_service
    @pytest.mark.parametrize("part", PARTS)
    def test_are_short_enough_for_a_reader_who_is_no_expert(self, key, part):
        assert (
            words_per_sentence(str(getattr(SERVICE_TEXTS[key], part))) <= LONGEST_AVERAGE_SENTENCE
        )

    def test_share_no_summary(self):
        assert len({str(text.summary) for text in SERVICE_TEXTS.values()}) == len(SERVICE_TEXTS)

    def test_are_literals_that_the_message_extraction_finds(self):
        tree = ast.parse(Path(texts.__file__).read_text(encoding="utf-8"))
        marked = [
            node.args
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
        ]
        assert len(marked) == len(SERVICE_TEXTS) * len(PARTS)
        assert all(len(args) == 1 and isinstance(args[0], ast.Constant) for args in marked)
