"""What time alone does to a subscription (rules R69 and R71); renewal is asked one room higher."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Actor
from partnercenter.lib.states import moment

from ..lifecycle import days, outlook
from ..models import ChangeKind, MadeBy, Subscription, SubscriptionState
from .writing import NotAsKnown, write

BATCH = 100


def sweep(at: datetime | None = None) -> int:
    """Disable and delete what is due; safe to run twice at once, and after a standstill."""
    at = moment(at)
    done = 0
    for subscription in due(at).with_parties()[:BATCH]:
        with suppress(NotAsKnown):  # it waits for staff, and holds up no other
            done += age(subscription, at=at)
    return done


def due(at: datetime):
    """Those that are no longer active, and whose next step has come."""
    return (
        Subscription.objects.filter(
            Q(state=SubscriptionState.SUSPENDED, term_end__lte=at)
            | Q(state=SubscriptionState.SUSPENDED, suspended_at__lte=at - days("SUSPENDED"))
            | Q(state=SubscriptionState.EXPIRED, expired_at__lte=at - days("EXPIRED"))
            | Q(state=SubscriptionState.CANCELLED, cancelled_at__lte=at - days("CANCELLED"))
            | Q(state=SubscriptionState.DISABLED, suspended_at__lte=at - days("SUSPENDED"))
            | Q(
                state=SubscriptionState.DISABLED,
                suspended_at__isnull=True,
                disabled_at__lte=at - days("DISABLED"),
            )
        )
        .exclude(state=SubscriptionState.DELETED)
        .order_by(F("term_end"), "pk")
    )


@transaction.atomic
def age(subscription: Subscription, *, at: datetime) -> bool:
    """Take the steps that are due, each at the moment at which it was due."""
    subscription.customer.lock()
    subscription.lock()
    moved = False
    while (step := outlook(subscription).next_step) and step.at <= at:
        if step.kind == ChangeKind.DISABLE:
            columns = {"state": SubscriptionState.DISABLED, "disabled_at": step.at}
        elif step.kind == ChangeKind.DELETE:
            columns = {"state": SubscriptionState.DELETED, "deleted_at": step.at}
        else:
            break
        by_clock(subscription, step.kind, columns, at=at)
        moved = True
    return moved


def expire(subscription: Subscription, *, at: datetime) -> None:
    """The term has ended and is not renewed; the subscription is locked."""
    columns = {"state": SubscriptionState.EXPIRED, "expired_at": subscription.term_end}
    by_clock(subscription, ChangeKind.EXPIRE, columns, at=at)


def by_clock(subscription: Subscription, kind: str, columns: dict, *, at: datetime) -> None:
    clock = Actor.objects.clock()
    write(subscription, kind, columns, made_by=MadeBy.CLOCK, by=clock, at=at)
