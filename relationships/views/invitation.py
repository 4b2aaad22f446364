"""The page that an invitation's link opens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from customers.models import CustomerInvitation
from partnercenter.lib.refusals import Refused
from partners.models import PartnerInvitation

from ..moves.inviting import accept
from .landing import kept_secret


def invitation_of(token: str) -> PartnerInvitation | CustomerInvitation:
    found = (
        PartnerInvitation.objects.with_token(token).select_related("partner").first()
        or CustomerInvitation.objects.with_token(token).select_related("customer").first()
    )
    if found is None:
        raise Http404
    return found


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_secret
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say what is offered; a press of *Accept* by the invited person takes the place."""
    offered = invitation_of(token)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            accept(offered, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("relationships:invitation", token=token)
        messages.success(
            request, _("You now belong to %(name)s.") % {"name": offered.organisation.name}
        )
        return redirect("signin:home")
    here = urlencode({"next": request.path})
    context = {
        "invitation": offered,
        "organisation_name": offered.organisation.name,
        "why_closed": offered.why_closed(timezone.now()),
        "for_visitor": request.user.is_authenticated and offered.addressed_to(request.user),
        "sign_in_url": f"{reverse('account_login')}?{here}",
        "sign_up_url": f"{reverse('account_signup')}?{here}",
    }
    return render(request, "relationships/invitation/invitation.html", context)
