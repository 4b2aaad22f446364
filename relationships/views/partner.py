"""Pages of a partner that are about the partner itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..moves.asking import why_not_of_this_kind, why_not_requesting
from .frames import partner_frame
from .paging import newest_first
from .rights import require

PAGE = 50


@require_safe
@partner_view
def partner_home(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_HOME)
    partner = membership.partner
    context = partner_frame(request, membership)
    context["why_not_requesting"] = why_not_requesting(partner)
    context["may_request"] = membership.may(PartnerRight.REQUEST_SELLING)
    if membership.may(PartnerRight.SEE_REQUESTS) and not why_not_of_this_kind(partner):
        waiting = partner.requests.single().open()
        context["waiting"] = waiting.order_by("-created_at", "-id")[:10]
    if membership.may(PartnerRight.SEE_CUSTOMERS):
        context["sees_customers"] = True
        context["selling"] = (
            partner.reseller_relationships.running()
            .select_related("customer")
            .order_by("-started_at", "-id")[:PAGE]
        )
        context["administration"] = (
            partner.admin_relationships.filter(status="active")
            .select_related("customer")
            .order_by("ends_at", "id")[:PAGE]
        )
        context["lost"] = (
            partner.admin_relationships.lost().select_related("customer").order_by("-ended_at")[:10]
        )
        context["may_ask_again"] = context["may_request"] and not context["why_not_requesting"]
    return render(request, "relationships/partner/home.html", context)


@require_safe
@partner_view
def partner_profile(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_HOME)
    context = partner_frame(request, membership)
    context["markets"] = sorted(str(market) for market in membership.partner.markets.all())
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
