"""The form of a new request and of a draft."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import Partner, PartnerMembership
from partners.rights import PartnerRight

from ..again import from_administration, from_request, renewed_by, to_renew
from ..ask import Ask, ask_of
from ..forms.asking import AskForm, initial_of
from ..forms.request import RequestForm, new_key
from ..models import RelationshipRequest
from ..moves.asking import (
    ChangedMeanwhile,
    right_to_change,
    why_not_of_this_kind,
    why_not_requesting,
)
from ..moves.drafting import edit_draft, finish_draft, save_draft
from ..moves.requesting import create_request
from ..request_mail import default_paragraphs
from ..role_choices import role_choices
from .frames import partner_frame
from .request_detail import own_request
from .rights import require

GET_AND_POST = ["GET", "HEAD", "POST"]


def refuse_resellers(partner: Partner) -> None:
    """For them there is no such page (rule R45)."""
    if why := why_not_of_this_kind(partner):
        raise PermissionDenied(why)


@require_http_methods(GET_AND_POST)
@partner_view
def request_new(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.REQUEST_SELLING)
    refuse_resellers(membership.partner)
    as_draft = request.POST.get("step") == "draft"
    source = earlier(request, membership)
    form = RequestForm(
        request.POST or None,
        membership=membership,
        draft=as_draft,
        initial={**first_texts(), **(initial_of(source) if source else {}), "key": new_key()},
    )
    if request.method == "POST" and form.is_valid():
        make = save_draft if as_draft else create_request
        try:
            made = make(
                membership.partner,
                form.ask(),
                by=actor_of(request),
                public_id=form.public_id(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said_of(made))
            return redirect(made.get_absolute_url())
    context = asking_context(request, membership, form) | {"source": source}
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/request_form.html", context, status=status)


@require_http_methods(GET_AND_POST)
@partner_view
def request_edit(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """A draft: save it, or make the request of it."""
    draft = own_request(membership, public_id)
    require(membership, right_to_change(draft))
    if not draft.is_draft:
        messages.info(request, _("This is no draft any more, so it cannot be edited."))
        return redirect(draft.get_absolute_url())
    as_draft = request.POST.get("step") == "draft"
    form = RequestForm(
        request.POST or None,
        membership=membership,
        draft=as_draft,
        initial={**initial_of(ask_of(draft)), "seen": draft.version},
    )
    conflict = False
    if request.method == "POST" and form.is_valid():
        move = edit_draft if as_draft else finish_draft
        try:
            move(draft, form.ask(), by=actor_of(request), seen=form.cleaned_data["seen"] or 0)
        except Refused as refusal:
            draft = own_request(membership, public_id)
            form.add_error(None, str(refusal))
            conflict = isinstance(refusal, ChangedMeanwhile)
            if conflict:
                show_version(form, draft.version)
        else:
            messages.success(request, said_of(draft))
            return redirect(draft.get_absolute_url())
    context = asking_context(request, membership, form) | {"draft": draft}
    if conflict:
        context |= {"now": draft, "now_roles": draft.asked_roles()}
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/request_form.html", context, status=status)


def asking_context(
    request: HttpRequest, membership: PartnerMembership, form: AskForm
) -> dict[str, Any]:
    """What a page with such a form draws beside its fields."""
    ticked = (
        {str(value) for value in (form["roles"].value() or [])} if "roles" in form.fields else set()
    )
    return partner_frame(request, membership) | {
        "form": form,
        "services": role_choices(form.roles_on_offer, ticked),
        "not_given": [
            _("No bill for subscriptions that others sold."),
            _("No seats, add-ons or transitions of such subscriptions."),
            _("No change of their partner of record."),
        ],
        "why_not_requesting": why_not_requesting(membership.partner),
    }


def earlier(request: HttpRequest, membership: PartnerMembership) -> Ask | None:
    """What *Ask again* named: a request or an admin relationship of the partner's own."""
    partner = membership.partner
    if public_id := named(request, "request"):
        requests = partner.requests.single().select_related("partner", "administrator", "terms")
        asked = requests.filter(public_id=public_id).first()
        return from_request(asked) if asked else None
    if public_id := named(request, "administration"):
        lost = (
            partner.admin_relationships.readable(timezone.now())
            .lost()
            .select_related("partner", "customer", "asked_terms", "granted_terms")
        )
        relationship = lost.filter(public_id=public_id).first()
        return from_administration(relationship) if relationship else None
    if public_id := named(request, "renew"):
        running = renewed_by(partner).running(timezone.now())
        found = running.filter(public_id=public_id).select_related(
            "partner", "customer", "asked_terms", "granted_terms"
        )
        return to_renew(found[0], partner) if found else None
    return None


def named(request: HttpRequest, what: str) -> UUID | None:
    try:
        return UUID(request.GET.get(what, ""))
    except ValueError:
        return None


def first_texts() -> dict[str, str]:
    first, second = default_paragraphs()
    return {"first_paragraph": first, "second_paragraph": second}


def show_version(form: Form, version: Any) -> None:
    """The form goes back with what was typed, and with the version that it is now compared to."""
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["seen"] = str(version)  # type: ignore[index]


def said_of(request: RelationshipRequest) -> str:
    if request.is_draft:
        return _("The draft is saved. There is no link yet, and no customer sees it.")
    return _("The request is ready. Send its link to the customer.")
