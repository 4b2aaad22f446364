"""Pages of a customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight

from ..overview import live_subscriptions, partners_of, services_of
from .frames import customer_frame
from .paging import newest_first
from .rights import require

PAGE = 50


@require_safe
@customer_view
def customer_home(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    customer = membership.customer
    live = live_subscriptions(customer)
    context = customer_frame(request, membership) | {
        "waiting": customer.decisions.open()
        .select_related("request__partner")
        .order_by("-opened_at", "-id")[:10],
        "decides": membership.may(CustomerRight.DECIDE),
        "partners": partners_of(customer, live, timezone.now()),
        "subscription_count": len(live),
    }
    return render(request, "relationships/customer/home.html", context)


@require_safe
@customer_view
def customer_partners(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    now, live = timezone.now(), live_subscriptions(membership.customer)
    partners = partners_of(membership.customer, live, now)
    grants = [given["grant"] for found in partners for given in found["grants"]]
    context = customer_frame(request, membership) | {
        "partners": partners,
        "decides": membership.may(CustomerRight.DECIDE),
        "some_run": any(grant.paused_at is None for grant in grants),
        "some_paused": any(grant.paused_at is not None for grant in grants),
        "services": services_of(membership.customer, live, now),
    }
    return render(request, "relationships/customer/partners.html", context)


@require_safe
@customer_view
def customer_subscriptions(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    context = customer_frame(request, membership)
    rows = membership.customer.subscriptions.with_parties()
    context["subscriptions"], context["older_url"] = newest_first(
        rows, request, moment="ordered_at", size=PAGE
    )
    return render(request, "relationships/customer/subscriptions.html", context)


@require_safe
@customer_view
def decision_list(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    context = customer_frame(request, membership)
    rows = membership.customer.decisions.select_related("request__partner")
    context["waiting"] = rows.open().order_by("-opened_at", "-id")
    context["decided"], context["older_url"] = newest_first(
        rows.filter(decided_at__isnull=False), request, moment="decided_at", size=PAGE
    )
    return render(request, "relationships/customer/decision_list.html", context)
