"""Each state that Graph names on the way is an event, whoever moves the administration."""

import pytest

from accounts.models import Actor
from audit.log import Side, entries
from audit.models import Event
from relationships import activity, customer_activity
from relationships.moves import clock, deciding, ending, taking
from relationships.passing import ALL_STEPS, PASSED, acts
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill

pytestmark = pytest.mark.django_db

BEGUN = ["approved", "activating", "active"]
ENDED = ["termination_requested", "terminating", "terminated"]


@pytest.fixture
def fernhill():
    return Fernhill()


def steps(grant):
    """The states of the grant in the order of its customer's chain, with whose side it was."""
    chain = entries(f"customer:{grant.customer.tenant_id}").filter(kind__in=ALL_STEPS)
    of_grant = reversed(chain.filter(subject_id=str(grant.public_id)))
    return [(event.kind.split(".")[1], event.side) for event in of_grant]


def by_customer(*states):
    return [(state, "customer") for state in states]


def test_an_approval_passes_three(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    assert steps(grant) == by_customer(*BEGUN)
    own = entries(f"partner:{fernhill.alder.tenant_id}").filter(subject_id=str(grant.public_id))
    assert [event.kind for event in reversed(own)] == list(PASSED["active"])
    assert {event.details["administration"] for event in own} == {grant.name}


def test_selling_alone_and_a_refusal_pass_none(fernhill):
    fernhill.grant(fernhill.alder)
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    deciding.decline(decision, make.make_answer(decision), by=fernhill.by)
    assert not Event.objects.filter(kind__in=ALL_STEPS).exists()


def test_its_end_passes_three_for_each_that_ends(fernhill):
    first, second = (fernhill.grant(fernhill.alder, role) for role in (EXCHANGE, TEAMS))
    other = fernhill.grant(fernhill.birch, SUPPORT)
    ending.remove_administration(fernhill.customer, fernhill.alder, by=fernhill.by)
    for grant in (first, second):
        assert steps(grant) == by_customer(*BEGUN, *ENDED)
    assert steps(other) == by_customer(*BEGUN)


def test_the_partner_s_end_is_the_partner_s(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE)
    agent = make.make_admin_agent(fernhill.alder)
    ending.terminate(grant, by=Actor.objects.of(agent), side=Side.PARTNER)
    assert steps(grant)[3:] == [(state, "partner") for state in ENDED]


def test_the_last_role_taken_away_and_a_service_that_changes_hands_end_it_too(fernhill):
    taken = fernhill.grant(fernhill.birch, TEAMS)
    (role,) = make.roles(TEAMS)
    taking.take_away(taken, [role], by=fernhill.by, side=Side.CUSTOMER)
    displaced = fernhill.grant(fernhill.birch, EXCHANGE)
    fernhill.grant(fernhill.alder, EXCHANGE, switches=["exchange"])
    for grant in (taken, displaced):
        assert steps(grant) == by_customer(*BEGUN, *ENDED)


def test_the_clock_passes_two(fernhill):
    grant = fernhill.grant(fernhill.alder, EXCHANGE, days=30)
    clock.sweep(grant.ends_at)
    assert steps(grant)[3:] == [("expiring", "operator"), ("expired", "operator")]


def test_a_preview_passes_none(fernhill):
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    deciding.preview_approval(decision, make.make_answer(decision), by=fernhill.by)
    assert not Event.objects.filter(kind__in=ALL_STEPS).exists()


def test_lists_tell_acts_and_the_steps_to_whoever_asks_for_them(fernhill):
    fernhill.grant(fernhill.alder, EXCHANGE)
    for chosen in (
        lambda **one: activity.chosen(fernhill.alder, **one),
        lambda **one: customer_activity.chosen(fernhill.customer, **one),
    ):
        assert not {event.kind for event in chosen()} & {*ALL_STEPS}
        assert {event.kind for event in chosen(thing="admin_relationship")} == {*PASSED["active"]}
    assert acts(Event.objects.all()).count() == Event.objects.count() - 3
