"""What staff do with a subscription that the operator sold itself, as its pages put it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.move_pages import Move
from partnercenter.lib.reasons import ReasonField
from subscriptions.models import Subscription, SuspensionReason
from subscriptions.moves.asking import CHANGES_DIRECT_SALES

from ..forms.subscription import QuantityForm, RenameForm, SubscriptionMoveForm, SuspendForm
from ..subscription_moves import MOVES, SubscriptionMove, why_not


class ReasonedForm(SubscriptionMoveForm):
    """A move that needs nothing but a reason."""

    reason = ReasonField()


class ReasonedQuantityForm(QuantityForm):
    reason = ReasonField()


class ReasonedRenameForm(RenameForm):
    reason = ReasonField()


class ReasonedSuspendForm(SuspendForm):
    """One of the three reasons of rule R67, and why in words."""

    suspension_reason = forms.ChoiceField(
        label=_("Reason of the suspension"),
        choices=SuspensionReason.choices,
        widget=forms.RadioSelect,
    )
    reason = ReasonField()


FORMS: dict[type[SubscriptionMoveForm], type[SubscriptionMoveForm]] = {
    SubscriptionMoveForm: ReasonedForm,
    QuantityForm: ReasonedQuantityForm,
    RenameForm: ReasonedRenameForm,
    SuspendForm: ReasonedSuspendForm,
}


def by_staff(move: SubscriptionMove) -> Move:
    """The same move that sellers make, on a page of the staff."""
    return Move(
        name=move.slug,
        label=move.label,
        done=move.done,
        run=_run(move),
        asks=(CHANGES_DIRECT_SALES,),
        fits=_fits(move),
        form=FORMS[move.form],
        grave=move.grave,
        several=False,
    )


def _run(move: SubscriptionMove) -> Callable[..., None]:
    def run(rows: list[Subscription], *, by: Actor, **given: Any) -> None:
        move.make(rows[0], by=by, **given)

    return run


def _fits(move: SubscriptionMove) -> Callable[[Subscription], bool]:
    def fits(row: Subscription) -> bool:
        return row.seller_id is None and not why_not(move, row, timezone.now())

    return fits


STAFF_MOVES = tuple(by_staff(move) for move in MOVES.values())
