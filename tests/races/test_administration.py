"""Clocks, people and ends of administration at the same moment: one order, and one event each."""

from functools import partial

import pytest
from django.db import transaction

from accounts.models import Actor
from audit.models import Event
from partners.rights import Agent
from relationships.models import AdminRelationship
from relationships.moves import clock, deciding, extending, groups, taking
from tests import factories as make
from tests.relationships.scenes import EXCHANGE, SUPPORT, Fernhill

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def now_of(grant):
    return AdminRelationship.objects.get(pk=grant.pk)


def events(kind, grant):
    return Event.objects.filter(kind=kind, subject_id=str(grant.public_id)).count()


def agreed():
    """A grant that is to be extended, and one that comes to its end with it."""
    scene = Fernhill()
    agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    kept = scene.grant(scene.alder, EXCHANGE, days=30)
    over = scene.grant(scene.alder, SUPPORT, days=30, asks_selling=False)
    extending.wish(kept, wished=True, by=Actor.objects.of(agent))
    extending.allow(kept, allowed=True, by=scene.by)
    return scene, kept, over


def test_two_clocks_extend_and_end_each_grant_once():
    for _attempt in attempts(on_postgresql=4, on_sqlite=1):
        _scene, kept, over = agreed()
        end = max(kept.ends_at, over.ends_at)
        assert at_once(*[lambda end=end: clock.sweep(end)] * 2) == ["done", "done"]
        assert now_of(kept).ends_at == kept.ends_at + clock.EXTENSION
        assert events("administration.extended", kept) == 1
        assert now_of(over).status == "expired"
        assert events("administration.expired", over) == 1


def test_two_customers_whose_grants_end_crosswise_do_not_wait_for_one_another():
    """Each writes to the chains of both partners, one after the other."""
    for _attempt in attempts(on_postgresql=6, on_sqlite=1):
        one = Fernhill()
        other = Fernhill()
        other.alder, other.birch = one.birch, one.alder
        grants = [
            scene.grant(partner, EXCHANGE if partner == scene.alder else SUPPORT, days=30)
            for scene in (one, other)
            for partner in (scene.alder, scene.birch)
        ]
        end = max(grant.ends_at for grant in grants)

        def end_all(scene, at=end):
            with transaction.atomic():
                scene.customer.lock()
                clock.expire_past_end(scene.customer, at=at)

        acts = [partial(end_all, scene) for scene in (one, other)]
        assert at_once(*acts) == ["done", "done"]
        assert {now_of(grant).status for grant in grants} == {"expired"}


def test_a_yes_that_is_taken_back_and_the_clock_end_in_one_order_or_the_other():
    for _attempt in attempts(on_postgresql=4, on_sqlite=1):
        scene, kept, _over = agreed()
        end, person = kept.ends_at, scene.admin
        just_before = end - make.days(0.001)

        def forbid(key=kept.pk, person=person, at=just_before):
            row = AdminRelationship.objects.select_related("partner", "customer").get(pk=key)
            extending.allow(row, allowed=False, by=Actor.objects.of(person), at=at)

        at_once(forbid, lambda end=end: clock.sweep(end))
        after = now_of(kept)
        if after.status == "active":
            assert after.ends_at == end + clock.EXTENSION
            assert events("administration.extended", kept) == 1
        else:
            assert (after.status, after.ends_at) == ("expired", end)
            assert events("administration.extended", kept) == 0


def test_a_group_that_is_closed_while_it_is_approved_has_nothing_afterwards():
    for _attempt in attempts(on_postgresql=4, on_sqlite=1):
        scene = Fernhill()
        agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        group = groups.open_group(scene.alder, "Mail people", by=Actor.objects.of(agent))
        decision = scene.ask(scene.alder, EXCHANGE, groups=(group,))
        answer = make.make_answer(decision)

        def approve(decision=decision, answer=answer, person=scene.admin):
            deciding.approve(decision, answer, by=Actor.objects.of(person))

        def close(group=group, person=agent):
            groups.close_group(group, by=Actor.objects.of(person))

        assert at_once(approve, close) == ["done", "done"]
        grant = AdminRelationship.objects.get(decision=decision)
        standing = grant.assignments.filter(status="active").select_related("group")
        assert not [row for row in standing if row.group.closed_at is not None]


def test_a_role_taken_away_and_a_group_given_it_leave_no_group_with_what_is_gone():
    for _attempt in attempts(on_postgresql=4, on_sqlite=1):
        scene = Fernhill()
        agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        grant = scene.grant(scene.alder, EXCHANGE, SUPPORT)
        (role,) = make.roles(SUPPORT)

        def take(key=grant.pk, person=scene.admin, role=role):
            row = AdminRelationship.objects.select_related("partner", "customer").get(pk=key)
            by = Actor.objects.of(person)
            taking.take_away(row, [role], by=by, side="customer")

        def give_back(key=grant.pk, person=agent, role=role):
            row = AdminRelationship.objects.select_related("partner", "customer").get(pk=key)
            by = Actor.objects.of(person)
            taking.take_away(row, [role], by=by, side="partner")

        outcomes = at_once(take, give_back)
        assert outcomes.count("done") == 1
        assert grant.granted_roles.filter(removed_at__isnull=False).count() == 1
        for row in grant.assignments.filter(status="active"):
            assert not row.roles.filter(pk=role.pk).exists()
