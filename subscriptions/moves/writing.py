"""How every move writes: the change, the row, the event, all in the transaction under way."""

import logging
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.refusals import Refused

from ..lifecycle import EFFECTS, EVENTS
from ..models import MadeBy, Subscription, SubscriptionChange, SubscriptionState

logger = logging.getLogger(__name__)

SIDES = {MadeBy.SELLER: Side.PARTNER, MadeBy.OPERATOR: Side.OPERATOR, MadeBy.CLOCK: Side.OPERATOR}


class SubscriptionRefused(Refused):
    """The state of the subscription, or a rule, does not allow this; the message is for people."""


class NotAsKnown(SubscriptionRefused):
    """
    The row is not what its last change says: somebody wrote past the site.

    A new change would take over what was written there, and make history of it.
    """


def bear(
    subscription: Subscription,
    kind: str,
    *,
    made_by: str,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> Subscription:
    """Write a new subscription together with its first change; its customer is locked."""
    if Subscription.objects.filter(public_id=subscription.public_id).exists():
        raise SubscriptionRefused(_("This subscription exists already."))
    change = subscription.write_change(kind, made_by=made_by, by=by, at=at, reason=reason)
    subscription.last_change = change
    subscription.save(force_insert=True)
    tell(subscription, change, by=by, at=at, details={"quantity": subscription.quantity})
    return subscription


def write(
    subscription: Subscription,
    kind: str,
    columns: dict[str, Any],
    *,
    made_by: str,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> SubscriptionChange:
    """Change a locked subscription, as far as this kind of change may."""
    check_as_known(subscription)
    if why := why_not_in_state(subscription, kind):
        raise SubscriptionRefused(why)
    was = {name: getattr(subscription, name) for name in columns}
    for name, value in columns.items():
        setattr(subscription, name, value)
    change = subscription.write_change(kind, made_by=made_by, by=by, at=at, reason=reason)
    subscription.last_change = change
    subscription.save(update_fields=[*columns, "last_change"])
    details = {name: {"was": was[name], "is": value} for name, value in columns.items()}
    tell(subscription, change, by=by, at=at, details=details)
    return change


def check_as_known(subscription: Subscription) -> None:
    """Change nothing further on a row that was tampered with; the watch tells staff of it."""
    if subscription.canonical_form() == subscription.last_change.canonical_form:
        return
    logger.critical("subscription %s is not as its last change says", subscription.public_id)
    raise NotAsKnown(
        _(
            "This subscription is not as it was known: somebody has written past this site. It can "
            "change again once the operator has looked into it."
        )
    )


def why_not_in_state(subscription: Subscription, kind: str) -> str:
    """The sentence where this kind of change does not start from this state; else empty."""
    if subscription.state in {before for before, _after in EFFECTS[kind].states}:
        return ""
    state = SubscriptionState(subscription.state).label
    return _("This subscription is “%(state)s”, and so this cannot be done.") % {"state": state}


def tell(
    subscription: Subscription,
    change: SubscriptionChange,
    *,
    by: Actor,
    at: datetime,
    details: dict[str, Any],
) -> None:
    """Enter the change into the customer's log and the seller's."""
    if change.reason:
        details = {**details, "reason": change.reason}
    record(
        EVENTS[change.kind],
        by=by,
        at=at,
        side=SIDES[MadeBy(change.made_by)],
        subject=("subscription", str(subscription.public_id)),
        customer=subscription.customer.party,
        partner=subscription.seller.party if subscription.seller else None,
        details={**details, "offer": subscription.offer.name, "change": change.public_id},
    )
