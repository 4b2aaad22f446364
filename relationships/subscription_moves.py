"""What a seller can do with a subscription on pages: words, effects and the move itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from subscriptions.lifecycle import days
from subscriptions.models import ChangeKind, Subscription
from subscriptions.moves import changing

from .forms.subscription import (
    QuantityForm,
    RenameForm,
    SubscriptionMoveForm,
    SuspendForm,
)
from .sales import sale_is_over


@dataclass(frozen=True)
class Effects:
    """What a move begins, ends and leaves as it is, in sentences."""

    starts: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SubscriptionMove:
    """One move: its page, its words, and how it is made."""

    slug: str
    kind: str
    label: Any
    done: Any
    effects: Callable[[Subscription, datetime], Effects]
    make: Callable[..., None]
    form: type[SubscriptionMoveForm] = SubscriptionMoveForm
    grave: bool = False

    def label_for(self, subscription: Subscription) -> str:
        if self.kind == ChangeKind.AUTO_RENEW and subscription.auto_renew:
            return _("Switch renewal off")
        return str(self.label)


def why_not(move: SubscriptionMove, subscription: Subscription, at: datetime) -> str:
    """Why the move cannot be made now; empty where it can."""
    if why := changing.why_not(subscription, move.kind, at):
        return why
    switches_on = move.kind == ChangeKind.AUTO_RENEW and not subscription.auto_renew
    if switches_on and sale_is_over(subscription):
        return _(
            "The reseller relationship is winding down or ended, so this subscription ends with "
            "its term."
        )
    return ""


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


def _terms_stay() -> str:
    return _("Price, term, billing cycle and partner of record stay as they are.")


def _others_stay() -> str:
    return _("Every other subscription of the customer stays as it is.")


def _add_ons(subscription: Subscription, *states: str) -> list[str]:
    rows = subscription.add_ons.filter(seller=subscription.seller, state__in=states)
    return [
        _("The add-on “%(name)s” with it.") % {"name": str(add_on)}
        for add_on in rows.select_related("offer").order_by("pk")
    ]


def _quantity_effects(subscription: Subscription, at: datetime) -> Effects:
    starts = [_("The customer has the new number of licences at once, and you bill it for them.")]
    return Effects(starts=starts, stays=[_terms_stay(), _others_stay()])


def _suspend_effects(subscription: Subscription, at: datetime) -> Effects:
    ends = [
        _("The customer's users can neither sign in nor use it."),
        _("If it is not reactivated by %(date)s, all its data is deleted.")
        % {"date": _day(at + days("SUSPENDED"))},
        *_add_ons(subscription, "active"),
    ]
    stays = [_("The customer's admins can sign in and reach the data."), _others_stay()]
    return Effects(ends=ends, stays=stays)


def _reactivate_effects(subscription: Subscription, at: datetime) -> Effects:
    starts = [_("The customer's users can sign in and use it again.")]
    stays = [_("Add-ons that were suspended with it stay suspended until you reactivate each.")]
    return Effects(starts=starts, stays=[*stays, _terms_stay()])


def _cancel_effects(subscription: Subscription, at: datetime) -> Effects:
    ends = [
        _("It ends at once and cannot be brought back."),
        _("Its data is deleted on %(date)s.") % {"date": _day(at + days("CANCELLED"))},
        *_add_ons(subscription, "active", "suspended"),
    ]
    return Effects(ends=ends, stays=[_others_stay()])


def _rename_effects(subscription: Subscription, at: datetime) -> Effects:
    return Effects(stays=[_("The product, its terms and everything else stay as they are.")])


def _auto_renew_effects(subscription: Subscription, at: datetime) -> Effects:
    end = {"date": _day(subscription.term_end)}
    if not subscription.auto_renew:
        starts = [_("On %(date)s it renews for another term, at the same terms.") % end]
        return Effects(starts=starts, stays=[_terms_stay()])
    ends = [
        _("On %(date)s it expires instead of renewing.") % end,
        _("From then on it can be used until %(date)s; after that it is disabled.")
        % {"date": _day(subscription.term_end + days("EXPIRED"))},
    ]
    return Effects(ends=ends, stays=[_("Until then nothing changes."), _others_stay()])


def _switch(subscription: Subscription, **who: Any) -> None:
    changing.switch_auto_renew(subscription, on=not subscription.auto_renew, **who)


MOVES = {
    move.slug: move
    for move in (
        SubscriptionMove(
            "change-quantity",
            ChangeKind.CHANGE_QUANTITY,
            _l("Change quantity"),
            _l("The quantity is changed."),
            _quantity_effects,
            changing.change_quantity,
            form=QuantityForm,
        ),
        SubscriptionMove(
            "rename",
            ChangeKind.RENAME,
            _l("Rename"),
            _l("The subscription has its new name."),
            _rename_effects,
            changing.rename,
            form=RenameForm,
        ),
        SubscriptionMove(
            "auto-renew",
            ChangeKind.AUTO_RENEW,
            _l("Switch renewal on"),
            _l("The renewal is switched."),
            _auto_renew_effects,
            _switch,
        ),
        SubscriptionMove(
            "suspend",
            ChangeKind.SUSPEND,
            _l("Suspend"),
            _l("The subscription is suspended."),
            _suspend_effects,
            changing.suspend,
            form=SuspendForm,
            grave=True,
        ),
        SubscriptionMove(
            "reactivate",
            ChangeKind.REACTIVATE,
            _l("Reactivate"),
            _l("The subscription is active again."),
            _reactivate_effects,
            changing.reactivate,
        ),
        SubscriptionMove(
            "cancel",
            ChangeKind.CANCEL,
            _l("Cancel subscription"),
            _l("The subscription is cancelled."),
            _cancel_effects,
            changing.cancel,
            grave=True,
        ),
    )
}
