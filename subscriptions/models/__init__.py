from .catalogue import Offer, Service
from .change import ChangeKind, MadeBy, SubscriptionChange
from .subscription import (
    FROZEN,
    LIVE,
    BillingCycle,
    Subscription,
    SubscriptionState,
    SuspensionReason,
)

__all__ = [
    "FROZEN",
    "LIVE",
    "BillingCycle",
    "ChangeKind",
    "MadeBy",
    "Offer",
    "Service",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionState",
    "SuspensionReason",
]
