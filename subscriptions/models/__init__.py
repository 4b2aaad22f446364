from .catalogue import Offer, Service
from .change import ChangeKind, MadeBy, SubscriptionChange
from .states import BillingCycle, SubscriptionState, SuspensionReason, TermLength
from .subscription import FROZEN, LIVE, Subscription

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
    "TermLength",
]
