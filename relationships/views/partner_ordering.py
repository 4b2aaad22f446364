"""A partner orders for a customer: the form, what the order begins, and the order."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight
from subscriptions.models import Subscription

from ..forms.order import OrderForm
from ..moves.previewing import preview
from ..moves.selling import subscribe
from ..ordering import order_effects
from ..sales import why_not_selling
from .frames import partner_frame
from .partner_customers import customer_of
from .rights import require


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def subscription_new(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str
) -> HttpResponse:
    """The form; its POST says what the order begins, and the POST of that page places it."""
    require(membership, PartnerRight.CHANGE_SUBSCRIPTIONS)
    customer, act = customer_of(membership, tenant_id), request.POST.get("act", "")
    form = OrderForm(request.POST or None, membership=membership, customer=customer)
    ordered = None
    if request.method == "POST" and form.is_valid() and act != "change":
        places = act == "order" and form.cleaned_data["order_id"] is not None
        try:
            ordered = (_order if places else _look)(request, membership, customer, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if places:
                messages.success(request, _("The subscription has begun."))
                slug = membership.partner.slug
                return redirect("relationships:partner-subscription", slug, ordered.public_id)
    context = partner_frame(request, membership) | {
        "customer": customer,
        "form": form,
        "why_not": why_not_selling(membership.partner, customer),
    }
    if ordered is not None:
        context |= {"effects": order_effects(ordered), "carried": _carried(form)}
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/subscription_new.html", context, status=status)


def _order(
    request: HttpRequest, membership: PartnerMembership, customer: Customer, form: OrderForm
) -> Subscription:
    return subscribe(
        by=actor_of(request),
        partner=membership.partner,
        customer=customer,
        public_id=form.cleaned_data["order_id"],
        **form.ordered(),
    )


def _look(
    request: HttpRequest, membership: PartnerMembership, customer: Customer, form: OrderForm
) -> Subscription:
    """The subscription as the real order would make it, which is undone."""
    return preview(
        lambda: subscribe(
            by=actor_of(request), partner=membership.partner, customer=customer, **form.ordered()
        )
    )


def _carried(form: OrderForm) -> dict[str, Any]:
    """
    What was typed, for the POST that places the order.

    The id makes a doubled click one order; who goes back and changes something makes another.
    """
    typed = {name: form[name].value() for name in form.fields}
    return {**typed, "order_id": uuid7()}
