"""One request of a partner: what it asks, why it waits, its mail, what became of it."""

from math import ceil
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit import kinds
from audit.log import entries
from audit.models import Event, Side
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..again import renewed_by
from ..models import AdminRole, Decision, RelationshipRequest
from ..moves.asking import right_to_change, why_not_requesting
from ..policy_rules import met_by
from ..request_mail import mailto, words_to_copy
from ..waiting import why_it_waits
from .frames import partner_frame
from .rights import require

HISTORY = 50
REFUSALS = 3
# Letters of a line where the mail is shown; longer lines take two.
LINE = 70
DECISIONS = {
    "opened": Count("pk"),
    "opened_at": Min("opened_at"),
    "waiting": Count("pk", filter=Q(status="open")),
    "approved": Count("pk", filter=Q(status="approved")),
    "declined": Count("pk", filter=Q(status="declined")),
}


def own_request(membership: PartnerMembership, public_id: str) -> RelationshipRequest:
    rows = membership.partner.requests.select_related(
        "partner", "administrator", "terms", "created_by__user", "sent_by__user"
    )
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@partner_view
def request_detail(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    asked = own_request(membership, public_id)
    if asked.is_standing and asked.is_open:
        return redirect("relationships:standing-link", membership.partner.slug)
    decision = None if asked.is_standing else answer_to(asked)
    now = timezone.now()
    roles = asked.asked_roles()
    context = partner_frame(request, membership) | {
        "asked": asked,
        "roles": roles,
        "decision": decision,
        "granted": list(decision.granted_terms.roles.all())
        if decision and decision.granted_terms
        else [],
        "history": history_of(membership, asked, decision),
        "refusals": refusals_of(asked),
        "why_not_requesting": why_not_requesting(membership.partner),
        **acts_on(membership, asked),
    }
    if asked.is_open:
        context |= mail_of(asked, roles)
        opened_at = asked.decisions.aggregate(Min("opened_at"))["opened_at__min"]
        context["waits"] = why_it_waits(asked, opened_at=opened_at, at=now)
    elif not asked.is_draft:
        context |= again(membership, asked, decision)
    return render(request, "relationships/partner/request_detail.html", context)


def answer_to(asked: RelationshipRequest) -> Decision | None:
    """What the customer of a single request decided, if it has."""
    answers = asked.decisions.filter(status__in=["approved", "declined"])
    return (
        answers.select_related("customer", "granted_terms", "admin_relationship", "certificate")
        .order_by("-decided_at")
        .first()
    )


def refusals_of(asked: RelationshipRequest) -> list[dict[str, Any]]:
    """Which rules of customers' request policies it met, as far as the partner has been told."""
    told = asked.policy_refusals.standing().told()[:REFUSALS]
    return [{"at": row.told_at, "rules": met_by(row)} for row in told]


def acts_on(membership: PartnerMembership, asked: RelationshipRequest) -> dict[str, Any]:
    """What this person can do with it now."""
    may = membership.may(right_to_change(asked))
    may_ask = may and not why_not_requesting(membership.partner)
    return {
        "may_edit": may_ask and asked.is_draft,
        "may_send": may_ask and asked.is_open and asked.is_addressed,
        "may_cancel": may and not asked.is_standing and (asked.is_open or asked.is_draft),
        "text_url": address("request-text", membership, asked.public_id)
        if may_ask and asked.is_open
        else "",
    }


def address(name: str, membership: PartnerMembership, *more: Any) -> str:
    return reverse(f"relationships:{name}", args=[membership.partner.slug, *more])


def mail_of(asked: RelationshipRequest, roles: list[AdminRole]) -> dict[str, Any]:
    """The whole mail, to be copied or opened elsewhere."""
    words = words_to_copy(asked, roles)
    lines = sum(max(1, ceil(len(line) / LINE)) for line in words.text.split("\n"))
    return {"mail": words, "mail_lines": lines, "mailto": mailto(asked, words)}


def again(
    membership: PartnerMembership, asked: RelationshipRequest, decision: Decision | None
) -> dict[str, str]:
    """The way to a new request like this one, where this one did not give what it asked."""
    if (
        asked.is_standing
        or not membership.may(PartnerRight.REQUEST_SELLING)
        or why_not_requesting(membership.partner)
    ):
        return {}
    if asked.status in ("cancelled", "expired"):
        label = _("Send again")
    elif asked.status == "declined" or (decision and decision.administration == "declined"):
        label = _("Ask again")
    else:
        return renewal_for_reseller(membership, asked)
    url = address("request-new", membership)
    return {"again_label": label, "again_url": f"{url}?request={asked.public_id}"}


def renewal_for_reseller(
    membership: PartnerMembership, asked: RelationshipRequest
) -> dict[str, str]:
    """The way to renew what it gave to an indirect reseller, which has no requests itself."""
    if asked.administrator_id == asked.partner_id or not membership.may(PartnerRight.REQUEST_ROLES):
        return {}
    running = renewed_by(membership.partner).running(timezone.now()).filter(request=asked)
    grant = running.first()
    if grant is None:
        return {}
    url = address("request-new", membership)
    return {"again_label": _("Renew"), "again_url": f"{url}?renew={grant.public_id}"}


def history_of(
    membership: PartnerMembership, asked: RelationshipRequest, decision: Decision | None = None
) -> list[dict[str, Any]]:
    """The events of the partner's own log; its own people are named, nobody of a customer."""
    subjects = [str(asked.public_id), *([str(decision.public_id)] if decision else [])]
    events = entries(f"partner:{membership.partner.tenant_id}").filter(subject_id__in=subjects)
    return [
        {"title": told_to_partner(event), "at": event.at, "who": who_of(event)}
        for event in events.select_related("sealed")[:HISTORY]
    ]


def told_to_partner(event: Event) -> str:
    """The event in words; a customer is named to the partner only after an approval."""
    if event.kind == "request.declined":
        return _("The customer declined the request.")
    return kinds.sentence(event)


def who_of(event: Event) -> str:
    sealed = getattr(event, "sealed", None)
    return sealed.actor_label if sealed and event.side == Side.PARTNER else ""
