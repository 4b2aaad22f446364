"""The control: each fault that somebody could put into a move makes the machine red."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from audit import log
from audit.log import Side
from partnercenter.lib.refusals import Refused
from relationships import access_matrix, survey, who_may
from relationships.models import AdminRelationship, RequestPolicy
from relationships.moves import (
    administration,
    clock,
    deciding,
    displacing,
    ending,
    granting,
    opening,
    policing,
    seconding,
)
from relationships.moves.cancelling import cancel
from relationships.moves.opening import follow, open_decision
from relationships.moves.policing import PolicyWish
from relationships.moves.requesting import create_request
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make

from . import steps
from .acts_of_requests import request_of
from .machine import EveryMove, machine_in
from .naive_administration import check_administrators
from .naive_policy import Signing
from .snapshots import read
from .test_machine import SHORT
from .witness import Step
from .world import EXCHANGE, START, USERS

pytestmark = pytest.mark.django_db


def asked(witness, partner, customer, *role_ids):
    """The key of a decision that waits, and who decides on it."""
    ask = make.make_ask(name=f"{partner} again", role_ids=role_ids, days=90)
    request = create_request(partner, ask, by=witness.world.agent(partner))
    by = witness.world.admin(customer)
    decision = open_decision(request, customer, by=by)
    witness.rows = read(witness.rows)
    return decision.pk, by


@pytest.fixture
def displacing_step(witness):
    """Alder gets Exchange at Fernhill, which Birch administers."""
    world = witness.world
    decision, by = asked(witness, world.alder, world.customers[0], EXCHANGE)
    return steps.approving(decision, by=by, switches=world.keys)


@pytest.fixture
def cancelling_step(witness):
    world = witness.world
    ask = make.make_ask(name="To be cancelled")
    request = create_request(world.alder, ask, by=world.agent(world.alder))
    witness.rows = read(witness.rows)
    by = world.agent(world.alder)
    return Step(kind="cancel", move=lambda: cancel(request_of(request.pk), by=by))


def birchs_grant(witness):
    return AdminRelationship.objects.get(partner=witness.world.birch, status="active")


class TestNothingIsWrong:
    def test_while_nobody_puts_a_fault_in(self, witness, displacing_step, cancelling_step):
        assert witness.make(displacing_step)
        witness.make(cancelling_step)
        world = witness.world
        by = world.admin(world.customers[0])
        alders = AdminRelationship.objects.get(partner=world.alder, customer=world.customers[0])
        assert witness.make(steps.terminating(alders.pk, by=by, side=Side.CUSTOMER))
        witness.finish()


class TestAStateLeftOut:
    def test_on_the_way_to_the_end_is_seen(self, witness, monkeypatch):
        world = witness.world
        whole = administration.PASSED
        monkeypatch.setitem(whole, "terminated", whole["terminated"][1:])
        by = world.admin(world.customers[0])
        birchs = birchs_grant(witness)
        with pytest.raises(AssertionError, match="the log says"):
            witness.make(steps.terminating(birchs.pk, by=by, side=Side.CUSTOMER))


class TestAnEffectLeftOut:
    def test_of_the_move_and_its_preview_alike_is_seen(self, witness, displacing_step, monkeypatch):
        def silent(*things, **about):
            return displacing.displace(*things, **about)[0], []

        monkeypatch.setattr(granting, "displace", silent)
        with pytest.raises(AssertionError, match=r"the rows say .*role_taken"):
            witness.make(displacing_step)

    def test_of_the_preview_alone_is_seen(self, witness, displacing_step, monkeypatch):
        real = deciding.preview_approval

        def forgetful(*things, **about):
            return [effect for effect in real(*things, **about) if effect.kind != "role_taken"]

        monkeypatch.setattr(deciding, "preview_approval", forgetful)
        with pytest.raises(AssertionError, match=r"shown .* done"):
            witness.make(displacing_step)

    def test_of_the_service_that_becomes_free_is_seen(self, witness, monkeypatch):
        monkeypatch.setattr(ending, "free_services", lambda *things, **about: [])
        grant, world = birchs_grant(witness), witness.world
        step = steps.terminating(grant.pk, by=world.admin(grant.customer_id), side=Side.CUSTOMER)
        with pytest.raises(AssertionError, match=r"the rows say .*service_freed"):
            witness.make(step)

    def test_makes_the_whole_machine_red_too(self, world, monkeypatch):
        monkeypatch.setattr(ending, "free_services", lambda *things, **about: [])
        quick = settings(SHORT, phases=[Phase.generate], report_multiple_bugs=False)
        with pytest.raises(AssertionError, match="service_freed"):
            run_state_machine_as_test(machine_in(world), settings=quick)


class TestAPreview:
    def test_that_stays_is_seen(self, witness, displacing_step):
        left = replace(displacing_step, preview=displacing_step.move)
        with pytest.raises(AssertionError, match="preview of approve"):
            witness.make(left)


class TestAccess:
    def test_past_its_end_is_seen_before_the_clock_has_come(self, witness, monkeypatch):
        real = who_may.may
        late = birchs_grant(witness).ends_at
        monkeypatch.setattr(
            who_may, "may", lambda user, customer, role, at: real(user, customer, role, START)
        )
        witness.pass_time()
        witness.clock.reach(late)
        with pytest.raises(AssertionError, match="may act for"):
            witness.pass_time()

    def test_that_is_drawn_past_its_end_is_seen(self, witness, monkeypatch):
        real = access_matrix.ways
        witness.finish()
        monkeypatch.setattr(access_matrix, "ways", lambda at: real(START))
        witness.clock.reach(birchs_grant(witness).ends_at)
        witness.pass_time()
        with pytest.raises(AssertionError, match="by the rows"):
            witness.finish()

    def test_in_spite_of_a_pause_is_seen(self, witness, monkeypatch):
        real = who_may.may

        def ignoring_pauses(*question):
            with transaction.atomic():
                AdminRelationship.objects.update(paused_at=None, paused_by=None)
                answer = real(*question)
                transaction.set_rollback(True)
            return answer

        paused = {"paused_at": witness.clock.now, "paused_by": witness.world.operator}
        AdminRelationship.objects.filter(status="active").update(**paused)
        witness.rows = read(witness.rows)
        witness.pass_time()
        assert not witness.allowed
        monkeypatch.setattr(who_may, "may", ignoring_pauses)
        AdminRelationship.objects.filter(status="active").update(paused_at=None, paused_by=None)
        witness.rows = read(witness.rows)
        witness.pass_time()
        AdminRelationship.objects.filter(status="active").update(**paused)
        witness.rows = read(witness.rows)
        with pytest.raises(AssertionError, match="may act for"):
            witness.pass_time()

    def test_that_a_termination_leaves_is_seen(self, witness, monkeypatch):
        """Without the end of the assignments a role that is given again would be in use at once."""
        monkeypatch.setattr(ending, "end_grant", lambda *things, **about: None)
        grant, world = birchs_grant(witness), witness.world
        step = steps.terminating(grant.pk, by=world.admin(grant.customer_id), side=Side.CUSTOMER)
        with pytest.raises(AssertionError, match="says"):
            witness.make(step)


class TestTwoAdministratorsOfOneService:
    @pytest.fixture
    def displacing_takes_no_role(self, monkeypatch):
        monkeypatch.setattr(displacing, "take_roles", lambda *things, **about: None)
        monkeypatch.setattr(
            displacing, "end_service_administrations", self.end_the_entries_whatever_stands
        )

    @staticmethod
    def end_the_entries_whatever_stands(customer, partner, *, by, at, because):
        held = customer.service_administrations.running().filter(partner=partner)
        freed = [entry.service for entry in held.select_related("service")]
        held.update(ended_at=at, ended_by=by, ended_because=because)
        return freed

    def test_are_seen_by_what_was_said(self, witness, displacing_step, displacing_takes_no_role):
        with pytest.raises(AssertionError, match="the rows say"):
            witness.make(displacing_step)

    def test_are_seen_in_the_rows(self, witness, displacing_step, displacing_takes_no_role):
        displacing_step.move()
        with pytest.raises(AssertionError, match="several administer one service"):
            check_administrators(read(), witness.clock.now)


class TestSubscriptions:
    def test_that_a_request_touches_on_its_way_are_seen(self, witness, cancelling_step):
        """By the right hand and with its change row: only the step is not one for it."""
        world = witness.world
        row = Subscription.objects.with_parties().filter(seller=world.alder).first()

        def cancelling_more():
            cancelling_step.move()
            changing.change_quantity(row, 11, by=world.agent(world.alder))

        with pytest.raises(AssertionError, match="not of this step"):
            witness.make(replace(cancelling_step, move=cancelling_more))

    def test_of_another_are_seen_beside_the_right_one(self, witness):
        world = witness.world
        mine, other = Subscription.objects.with_parties().filter(
            seller=world.birch, base_subscription=None
        )[:2]

        def changing_both():
            for row in (mine, other):
                changing.change_quantity(row, 11, by=world.agent(world.birch))

        step = Step(kind="subscription: quantity", move=changing_both, changes=mine.pk)
        with pytest.raises(AssertionError, match="not of this step"):
            witness.make(step)

    def test_of_a_customer_whose_account_is_touched_are_seen(self, witness, cancelling_step):
        def renaming():
            cancelling_step.move()
            customer = witness.world.customers[0]
            type(customer).objects.filter(pk=customer.pk).update(name="Another")

        with pytest.raises(AssertionError, match="touched customers_customer"):
            witness.make(replace(cancelling_step, move=renaming))


class TestAPolicy:
    """One that is not asked is seen, at the door and at the approval."""

    def test_that_lets_in_whom_it_denies_is_seen(self, witness, monkeypatch):
        world = witness.world
        customer, by = world.customers[0], world.admin(world.customers[0])
        ask = make.make_ask(name="Against the policy", role_ids=())
        request = create_request(world.alder, ask, by=world.agent(world.alder))
        policing.list_partner(customer, world.alder, allowed=False, by=by)
        witness.rows = read(witness.rows)
        monkeypatch.setattr(opening, "against_policy", lambda *things: [])
        step = Step(kind="open", move=lambda: follow(request, customer, by=by))
        with pytest.raises(AssertionError, match="opened against the policy"):
            witness.make(step)

    def test_that_gives_more_than_it_allows_is_seen(self, witness, displacing_step, monkeypatch):
        world = witness.world
        by, wish = world.admin(world.customers[0]), PolicyWish(longest_days=1)
        policing.set_policy(world.customers[0], wish, by=by, seen=0)
        witness.rows = read(witness.rows)
        assert "against the request policy" in witness.make(displacing_step).sentence
        monkeypatch.setattr(deciding, "check_policy", lambda *things: None)
        with pytest.raises(AssertionError, match="more than the policy allows"):
            witness.make(displacing_step)


class TestTwoPeople:
    """Where the policy asks for a second person: one is not enough, whoever forgets to ask."""

    @pytest.fixture
    def grave_step(self, witness):
        world = witness.world
        customer, by = world.customers[2], world.admin(world.customers[2])
        policing.set_policy(customer, PolicyWish(second_person=True), by=by, seen=0)
        ask = make.make_ask(name="Grave", role_ids=(USERS,), days=30, asks_selling=False)
        request = create_request(world.alder, ask, by=world.agent(world.alder))
        decision = open_decision(request, customer, by=by).pk
        witness.rows = read(witness.rows)

        def step(by=by, **answer):
            rows = {"rows": witness.rows, "switches": world.keys}
            return steps.approving(decision, by=by, **rows, **answer)

        step.deputy = world.deputy(customer)
        return step

    @pytest.fixture
    def one_is_enough(self, monkeypatch):
        for module in (deciding, seconding):
            monkeypatch.setattr(module, "takes_two", lambda *things: False)

    @staticmethod
    def leave_out_the_guard():
        at = " ON relationships_decision" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER guard_relationships_decision_second_person{at}")

    def test_give_it_together(self, witness, grave_step):
        assert witness.make(grave_step()) == []
        assert "A second person" in witness.make(grave_step()).sentence
        assert witness.make(grave_step(grave_step.deputy, days=7)) == []
        assert witness.make(grave_step(grave_step.deputy))
        witness.finish()

    def test_that_are_not_asked_for_are_missed_by_the_database(
        self, witness, grave_step, one_is_enough
    ):
        with pytest.raises(IntegrityError, match="decision_second_person"):
            witness.make(grave_step())

    @pytest.mark.parametrize(
        ("signs", "said"),
        [
            (Signing.FIRST, "one person alone came to"),
            (Signing.DECIDES, "was approved by 1 where it takes 2"),
        ],
    )
    def test_that_are_not_asked_for_are_missed_in_the_rows(
        self, witness, grave_step, one_is_enough, signs, said
    ):
        self.leave_out_the_guard()
        with pytest.raises(AssertionError, match=said):
            witness.make(replace(grave_step(), signs=signs))

    def test_are_not_one_person_who_signs_twice(self, witness, grave_step, monkeypatch):
        witness.make(grave_step())
        monkeypatch.setattr(deciding, "waits_for_second", lambda *things, **about: False)
        with pytest.raises(IntegrityError):
            witness.make(grave_step())


class TestTheRequestCode:
    def test_that_is_not_looked_at_is_seen(self, witness, monkeypatch):
        world = witness.world
        customer, by = world.customers[0], world.admin(world.customers[0])
        policing.renew_code(customer, by=by)
        ask = make.make_ask(name="Wrong code", role_ids=(), request_code="AAAAA-AAAAA")
        request = create_request(world.alder, ask, by=world.agent(world.alder))
        witness.rows = read(witness.rows)
        monkeypatch.setattr(RequestPolicy, "code_is", lambda policy, typed: True)
        step = Step(kind="open", move=lambda: follow(request, customer, by=by))
        with pytest.raises(AssertionError, match="opened against the policy"):
            witness.make(step)


class TestARefusal:
    def test_that_leaves_something_is_seen(self, witness, cancelling_step):
        def refusing_late():
            cancelling_step.move()
            raise Refused("Too late.")

        with pytest.raises(AssertionError, match="a refused cancel changed"):
            witness.make(replace(cancelling_step, move=refusing_late))

    def test_that_does_not_come_is_seen(self, witness, cancelling_step):
        with pytest.raises(AssertionError, match="without the right"):
            witness.make(replace(cancelling_step, forbidden=True))

    def test_of_a_stranger_is_none_of_these(self, witness, cancelling_step):
        def refusing():
            raise PermissionDenied

        assert witness.make(replace(cancelling_step, move=refusing, forbidden=True))


class TestAProof:
    def test_that_is_not_signed_is_seen(self, witness, displacing_step, monkeypatch):
        monkeypatch.setattr(survey, "sign_after_commit", lambda certificate: None)
        with pytest.raises(AssertionError, match="a certificate is bad"):
            witness.make(displacing_step)

    def test_that_is_missing_is_seen(self, witness, displacing_step):
        with pytest.raises(AssertionError, match="1 certificates where 0 are due"):
            witness.make(replace(displacing_step, certified=False))

    def test_over_other_rows_than_stood_is_seen(self, witness, displacing_step, monkeypatch):
        """A survey that leaves out a subscription is wrong before and after alike."""
        real = survey.stored
        monkeypatch.setattr(survey, "stored", lambda rows: list(real(rows))[1:])
        with pytest.raises(AssertionError, match="other leaves than what stood"):
            witness.make(displacing_step)

    def test_of_an_event_without_its_place_is_seen(self, witness, cancelling_step, monkeypatch):
        monkeypatch.setattr(log, "_append", lambda head, event: None)
        with pytest.raises(AssertionError, match="no place in a chain"):
            witness.make(cancelling_step)


class TestTime:
    def test_that_makes_the_clock_give_something_is_seen(self, witness, monkeypatch):
        """A sweep that ends what still runs has an effect, and says none."""
        running = AdminRelationship.objects.filter(status="active").order_by("id")
        monkeypatch.setattr(type(running), "past_their_end", lambda rows, at: running)
        monkeypatch.setattr(
            clock, "past_end_of", lambda customer, at: [*running.filter(customer=customer)]
        )
        with pytest.raises(AssertionError, match=r"the rows say .*administration_ends"):
            witness.make(Step(kind="sweep", move=clock.sweep, clock=True))


class TestTheClassesOfActs:
    def test_do_not_hide_each_other_s_methods(self):
        """A second method of one name would quietly take the place of the first."""
        own = [
            name
            for each in EveryMove.__mro__
            if each.__module__.startswith(__package__)
            for name in vars(each)
            if not name.startswith("__")
        ]
        assert not {name for name in own if own.count(name) > 1}
