"""A partner takes back administration or selling: what ends, what goes on, and the act."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from audit.log import Side
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight
from subscriptions.models import SubscriptionState

from ..effects import Effect, grouped
from ..forms.ending import EndSellingForm, TerminateForm
from ..going_on import after_ending, after_terminating
from ..grants import Grant, grants_of
from ..models import AdminStatus, ResellerStatus
from ..moves import ending
from ..moves.previewing import as_seen, effects_digest, preview
from ..pair_overview import selling_to
from .frames import partner_frame
from .partner_customers import customer_of
from .rights import require


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def administration_terminate(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str, public_id: str
) -> HttpResponse:
    """End one grant of administration before its end."""
    require(membership, PartnerRight.MANAGE_ADMINISTRATION)
    partner, customer = membership.partner, customer_of(membership, tenant_id)
    given = partner.admin_relationships.readable(timezone.now()).filter(customer=customer)
    grant = get_object_or_404(given, public_id=public_id)
    form = TerminateForm(request.POST or None)

    def move() -> list[Effect]:
        return ending.terminate(copy(grant), by=actor_of(request), side=Side.PARTNER)

    def show() -> list[Effect]:
        # A move that is undone leaves its traces on the row in memory.
        return ending.terminating(copy(grant), by=actor_of(request), side=Side.PARTNER)

    selling = selling_to(partner, customer)
    if request.method == "POST" and form.is_valid():
        try:
            as_seen(form.cleaned_data["seen"], move)
        except Refused as refusal:
            grant.refresh_from_db()
            if grant.status != AdminStatus.ACTIVE:
                return _to_customer(request, membership, customer, said=str(refusal))
            form.add_error(None, str(refusal))
        else:
            said = _("You ended the administration “%(name)s”.") % {"name": grant.name}
            if selling.runs:
                said += " " + _(
                    "The reseller relationship, your subscriptions and the duty to support the "
                    "customer go on."
                )
            return _to_customer(request, membership, customer, said=said, done=True)
    now = timezone.now()
    others = grants_of(partner, customer, now)
    context = {"grant": grant, "stays": after_terminating(Grant(grant, now), others, selling)}
    context |= _seen(form, show)
    return _show(request, membership, customer, form, context, name="administration_terminate")


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def selling_end(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str
) -> HttpResponse:
    """End the reseller relationship, and the administration with it."""
    require(membership, PartnerRight.MANAGE_ADMINISTRATION)
    partner, customer = membership.partner, customer_of(membership, tenant_id)
    sells = partner.reseller_relationships.filter(customer=customer)
    relationship = get_object_or_404(sells.order_by("-started_at", "-pk")[:1])
    form = EndSellingForm(request.POST or None)

    def move() -> list[Effect]:
        return ending.end_selling(
            copy(relationship), by=actor_of(request), side=Side.PARTNER, good_faith=form.words
        )

    def show() -> list[Effect]:
        return ending.ending_selling(copy(relationship), by=actor_of(request), side=Side.PARTNER)

    if request.method == "POST" and form.is_valid():
        try:
            as_seen(form.cleaned_data["seen"], move)
        except Refused as refusal:
            relationship.refresh_from_db()
            if relationship.status != ResellerStatus.ACTIVE:
                return _to_customer(request, membership, customer, said=str(refusal))
            form.add_error(None, str(refusal))
        else:
            said = _("You ended the reseller relationship with %(customer)s.")
            said %= {"customer": customer.name}
            return _to_customer(request, membership, customer, said=said, done=True)
    blocking = []
    if relationship.status == ResellerStatus.ACTIVE:
        sold = ending.sold_and_live(relationship)
        blocking = [row for row in sold if row.state == SubscriptionState.ACTIVE]
    context = {"relationship": relationship, "blocking": blocking, "stays": after_ending()}
    context |= _seen(form, show)
    return _show(request, membership, customer, form, context, name="selling_end")


def _seen(form: TerminateForm, move: Callable[[], list[Effect]]) -> dict[str, Any]:
    """What the real move would do now, or why it cannot be made."""
    try:
        effects = preview(move)
    except Refused as refusal:
        return {"why_not": str(refusal)}
    form.show(effects_digest(effects))
    return {"effects": grouped(effects)}


def _show(
    request: HttpRequest,
    membership: PartnerMembership,
    customer: Customer,
    form: TerminateForm,
    context: dict[str, Any],
    *,
    name: str,
) -> HttpResponse:
    context = partner_frame(request, membership) | {"customer": customer, "form": form} | context
    status = 422 if form.errors else 200
    return render(request, f"relationships/partner/{name}.html", context, status=status)


def _to_customer(
    request: HttpRequest,
    membership: PartnerMembership,
    customer: Customer,
    *,
    said: str,
    done: bool = False,
) -> HttpResponse:
    (messages.success if done else messages.info)(request, said)
    slug = membership.partner.slug
    return redirect("relationships:partner-customer", slug, customer.tenant_id)
