"""What a seller does with its own subscriptions, and the operator with those it sells itself."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partners.models import PartnerStatus

from ..models import ChangeKind, Subscription, SubscriptionState, SuspensionReason
from .asking import ChangedMeanwhile, begin, changeable_by, why_not
from .ordering import QUANTITY_MAX
from .writing import SubscriptionRefused

__all__ = [
    "ChangedMeanwhile",
    "cancel",
    "change_quantity",
    "changeable_by",
    "reactivate",
    "rename",
    "suspend",
    "switch_auto_renew",
    "why_not",
]


@transaction.atomic
def change_quantity(
    subscription: Subscription,
    quantity: int,
    *,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Raise or lower the number of licences."""
    change = begin(subscription, ChangeKind.CHANGE_QUANTITY, by=by, seen=seen, reason=reason, at=at)
    if not 1 <= quantity <= QUANTITY_MAX:
        raise SubscriptionRefused(
            _("A subscription has at least one licence, and at most %(most)d.")
            % {"most": QUANTITY_MAX}
        )
    if quantity == subscription.quantity:
        raise SubscriptionRefused(_("This is the quantity that it has already."))
    change.write(subscription, {"quantity": quantity})


@transaction.atomic
def suspend(
    subscription: Subscription,
    suspension_reason: str,
    *,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Block the users (rules R67, R68); its add-ons are suspended with it (rule R74)."""
    change = begin(subscription, ChangeKind.SUSPEND, by=by, seen=seen, reason=reason, at=at)
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
        "suspended_at": change.at,
        "suspension_reason": suspension_reason,
    }
    change.write(subscription, columns)
    for add_on in _own_add_ons(subscription, SubscriptionState.ACTIVE):
        change.write(add_on, columns)


@transaction.atomic
def reactivate(
    subscription: Subscription,
    *,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Lift the block; add-ons stay suspended until each is reactivated."""
    change = begin(subscription, ChangeKind.REACTIVATE, by=by, seen=seen, reason=reason, at=at)
    columns = {"state": SubscriptionState.ACTIVE, "suspended_at": None, "suspension_reason": ""}
    change.write(subscription, columns)


@transaction.atomic
def cancel(
    subscription: Subscription,
    *,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """End it early, within the days after purchase or renewal (rule R71); add-ons end with it."""
    change = begin(subscription, ChangeKind.CANCEL, by=by, seen=seen, reason=reason, at=at)
    columns = {
        "state": SubscriptionState.CANCELLED,
        "cancelled_at": change.at,
        "suspended_at": None,
        "suspension_reason": "",
    }
    change.write(subscription, columns)
    for add_on in _own_add_ons(subscription, SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED):
        change.write(add_on, columns)


@transaction.atomic
def rename(
    subscription: Subscription,
    friendly_name: str,
    *,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Give it a name that people know it by; an empty one takes it away."""
    change = begin(subscription, ChangeKind.RENAME, by=by, seen=seen, reason=reason, at=at)
    name = " ".join(friendly_name.split())
    if name == subscription.friendly_name:
        raise SubscriptionRefused(_("This is the name that it has already."))
    change.write(subscription, {"friendly_name": name})


@transaction.atomic
def switch_auto_renew(
    subscription: Subscription,
    *,
    on: bool,
    by: Actor,
    seen: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Say whether it renews at the end of its term, or expires."""
    change = begin(subscription, ChangeKind.AUTO_RENEW, by=by, seen=seen, reason=reason, at=at)
    if on == subscription.auto_renew:
        raise SubscriptionRefused(_("It is so already."))
    change.write(subscription, {"auto_renew": on})


def _own_add_ons(subscription: Subscription, *states: str) -> list[Subscription]:
    """Add-ons of the same seller: another's are another's."""
    rows = subscription.add_ons.filter(seller=subscription.seller, state__in=states)
    return [add_on.lock() for add_on in rows.select_related("customer", "offer").order_by("pk")]
