"""The four guarantees (rules R16 to R19), over every act on a relationship."""

from datetime import timedelta

import pytest

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from relationships.models import ResellerRelationship
from relationships.moves import clock, deciding, ending
from relationships.moves.cancelling import cancel
from relationships.moves.standing import make_standing_link, rotate
from relationships.moves.supervising import restore_partner, suspend_partner
from subscriptions.models import Subscription
from tests import factories as make

from .scenes import EXCHANGE, EXISTED, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

# What a customer has agreed to with whoever sold it, and what it can lose.
OBLIGATIONS = (
    "public_id",
    "customer_id",
    "seller_id",
    "partner_of_record_id",
    "reseller_of_record_id",
    "offer_id",
    "base_subscription_id",
    "state",
    "quantity",
    "term_start",
    "term_end",
    "term_length",
    "billing_cycle",
    "unit_price",
    "currency",
    "agreement_version",
    "auto_renew",
)


class Scene(Fernhill):
    """Alder and Birch sell to the customer; Birch administers Exchange, Alder Teams."""

    def __init__(self):
        super().__init__()
        self.agent = make.make_admin_agent(self.alder)
        self.birchs = self.grant(self.birch, EXCHANGE)
        self.alders = self.grant(self.alder, TEAMS)
        self.sold = make.make_subscription(self.customer, seller=self.alder)
        self.acts_for_alder = Actor.objects.of(self.agent)

    def obligations(self):
        return list(Subscription.objects.order_by("pk").values_list(*OBLIGATIONS))


def ask(scene):
    scene.ask(scene.alder, EXCHANGE)


def approve(scene):
    scene.grant(scene.alder, EXCHANGE, switches=["exchange"])


def decline(scene):
    decision = scene.ask(scene.alder, EXCHANGE)
    answer = make.make_answer(decision, selling=None, administration=None, roles=())
    deciding.decline(decision, answer, by=scene.by)


def cancel_it(scene):
    decision = scene.ask(scene.alder, EXCHANGE)
    cancel(decision.request, by=scene.acts_for_alder)


def lapse(scene):
    scene.ask(scene.alder, EXCHANGE)
    clock.sweep(make.now() + timedelta(days=60))


def expire(scene):
    clock.sweep(make.now() + timedelta(days=800))


def rotate_it(scene):
    link = make_standing_link(scene.alder, by=scene.acts_for_alder)
    rotate(link, by=scene.acts_for_alder)


def terminate(scene):
    ending.terminate(scene.alders, by=scene.acts_for_alder, side=Side.PARTNER)


def remove(scene):
    ending.remove_administration(scene.customer, scene.birch, by=scene.by)


def restore(scene):
    remove(scene)
    scene.grant(scene.birch, EXCHANGE)


def end(scene):
    selling = ResellerRelationship.objects.get(partner=scene.birch)
    ending.end_selling(selling, by=scene.by, side=Side.CUSTOMER)


def suspend(scene):
    suspend_partner(scene.birch, by=make.operator(), reason="unpaid")


def suspend_and_restore(scene):
    suspend(scene)
    scene.birch.refresh_from_db()
    restore_partner(scene.birch, by=make.operator(), reason="paid")


ACTS = (
    ask,
    approve,
    decline,
    cancel_it,
    lapse,
    expire,
    rotate_it,
    terminate,
    remove,
    restore,
    end,
    suspend,
    suspend_and_restore,
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_changes_no_owner_no_obligation_and_no_partner_of_record_r16_r17_r18_r19(act):
    scene = Scene()
    before, events = scene.obligations(), Event.objects.count()
    with Unchanged(*EXISTED):
        act(scene)
    assert scene.obligations() == before
    assert Event.objects.count() > events, "the act was not done"
