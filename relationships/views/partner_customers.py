"""A partner's customers: the list, and one of them with all that the two have."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.models import Customer
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..activity import chosen, title
from ..customer_rows import called_exactly, named_like, rows_of
from ..forms.customer import CustomerSearchForm
from ..grants import grants_of
from ..moves.asking import why_not_requesting
from ..pair_overview import selling_to, what_went
from ..service_management import services_for
from ..wavering import READ, told
from .frames import partner_frame
from .paging import Page, in_order_of, newest_first
from .rights import require

PAGE = 50
NEWEST = 10


@require_safe
@partner_view
def partner_customers(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_CUSTOMERS)
    partner, form = membership.partner, CustomerSearchForm(request.GET)
    page, exact = Page([]), []
    if form.is_valid():
        sought = form.cleaned_data["q"]
        listed = partner.pairs.listed().select_related("customer")
        page = in_order_of(named_like(listed, sought), request, key="name_key", size=PAGE)
        if sought and not page.previous_url:
            exact = called_exactly(listed, sought)
    pairs = [*exact, *(pair for pair in page.rows if pair not in exact)]
    context = partner_frame(request, membership) | {
        "form": form,
        "customers": rows_of(partner, pairs, timezone.now()),
        "previous_url": page.previous_url,
        "next_url": page.next_url,
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/customers.html", context, status=status)


def customer_of(membership: PartnerMembership, tenant_id: str) -> Customer:
    """A customer with which the partner has or had something."""
    pairs = membership.partner.pairs.select_related("customer")
    return get_object_or_404(pairs, customer__tenant_id=tenant_id).customer


@require_safe
@partner_view
def partner_customer(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str
) -> HttpResponse:
    require(membership, PartnerRight.SEE_CUSTOMERS)
    partner, customer, now = membership.partner, customer_of(membership, tenant_id), timezone.now()
    selling, grants = selling_to(partner, customer), grants_of(partner, customer, now)
    asks = membership.may(PartnerRight.REQUEST_ROLES)
    context = partner_frame(request, membership) | {
        "customer": customer,
        "selling": selling,
        "grants": grants,
        "administers": any(grant.runs for grant in grants),
        "what_went": what_went(selling, grants),
        "ends": membership.may(PartnerRight.MANAGE_ADMINISTRATION),
        "asks_again": asks and not why_not_requesting(partner),
        "services": services_for(partner, customer, grants, now),
        "activity_url": reverse("relationships:partner-activity", args=[partner.slug])
        + f"?customer={customer.tenant_id}",
        "happened": [
            {"title": title(event), "at": event.at}
            for event in told(
                chosen(
                    partner,
                    customer_id=str(customer.tenant_id),
                    only_by=None if sees_all(membership) else membership.user,
                ).order_by("-at", "-pk")[:READ],
                NEWEST,
            )
        ],
    }
    if membership.may(PartnerRight.SEE_SUBSCRIPTIONS):
        sold = partner.sold_subscriptions.filter(customer=customer)
        context["subscriptions"], context["older_url"] = newest_first(
            sold.select_related("offer", "service"), request, moment="ordered_at", size=PAGE
        )
        context["orders"] = membership.may(PartnerRight.CHANGE_SUBSCRIPTIONS)
    return render(request, "relationships/partner/customer.html", context)


def sees_all(membership: PartnerMembership) -> bool:
    """Who does not reads only what was by their own hand (design section 6)."""
    return membership.may(PartnerRight.SEE_ALL_ACTIVITY)
