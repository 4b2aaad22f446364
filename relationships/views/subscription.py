"""A subscription's own pages: its seller changes it, its customer reads it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight
from subscriptions.history import hand, history
from subscriptions.lifecycle import outlook
from subscriptions.models import MadeBy, Subscription

from ..sales import sale_is_over
from ..subscription_moves import MOVES, why_not
from .frames import customer_frame, partner_frame
from .rights import require


def sold_by(membership: PartnerMembership, public_id: str) -> Subscription:
    rows = membership.partner.sold_subscriptions.with_parties().select_related("last_change")
    return get_object_or_404(rows, public_id=public_id)


def what_lies_ahead(subscription: Subscription) -> dict[str, Any]:
    ahead = outlook(subscription)
    return {
        "next_step": ahead.next_step,
        "data_deleted_at": ahead.data_deleted_at,
        "ends_with_term": subscription.auto_renew and sale_is_over(subscription),
    }


@require_safe
@partner_view
def partner_subscription(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, PartnerRight.SEE_SUBSCRIPTIONS)
    subscription = sold_by(membership, public_id)
    now = timezone.now()
    moves = []
    if membership.may(PartnerRight.CHANGE_SUBSCRIPTIONS):
        moves = [
            {"slug": move.slug, "label": move.label_for(subscription), "grave": move.grave}
            for move in MOVES.values()
            if not why_not(move, subscription, now)
        ]
    context = partner_frame(request, membership) | {
        "subscription": subscription,
        "moves": moves,
        "changes_it": membership.may(PartnerRight.CHANGE_SUBSCRIPTIONS),
        "sees_price": membership.may(PartnerRight.SEE_PRICES),
        "history": [
            {"entry": entry, "who": own_hand(entry, membership)} for entry in history(subscription)
        ],
        **what_lies_ahead(subscription),
    }
    return render(request, "relationships/partner/subscription.html", context)


def own_hand(entry: Any, membership: PartnerMembership) -> str:
    """A seller's people read which of them it was."""
    if entry.made_by == MadeBy.SELLER:
        return entry.change.actor.label
    return hand(entry, settings.OPERATOR_NAME)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def subscription_move(
    request: HttpRequest, membership: PartnerMembership, public_id: str, move: str
) -> HttpResponse:
    """Say what the move does; its POST makes it."""
    require(membership, PartnerRight.CHANGE_SUBSCRIPTIONS)
    subscription = sold_by(membership, public_id)
    if (chosen := MOVES.get(move)) is None:
        raise Http404
    form = chosen.form(request.POST or None, subscription=subscription)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.make(subscription, by=actor_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            subscription = sold_by(membership, public_id)
        else:
            messages.success(request, str(chosen.done))
            return redirect(
                "relationships:partner-subscription", membership.partner.slug, public_id
            )
    now = timezone.now()
    context = partner_frame(request, membership) | {
        "subscription": subscription,
        "move": chosen,
        "title": chosen.label_for(subscription),
        "form": form,
        "effects": chosen.effects(subscription, now),
        "why_not": why_not(chosen, subscription, now),
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/subscription_move.html", context, status=status)


@require_safe
@customer_view
def customer_subscription(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    rows = membership.customer.subscriptions.with_parties()
    subscription = get_object_or_404(rows, public_id=public_id)
    context = customer_frame(request, membership) | {
        "subscription": subscription,
        "history": [
            {"entry": entry, "who": hand(entry, settings.OPERATOR_NAME)}
            for entry in history(subscription)
        ],
        **what_lies_ahead(subscription),
    }
    return render(request, "relationships/customer/subscription.html", context)
