"""Vetoes on subscriptions that only relationships can speak (design 4, layer 3, and 5.5)."""

from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from subscriptions.models import ChangeKind, MadeBy, Subscription
from subscriptions.signals import SubscriptionGuarded

from .sales import sale_is_over, why_not_selling


@receiver(pre_save, sender=Subscription, dispatch_uid="relationships.sell_in_a_relationship")
def sell_in_a_relationship(sender: Any, instance: Subscription, raw: bool, **kwargs: Any) -> None:
    """A partner orders only for a customer that lets it sell."""
    if raw or not instance._state.adding or instance.seller is None:
        return
    change = instance.last_change
    ordered = change.kind == ChangeKind.SUBSCRIBE and change.made_by == MadeBy.SELLER
    if ordered and (why := why_not_selling(instance.seller, instance.customer)):
        raise SubscriptionGuarded(why)


@receiver(pre_save, sender=Subscription, dispatch_uid="relationships.renew_in_a_relationship")
def renew_in_a_relationship(sender: Any, instance: Subscription, raw: bool, **kwargs: Any) -> None:
    """A renewal is an order: none where the pair's relationship is on its way out."""
    if raw or instance._state.adding:
        return
    kind = instance.last_change.kind
    orders = kind == ChangeKind.RENEW or (kind == ChangeKind.AUTO_RENEW and instance.auto_renew)
    if orders and sale_is_over(instance):
        raise SubscriptionGuarded(
            _(
                "The reseller relationship with this customer is winding down or ended, so this "
                "subscription does not renew. It ends with its term."
            )
        )
