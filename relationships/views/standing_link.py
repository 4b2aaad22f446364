"""The partner's standing link: copied by all who ask, changed by those who may rotate it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerKind, PartnerMembership
from partners.rights import PartnerRight

from ..ask import ask_of
from ..forms.asking import AskForm, initial_of
from ..models import RelationshipRequest
from ..moves.asking import ChangedMeanwhile, why_not_requesting
from ..moves.standing import edit_standing_link, first_wish, make_standing_link, rotate
from .frames import partner_frame
from .request_detail import DECISIONS, acts_on, history_of, mail_of, refusals_of
from .request_form import asking_context, refuse_resellers, show_version
from .rights import names_of, require


def open_link(membership: PartnerMembership) -> RelationshipRequest | None:
    links = membership.partner.requests.standing().open()
    return links.select_related("partner", "administrator", "terms", "created_by__user").first()


def to_the_link(membership: PartnerMembership) -> HttpResponse:
    return redirect("relationships:standing-link", membership.partner.slug)


@require_safe
@partner_view
def standing_link(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_REQUESTS)
    refuse_resellers(membership.partner)
    link = open_link(membership)
    may_change = membership.may(PartnerRight.ROTATE_LINK)
    context = partner_frame(request, membership) | {
        "link": link,
        "may_change": may_change,
        "why_not_requesting": why_not_requesting(membership.partner),
        "sells": membership.partner.kind != PartnerKind.ADVISOR,
    }
    if link is not None:
        roles = link.asked_roles()
        context |= {
            "roles": roles,
            "refusals": refusals_of(link),
            "counts": link.decisions.aggregate(**DECISIONS),
            "history": history_of(membership, link),
            **acts_on(membership, link),
            **mail_of(link, roles),
        }
    elif not may_change:
        context["who_can"] = names_of(membership, PartnerRight.ROTATE_LINK)
    return render(request, "relationships/partner/standing_link.html", context)


@require_POST
@partner_view
def link_make(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.ROTATE_LINK)
    refuse_resellers(membership.partner)
    try:
        make_standing_link(membership.partner, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The standing link is made."))
    return to_the_link(membership)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def link_edit(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """What the link asks; where there is none yet, saving makes it."""
    require(membership, PartnerRight.ROTATE_LINK)
    refuse_resellers(membership.partner)
    link = open_link(membership)
    ask = ask_of(link) if link else first_wish(membership.partner)
    form = AskForm(
        request.POST or None,
        membership=membership,
        initial={**initial_of(ask), "seen": link.version if link else 0},
    )
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            save(membership, link, form, request)
        except Refused as refusal:
            link = open_link(membership)
            form.add_error(None, str(refusal))
            conflict = isinstance(refusal, ChangedMeanwhile) and link is not None
            if link is not None and conflict:
                show_version(form, link.version)
        else:
            messages.success(
                request,
                _("The link asks for this from now on. Its address is the same as before."),
            )
            return to_the_link(membership)
    context = asking_context(request, membership, form) | {"link": link}
    if link is not None and conflict:
        context |= {"now": link, "now_roles": link.asked_roles()}
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/link_edit.html", context, status=status)


def save(
    membership: PartnerMembership,
    link: RelationshipRequest | None,
    form: AskForm,
    request: HttpRequest,
) -> None:
    by, seen = actor_of(request), form.cleaned_data["seen"] or 0
    if link is None:
        make_standing_link(membership.partner, form.ask(), by=by)
    else:
        edit_standing_link(link, form.ask(), by=by, seen=seen)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def link_rotate(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    """Say what ends and what goes on; its POST replaces the link that the page showed."""
    require(membership, PartnerRight.ROTATE_LINK)
    refuse_resellers(membership.partner)
    if request.method == "POST":
        if shown := shown_link(request, membership):
            try:
                rotate(shown, by=actor_of(request))
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(
                    request, _("The link is replaced. The old one opens for nobody any more.")
                )
        return to_the_link(membership)
    link = open_link(membership)
    if link is None:
        return to_the_link(membership)
    context = partner_frame(request, membership) | {
        "link": link,
        "why_not_requesting": why_not_requesting(membership.partner),
        **effects_of_rotation(link),
    }
    return render(request, "relationships/partner/link_rotate.html", context)


def shown_link(request: HttpRequest, membership: PartnerMembership) -> RelationshipRequest | None:
    try:
        public_id = UUID(request.POST.get("link", ""))
    except ValueError:
        return None
    links = membership.partner.requests.standing().select_related("partner", "administrator")
    return links.filter(public_id=public_id).first()


def effects_of_rotation(link: RelationshipRequest) -> dict[str, Any]:
    waiting = link.decisions.open().count()
    ends = [_("The old link says that it was replaced; nobody can approve anything through it.")]
    if waiting:
        ends.append(
            _(
                "Customers that have opened it and not decided: %(number)d. They can no longer "
                "approve, and get a mail that says so."
            )
            % {"number": waiting}
        )
    return {
        "starts": [_("A new link asks for the same.")],
        "ends": ends,
        "stays": [
            _("What customers approved through the old link stays as it is."),
            _("No subscription changes."),
        ],
    }
