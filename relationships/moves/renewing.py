"""The end of a term: the clock renews a subscription, or lets it expire (design 5.5)."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from partnercenter.lib.states import moment
from subscriptions.lifecycle import next_term_end
from subscriptions.models import ChangeKind, Subscription, SubscriptionState
from subscriptions.moves.aging import by_clock, expire
from subscriptions.moves.writing import NotAsKnown

from ..sales import sale_is_over

BATCH = 100


def sweep(at: datetime | None = None) -> int:
    """Every active subscription whose term has ended; safe to run twice at once."""
    at = moment(at)
    ended = Subscription.objects.filter(state=SubscriptionState.ACTIVE, term_end__lte=at)
    found = list(ended.with_parties().order_by("term_end", "pk")[:BATCH])
    for subscription in found:
        with suppress(NotAsKnown):  # it waits for staff, and holds up no other
            end_term(subscription, at=at)
    return len(found)


@transaction.atomic
def end_term(subscription: Subscription, *, at: datetime) -> None:
    """Renew for as many terms as have passed, or expire at the end of the last one."""
    subscription.customer.lock()
    if subscription.seller:
        subscription.seller.lock()
    subscription.lock()
    while subscription.state == SubscriptionState.ACTIVE and subscription.term_end <= at:
        if renews(subscription):
            columns = {"term_end": next_term_end(subscription)}
            by_clock(subscription, ChangeKind.RENEW, columns, at=at)
        else:
            expire(subscription, at=at)


def renews(subscription: Subscription) -> bool:
    """
    Whether it goes on at the end of its term.

    A renewal is an order, so the pair's latest reseller relationship must not be on its way out;
    a subscription whose pair never had one was imported, and renews.
    """
    return subscription.auto_renew and not sale_is_over(subscription)
