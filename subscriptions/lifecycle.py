"""
What each kind of change may do to a subscription, and what time will do next.

One table for the moves, the vetoes and the guards of the database. Days and states are those of
the domain rules R67, R69 and R71; where the two disagree, R69 holds (`docs/adr/0007`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings

from .models.change import ChangeKind, MadeBy
from .models.states import SubscriptionState as State
from .models.states import TermLength

HANDS = (MadeBy.SELLER, MadeBy.OPERATOR)
CLOCK = (MadeBy.CLOCK,)


@dataclass(frozen=True)
class Effect:
    """The columns that a change may touch, from which state to which, and by whose hand."""

    columns: frozenset[str]
    states: frozenset[tuple[str, str]]
    hands: tuple[str, ...] = HANDS


def _effect(
    columns: Iterable[str], states: Iterable[tuple[str, str]], hands: tuple[str, ...] = HANDS
) -> Effect:
    return Effect(frozenset(columns), frozenset(states), hands)


def _staying(*states: str) -> list[tuple[str, str]]:
    return [(state, state) for state in states]


SUSPENSION = ("state", "suspended_at", "suspension_reason")

EFFECTS: dict[str, Effect] = {
    ChangeKind.CHANGE_QUANTITY: _effect(["quantity"], _staying(State.ACTIVE)),
    ChangeKind.SUSPEND: _effect(SUSPENSION, [(State.ACTIVE, State.SUSPENDED)]),
    ChangeKind.REACTIVATE: _effect(SUSPENSION, [(State.SUSPENDED, State.ACTIVE)]),
    ChangeKind.CANCEL: _effect(
        [*SUSPENSION, "cancelled_at"],
        [(State.ACTIVE, State.CANCELLED), (State.SUSPENDED, State.CANCELLED)],
    ),
    ChangeKind.RENAME: _effect(
        ["friendly_name"],
        _staying(State.ACTIVE, State.SUSPENDED, State.CANCELLED, State.EXPIRED, State.DISABLED),
    ),
    ChangeKind.AUTO_RENEW: _effect(["auto_renew"], _staying(State.ACTIVE, State.SUSPENDED)),
    ChangeKind.RENEW: _effect(["term_end"], _staying(State.ACTIVE), CLOCK),
    ChangeKind.EXPIRE: _effect(["state", "expired_at"], [(State.ACTIVE, State.EXPIRED)], CLOCK),
    ChangeKind.DISABLE: _effect(
        ["state", "disabled_at"],
        [(State.SUSPENDED, State.DISABLED), (State.EXPIRED, State.DISABLED)],
        CLOCK,
    ),
    ChangeKind.DELETE: _effect(
        ["state", "deleted_at"],
        [
            (State.SUSPENDED, State.DELETED),
            (State.CANCELLED, State.DELETED),
            (State.DISABLED, State.DELETED),
        ],
        CLOCK,
    ),
}

# How the log names each kind of change.
EVENTS: dict[str, str] = {
    ChangeKind.SUBSCRIBE: "subscription.subscribed",
    ChangeKind.IMPORT: "subscription.imported",
    ChangeKind.CHANGE_QUANTITY: "subscription.quantity_changed",
    ChangeKind.SUSPEND: "subscription.suspended",
    ChangeKind.REACTIVATE: "subscription.reactivated",
    ChangeKind.CANCEL: "subscription.cancelled",
    ChangeKind.RENAME: "subscription.renamed",
    ChangeKind.AUTO_RENEW: "subscription.auto_renew_switched",
    ChangeKind.RENEW: "subscription.renewed",
    ChangeKind.EXPIRE: "subscription.expired",
    ChangeKind.DISABLE: "subscription.disabled",
    ChangeKind.DELETE: "subscription.deleted",
}

TERMS = {
    TermLength.ONE_MONTH: relativedelta(months=1),
    TermLength.ONE_YEAR: relativedelta(years=1),
    TermLength.THREE_YEARS: relativedelta(years=3),
}


@dataclass(frozen=True)
class Step:
    """What time does next if nobody does anything."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Outlook:
    """What lies ahead of a subscription: the next step of the clock, and the end of its data."""

    next_step: Step | None
    data_deleted_at: datetime | None = field(default=None)


def outlook(subscription: Any) -> Outlook:
    """The next step, and when all data is deleted where that is on its way (rule R69)."""
    state = subscription.state
    if state == State.ACTIVE:
        kind = ChangeKind.RENEW if subscription.auto_renew else ChangeKind.EXPIRE
        return Outlook(Step(kind, subscription.term_end))
    deleted_at = data_deleted_at(subscription)
    if state == State.EXPIRED:
        disabled_at = subscription.expired_at + days("EXPIRED")
        return Outlook(Step(ChangeKind.DISABLE, disabled_at), deleted_at)
    if deleted_at is None:
        return Outlook(None)
    if state == State.SUSPENDED and subscription.term_end < deleted_at:
        return Outlook(Step(ChangeKind.DISABLE, subscription.term_end), deleted_at)
    return Outlook(Step(ChangeKind.DELETE, deleted_at), deleted_at)


def data_deleted_at(subscription: Any) -> datetime | None:
    """When the clock deletes the data of a subscription that is no longer active."""
    if subscription.state == State.DELETED:
        return None
    if subscription.suspended_at:
        return subscription.suspended_at + days("SUSPENDED")
    if subscription.disabled_at:
        return subscription.disabled_at + days("DISABLED")
    if subscription.cancelled_at:
        return subscription.cancelled_at + days("CANCELLED")
    if subscription.expired_at:
        return subscription.expired_at + days("EXPIRED") + days("DISABLED")
    return None


def days(what: str) -> timedelta:
    """How long a state lasts, as the operator has set it."""
    return timedelta(days=getattr(settings, f"SUBSCRIPTION_{what}_DAYS"))


def cancellable_until(subscription: Any) -> datetime:
    """The end of the days after the purchase or the last renewal (rule R71)."""
    return period_start(subscription) + days("CANCELLATION")


def period_start(subscription: Any) -> datetime:
    """When the running term began: the term's start, or the last renewal."""
    return subscription.term_start + TERMS[subscription.term_length] * (_terms(subscription) - 1)


def next_term_end(subscription: Any) -> datetime:
    """
    The end of one more term.

    Counted from the start, so that a term which began on the 31st, or on 29 February, comes back
    to that day where the month has it.
    """
    length = TERMS[subscription.term_length]
    return max(
        subscription.term_start + length * (_terms(subscription) + 1),
        subscription.term_end + timedelta(days=1),
    )


def _terms(subscription: Any) -> int:
    """How many terms lie between start and end, the begun one counted."""
    return terms_until(subscription.term_start, subscription.term_length, subscription.term_end)


def terms_until(start: datetime, term_length: str, at: datetime) -> int:
    """How many terms from the start bring their end to this moment or past it."""
    length = TERMS[TermLength(term_length)]
    months = (at.year - start.year) * 12 + at.month - start.month
    # A little less than can be, then term by term: months are of different lengths.
    terms = max(1, months // (length.years * 12 + length.months) - 1)
    while start + length * terms < at:
        terms += 1
    return terms
