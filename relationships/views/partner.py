"""Pages of a partner."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from audit import kinds
from audit.log import entries
from audit.models import Event
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from .. import work_list
from ..forms.request import RequestForm
from ..models import RelationshipRequest
from ..role_choices import role_choices
from .frames import partner_frame
from .paging import newest_first
from .rights import require

PAGE = 50


@require_safe
@partner_view
def partner_home(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_HOME)
    partner, now = membership.partner, timezone.now()
    why_not_requesting = RelationshipRequest.why_not_requesting(partner)
    context = partner_frame(request, membership) | {
        "why_not_requesting": why_not_requesting,
        "may_request": membership.may(PartnerRight.REQUEST_SELLING),
    }
    if membership.may(PartnerRight.SEE_REQUESTS):
        context["waiting"] = work_list.waiting_requests(partner, now)
    if membership.may(PartnerRight.SEE_CUSTOMERS):
        context |= {
            "sees_customers": True,
            "expiring": work_list.expiring(partner, now),
            "lost": work_list.lost(partner, now),
            "unusable": work_list.unusable(partner, now),
            "asks_again": membership.may(PartnerRight.REQUEST_ROLES) and not why_not_requesting,
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


@require_safe
@partner_view
def request_list(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    context = partner_frame(request, membership)
    rows = membership.partner.requests.select_related("terms")
    context["requests"], context["older_url"] = newest_first(
        rows, request, moment="created_at", size=PAGE
    )
    context["may_request"] = membership.may(PartnerRight.REQUEST_SELLING)
    context["why_not_requesting"] = RelationshipRequest.why_not_requesting(membership.partner)
    return render(request, "relationships/partner/request_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def request_new(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.REQUEST_SELLING)
    form = RequestForm(request.POST or None, membership=membership)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = RelationshipRequest.objects.create_single(
                by=actor_of(request),
                partner=membership.partner,
                name=given["name"],
                asks_selling=given.get("asks_selling", False),
                roles=given.get("roles") or (),
                days=given.get("days") or 0,
                auto_extend=given.get("auto_extend", False),
                addressed_email=given["addressed_email"],
                reason=given["reason"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The request is ready. Send its link to the customer."))
            return redirect(made.get_absolute_url())
    context = partner_frame(request, membership)
    ticked = (
        {str(value) for value in (form["roles"].value() or [])} if "roles" in form.fields else set()
    )
    context |= {
        "form": form,
        "services": role_choices(form.roles_on_offer, ticked),
        "not_given": [
            _("No bill for subscriptions that others sold."),
            _("No seats, add-ons or transitions of such subscriptions."),
            _("No change of their partner of record."),
        ],
        "why_not_requesting": RelationshipRequest.why_not_requesting(membership.partner),
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/request_new.html", context, status=status)


@require_safe
@partner_view
def request_detail(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    asked = get_object_or_404(
        membership.partner.requests.select_related("terms", "created_by__user"),
        public_id=public_id,
    )
    decision = (
        asked.decisions.filter(status__in=["approved", "declined"])
        .select_related("customer", "granted_terms", "admin_relationship")
        .order_by("-decided_at")
        .first()
    )
    subjects = [str(asked.public_id), *([str(decision.public_id)] if decision else [])]
    events = entries(f"partner:{membership.partner.tenant_id}").filter(subject_id__in=subjects)
    context = partner_frame(request, membership) | {
        "asked": asked,
        "roles": asked.asked_roles(),
        "decision": decision,
        "granted": list(decision.granted_terms.roles.all())
        if decision and decision.granted_terms
        else [],
        "history": [{"title": told_to_partner(event), "at": event.at} for event in events[:PAGE]],
        "may_send": asked.status == "open"
        and asked.sent_at is None
        and bool(asked.addressed_email)
        and RelationshipRequest.makeable_by(
            viewer_of(request), membership.partner, with_roles=asked.terms_id is not None
        ),
    }
    return render(request, "relationships/partner/request_detail.html", context)


def told_to_partner(event: Event) -> str:
    """The event in words; a customer is named to the partner only after an approval."""
    if event.kind == "request.declined":
        return _("The customer declined the request.")
    return kinds.sentence(event)


@require_POST
@partner_view
def request_send(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    asked = get_object_or_404(membership.partner.requests, public_id=public_id)
    require(
        membership,
        PartnerRight.REQUEST_ROLES if asked.terms_id else PartnerRight.REQUEST_SELLING,
    )
    try:
        asked.send(by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The mail to %(address)s is on its way.") % {"address": asked.addressed_email},
        )
    return redirect(asked.get_absolute_url())
