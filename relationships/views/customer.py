"""A customer's home, partners, subscriptions and requests."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customers.access import customer_view
from customers.models import Customer, CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.states import moment

from ..models import Decision
from ..standing import grants_of, live_subscriptions_of, partners_of, services_of
from .frames import customer_frame
from .rights import require

DECIDED_ON_A_PAGE = 25
SUBSCRIPTIONS_ON_A_PAGE = 100


@require_safe
@customer_view
def customer_home(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """What waits for a decision, then who the partners are."""
    require(membership, CustomerRight.SEE)
    customer, now = membership.customer, moment(None)
    live = live_subscriptions_of(customer)
    partners = partners_of(customer, grants_of(customer, now), live)
    context = {
        "waiting": _waiting(customer)[0],
        "decides": membership.may(CustomerRight.DECIDE),
        "partners": partners,
        "subscription_count": len(live),
    }
    return _page(request, membership, "home", context)


@require_safe
@customer_view
def customer_partners(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Who may do what, by partner and by service."""
    require(membership, CustomerRight.SEE)
    customer, now = membership.customer, moment(None)
    grants, live = grants_of(customer, now), live_subscriptions_of(customer)
    context = {
        "partners": partners_of(customer, grants, live),
        "services": services_of(customer, grants, live),
    }
    return _page(request, membership, "partners", context)


@require_safe
@customer_view
def customer_subscriptions(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Everything that was bought, whoever sold it; looked at only."""
    require(membership, CustomerRight.SEE)
    subscriptions = membership.customer.subscriptions.with_parties().order_by("offer__name", "pk")
    context = _paged(request, subscriptions, SUBSCRIPTIONS_ON_A_PAGE)
    return _page(request, membership, "subscriptions", context)


@require_safe
@customer_view
def decision_list(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Requests that wait, those that can no longer be answered, and those decided."""
    require(membership, CustomerRight.SEE)
    waiting, lapsed = _waiting(membership.customer)
    closed = (
        _decisions(membership.customer)
        .filter(decided_at__isnull=False)
        .order_by("-decided_at", "-pk")
    )
    context = _paged(request, closed, DECIDED_ON_A_PAGE)
    context |= {"waiting": waiting, "lapsed": lapsed}
    return _page(request, membership, "decision_list", context)


def _decisions(customer: Customer) -> QuerySet[Decision]:
    return customer.decisions.select_related(
        "customer", "request__partner", "request__administrator", "request__terms"
    )


def _waiting(customer: Customer) -> tuple[list[Decision], list[tuple[Decision, str]]]:
    """Open decisions, newest first: those to answer, and those too late with the reason."""
    now = moment(None)
    waiting, lapsed = [], []
    for decision in _decisions(customer).open().order_by("-opened_at", "-pk"):
        if why := decision.request.why_unanswerable(now):
            lapsed.append((decision, why))
        else:
            waiting.append(decision)
    return waiting, lapsed


def _paged(request: HttpRequest, rows: QuerySet[Any], size: int) -> dict[str, Any]:
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    return {
        "page": page,
        "newer_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }


def _page(
    request: HttpRequest, membership: CustomerMembership, name: str, context: dict[str, Any]
) -> HttpResponse:
    frame = customer_frame(request, membership)
    return render(request, f"relationships/customer/{name}.html", {**frame, **context})
