"""
What happens when a difference is found: it is recorded and reported, whatever was undone with it.

A certificate that finds one raises `Breached`, which undoes the act. Only then, in a transaction of
its own, is the breach written down, with an event in the customer's log and a mail to staff.
"""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Actor
from audit.log import Side, hold, record
from customers.models import Customer

from .differences import Difference
from .models import Breach, FoundBy
from .reporting import report

logger = logging.getLogger(__name__)

Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")


class Breached(Exception):
    """An act would have changed an account or a subscription: nothing of it stands."""

    def __init__(
        self, customer: Customer, differences: list[Difference], act: str, *, by: Actor
    ) -> None:
        things = ", ".join(f"{d.problem} {d.subscription or 'account'}" for d in differences)
        super().__init__(f"{act} of {customer.tenant_id}: {things}")
        self.customer, self.differences, self.act, self.by = customer, differences, act, by
        self.recorded: list[Breach] = []


def certified(move: Callable[Given, Outcome]) -> Callable[Given, Outcome]:
    """
    One transaction for the move, which a breach undoes and is then recorded.

    Inside another transaction, which the breach undoes too, the outer one's caller records it.
    """

    @wraps(move)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Outcome:
        outermost = not connection.in_atomic_block
        try:
            with transaction.atomic():
                return move(*args, **kwargs)
        except Breached as breached:
            if outermost:
                record_undone(breached)
            raise

    return run


def record_undone(breached: Breached) -> None:
    """Write down what a certificate found; whatever goes wrong here, the act stays undone."""
    if breached.recorded:
        return
    logger.critical("breach: %s", breached)
    try:
        by = breached.by
        if not Actor.objects.filter(pk=by.pk).exists():  # it was made with the act, and is gone
            by = Actor.objects.of(by.user) if by.user else Actor.objects.command(by.name)
        breached.recorded = write_down(
            [(difference, breached.customer) for difference in breached.differences],
            found_by=FoundBy.CERTIFICATE,
            act=breached.act,
            actor=by,
        )
    except Exception:
        logger.exception("breach not recorded: %s", breached)


@transaction.atomic
def write_down(
    found: Sequence[tuple[Difference, Customer | None]],
    *,
    found_by: FoundBy,
    act: str = "",
    actor: Actor | None = None,
) -> list[Breach]:
    """Rows, events, and one mail to each of the staff who look after breaches."""
    at = timezone.now()
    breaches = [
        Breach.objects.create(
            found_at=at,
            found_by=found_by,
            problem=difference.problem,
            customer=customer,
            subscription=difference.subscription,
            was=difference.was,
            found=difference.found,
            act=act,
            actor=actor,
        )
        for difference, customer in found
    ]
    hold(*{(Side.CUSTOMER, row.customer.party.id) for row in breaches if row.customer})
    for breach in breaches:
        _tell_log(breach)
    report(breaches)
    return breaches


def _tell_log(breach: Breach) -> None:
    details: dict[str, Any] = {
        "problem": breach.problem,
        "subscription": breach.subscription,
        "act": breach.act,
    }
    record(
        "breach.undone" if breach.found_by == FoundBy.CERTIFICATE else "breach.found",
        by=Actor.objects.command(breach.found_by),
        at=breach.found_at,
        side=Side.OPERATOR,
        subject=("breach", str(breach.public_id)),
        customer=breach.customer.party if breach.customer else None,
        details=details,
    )
