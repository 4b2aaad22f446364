"""The page that a request's link opens: readable by everybody, it changes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of
from customers.models import Customer, CustomerMembership
from partnercenter.lib.refusals import Refused

from ..link_states import closed_link
from ..models import RelationshipRequest
from ..moves.opening import follow
from ..visitors import visitor_of


def kept_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """
    The token in the address goes to nobody else: no index, no cache, no path in the referrer.

    The origin alone stays in it, because without any the browser calls its own form's origin null
    and the check against forged posts refuses it.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(wrapper)


def request_of(token: str) -> RelationshipRequest:
    rows = RelationshipRequest.objects.with_token(token).select_related(
        "partner", "administrator", "terms"
    )
    return get_object_or_404(rows)


@login_not_required
@require_safe
@kept_secret
def landing(request: HttpRequest, token: str) -> HttpResponse:
    asked = request_of(token)
    closed = closed_link(asked, timezone.now())
    visitor = visitor_of(asked, request.user) if request.user.is_authenticated else None
    back = urlencode({"next": request.path})
    context: dict[str, Any] = {
        "asked": asked,
        "partner": asked.partner,
        "closed": closed,
        "visitor": visitor,
        "sign_in_url": f"{reverse('account_login')}?{back}",
        "sign_up_url": f"{reverse('account_signup')}?{back}",
    }
    if closed:
        return render(request, "relationships/landing/closed.html", context)
    context["roles"] = asked.asked_roles()
    return render(request, "relationships/landing/landing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@kept_secret
def landing_continue(request: HttpRequest, token: str) -> HttpResponse:
    """*Continue*: from here on the decision stands under the organisation's own address."""
    asked = request_of(token)
    # Whose session ended in between comes back from the sign-in with a GET.
    if request.method != "POST":
        return redirect("relationships:landing", token=token)
    if not request.POST.get("organisation"):
        messages.error(request, _("Choose your organisation."))
        return redirect("relationships:landing", token=token)
    places = CustomerMembership.objects.visible_to(request.user)
    place = get_object_or_404(places, customer__tenant_id=tenant_id(request))
    return lead_to_decision(request, asked, place.customer)


def lead_to_decision(
    request: HttpRequest, asked: RelationshipRequest, customer: Customer
) -> HttpResponse:
    """The decision of this organisation, or what its policy says; else a refusal and no trace."""
    try:
        with transaction.atomic():
            outcome = follow(asked, customer, by=actor_of(request))
    except Refused as refusal:
        return back_to_link(request, asked, str(refusal))
    return redirect(outcome.get_absolute_url())


def back_to_link(request: HttpRequest, asked: RelationshipRequest, why: str) -> HttpResponse:
    """The link's page; one that nobody can answer says why in its own words."""
    if not asked.why_unanswerable(timezone.now()):
        messages.error(request, why)
    return redirect("relationships:landing", token=asked.token)


def tenant_id(request: HttpRequest) -> str:
    """The chosen organisation; something that is no tenant id names none."""
    try:
        return str(UUID(request.POST.get("organisation", "")))
    except ValueError:
        return "00000000-0000-0000-0000-000000000000"
