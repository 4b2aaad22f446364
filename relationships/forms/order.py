from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.models import Partner, PartnerKind, PartnerMembership
from subscriptions.models import BillingCycle, Offer, Subscription, SubscriptionState, TermLength
from subscriptions.moves.ordering import QUANTITY_MAX


class OrderForm(forms.Form):
    """What a partner orders for a customer."""

    offer: "forms.ModelChoiceField[Offer]" = forms.ModelChoiceField(
        label=_("Product"), queryset=None, to_field_name="offer_id"
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=QUANTITY_MAX,
        initial=1,
        help_text=_("In licences."),
    )
    term_length = forms.ChoiceField(
        label=_("Term"), choices=TermLength.choices, initial=TermLength.ONE_YEAR
    )
    billing_cycle = forms.ChoiceField(
        label=_("Billed"), choices=BillingCycle.choices, initial=BillingCycle.MONTHLY
    )
    unit_price = forms.DecimalField(
        label=_("Price of one licence"), min_value=Decimal(0), max_digits=12, decimal_places=4
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        initial="EUR",
        help_text=_("Three letters, for example EUR."),
        validators=[RegexValidator(r"\A[A-Za-z]{3}\Z", _("Write three letters, for example EUR."))],
    )
    friendly_name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("You and the customer see it beside the product."),
    )
    reseller = forms.TypedChoiceField(
        label=_("Indirect reseller"),
        required=False,
        empty_value=None,
        help_text=_("It becomes the partner of record and the reseller of record."),
    )
    base_subscription: "forms.ModelChoiceField[Subscription]" = forms.ModelChoiceField(
        label=_("Add-on to"),
        queryset=None,
        to_field_name="public_id",
        required=False,
        empty_label=_("it is no add-on"),
        help_text=_("An add-on is suspended together with the subscription that it belongs to."),
    )
    order_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, membership: PartnerMembership, customer: Customer, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offers = Offer.objects.visible_to(membership.user).select_related("service")
        self._offer(offers.order_by("service__name", "name", "pk"))
        self._offer_resellers(membership.partner)
        bases = membership.partner.sold_subscriptions.filter(
            customer=customer, state=SubscriptionState.ACTIVE, base_subscription__isnull=True
        ).select_related("offer")
        self.fields["base_subscription"].queryset = bases.order_by("-ordered_at", "-pk")  # type: ignore[attr-defined]

    def _offer(self, offers: Any) -> None:
        """The products by service."""
        field: Any = self.fields["offer"]
        field.queryset = offers
        field.choices = [
            ("", _("Choose a product")),
            *(
                (service, [(offer.offer_id, offer.name) for offer in found])
                for service, found in groupby(offers, key=lambda offer: offer.service.name)
            ),
        ]

    def _offer_resellers(self, partner: Partner) -> None:
        """Those that order through this provider; nobody else has any."""
        if partner.kind != PartnerKind.INDIRECT_PROVIDER:
            del self.fields["reseller"]
            return
        pairs = partner.reseller_partnerships.current().select_related("reseller")
        resellers = {str(pair.reseller.tenant_id): pair.reseller for pair in pairs}
        field: Any = self.fields["reseller"]
        field.choices = [
            ("", _("none, we sell directly")),
            *sorted(((key, found.name) for key, found in resellers.items()), key=lambda c: c[1]),
        ]
        field.coerce = resellers.__getitem__

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    def clean_order_id(self) -> UUID | None:
        # Whatever else somebody wrote there is no id that this form was given.
        given = self.cleaned_data["order_id"]
        return given if given and given.version == 7 else None

    def ordered(self) -> dict[str, Any]:
        """What the move is asked for."""
        return {name: value for name, value in self.cleaned_data.items() if name != "order_id"}
