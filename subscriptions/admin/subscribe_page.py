"""The page on which the operator sells to a customer itself."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.acting import actor_of
from accounts.move_pages import Part
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.reasons import ReasonField
from partnercenter.lib.refusals import Refused
from partnercenter.lib.staff_pages import StaffAdmin
from partnercenter.lib.staff_tables import Link, page_of
from partners.models import Partner

from ..models import BillingCycle, Subscription, TermLength
from ..moves.ordering import QUANTITY_MAX, subscribe_directly
from .fields import CurrencyField, OfferField, OrganisationField, PriceField


class SubscribeForm(forms.Form):
    """What a customer buys from the operator, on which terms."""

    # Known before it is sent, so that a doubled click sells once.
    public_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    customer = OrganisationField(
        Customer.objects.active(), label=_("Customer"), help_text=_("Its domain or tenant id.")
    )
    offer = OfferField(label=_("Product"))
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=1, max_value=QUANTITY_MAX, help_text=_("In licences.")
    )
    term_length = forms.ChoiceField(
        label=_("Term length"), choices=TermLength.choices, initial=TermLength.ONE_YEAR
    )
    billing_cycle = forms.ChoiceField(
        label=_("Billing cycle"), choices=BillingCycle.choices, initial=BillingCycle.MONTHLY
    )
    unit_price = PriceField(label=_("Unit price"), help_text=_("Of one licence, such as 12.50."))
    currency = CurrencyField(label=_("Currency"), help_text=_("Three letters, such as EUR."))
    partner_of_record = OrganisationField(
        Partner.objects.active(),
        label=_("Partner of record"),
        required=False,
        help_text=_("Its domain or tenant id. Leave it empty where there is none."),
    )
    friendly_name = forms.CharField(
        label=_("Friendly name"),
        max_length=100,
        required=False,
        widget=AdminTextInputWidget(),
        help_text=_("Under which people know it beside the product."),
    )
    reason = ReasonField()

    FIELDSETS = [
        (None, {"fields": ["public_id", "customer", "offer", "quantity", "friendly_name"]}),
        (
            _("Terms"),
            {
                "fields": [
                    "term_length",
                    "billing_cycle",
                    "unit_price",
                    "currency",
                    "partner_of_record",
                ]
            },
        ),
        (_("Why"), {"fields": ["reason"]}),
    ]


class SubscribePage(StaffAdmin):
    """Leads from the list of subscriptions to the page."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.subscribe_view)
        name = "subscriptions_subscription_subscribe"
        return [path("subscribe/", view, name=name), *super().get_urls()]

    def list_tools(self, request: HttpRequest) -> list[Link]:
        links = list(super().list_tools(request))
        if request.user.has_perm("subscriptions.add_subscription"):
            page = reverse("admin:subscriptions_subscription_subscribe")
            links.append(Link(_t("Subscribe a customer"), page))
        return links

    def subscribe_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("subscriptions.add_subscription"):
            raise PermissionDenied
        form = SubscribeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            there = Subscription.objects.filter(public_id=given["public_id"]).first()
            try:
                row = there or subscribe_directly(by=actor_of(request), **given)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _t("Subscribed: %(row)s") % {"row": row})
                return redirect(self.page_or_first(request, page_of(row)))
        return self.form_page(
            request,
            "admin/move.html",
            title=_t("Subscribe a customer"),
            form=form,
            fieldsets=SubscribeForm.FIELDSETS,
            label=_t("Subscribe"),
            parts=_parts(),
            back_url=self.page_or_first(request, self.list_url()),
        )


def _parts() -> list[Part]:
    version = {"version": settings.AGREEMENT_VERSION}
    return [
        Part(
            _t("What begins"),
            [
                _t("The customer has the subscription at once, and the operator bills it."),
                _t("Its first term begins now. It renews until its renewal is switched off."),
                _t("No partner sold it: only the operator's staff change it, with a reason."),
                _t("It is under version %(version)s of the customer agreement.") % version,
            ],
        ),
        Part(
            _t("What stays"),
            [
                _t("Every other subscription of the customer stays as it is."),
                _t("Who may sell to the customer or administer for it stays as it is."),
                _t("Customer, product, term length, price and partner of record never change."),
            ],
        ),
    ]
