"""Whoever has no right to a thing tries it all the same, and is refused."""

from collections.abc import Callable, Iterator
from typing import Any

from accounts.models import Actor
from audit.log import Side
from customers.models import Customer
from partners.models import Partner
from partners.rights import Agent
from relationships.moves import deciding, ending
from relationships.moves.cancelling import cancel
from relationships.moves.opening import open_decision
from relationships.moves.requesting import create_request
from relationships.moves.selling import subscribe
from relationships.moves.standing import rotate
from relationships.moves.supervising import suspend_partner
from subscriptions.models import Offer, Subscription
from subscriptions.moves import changing
from tests import factories as make

from .acts_of_requests import request_of
from .drawing import Drawing, act
from .steps import decision_of, grant_of, pair_of, partner_of

Attempt = Callable[[Actor], Any]


class Strangers(Drawing):
    """Each attempt comes with those who have no right to it."""

    @act(3)
    def try_what_is_not_theirs(self, data: Any) -> None:
        name, attempt, people = self.pick(data, list(self._attempts()), "attempt")
        by = self.pick(data, people, "by")
        self.make(f"stranger: {name}", lambda: attempt(by), forbidden=True)

    def _attempts(self) -> Iterator[tuple[str, Attempt, list[Actor]]]:
        yield from self._on_decisions()
        yield from self._on_what_runs()
        yield from self._on_requests()
        yield from self._on_subscriptions()
        partner = self.world.alder
        yield "suspend partner", suspending(partner), self._outside(partner.pk)

    def _on_decisions(self) -> Iterator[tuple[str, Attempt, list[Actor]]]:
        for decision in self.open_decisions():
            people = self._nobody_who_decides(decision.customer_id)
            yield "approve", answering(deciding.approve, decision.id), people
            yield "decline", answering(deciding.decline, decision.id), people

    def _on_what_runs(self) -> Iterator[tuple[str, Attempt, list[Actor]]]:
        for grant in self.live_grants():
            people = self._nobody_who_decides(grant.customer_id)
            yield "terminate", terminating(grant.id, Side.CUSTOMER), people
            yield "remove", removing(grant), people
            others = self._outside(grant.partner_id)
            yield "terminate", terminating(grant.id, Side.PARTNER), others
        for pair in self.running_pairs():
            people = self._nobody_who_decides(pair.customer_id)
            yield "end selling", ending_selling(pair.id, Side.CUSTOMER), people
            others = self._outside(pair.partner_id)
            yield "end selling", ending_selling(pair.id, Side.PARTNER), others
            yield "sell", selling(pair, self.world.offers[0]), others

    def _on_requests(self) -> Iterator[tuple[str, Attempt, list[Actor]]]:
        for request in self.open_requests():
            others = self._outside(request.partner_id)
            move = rotate if request.kind == "standing" else cancel
            yield "take back", taking_back(move, request.id), others
            for customer in self.world.customers:
                people = self._nobody_of(customer.pk)
                yield "open", opening(request.id, customer.pk), people
        for partner in self.world.partners:
            yield "ask", asking(partner.pk, f"Wish {self.next_number()}"), self._outside(partner.pk)

    def _on_subscriptions(self) -> Iterator[tuple[str, Attempt, list[Actor]]]:
        for row in self.subscriptions():
            people = self._outside(row.seller_id)
            people += [self.world.admin(row.customer_id), self.world.agent(self.world.elm)]
            yield "change a subscription", changing_it(row.id), people

    def _outside(self, partner: int | None) -> list[Actor]:
        """Everybody of other partners, and of this one whoever may only look."""
        others = [self.world.agent(each) for each in self.world.partners if each.pk != partner]
        others += [self.world.admin(each) for each in self.world.customers]
        if partner is not None:
            others.append(self.world.agent(partner, Agent.HELPDESK_AGENT))
        return others

    def _nobody_of(self, customer: int) -> list[Actor]:
        others = [each.pk for each in self.world.customers if each.pk != customer]
        people = [self.world.admin(other) for other in others]
        return people + [self.world.agent(partner) for partner in self.world.partners]

    def _nobody_who_decides(self, customer: int) -> list[Actor]:
        return [*self._nobody_of(customer), self.world.reader(customer)]


def answering(move: Any, key: int) -> Attempt:
    def attempt(by: Actor) -> Any:
        decision = decision_of(key)
        return move(decision, make.make_answer(decision), by=by)

    return attempt


def terminating(key: int, side: Side) -> Attempt:
    return lambda by: ending.terminate(grant_of(key), by=by, side=side)


def ending_selling(key: int, side: Side) -> Attempt:
    return lambda by: ending.end_selling(pair_of(key), by=by, side=side, good_faith="yes")


def removing(grant: Any) -> Attempt:
    def attempt(by: Actor) -> Any:
        customer = Customer.objects.get(pk=grant.customer_id)
        return ending.remove_administration(customer, partner_of(grant.partner_id), by=by)

    return attempt


def selling(pair: Any, offer: Offer) -> Attempt:
    def attempt(by: Actor) -> Any:
        return subscribe(
            by=by,
            partner=Partner.objects.get(pk=pair.partner_id),
            customer=Customer.objects.get(pk=pair.customer_id),
            offer=offer,
            quantity=1,
            unit_price=1,
            currency="EUR",
        )

    return attempt


def taking_back(move: Any, key: int) -> Attempt:
    return lambda by: move(request_of(key), by=by)


def opening(request: int, customer: int) -> Attempt:
    def attempt(by: Actor) -> Any:
        return open_decision(request_of(request), Customer.objects.get(pk=customer), by=by)

    return attempt


def asking(partner: int, name: str) -> Attempt:
    ask = make.make_ask(name=name)
    return lambda by: create_request(partner_of(partner), ask, by=by)


def changing_it(key: int) -> Attempt:
    def attempt(by: Actor) -> Any:
        row = Subscription.objects.with_parties().select_related("last_change").get(pk=key)
        return changing.change_quantity(row, row.quantity + 1, by=by, reason="mine")

    return attempt


def suspending(partner: Partner) -> Attempt:
    return lambda by: suspend_partner(partner_of(partner.pk), by=by, reason="mine")
