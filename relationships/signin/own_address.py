"""Another e-mail address for an account: the present one and the new one are proved by a code."""

import time

from allauth.account import views as account
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from . import again_code
from .forms import AgainCodeForm
from .letters import ADDRESS_LENGTH

SESSION_KEY = "signin_new_address"


@never_cache
def address(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; a change begins with a code to the address that the account has now."""
    if request.method == "POST" and "action_add" in request.POST:
        return _begin(request)
    return account.email(request)


@reauthentication_required(app="allauth.account")
def _begin(request: HttpRequest) -> HttpResponseBase:
    if _has_proved_present(request) or _is_hopeless(request):
        return account.email(request)
    if not ratelimit.consume(request, action="sign_in_again_mail", user=request.user):
        messages.error(request, _("Several codes were sent already. Please wait a few minutes."))
        return redirect("account_email")
    request.session[SESSION_KEY] = request.POST.get("email", "")[: ADDRESS_LENGTH + 1]
    again_code.send(request)
    return redirect("signin:present-address")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def present_address(request: HttpRequest) -> HttpResponseBase:
    """The code from the present address; after it the new one is written to."""
    wanted = request.session.get(SESSION_KEY)
    if wanted is None or not again_code.is_out(request):
        return redirect("account_email")
    if request.method != "POST":
        return _page(request, AgainCodeForm(), wanted)
    form = AgainCodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, wanted, status=422)
    if not ratelimit.consume(request, action="sign_in_again_code", user=request.user):
        form.add_error(None, _("Too many attempts. Please wait a few minutes."))
        return _page(request, form, wanted, status=429)
    return _weigh(request, form, wanted)


def _weigh(request: HttpRequest, form: AgainCodeForm, wanted: str) -> HttpResponseBase:
    answer = again_code.answer(request, form.cleaned_data["code"])
    if answer is again_code.Answer.WRONG:
        form.add_error("code", _("This is not the code that was sent last."))
        return _page(request, form, wanted, status=422)
    del request.session[SESSION_KEY]
    if answer is again_code.Answer.GONE:
        messages.error(request, _("The code is no longer valid. Please ask for a new one."))
        return redirect("account_email")
    given = QueryDict(mutable=True)
    given.update({"email": wanted, "action_add": "yes"})
    request.POST = given  # type: ignore[assignment]
    return account.email(request)


def _is_hopeless(request: HttpRequest) -> bool:
    """What allauth's form refuses whoever types it; no code needs to be sent for that."""
    wanted = request.POST.get("email", "").strip()
    try:
        validate_email(wanted)
    except ValidationError:
        return True
    own = request.user.email  # type: ignore[union-attr]
    return len(wanted) > ADDRESS_LENGTH or wanted.casefold() == own.casefold()


def _has_proved_present(request: HttpRequest) -> bool:
    """Whether a code to the present address was typed just now, for whatever reason."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(
        record.get("reauthenticated")
        and record.get("method") == "code"
        and record.get("email") == request.user.email  # type: ignore[union-attr]
        and time.time() - record["at"] < settings.SIGN_IN_AGAIN_SECONDS
        for record in records
    )


def _page(
    request: HttpRequest, form: AgainCodeForm, wanted: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "wanted": wanted}
    return render(request, "signin/present_address.html", context, status=status)
