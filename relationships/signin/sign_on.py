"""Signing in by an identity provider: which one, the way there, and what came back."""

from typing import Any

import requests
from allauth.account import signals
from allauth.account.internal.decorators import login_not_required
from allauth.core import ratelimit
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of
from accounts.models import Actor
from partnercenter.lib.names import domain_of
from partnercenter.lib.refusals import Refused
from partners.models import Partner

from ..models import IdentityProvider
from ..moves.arriving import arrive, is_invited
from ..moves.signing_on import note_test
from . import outbound, policy, sign_on_failures, sources
from .forms import SignOnForm
from .openid import OAuth2Adapter, Problem, Provider, problem_of

TEST = "test"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_on(request: HttpRequest) -> HttpResponse:
    """By address, or by one of the operator's own providers; then the way there is shown."""
    if request.user.is_authenticated:
        return redirect(_next(request) or "signin:home")
    if request.method != "POST":
        return _page(request, SignOnForm(initial={"email": request.GET.get("email", "")}))
    if not ratelimit.consume(request, action="single_sign_on"):
        form = SignOnForm(request.POST)
        form.add_error(None, _("Too many attempts. Please wait a few minutes."))
        return _page(request, form, status=429)
    if "provider" in request.POST:
        source = sources.by_id(request.POST["provider"])
        if source is None or source.why_closed:
            raise Http404
        return the_way_there(request, source, process=AuthProcess.LOGIN, next_url=_next(request))
    return _by_address(request, SignOnForm(request.POST))


def _by_address(request: HttpRequest, form: SignOnForm) -> HttpResponse:
    found = sources.of_address(form.cleaned_data["email"]) if form.is_valid() else []
    if form.is_valid() and not found:
        said = _(
            "No single sign-on is set up for addresses at %(domain)s. Sign in with your password, "
            "or ask for a code by mail."
        )
        form.add_error("email", said % {"domain": domain_of(form.cleaned_data["email"])})
    if form.errors:
        return _page(request, form, status=422)
    if len(found) > 1:
        return _page(request, form, found=found)
    return the_way_there(request, found[0], process=AuthProcess.LOGIN, next_url=_next(request))


def the_way_there(
    request: HttpRequest, source: sources.Source, *, process: str, next_url: str = ""
) -> HttpResponse:
    """
    A page that leads to the provider.

    No redirect answers the form: browsers hold `form-action` against every address on the way, and
    the provider's is known only now.
    """
    provider = Provider(request, source)
    try:
        with outbound.trusting(source.issuer if source.of_operator else ""):
            response = provider.redirect(request, process, next_url=next_url or None)
    except (OAuth2Error, requests.RequestException) as error:
        return failed_on_the_way(
            request, source, AuthError.UNKNOWN, error, {"state": {"process": process}}
        )
    if not isinstance(response, HttpResponseRedirect):
        return response
    context = {"source": source, "url": response["Location"]}
    page = render(request, "signin/sign_on_way.html", context)
    # The address holds the state of this attempt, and goes to nobody but the provider.
    page["Referrer-Policy"] = "no-referrer"
    return page


@login_not_required
@require_safe
@never_cache
def sign_on_callback(request: HttpRequest, source_id: str) -> HttpResponse:
    """Back from the provider, with a code or an error."""
    source = sources.by_id(source_id)
    if source is None:
        raise Http404
    if not ratelimit.consume(request, action="single_sign_on"):
        return failed(request, source, Problem.TOO_OFTEN)
    begun = statekit.get_states(request).get(request.GET.get("state", ""))
    view = OAuth2CallbackView.adapter_view(OAuth2Adapter(request, source_id))
    try:
        with outbound.trusting(source.issuer if source.of_operator else ""):
            response: HttpResponse = view(request)
    except (OAuth2Error, requests.RequestException) as error:
        # allauth asks the provider for its addresses before it begins to catch.
        context = {"state": begun[0] if begun else {}}
        return failed_on_the_way(request, source, AuthError.UNKNOWN, error, context)
    return response


def tested(request: HttpRequest, source: sources.Source, login: SocialLogin) -> HttpResponse:
    """Back from a test: the provider would have signed this person in."""
    provider = source.provider
    if provider is None or not request.user.is_authenticated:
        raise Http404
    address = login.email_addresses[0].email
    try:
        note_test(provider, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("It works: the provider says that you are %(address)s.")
        messages.success(request, said % {"address": address})
    return redirect(setup_page(provider))


def failed(
    request: HttpRequest, source: sources.Source, problem: Problem, detail: str = ""
) -> HttpResponse:
    """Nobody was signed in; why, and the other ways in."""
    context = {
        "source": source,
        "sentence": sign_on_failures.sentence(problem, source, detail),
        "email": detail if problem in (Problem.UNVERIFIED, Problem.OTHER_DOMAIN) else "",
    }
    status = {Problem.UNREACHABLE: 503, Problem.TOO_OFTEN: 429}.get(problem, 401)
    return render(request, "signin/sign_on_failed.html", context, status=status)


def failed_on_the_way(
    request: HttpRequest,
    source: sources.Source,
    error: Any,
    exception: BaseException | None,
    context: dict[str, Any],
) -> HttpResponse:
    """An error of the way there or back: on the page of the setup for who tests, else in words."""
    if error == AuthError.CANCELLED:
        problem, detail = Problem.CANCELLED, ""
    elif exception is None:
        said = request.GET.get("error", "")[:100]
        problem, detail = (Problem.REFUSED, said) if said else (Problem.EXPIRED, "")
    else:
        problem, detail = problem_of(exception)
    state = context.get("state") or {}
    provider = source.provider
    if state.get("process") != TEST or provider is None:
        return failed(request, source, problem, detail)
    messages.error(request, sign_on_failures.sentence_for_admin(problem, source, detail))
    return redirect(setup_page(provider))


def setup_page(provider: IdentityProvider) -> str:
    side = "partner" if isinstance(provider.organisation, Partner) else "customer"
    return reverse(f"relationships:{side}-sign-on", args=[provider.organisation.slug])


@receiver(signals.user_logged_in, dispatch_uid="signin.arrived")
def arrived(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Signed in for good, second factor and all: whoever has no place there yet gets the least."""
    login: SocialLogin | None = kwargs.get("sociallogin")
    source = sources.by_id(login.account.provider) if login is not None else None
    if source is None or source.provider is None or source.why_closed:
        return
    by = Actor.objects.of(user)
    by.user = user
    organisation, account = source.provider.organisation, login.account  # type: ignore[union-attr]
    address = login.email_addresses[0].email  # type: ignore[union-attr]
    place = arrive(organisation, user, address=address, sub=account.uid, by=by)
    if place is None and is_invited(organisation, user, timezone.now()):
        said = _(
            "%(organisation)s has invited you: the link in that mail gives you your place. Ask for "
            "it once more if you cannot find it."
        )
        messages.info(request, said % {"organisation": organisation.name})


def _page(
    request: HttpRequest,
    form: SignOnForm,
    *,
    found: list[sources.Source] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "operator_sources": sources.of_operator(),
        "next": _next(request),
    }
    return render(request, "signin/sign_on.html", context, status=status)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if policy.is_own_address(request, wanted) else ""
