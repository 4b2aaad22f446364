"""A partner's requests, the newest first, and what of them waits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..models.request import ANSWERED, UNANSWERED, WAITING
from ..moves.asking import why_not_of_this_kind, why_not_requesting
from .frames import partner_frame
from .paging import newest_first
from .rights import require

PAGE = 50
# value in the address: (label, states)
STATES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (_("All"), ()),
    "waiting": (_("Waiting"), WAITING),
    "decided": (_("Decided"), ANSWERED),
    "over": (_("Over"), UNANSWERED),
}


@require_safe
@partner_view
def request_list(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    partner = membership.partner
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    rows = partner.requests.select_related("terms")
    if states := STATES[chosen][1]:
        rows = rows.filter(status__in=states)
    page, older_url = newest_first(
        rows,
        request,
        moment="created_at",
        size=PAGE,
    )
    context = partner_frame(request, membership) | {
        "requests": page,
        "older_url": older_url,
        "tabs": [
            {
                "label": label,
                "url": f"{request.path}?state={value}" if value else request.path,
                "current": value == chosen,
            }
            for value, (label, _states) in STATES.items()
        ],
        "filtered": bool(chosen or "before" in request.GET),
        "may_request": membership.may(PartnerRight.REQUEST_SELLING),
        "why_not_requesting": why_not_requesting(partner),
        "may_see_link": not why_not_of_this_kind(partner),
    }
    return render(request, "relationships/partner/request_list.html", context)
