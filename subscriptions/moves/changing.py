"""What a seller does with its own subscriptions, and the operator with those it sells itself."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.states import moment
from partners.models import PartnerStatus
from partners.rights import PartnerRight

from ..lifecycle import cancellable_until, outlook
from ..models import ChangeKind, MadeBy, Subscription, SubscriptionState, SuspensionReason
from .ordering import QUANTITY_MAX
from .writing import SubscriptionRefused, why_not_in_state, write


class ChangedMeanwhile(SubscriptionRefused):
    """Somebody else changed the subscription after this person had looked at it."""


def changeable_by(subscription: Subscription, by: Actor) -> bool:
    """Its seller's people who may (matrix 2.2, A6); staff where the operator sold it itself."""
    if subscription.seller is None:
        return by.has_perm("subscriptions.change_subscription")
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


@transaction.atomic
def change_quantity(
    subscription: Subscription,
    quantity: int,
    *,
    by: Actor,
    seen: int | None = None,
    at: datetime | None = None,
) -> None:
    """Raise or lower the number of licences."""
    at = _begin(subscription, ChangeKind.CHANGE_QUANTITY, by=by, seen=seen, at=at)
    if not 1 <= quantity <= QUANTITY_MAX:
        raise SubscriptionRefused(
            _("A subscription has at least one licence, and at most %(most)d.")
            % {"most": QUANTITY_MAX}
        )
    if quantity == subscription.quantity:
        raise SubscriptionRefused(_("This is the quantity that it has already."))
    _write(subscription, ChangeKind.CHANGE_QUANTITY, {"quantity": quantity}, by=by, at=at)


@transaction.atomic
def suspend(
    subscription: Subscription,
    suspension_reason: str,
    *,
    by: Actor,
    seen: int | None = None,
    at: datetime | None = None,
) -> None:
    """Block the users (rules R67, R68); its add-ons are suspended with it (rule R74)."""
    at = _begin(subscription, ChangeKind.SUSPEND, by=by, seen=seen, at=at)
    if suspension_reason not in SuspensionReason.values:
        raise SubscriptionRefused(_("Choose one of the three reasons."))
    seller = subscription.seller
    restricted = seller is not None and seller.status == PartnerStatus.SUSPENDED
    if restricted and suspension_reason != SuspensionReason.MISUSE:
        raise SubscriptionRefused(
            _("While your organisation is suspended it can suspend for fraud or misuse only.")
        )
    columns = {
        "state": SubscriptionState.SUSPENDED,
        "suspended_at": at,
        "suspension_reason": suspension_reason,
    }
    _write(subscription, ChangeKind.SUSPEND, columns, by=by, at=at)
    for add_on in _own_add_ons(subscription, SubscriptionState.ACTIVE):
        _write(add_on, ChangeKind.SUSPEND, columns, by=by, at=at)


@transaction.atomic
def reactivate(
    subscription: Subscription, *, by: Actor, seen: int | None = None, at: datetime | None = None
) -> None:
    """Lift the block; add-ons stay suspended until each is reactivated."""
    at = _begin(subscription, ChangeKind.REACTIVATE, by=by, seen=seen, at=at)
    columns = {"state": SubscriptionState.ACTIVE, "suspended_at": None, "suspension_reason": ""}
    _write(subscription, ChangeKind.REACTIVATE, columns, by=by, at=at)


@transaction.atomic
def cancel(
    subscription: Subscription, *, by: Actor, seen: int | None = None, at: datetime | None = None
) -> None:
    """End it early, within the days after purchase or renewal (rule R71); add-ons end with it."""
    at = _begin(subscription, ChangeKind.CANCEL, by=by, seen=seen, at=at)
    columns = {
        "state": SubscriptionState.CANCELLED,
        "cancelled_at": at,
        "suspended_at": None,
        "suspension_reason": "",
    }
    _write(subscription, ChangeKind.CANCEL, columns, by=by, at=at)
    for add_on in _own_add_ons(subscription, SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED):
        _write(add_on, ChangeKind.CANCEL, columns, by=by, at=at)


@transaction.atomic
def rename(
    subscription: Subscription,
    friendly_name: str,
    *,
    by: Actor,
    seen: int | None = None,
    at: datetime | None = None,
) -> None:
    """Give it a name that people know it by; an empty one takes it away."""
    at = _begin(subscription, ChangeKind.RENAME, by=by, seen=seen, at=at)
    name = " ".join(friendly_name.split())
    if name == subscription.friendly_name:
        raise SubscriptionRefused(_("This is the name that it has already."))
    _write(subscription, ChangeKind.RENAME, {"friendly_name": name}, by=by, at=at)


@transaction.atomic
def switch_auto_renew(
    subscription: Subscription,
    *,
    on: bool,
    by: Actor,
    seen: int | None = None,
    at: datetime | None = None,
) -> None:
    """Say whether it renews at the end of its term, or expires."""
    at = _begin(subscription, ChangeKind.AUTO_RENEW, by=by, seen=seen, at=at)
    if on == subscription.auto_renew:
        raise SubscriptionRefused(_("It is so already."))
    _write(subscription, ChangeKind.AUTO_RENEW, {"auto_renew": on}, by=by, at=at)


def _begin(
    subscription: Subscription, kind: str, *, by: Actor, seen: int | None, at: datetime | None
) -> datetime:
    """Take the locks in the one order, then ask who acts and whether it can be done."""
    subscription.customer.lock()
    if subscription.seller:
        subscription.seller.lock()
    subscription.lock()
    if not changeable_by(subscription, by):
        raise PermissionDenied
    at = moment(at)
    if seen is not None and seen != subscription.last_change.number:
        raise ChangedMeanwhile(
            _("This subscription was changed after you opened the page. Look at it again.")
        )
    if why := why_not(subscription, kind, at):
        raise SubscriptionRefused(why)
    return at


def _own_add_ons(subscription: Subscription, *states: str) -> list[Subscription]:
    """Add-ons of the same seller: another's are another's."""
    rows = subscription.add_ons.filter(seller=subscription.seller, state__in=states)
    return [add_on.lock() for add_on in rows.select_related("customer", "offer").order_by("pk")]


def _write(
    subscription: Subscription, kind: str, columns: dict, *, by: Actor, at: datetime
) -> None:
    made_by = MadeBy.SELLER if subscription.seller else MadeBy.OPERATOR
    write(subscription, kind, columns, made_by=made_by, by=by, at=at)
