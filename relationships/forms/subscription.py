from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Subscription, SuspensionReason
from subscriptions.moves.ordering import QUANTITY_MAX


class SubscriptionMoveForm(forms.Form):
    """A move of a subscription by who looked at it in a certain state."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, subscription: Subscription, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "seen": subscription.last_change.number,
            "quantity": subscription.quantity,
            "friendly_name": subscription.friendly_name,
        }
        super().__init__(*args, **kwargs)


class QuantityForm(SubscriptionMoveForm):
    quantity = forms.IntegerField(
        label=_("New quantity"), min_value=1, max_value=QUANTITY_MAX, help_text=_("In licences.")
    )


class SuspendForm(SubscriptionMoveForm):
    suspension_reason = forms.ChoiceField(
        label=_("Reason"), choices=SuspensionReason.choices, widget=forms.RadioSelect
    )


class RenameForm(SubscriptionMoveForm):
    friendly_name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("You and the customer see it beside the product. Empty takes it away."),
    )
