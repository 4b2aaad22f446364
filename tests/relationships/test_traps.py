"""Traps in which peers were caught, by their numbers; others stand with what they are about."""

import pytest

from accounts.models import Actor
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partners.rights import Agent
from relationships.models import AdminRelationship, AdminRole, RelationshipRequest
from relationships.moves import clock, deciding, ending, groups, people
from relationships.moves.assignments import assign
from relationships.moves.cancelling import cancel
from relationships.moves.opening import open_decision
from relationships.who_may import may
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, Fernhill, Unchanged, text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.partner_by = Actor.objects.of(scene.agent)
    return scene


def role():
    return AdminRole.objects.get(template_id=EXCHANGE)


def test_trap_1_accepting_after_the_end_fails_with_a_sentence(scene):
    decision = scene.ask(scene.alder, EXCHANGE)
    late = decision.request.expires_at
    answer = make.make_answer(decision)
    with Nothing(), pytest.raises(Refused, match="has expired"):
        deciding.approve(decision, answer, by=scene.by, at=late)


def test_trap_2_only_what_is_open_stands_in_the_way_of_another(scene):
    first = scene.ask(scene.alder, SUPPORT)
    deciding.decline(first, make.make_answer(first), by=scene.by)
    again = scene.ask(scene.alder, SUPPORT)
    assert open_decision(again.request, scene.customer, by=scene.by) == again
    scene.approve(again)
    assert scene.ask(scene.alder, SUPPORT).status == "open"


def test_trap_4_every_link_that_is_over_has_a_page_of_its_own(client, scene):
    def link(request):
        request.refresh_from_db()
        return f"/r/{request.token}/"

    used = scene.ask(scene.alder, SUPPORT)
    scene.approve(used)
    declined = scene.ask(scene.alder, SUPPORT, email=scene.admin.email)
    deciding.decline(declined, make.make_answer(declined), by=scene.by)
    cancelled = make.make_request(scene.alder, by=scene.agent, role_ids=(SUPPORT,))
    cancel(cancelled, by=scene.partner_by)
    expired = make.make_request(scene.alder, by=scene.agent, role_ids=(SUPPORT,))
    clock.lapse(expired, at=expired.expires_at)
    pages = []
    for request in (used.request, declined.request, cancelled, expired):
        answer = client.get(link(request))
        assert answer.status_code == 200
        pages.append(text_of(answer))
    for page, words in zip(
        pages,
        ("has been decided", "was declined", "has cancelled", "has expired"),
        strict=True,
    ):
        assert words in page
    assert client.get("/r/never-made/").status_code == 404


def test_trap_7_an_approval_leaves_access_that_can_be_used(scene):
    grant = scene.grant(scene.alder, EXCHANGE)
    path = may(scene.agent, scene.customer, role(), make.now())
    assert path
    assert path.relationship == grant


def test_trap_8_no_group_and_no_person_that_goes_leaves_a_grant_that_points_nowhere(scene):
    grant = scene.grant(scene.alder, EXCHANGE)
    group = groups.open_group(scene.alder, "Mail people", by=scene.partner_by)
    other = make.join_partner(scene.alder, agent=Agent.SALES_AGENT)
    place = scene.alder.memberships.get(user=other)
    groups.add_person(group, place, by=scene.partner_by)
    assign(grant, group, make.roles(EXCHANGE), by=scene.partner_by)
    chief = make.join_partner(scene.alder, admin="global_admin")
    people.remove(place, by=Actor.objects.of(chief))
    assert not may(other, scene.customer, role(), make.now())
    groups.close_group(group, by=scene.partner_by)
    standing = grant.assignments.filter(status="active")
    assert [row.group.built_in for row in standing] == [True]


@pytest.mark.parametrize("side", ["customer", "partner"])
def test_trap_11_both_sides_can_always_end_a_grant(scene, side):
    grant = scene.grant(scene.alder, EXCHANGE)
    deputy = make.join_customer(scene.customer, role=CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
    by = Actor.objects.of(deputy) if side == "customer" else scene.partner_by
    ending.terminate(grant, by=by, side=side)
    assert AdminRelationship.objects.get(pk=grant.pk).ended_because == side


def test_trap_14_removing_a_partner_with_live_subscriptions_changes_none_of_them(scene):
    scene.grant(scene.alder)
    make.make_subscription(scene.customer, seller=scene.alder)
    scene.grant(scene.alder, EXCHANGE, asks_selling=False)
    existed = ("subscriptions_subscription", "subscriptions_subscriptionchange")
    with Unchanged(*existed):
        ending.remove_administration(scene.customer, scene.alder, by=scene.by)
        selling = scene.customer.reseller_relationships.get(partner=scene.alder)
        ending.end_selling(selling, by=scene.by, side="customer")
    assert not scene.customer.admin_relationships.running(make.now()).exists()
    assert not RelationshipRequest.objects.filter(status="open", partner=scene.birch).exists()
