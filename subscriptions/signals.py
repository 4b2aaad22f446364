"""Vetoes on subscriptions that speak to people (design section 4, layer 3)."""

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from partnercenter.lib.refusals import Refused

from .lifecycle import EFFECTS
from .models import FROZEN, LIVE, ChangeKind, MadeBy, Subscription
from .models.change import BIRTHS


class SubscriptionGuarded(Refused):
    """A subscription is its seller's; the message is for people."""


@receiver(pre_save, sender=Subscription, dispatch_uid="subscriptions.keep_subscription")
def keep_subscription(sender: Any, instance: Subscription, raw: bool, **kwargs: Any) -> None:
    if raw:
        return
    if instance.last_change_id is None:
        raise SubscriptionGuarded(_("A subscription changes only together with its change row."))
    if instance.last_change.subscription != instance.public_id:
        raise SubscriptionGuarded(_("This change belongs to another subscription."))
    if instance.last_change.canonical_form != instance.canonical_form():
        raise SubscriptionGuarded(_("The subscription is not what its change row says."))
    if instance._state.adding:
        refuse_strange_birth(instance)
    else:
        refuse_foreign_change(instance)


def refuse_strange_birth(instance: Subscription) -> None:
    change = instance.last_change
    if change.kind not in BIRTHS:
        raise SubscriptionGuarded(_("A subscription begins with subscribe or import."))
    ordered = change.kind == ChangeKind.SUBSCRIBE
    if ordered and not is_own_hand(instance):
        raise SubscriptionGuarded(_("A subscription is ordered by the one who sells it."))
    if Subscription.objects.filter(public_id=instance.public_id).exists():
        raise SubscriptionGuarded(_("This subscription exists already."))


def refuse_foreign_change(instance: Subscription) -> None:
    stored = Subscription.objects.select_related("last_change").get(pk=instance.pk)
    changed = differing(FROZEN, stored, instance)
    if changed:
        raise SubscriptionGuarded(
            _("These terms of a subscription never change: %(columns)s.")
            % {"columns": ", ".join(changed)}
        )
    change = instance.last_change
    if change.number <= stored.last_change.number:
        raise SubscriptionGuarded(_("This change is older than the one that stands."))
    effect = EFFECTS.get(change.kind)
    if not is_own_hand(instance) or effect is None or change.made_by not in effect.hands:
        raise SubscriptionGuarded(_("Only its seller changes a subscription."))
    touched = set(differing(LIVE, stored, instance)) - {"last_change"}
    if touched - effect.columns or (stored.state, instance.state) not in effect.states:
        raise SubscriptionGuarded(_("A change of this kind does not do that."))


def is_own_hand(instance: Subscription) -> bool:
    """The change was made by the seller, by the operator where there is none, or by the clock."""
    change = instance.last_change
    if change.made_by == MadeBy.SELLER:
        return change.seller_id == instance.seller_id
    return change.made_by == MadeBy.CLOCK or instance.seller_id is None


def differing(names: Iterable[str], stored: Subscription, instance: Subscription) -> list[str]:
    return [name for name in names if getattr(stored, key(name)) != getattr(instance, key(name))]


def key(name: str) -> str:
    """The attribute that holds a column as the database has it: `seller_id` for `seller`."""
    return Subscription._meta.get_field(name).attname  # type: ignore[union-attr]


@receiver(pre_delete, sender=Subscription, dispatch_uid="subscriptions.never_delete")
def never_delete(sender: Any, instance: Subscription, **kwargs: Any) -> None:
    raise SubscriptionGuarded(_("A subscription is never deleted; it ends by its state."))
