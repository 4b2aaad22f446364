"""Two people for privileged roles, where the customer's request policy says so (ADR 0019)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Actor
from audit.models import Event
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from relationships.models import Certificate, DecisionSignature
from relationships.moves import deciding, seconding
from relationships.moves.answering import SignInAgain
from relationships.moves.policing import PolicyWish, set_policy
from tests import factories as make

from .scenes import EXCHANGE, GLOBAL, SUPPORT, Fernhill, Unchanged, text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db
GIVEN = (
    "relationships_adminrelationshiprole",
    "relationships_accessassignment",
    "relationships_resellerrelationship",
    "relationships_serviceadministration",
    "relationships_partnerrelationship",
    "relationships_certificate",
    "subscriptions_subscription",
)


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.deputy = make.join_customer(scene.customer)
    scene.second = Actor.objects.of(scene.deputy)
    scene.second.signed_in_again_at = make.now()
    set_policy(scene.customer, PolicyWish(second_person=True), by=scene.by, seen=0)
    scene.decision = scene.ask(scene.alder, GLOBAL, SUPPORT, days=30)
    return scene


def approve(scene, by, **fields):
    scene.decision.refresh_from_db()
    answer = make.make_answer(scene.decision, **fields)
    effects = deciding.approve(scene.decision, answer, by=by)
    scene.decision.refresh_from_db()
    return effects


class TestTwo:
    def test_the_first_gives_nothing_and_the_second_all_of_it(self, scene):
        with Unchanged(*GIVEN):
            assert approve(scene, scene.by) == []
        assert scene.decision.status == "open"
        assert approve(scene, scene.second)
        assert scene.decision.status == "approved"
        grant = scene.alder.admin_relationships.get(decision=scene.decision)
        assert scene.roles_of(grant) == sorted([GLOBAL, SUPPORT])
        first, second = DecisionSignature.objects.filter(decision=scene.decision).order_by("pk")
        assert (first.actor, second.actor) == (scene.by, scene.second)
        assert first.granted_digest == second.granted_digest
        assert first.content_digest == second.content_digest
        assert Certificate.objects.filter(decision=scene.decision).count() == 1

    def test_the_first_is_logged_for_the_customer_and_told_to_the_others_alone(self, scene):
        Delivery.objects.all().delete()
        approve(scene, scene.by)
        (event,) = Event.objects.filter(kind="request.first_approval")
        assert event.partner_name == ""
        assert [mail.recipient for mail in Delivery.objects.all()] == [scene.deputy.email]

    def test_the_same_person_does_not_count_twice(self, scene):
        approve(scene, scene.by)
        with Nothing(), pytest.raises(Refused, match="A second person has to approve the same"):
            approve(scene, scene.by)

    def test_who_signed_first_may_approve_once_the_policy_asks_for_one(self, scene):
        approve(scene, scene.by)
        alone = scene.by
        alone.signed_in_again_at = None
        with Nothing(), pytest.raises(SignInAgain, match="one person alone"):
            set_policy(scene.customer, PolicyWish(), by=alone, seen=1)
        alone.signed_in_again_at = make.now()
        set_policy(scene.customer, PolicyWish(), by=alone, seen=1)
        assert approve(scene, scene.by)
        assert scene.decision.status == "approved"
        assert DecisionSignature.objects.filter(decision=scene.decision).count() == 1

    def test_another_grant_begins_anew(self, scene):
        approve(scene, scene.by)
        with Unchanged(*GIVEN):
            approve(scene, scene.second, days=7)
        assert scene.decision.status == "open"
        approve(scene, scene.by, days=7)
        grant = scene.alder.admin_relationships.get(decision=scene.decision)
        assert grant.ends_at - grant.activated_at == timedelta(days=7)

    def test_a_content_that_changed_since_voids_the_first(self, scene):
        approve(scene, scene.by)
        scene.grant(scene.birch, EXCHANGE)
        with Unchanged(*GIVEN):
            approve(scene, scene.second, switches=frozenset({"exchange"}))
        assert scene.decision.status == "open"
        approve(scene, scene.by, switches=frozenset({"exchange"}))
        assert scene.decision.status == "approved"

    def test_the_second_signs_in_anew_as_well(self, scene):
        approve(scene, scene.by)
        scene.second.signed_in_again_at = None
        with Nothing(), pytest.raises(SignInAgain):
            approve(scene, scene.second)

    def test_what_could_not_be_given_is_not_signed_either(self, scene):
        with Nothing(), pytest.raises(Refused, match="from 1 to"):
            approve(scene, scene.by, days=400)


class TestOne:
    def test_is_enough_without_privileged_roles_and_for_declining(self, scene):
        approve(scene, scene.by, roles=make.roles(SUPPORT))
        assert scene.decision.status == "approved"
        scene.decision = scene.ask(scene.alder, GLOBAL, days=30, asks_selling=False)
        deciding.decline(scene.decision, make.make_answer(scene.decision), by=scene.by)
        scene.decision.refresh_from_db()
        assert scene.decision.status == "declined"

    def test_is_enough_where_no_policy_asks_for_two(self, scene):
        set_policy(scene.customer, PolicyWish(), by=scene.by, seen=1)
        assert approve(scene, scene.by)
        assert scene.decision.status == "approved"


class TestTheDatabase:
    """It counts for itself: a move that forgot a signature would come to nothing."""

    @pytest.fixture
    def forgetful(self, monkeypatch):
        monkeypatch.setattr(deciding, "waits_for_second", lambda *things, **about: False)

    def refuses(self, scene, guard, by=None, **fields):
        with Nothing(), pytest.raises(IntegrityError, match=guard):
            approve(scene, by or scene.second, **fields)

    def test_says_that_it_takes_two(self, scene, monkeypatch):
        for module in (deciding, seconding):
            monkeypatch.setattr(module, "takes_two", lambda *things: False)
        self.refuses(scene, "decision_second_person")
        assert approve(scene, scene.second, roles=make.roles(SUPPORT))

    def test_asks_nobody_for_two_whose_policy_does_not(self, scene, monkeypatch):
        set_policy(scene.customer, PolicyWish(), by=scene.by, seen=1)
        other = make.make_customer("Glenmoor")
        by = Actor.objects.of(make.join_customer(other))
        set_policy(other, PolicyWish(second_person=True), by=by, seen=0)
        assert approve(scene, scene.second)
        assert scene.decision.signatures_demanded == 1

    def test_finds_no_second_signature(self, scene, forgetful):
        self.refuses(scene, "decision_signed")

    def test_finds_one_of_another_grant(self, scene, monkeypatch):
        approve(scene, scene.by, days=7)
        monkeypatch.setattr(deciding, "waits_for_second", lambda *things, **about: False)
        self.refuses(scene, "decision_signed", days=8)
        assert approve(scene, scene.second, days=7)
        assert scene.decision.signatures_demanded == 2

    def test_finds_one_of_another_content(self, scene, monkeypatch):
        approve(scene, scene.by)
        scene.grant(scene.birch, EXCHANGE)
        monkeypatch.setattr(deciding, "waits_for_second", lambda *things, **about: False)
        self.refuses(scene, "decision_signed", switches=frozenset({"exchange"}))

    def test_finds_none_at_all(self, scene, monkeypatch):
        set_policy(scene.customer, PolicyWish(), by=scene.by, seen=1)
        monkeypatch.setattr(
            DecisionSignature.objects, "get_or_create", lambda **columns: (None, False)
        )
        self.refuses(scene, "decision_signed")
        deciding.decline(scene.decision, make.make_answer(scene.decision), by=scene.by)


class TestPages:
    def test_the_second_reads_what_the_first_ticked_and_the_receipt_names_both(self, client, scene):
        approve(scene, scene.by, days=20)
        url = scene.decision.get_absolute_url()
        client.force_login(scene.admin)
        assert "You have approved this; nothing has changed yet" in text_of(client.get(url))
        client.force_login(scene.deputy)
        page = client.get(url)
        assert f"{scene.admin} approved on" in text_of(page)
        form = page.context["form"]
        assert (form["days"].value(), form["administration"].value()) == (20, "allow")
        assert all(card["ticked"] for card in page.context["roles"])
        approve(scene, scene.second, days=20)
        receipt = text_of(client.get(url))
        assert f"{scene.admin}, {scene.deputy}" in receipt

    def test_the_policy_says_so(self, client, scene):
        client.force_login(scene.admin)
        url = f"/customers/{scene.customer.slug}/request-policy/"
        assert "once two of your people have approved the same" in text_of(client.get(url))
