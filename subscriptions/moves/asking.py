"""Before a subscription changes: the locks, who may change it and why, whether it can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment
from partners.models import PartnerStatus
from partners.rights import PartnerRight

from ..lifecycle import cancellable_until, outlook
from ..models import ChangeKind, MadeBy, Subscription, SubscriptionState
from .writing import SubscriptionRefused, why_not_in_state, write

CHANGES_DIRECT_SALES = "subscriptions.change_subscription"


class ChangedMeanwhile(SubscriptionRefused):
    """Somebody else changed the subscription after this person had looked at it."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change under way: everything is locked and asked, and can be written."""

    kind: str
    by: Actor
    reason: str
    at: datetime

    def write(self, subscription: Subscription, columns: dict[str, Any]) -> None:
        made_by = MadeBy.SELLER if subscription.seller else MadeBy.OPERATOR
        write(
            subscription,
            self.kind,
            columns,
            made_by=made_by,
            by=self.by,
            at=self.at,
            reason=self.reason,
        )


def changeable_by(subscription: Subscription, by: Actor) -> bool:
    """Its seller's people who may (matrix 2.2, A6); staff where the operator sold it itself."""
    if subscription.seller is None:
        return by.has_perm(CHANGES_DIRECT_SALES)
    if by.user is None or not by.user.is_active:
        return False
    sellers = subscription.seller.memberships.having(PartnerRight.CHANGE_SUBSCRIPTIONS)
    return sellers.filter(user=by.user).exists()


def why_not(subscription: Subscription, kind: str, at: datetime | None = None) -> str:
    """Why nobody can make this kind of change now; empty where its owner may."""
    at = at or timezone.now()
    if why := why_not_in_state(subscription, kind):
        return why
    seller = subscription.seller
    if seller and seller.status == PartnerStatus.SUSPENDED and kind != ChangeKind.SUSPEND:
        return _(
            "Your organisation is suspended. Until the operator restores it, it can only suspend a "
            "subscription for fraud or misuse."
        )
    step = outlook(subscription).next_step
    if step and step.at <= at and kind != ChangeKind.RENAME:
        return _("The time of this subscription has run out. Come back in a minute.")
    if kind == ChangeKind.CANCEL and at > (until := cancellable_until(subscription)):
        return _(
            "A subscription can be cancelled within the days after its purchase or renewal; for "
            "this one they ended on %(date)s. Switch its renewal off, and it ends on %(end)s."
        ) % {"date": date_format(until), "end": date_format(subscription.term_end)}
    base = subscription.base_subscription
    if kind == ChangeKind.REACTIVATE and base and base.state != SubscriptionState.ACTIVE:
        return _("This is an add-on: reactivate the subscription that it belongs to first.")
    return ""


def begin(
    subscription: Subscription,
    kind: str,
    *,
    by: Actor,
    seen: int | None,
    reason: str,
    at: datetime | None,
) -> Change:
    """Take the locks in the one order, then ask who acts, why, and whether it can be done."""
    subscription.customer.lock()
    if subscription.seller:
        subscription.seller.lock()
    subscription.lock()
    if not changeable_by(subscription, by):
        raise PermissionDenied
    # The operator says why; a seller need not.
    if subscription.seller is None or reason.strip():
        reason = given_reason(reason)
    at = moment(at)
    if seen is not None and seen != subscription.last_change.number:
        raise ChangedMeanwhile(
            _("This subscription was changed after you opened the page. Look at it again.")
        )
    if why := why_not(subscription, kind, at):
        raise SubscriptionRefused(why)
    return Change(kind=kind, by=by, reason=reason.strip(), at=at)
