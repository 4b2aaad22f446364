"""Makes one step after the other, and looks after each at everything that must hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from audit.models import Event
from partnercenter.lib.refusals import Refused
from relationships import who_may
from relationships.effects import Effect
from relationships.models import Decision, DecisionSignature, PolicyRefusal
from relationships.moves.answering import SignInAgain
from subscriptions.models import SubscriptionChange

from .differences import effects_between
from .matrices import check_matrices
from .naive_access import Triple, access, once_near
from .naive_administration import check_administrators
from .naive_policy import Signing, check_policies, policy_of
from .obligations import check_obligations
from .proofs import check_certificates, check_chains, check_everything, public_keys
from .snapshots import Snapshot, altered, born, changed_tables, read
from .world import ROLES, World

REFUSALS = (Refused, PermissionDenied)
# How many of the answers that stayed the same are asked again after each step, and at the end.
ASKED_AGAIN, ASKED_AT_THE_END = 1, 5


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move, and what it may do; `move` reads what it needs afresh each time."""

    kind: str
    move: Callable[[], Any]
    # What the page shows beforehand: the effects that the move then has.
    preview: Callable[[], list[Effect]] | None = None
    certified: bool = False
    # The key of the subscription that the step is for.
    changes: int | None = None
    signs: Signing = Signing.DECIDES
    orders: bool = False
    clock: bool = False
    # Whoever tries it has no right to it.
    forbidden: bool = False


@dataclass(frozen=True)
class Refusal:
    """A no, as the two runs of one move compare it."""

    kind: str
    sentence: str
    sign_in: bool = False


