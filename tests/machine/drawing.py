"""What all acts share: picking from what is there, by the rows and not by queries."""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from partners.models import Partner, SecurityGroup
from relationships.models import (
    AdminRelationship,
    AdminRole,
    Decision,
    RelationshipRequest,
    ResellerRelationship,
)
from subscriptions.models import Subscription

from .naive_access import is_live
from .witness import Sequence, Step, Witness
from .world import World

DATA = st.data()
# The usual is the simplest, which Hypothesis draws more often and comes back to.
ONE_IN = {number: st.sampled_from([False] * (number - 1) + [True]) for number in (2, 3, 8)}


def act(weight: int = 1, needs: Any = None) -> Any:
    """Mark a method that draws one move and makes it; `needs` are the things it picks from."""

    def mark(method: Any) -> Any:
        method.weight, method.needs = weight, needs
        return method

    return mark


class Drawing(RuleBasedStateMachine):
    """The state machine without an act; the acts are added by the classes beside it."""

    world: ClassVar[World]
    reached: ClassVar[Any]
    at_the_end: ClassVar[Any]

    def __init__(self):
        super().__init__()
        self.number = 0
        self.sequence = Sequence(self.world)
        self.sequence.__enter__()
        self.witness = Witness(self.world, self.reached)

    @rule(data=DATA)
    def something_happens(self, data):
        """
        One of the acts for which there is something, by their weights.

        Not a rule for each: Hypothesis leaves out half of the rules of every sequence, and then
        few sequences come as far as an approval.
        """
        acts = [(name, getattr(self, name)) for name in self.acts()]
        possible = [
            name
            for name, method in acts
            if method.needs is None or method.needs(self)
            for _ in range(method.weight)
        ]
        getattr(self, self.pick(data, possible, "act"))(data)

    @classmethod
    def acts(cls) -> list[str]:
        return [name for name in dir(cls) if hasattr(getattr(cls, name), "weight")]

    def teardown(self) -> None:
        try:
            if self.witness.in_order:
                self.witness.finish()
        finally:
            self.sequence.__exit__()
            self.at_the_end()

    @property
    def rows(self):
        return self.witness.rows

    @property
    def now(self):
        return self.world.clock.now

    def make(self, kind: str, move: Any, **about: Any) -> Any:
        return self.witness.make(Step(kind=kind, move=move, **about))

    def next_number(self) -> int:
        self.number += 1
        return self.number

    @staticmethod
    def pick(data: Any, things: Any, label: str = "") -> Any:
        return data.draw(st.sampled_from(list(things)), label=label or None)

    @staticmethod
    def now_and_then(data: Any, number: int = 3) -> bool:
        return data.draw(ONE_IN[number])

    def open_requests(self) -> list:
        return list(self.rows.where(RelationshipRequest, status="open"))

    def links(self) -> list:
        return [request for request in self.open_requests() if request.kind == "standing"]

    def open_decisions(self) -> list:
        return list(self.rows.where(Decision, status="open"))

    def live_grants(self) -> list:
        grants = self.rows.of(AdminRelationship).values()
        return [grant for grant in grants if is_live(grant, self.now)]

    def grants_to_extend(self) -> list:
        return [
            grant
            for grant in self.live_grants()
            if grant.extension_wished_at and grant.extension_allowed_at
        ]

    def paused_grants(self) -> list:
        return [grant for grant in self.live_grants() if grant.paused_at is not None]

    def open_groups(self) -> list:
        groups = self.rows.of(SecurityGroup).values()
        return [group for group in groups if not group.built_in and group.closed_at is None]

    def running_pairs(self) -> list:
        pairs = self.rows.of(ResellerRelationship).values()
        return [pair for pair in pairs if pair.status != "ended"]

    def subscriptions(self) -> list:
        rows = self.rows.of(Subscription).values()
        return [row for row in rows if row.state != "deleted"]

    def suspended_partners(self) -> list:
        return list(self.rows.where(Partner, status="suspended"))

    def asked_roles(self, request: Any) -> list[AdminRole]:
        """What a request asks, of the roles that the machine draws."""
        row = RelationshipRequest.objects.select_related("terms").get(pk=request)
        return row.asked_roles()
