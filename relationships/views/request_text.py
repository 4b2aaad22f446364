"""The text of a request's mail, once the request is there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership

from ..forms.paragraph import TextForm
from ..moves.asking import ChangedMeanwhile, right_to_change
from ..moves.wording import edit_text, text_digest
from .frames import partner_frame
from .request_detail import own_request
from .request_form import GET_AND_POST, show_version
from .rights import require


@require_http_methods(GET_AND_POST)
@partner_view
def request_text(
    request: HttpRequest, membership: PartnerMembership, public_id: str
) -> HttpResponse:
    """The two paragraphs of an open request's mail, or of the standing link's."""
    asked = own_request(membership, public_id)
    require(membership, right_to_change(asked))
    if not asked.is_open:
        messages.info(request, _("This request is not open, so its mail cannot be changed."))
        return redirect(asked.get_absolute_url())
    form = TextForm(
        request.POST or None,
        initial={
            "first_paragraph": asked.first_paragraph,
            "second_paragraph": asked.second_paragraph,
            "seen": text_digest(asked),
        },
    )
    conflict = False
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            edit_text(
                asked,
                given["first_paragraph"],
                given["second_paragraph"],
                by=actor_of(request),
                seen=given["seen"],
            )
        except Refused as refusal:
            asked = own_request(membership, public_id)
            form.add_error(None, str(refusal))
            conflict = isinstance(refusal, ChangedMeanwhile)
            if conflict:
                show_version(form, text_digest(asked))
        else:
            messages.success(request, _("The text of the mail is saved."))
            return redirect(asked.get_absolute_url())
    context = partner_frame(request, membership) | {
        "asked": asked,
        "form": form,
        "conflict": conflict,
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/request_text.html", context, status=status)