class Witness:
    """Holds the rows as they stood after the last step; a fault is an AssertionError."""

    def __init__(self, world: World, reached: Counter | None = None):
        self.world, self.clock = world, world.clock
        self.reached: Counter = Counter() if reached is None else reached
        self.known = public_keys()
        self.rows = read()
        # Asked as a whole at the end of a sequence; meanwhile only what changes.
        self.allowed: dict[Triple, datetime] = access(self.rows, self.clock.now)
        self._people = {row.pk: row for row in world.people}
        self._customers = {row.pk: row for row in world.customers}
        self._roles = {row.pk: row for row in world.roles_of(ROLES)}
        self._turn = 0
        # Whether all of the last step was looked at: after a fault nothing more is asked.
        self.in_order = False
        self.look()

    def make(self, step: Step) -> Any:
        """Preview where the page does, move, then look; what the move gave back, or its refusal."""
        self.in_order = False
        self.reached["steps"] += 1
        shown = self._preview(step) if step.preview else None
        before, waiting = self.rows, len(connection.run_on_commit)
        outcome = run(step.move)
        if isinstance(outcome, Refusal):
            assert len(connection.run_on_commit) == waiting, "a refused move left work behind"
        run_after_commit(waiting)
        check_deferred()
        self.rows = after = read(before)
        if step.preview:
            self._compare(step, shown, outcome)
        if isinstance(outcome, Refusal):
            self._check_refused(step, before, after)
        else:
            self._check_made(step, before, after, outcome)
            self._count(step, before, after)
        self.clock.tick()
        self.look()
        return outcome

    def pass_time(self) -> None:
        """Time alone changes no row; what it ends is over all the same."""
        self.in_order = False
        self.look()
        self.reached["time passes"] += 1

    def look(self) -> None:
        """What holds after every step, whatever it was."""
        check_administrators(self.rows, self.clock.now)
        self._check_access()
        self.in_order = True

    def finish(self) -> None:
        """What is looked at once, at the end of a sequence."""
        after = read(self.rows)
        assert not changed_tables(self.rows, after), "looking changed something"
        check_everything(self.known)
        self._ask([*sorted(self.allowed), *self._in_turn(ASKED_AT_THE_END)])
        check_matrices(self._customers.values(), self.world.partners, self.allowed, self.clock.now)

    def _preview(self, step: Step) -> list[Effect] | Refusal:
        waiting = len(connection.run_on_commit)
        shown = run(step.preview)
        changed = changed_tables(self.rows, read(self.rows))
        assert not changed, f"the preview of {step.kind} changed {changed}"
        assert len(connection.run_on_commit) == waiting, "a preview left work behind"
        return shown

    @staticmethod
    def _compare(step: Step, shown: Any, outcome: Any) -> None:
        if isinstance(outcome, Refusal) and outcome.sign_in:
            return  # a preview asks for no second sign-in
        if step.signs == Signing.AGAIN:
            assert isinstance(outcome, Refusal), "one person was taken for two"
            return
        if step.signs == Signing.FIRST and not isinstance(shown, Refusal):
            assert outcome == [], f"{step.kind}: one person alone came to {outcome}"
            return
        assert shown == outcome, f"{step.kind}: shown {shown}, done {outcome}"

    def _check_refused(self, step: Step, before: Snapshot, after: Snapshot) -> None:
        changed = changed_tables(before, after)
        assert not changed, f"a refused {step.kind} changed {changed}"
        self.reached[f"refused: {step.kind}"] += 1
        self.reached["signed twice by one person"] += step.signs == Signing.AGAIN

    def _check_made(self, step: Step, before: Snapshot, after: Snapshot, outcome: Any) -> None:
        assert not step.forbidden, f"{step.kind} was done by somebody without the right"
        check_obligations(before, after, changes=step.changes, orders=step.orders, clock=step.clock)
        said = sorted(outcome) if step.preview else []
        found = effects_between(before, after, self.clock.now)
        assert said == found, f"{step.kind} says {said}, the rows say {found}"
        check_policies(before, after)
        waits = step.signs == Signing.FIRST
        if waits:
            assert len(born(DecisionSignature, before, after)) == 1, "the first did not sign"
            assert not altered(Decision, before, after), "one person alone decided"
        expected = int(step.certified and not waits)
        check_certificates(before, after, expected=expected, known=self.known)
        check_chains(before, after)

    def _count(self, step: Step, before: Snapshot, after: Snapshot) -> None:
        self.reached[step.kind] += 1
        effects = effects_between(before, after, self.clock.now)
        self.reached.update({f"effect: {effect.kind}" for effect in effects})
        changes = born(SubscriptionChange, before, after)
        self.reached.update({f"change: {change.kind}" for change in changes})
        events = born(Event, before, after)
        self.reached.update(e.kind for e in events if e.kind == "administration.extended")
        for refusal in born(PolicyRefusal, before, after):
            self.reached["refused by policy"] += 1
            codes = any(rule["rule"].startswith("code_") for rule in refusal.rules)
            self.reached["refused by code"] += codes
        for decision in born(Decision, before, after):
            self._count_opened(before, decision)
        for signature in born(DecisionSignature, before, after):
            self._count_signed(after, signature)
        known = before.of(Decision)
        for key, decision in after.of(Decision).items():
            if key in known and known[key].status != decision.status:
                self.reached[f"decision: {decision.status}"] += 1

    def _count_opened(self, before: Snapshot, decision: Any) -> None:
        policy = policy_of(before, decision.customer_id)
        self.reached["opened with the code"] += bool(policy and policy.code)

    def _count_signed(self, after: Snapshot, signature: Any) -> None:
        decision = after.of(Decision)[signature.decision_id]
        others = [
            row
            for row in after.where(DecisionSignature, decision_id=decision.id)
            if row.actor_id != signature.actor_id
        ]
        if decision.status == "open":
            self.reached["first approval"] += 1
            void = any(row.content_digest != signature.content_digest for row in others)
            self.reached["a first approval is void"] += void
        elif decision.signatures_demanded == 2:
            self.reached["second approval"] += 1

    def _check_access(self) -> None:
        """Ask again whatever has changed since the last look, and some of the rest in turn."""
        allowed = access(self.rows, self.clock.now)
        changed = {
            triple
            for triple in allowed.keys() | self.allowed.keys()
            if allowed.get(triple) != self.allowed.get(triple)
        }
        self.allowed = allowed
        self._ask([*sorted(changed), *self._in_turn(ASKED_AGAIN)])

    def _ask(self, triples) -> None:
        for user, customer, role in triples:
            self._check_answer(user, customer, role)

    def _check_answer(self, user: int, customer: int, role: int) -> None:
        person, organisation = self._people[user], self._customers[customer]
        answer = who_may.may(person, organisation, self._roles[role], self.clock.now)
        until = answer.until if answer else None
        expected = self.allowed.get((user, customer, role))
        assert until == expected, (
            f"{person} may act for {organisation} as {self._roles[role]} until {until}, "
            f"by the rows until {expected}"
        )

    def _in_turn(self, number: int) -> list[Triple]:
        """Those who might have been given the role once, one after the other; at times anybody."""
        near = sorted(
            triple
            for triple in once_near(self.rows)
            if triple[0] in self._people and triple[2] in self._roles
        )
        found = []
        for _ in range(number):
            self._turn += 1
            found.append(near[self._turn % len(near)])
            if self._turn % 4 == 0:
                found.append(self._anybody())
        return found

    def _anybody(self) -> Triple:
        """Each in time: the step has no divisor in common with their number."""
        things = [list(each) for each in (self._people, self._customers, self._roles)]
        turn = self._turn // 4 * 101 % prod(map(len, things))
        places = []
        for keys in things:
            turn, place = divmod(turn, len(keys))
            places.append(keys[place])
        return places[0], places[1], places[2]


def run(move: Callable[[], Any]) -> Any:
    """What it gives back, or its refusal; not in a transaction that would hide what it leaves."""
    try:
        return move()
    except REFUSALS as refusal:
        return Refusal(type(refusal).__name__, str(refusal), isinstance(refusal, SignInAgain))


def run_after_commit(start: int = 0) -> None:
    """What would run after the commit; without the leniency that a site shows it."""
    hooks = connection.run_on_commit[start:]
    connection.run_on_commit = connection.run_on_commit[:start]
    for _savepoints, hook, _robust in hooks:
        hook()


def check_deferred() -> None:
    """What a commit would still ask."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


class Sequence:
    """One sequence in a transaction of its own, which is always rolled back, and the time too."""

    def __init__(self, world: World):
        self.world = world

    def __enter__(self) -> None:
        self.began_at, self.waiting = self.world.clock.now, list(connection.run_on_commit)
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *_error: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        connection.run_on_commit = self.waiting
        self.world.clock.now = self.began_at
