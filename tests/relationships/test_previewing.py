"""*Show what happens* is what happens: the real move, made and undone (design 5.4)."""

import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Actor
from audit.log import Side
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from relationships.models import ResellerRelationship
from relationships.moves import deciding, ending
from relationships.moves.previewing import preview
from tests import factories as make

from .scenes import EXCHANGE, GLOBAL, SUPPORT, TEAMS, USERS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

ROLES = [EXCHANGE, TEAMS, SUPPORT, USERS, GLOBAL]
KEYS = ["exchange", "teams"]
CHOICES, IN_ONE_WORLD = 200, 8


class World(Fernhill):
    """What stands before: sometimes another holder, sometimes an own grant, sometimes neither."""

    def __init__(self, chance):
        super().__init__()
        self.chance = chance

    def some(self, things, at_least=0):
        things = list(things)
        return self.chance.sample(things, self.chance.randint(at_least, len(things)))

    def before(self):
        cedar = make.make_partner("Cedar")
        for partner in (self.birch, cedar, self.alder):
            roles = [role for role in self.some(ROLES[:4]) if self.chance.random() < 0.5]
            if roles:
                self.grant(
                    partner, *roles, days=60, switches=KEYS, asks_selling=self.chance.random() < 0.5
                )
        if self.chance.random() < 0.3:
            self.wind_down()

    def wind_down(self):
        selling = ResellerRelationship.objects.running().filter(partner=self.alder).first()
        if selling:
            ending.end_selling(selling, by=self.by, side=Side.CUSTOMER)

    def answer(self, decision):
        asked = decision.request.asked_roles()
        return make.make_answer(
            decision,
            selling=self.chance.choice([True, False, None]),
            administration=self.chance.choice([True, True, False]),
            roles=self.some(asked),
            switches=frozenset(self.some(KEYS)),
            days=self.chance.choice([None, 1, 30, 60, 61]),
        )


def outcome(move, *given, **by):
    try:
        return move(*given, **by)
    except Refused as refusal:
        return str(refusal)


def test_equals_what_the_approval_then_does_over_random_choices(db):
    """Refusals too: what the preview refuses, the approval refuses with the same sentence."""
    chance, outcomes = random.Random(4711), []
    for _ in range(CHOICES // IN_ONE_WORLD):
        with transaction.atomic():
            world = World(chance)
            world.before()
            for _again in range(IN_ONE_WORLD):
                roles = world.some(ROLES, at_least=1)
                sells = chance.random() < 0.7
                decision = world.ask(world.alder, *roles, days=60, asks_selling=sells)
                answer = world.answer(decision)
                shown = outcome(deciding.preview_approval, decision, answer, by=world.by)
                real = outcome(deciding.approve, decision, answer, by=world.by)
                assert shown == real
                outcomes.append(type(real))
            transaction.set_rollback(True)
    assert len(outcomes) == CHOICES
    assert min(outcomes.count(list), outcomes.count(str)) > CHOICES / 5


class TestPreview:
    @pytest.fixture
    def fernhill(self):
        return Fernhill()

    def test_writes_nothing_at_all(self, fernhill, django_capture_on_commit_callbacks):
        fernhill.grant(fernhill.birch, EXCHANGE)
        decision = fernhill.ask(fernhill.alder, EXCHANGE, USERS, days=60)
        answer = make.make_answer(decision, switches=frozenset(["exchange"]))
        with Unchanged(), django_capture_on_commit_callbacks(execute=True) as after_commit:
            effects = deciding.preview_approval(decision, answer, by=fernhill.by)
        assert effects
        assert not after_commit

    def test_asks_for_no_second_sign_in_but_for_the_right(self, fernhill):
        decision = fernhill.ask(fernhill.alder, USERS, days=60)
        answer = make.make_answer(decision)
        stale = Actor.objects.of(fernhill.admin)
        assert stale.signed_in_again_at is None
        assert deciding.preview_approval(decision, answer, by=stale)
        reader = make.join_customer(fernhill.customer, CustomerRole.READER)
        with pytest.raises(PermissionDenied):
            deciding.preview_approval(decision, answer, by=Actor.objects.of(reader))

    def test_of_every_end_equals_the_end(self, fernhill):
        make.make_subscription(fernhill.customer, seller=fernhill.alder)
        grant = fernhill.grant(fernhill.alder, EXCHANGE)
        fernhill.grant(fernhill.alder, TEAMS, asks_selling=False)
        selling = ResellerRelationship.objects.get()
        by, pair = {"by": fernhill.by}, (fernhill.customer, fernhill.alder)
        who = {**by, "side": Side.CUSTOMER}
        acts = [
            (ending.terminating, ending.terminate, (grant,), who),
            (ending.removing_administration, ending.remove_administration, pair, by),
            (ending.ending_selling, ending.end_selling, (selling,), who),
        ]
        for effects, move, things, given in acts:
            with Unchanged():
                shown = preview(effects, *things, **given)
            assert shown == move(*things, **given)
            assert shown
