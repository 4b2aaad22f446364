"""Pages of a partner that are about the partner itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from .. import work_list
from ..moves.asking import why_not_of_this_kind, why_not_requesting
from .frames import partner_frame
from .paging import newest_first
from .rights import require

PAGE = 50


@require_safe
@partner_view
def partner_home(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_HOME)
    partner, now = membership.partner, timezone.now()
    why_not = why_not_requesting(partner)
    context = partner_frame(request, membership) | {
        "why_not_requesting": why_not,
        "may_request": membership.may(PartnerRight.REQUEST_SELLING),
    }
    if membership.may(PartnerRight.SEE_REQUESTS) and not why_not_of_this_kind(partner):
        context["waiting"] = work_list.waiting_requests(partner, now)
    if membership.may(PartnerRight.SEE_CUSTOMERS):
        context |= {
            "sees_customers": True,
            "expiring": work_list.expiring(partner, now),
            "lost": work_list.lost(partner, now),
            "unusable": work_list.unusable(partner, now),
            "assigns": membership.may(PartnerRight.MANAGE_ADMINISTRATION),
            "asks_again": membership.may(PartnerRight.REQUEST_ROLES) and not why_not,
        }
    if membership.may(PartnerRight.SEE_SUBSCRIPTIONS):
        context["ending"] = work_list.ending_subscriptions(partner, now)
    return render(request, "relationships/partner/home.html", context)


@require_safe
@partner_view
def partner_profile(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_HOME)
    context = partner_frame(request, membership)
    context["markets"] = sorted(str(market) for market in membership.partner.markets.all())
    if membership.rules:
        context["provider"] = getattr(membership.partner, "identity_provider", None)
    return render(request, "relationships/partner/profile.html", context)


@require_safe
@partner_view
def partner_subscriptions(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_SUBSCRIPTIONS)
    context = partner_frame(request, membership)
    sold = membership.partner.sold_subscriptions.select_related("customer", "offer", "service")
    context["subscriptions"], context["older_url"] = newest_first(
        sold, request, moment="ordered_at", size=PAGE
    )
    return render(request, "relationships/partner/subscriptions.html", context)
