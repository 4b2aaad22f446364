"""What a person does with their own account: the windows that are open, and its end."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from accounts.models import User
from partnercenter.lib.browsers import in_words
from partnercenter.lib.refusals import Refused

from ..moves.deleting import delete_account as delete
from ..moves.deleting import places_of, why_not_deleting
from ..moves.joining import ask_to_join, joinable, waits
from . import policy


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in; one of the others, or all of them, is ended by a press."""
    own = _sessions_of(request)
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        others = [row for row in own if row.session_key != request.session.session_key]
        ended = others if wanted == "others" else [row for row in others if str(row.pk) == wanted]
        for row in ended:
            row.end()
        messages.success(request, _("%(count)d sessions were ended.") % {"count": len(ended)})
        return redirect("usersessions_list")
    current = request.session.session_key
    rows = [
        {
            "session": row,
            "browser": in_words(row.user_agent),
            "current": row.session_key == current,
        }
        for row in own
    ]
    return render(request, "signin/sessions.html", {"sessions": rows})


def _sessions_of(request: HttpRequest) -> list[UserSession]:
    """Those that are open still; looking changes nothing, so that closed ones stay unlisted."""
    rows = UserSession.objects.filter(user=request.user.pk).order_by("-created_at")
    return [row for row in rows if row.exists()]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """Organisations of the person's own domain, to be asked for a place."""
    found = joinable(request.user)
    if request.method == "POST":
        wanted = request.POST.get("organisation", "")
        chosen = next((row for row, _address in found if str(row.tenant_id) == wanted), None)
        if chosen is None:
            raise Http404
        try:
            ask_to_join(chosen, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = _("Those who can let you in to %(organisation)s were told.")
            messages.success(request, said % {"organisation": chosen.name})
        return redirect("signin:join")
    rows = [
        {"organisation": row, "address": address, "waits": waits(request.user, row)}
        for row, address in found
    ]
    return render(request, "signin/join.html", {"found": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete_account(request: HttpRequest) -> HttpResponse:
    """What follows; the press asks for a fresh sign-in first."""
    person: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        if not policy.is_fresh(request):
            return redirect(policy.sign_in_again_url(request, reverse("signin:delete")))
        try:
            delete(person, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("signin:delete")
        logout(request)
        messages.success(request, _("Your account was deleted."))
        return redirect("account_login")
    context = {
        "places": places_of(person),
        "why_not": why_not_deleting(person),
        "fresh": policy.is_fresh(request),
    }
    return render(request, "signin/delete.html", context)
