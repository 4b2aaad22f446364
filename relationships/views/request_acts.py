"""What is done with a request by one press: send it, make it of a draft, take it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership

from ..moves.asking import right_to_change
from ..moves.cancelling import cancel, why_not_cancelling
from ..moves.drafting import open_draft
from ..moves.sending import send
from .frames import partner_frame
from .request_detail import own_request
from .rights import require


@require_POST
@partner_view
def request_send(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    asked = own_request(membership, public_id)
    require(membership, right_to_change(asked))
    try:
        refusals = send(asked, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if refusals:
            messages.warning(
                request, _("The customer's request policy refused it, so nobody there gets a mail.")
            )
        else:
            messages.success(request, sent_to(asked))
    return redirect(asked.get_absolute_url())


def sent_to(asked) -> str:
    """The same words whether the organisation that was named is here or not."""
    if asked.addressed_email:
        return _("The mail to %(address)s is on its way.") % {"address": asked.addressed_email}
    return _("Whoever decides at %(address)s gets the mail, if that organisation is here.") % {
        "address": asked.addressed_to
    }


@require_POST
@partner_view
def request_create(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """A draft as it stands becomes the request."""
    draft = own_request(membership, public_id)
    require(membership, right_to_change(draft))
    if draft.is_draft and not draft.is_addressed:
        messages.error(request, _("Say first whom you ask."))
        return redirect("relationships:request-edit", membership.partner.slug, public_id)
    try:
        open_draft(draft, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is ready. Send its link to the customer."))
    return redirect(draft.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def request_cancel(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """Say what ends and what goes on; its POST takes the request back."""
    asked = own_request(membership, public_id)
    require(membership, right_to_change(asked))
    was_draft = asked.is_draft
    if request.method == "POST":
        try:
            cancel(asked, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("The draft is discarded.") if was_draft else _("The request is cancelled."),
            )
        return redirect(asked.get_absolute_url())
    if why := why_not_cancelling(asked):
        messages.info(request, why)
        return redirect(asked.get_absolute_url())
    context = partner_frame(request, membership) | {
        "asked": asked,
        "ends": what_ends(asked),
        "stays": [
            _("What any customer approved before stays as it is."),
            _("No subscription changes."),
        ],
    }
    return render(request, "relationships/partner/request_cancel.html", context)


def what_ends(asked) -> list[str]:
    if asked.is_draft:
        return [_("The draft can no longer be edited, and no request can be made of it.")]
    return [
        _("The link says that you have cancelled the request; nobody can approve it any more."),
        _("If somebody of the customer has opened it, they get a mail that says so."),
    ]
