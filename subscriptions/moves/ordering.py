"""How a subscription comes into being: ordered from the operator, or taken over by an import."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer, CustomerStatus
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment

from ..lifecycle import TERMS
from ..models import ChangeKind, MadeBy, Offer, Subscription, TermLength
from .writing import SubscriptionRefused, bear

QUANTITY_MAX = 1_000_000


@transaction.atomic
def import_one(
    *, by: Actor, reason: str, at: datetime | None = None, **fields: Any
) -> Subscription:
    """The operator enters a subscription that existed before; never over an existing one."""
    if not by.has_perm("subscriptions.add_subscription"):
        raise PermissionDenied
    reason = given_reason(reason)
    fields["customer"].lock()
    at = moment(at)
    fields.setdefault("service", fields["offer"].service)
    subscription = Subscription(**fields)
    return bear(
        subscription, ChangeKind.IMPORT, made_by=MadeBy.OPERATOR, by=by, at=at, reason=reason
    )


@transaction.atomic
def subscribe_directly(
    *,
    by: Actor,
    customer: Customer,
    offer: Offer,
    quantity: int,
    term_length: str = TermLength.ONE_YEAR,
    reason: str,
    at: datetime | None = None,
    **fields: Any,
) -> Subscription:
    """The operator sells to a customer itself: a subscription without a seller."""
    if not by.has_perm("subscriptions.add_subscription"):
        raise PermissionDenied
    reason = given_reason(reason)
    customer.lock()
    if customer.status != CustomerStatus.ACTIVE:
        raise SubscriptionRefused(_("This customer's account is closed."))
    if not 1 <= quantity <= QUANTITY_MAX:
        raise SubscriptionRefused(_("Order from 1 to %(most)d licences.") % {"most": QUANTITY_MAX})
    at = moment(at)
    fields.setdefault("agreement_version", settings.AGREEMENT_VERSION)
    fields["friendly_name"] = " ".join(fields.get("friendly_name", "").split())
    subscription = Subscription(
        customer=customer,
        offer=offer,
        service=offer.service,
        quantity=quantity,
        ordered_at=at,
        term_start=at,
        term_length=term_length,
        term_end=at + TERMS[TermLength(term_length)],
        **fields,
    )
    return bear(
        subscription, ChangeKind.SUBSCRIBE, made_by=MadeBy.OPERATOR, by=by, at=at, reason=reason
    )
