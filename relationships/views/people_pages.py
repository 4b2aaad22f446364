"""What the pages of people have in common, whichever side they are on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..moves.people import Place
from .frames import customer_frame, partner_frame
from .rights import RightMissing, names_of, require

ADDRESSES = (
    "people",
    "person-invite",
    "person",
    "person-remove",
    "person-reset",
    "invitation-send-again",
    "invitation-withdraw",
    "claim",
    "leave",
)


def is_partner(membership: Place) -> bool:
    return isinstance(membership, PartnerMembership)


def right_of(membership: Place) -> Any:
    return PartnerRight.MANAGE_PEOPLE if is_partner(membership) else CustomerRight.MANAGE_PEOPLE


def require_managing(membership: Any) -> None:
    require(membership, right_of(membership))


def require_manages(membership: Any, place: Any) -> None:
    """A user-management admin manages no admins; the page names those who do."""
    if is_partner(membership) and membership.manages(admin=place.admin):
        return
    require_ruling(membership)


def require_ruling(membership: Any) -> None:
    if membership.rules:
        return
    ruling = membership.organisation.memberships.ruling().select_related("user").order_by("pk")
    names = [row.user.get_full_name() for row in ruling]
    raise RightMissing(_("Only a global admin manages admins."), names)


def place_of(membership: Any, public_id: str) -> Any:
    places = membership.organisation.memberships.current().select_related("user")
    return get_object_or_404(places, user__public_id=public_id)


def form_page(
    request: HttpRequest,
    membership: Any,
    page: str,
    form: Any,
    act: Callable[[], str],
    *,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(address_of(membership, "people"), membership.organisation.slug)
    context = {"form": form, **(context or {})}
    return show(request, membership, page, context, status=422 if form.errors else 200)


def act_page(
    request: HttpRequest,
    membership: Any,
    page: str,
    act: Callable[[], str],
    *,
    context: dict[str, Any],
    to: str = "",
) -> HttpResponse:
    if request.method == "POST":
        try:
            messages.success(request, act())
        except Refused as refusal:
            context["why_not"] = str(refusal)
        else:
            if to:
                return redirect(to)
            return redirect(address_of(membership, "people"), membership.organisation.slug)
        return show(request, membership, page, context, status=409)
    return show(request, membership, page, context)


def done(
    request: HttpRequest, membership: Any, act: Callable[[], object], said: str, address: str
) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said % {"address": address})
    return redirect(address_of(membership, "people"), membership.organisation.slug)


def address_of(membership: Any, name: str) -> str:
    return f"relationships:{'partner' if is_partner(membership) else 'customer'}-{name}"


def show(
    request: HttpRequest, membership: Any, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    side = "partner" if is_partner(membership) else "customer"
    frame = partner_frame if is_partner(membership) else customer_frame
    context = {
        **frame(request, membership),
        "layout": f"layouts/{side}.html",
        "side": side,
        "urls": {name.replace("-", "_"): address_of(membership, name) for name in ADDRESSES},
        "who_manages": names_of(membership, right_of(membership)),
        **context,
    }
    return render(request, f"relationships/people/{page}.html", context, status=status)
