"""The same button pressed twice at the same moment does its work once."""

from decimal import Decimal

import pytest

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from partnercenter.lib.ids import uuid7
from relationships.models import AdminRelationship, ResellerRelationship
from relationships.moves import ending
from relationships.moves.previewing import as_seen, effects_digest, preview
from relationships.moves.selling import subscribe
from subscriptions.models import Offer, Subscription
from tests import factories as make
from tests.relationships.scenes import EXCHANGE, Fernhill

from .at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.agent = make.make_admin_agent(scene.alder)
    Actor.objects.of(scene.agent)
    return scene


@pytest.mark.parametrize("attempt", range(3))
def test_an_order(scene, attempt):
    scene.grant(scene.alder)
    offer, public_id = Offer.objects.order_by("name").first(), uuid7()

    def order():
        subscribe(
            by=Actor.objects.of(scene.agent),
            partner=type(scene.alder).objects.get(pk=scene.alder.pk),
            customer=type(scene.customer).objects.get(pk=scene.customer.pk),
            offer=offer,
            quantity=5,
            unit_price=Decimal("4.5"),
            currency="EUR",
            public_id=public_id,
        )

    assert at_once(order, order) == ["done", "done"]
    assert Subscription.objects.filter(seller=scene.alder).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_the_end_of_one_administration(scene, attempt):
    grant = scene.grant(scene.alder, EXCHANGE)

    def terminate():
        fresh = AdminRelationship.objects.get(pk=grant.pk)
        return ending.terminate(fresh, by=Actor.objects.of(scene.agent), side=Side.PARTNER)

    seen = effects_digest(preview(terminate))
    outcomes = at_once(lambda: as_seen(seen, terminate), lambda: as_seen(seen, terminate))
    assert outcomes == ["This administration has ended already.", "done"]
    assert Event.objects.filter(kind="administration.terminated").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_look_at_the_end_of_the_relationship_disturbs_nobody_who_ends_it(scene, attempt):
    selling = scene.grant(scene.alder)

    def end():
        fresh = ResellerRelationship.objects.get(pk=selling.pk)
        return ending.end_selling(
            fresh, by=Actor.objects.of(scene.agent), side=Side.PARTNER, good_faith="So it is."
        )

    outcomes = at_once(lambda: preview(end), end)
    assert outcomes.count("done") >= 1
    selling.refresh_from_db()
    assert selling.status == "ended"
