"""How an organisation's people sign in by its own identity provider; alike on both sides."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.acting import actor_of
from partnercenter.lib.refusals import Refused

from ..forms.sign_on import IdentityProviderForm
from ..models import IdentityProvider
from ..models.identity_provider import provider_key
from ..moves.answering import SignInAgain
from ..moves.signing_on import set_up, turn_off, turn_on
from ..signin import policy, sources
from ..signin.openid import callback_url
from ..signin.sign_on import TEST, the_way_there
from .people_pages import address_of, require_ruling, show

NAMES = ("sign-on", "sign-on-test", "sign-on-on", "sign-on-off")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_on(request: HttpRequest, membership: Any) -> HttpResponse:
    """What is entered, how far it is, and the next step."""
    require_ruling(membership)
    provider = _provider_of(membership)
    form = IdentityProviderForm(request.POST or None, provider=provider)
    if request.method == "POST" and form.is_valid():
        if _is_unchanged(provider, form.cleaned_data):
            messages.info(request, _("Nothing was changed."))
            return redirect(address_of(membership, "sign-on"), membership.organisation.slug)
        try:
            set_up(membership.organisation, by=actor_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The provider was saved. Test it now."))
            return redirect(address_of(membership, "sign-on"), membership.organisation.slug)
    context = {
        "form": form,
        "provider": provider,
        "way_in": request.build_absolute_uri(reverse("signin:sign-on")),
        "why_resting": provider.why_resting() if provider else "",
        # Its address is known before anything is saved, since it is entered at the provider first.
        "callback": callback_url(request, provider_key(membership.organisation)),
        "addresses": {name.replace("-", "_"): address_of(membership, name) for name in NAMES},
        "profile_url": reverse(
            address_of(membership, "profile"), args=[membership.organisation.slug]
        ),
    }
    return show(request, membership, "sign_on", context, status=422 if form.errors else 200)


@require_POST
def sign_on_test(request: HttpRequest, membership: Any) -> HttpResponse:
    """To the provider and back, without signing anybody in."""
    provider = _saved(membership)
    page = redirect(address_of(membership, "sign-on"), membership.organisation.slug)
    if not ratelimit.consume(request, action="sign_on_test", user=request.user):
        messages.error(request, _("This was tried often already. Please wait some minutes."))
        return page
    source = sources.by_id(provider.key)
    assert source is not None  # noqa: S101  it is the row that was just read
    return the_way_there(request, source, process=TEST)


@require_POST
def sign_on_on(request: HttpRequest, membership: Any) -> HttpResponse:
    provider = _saved(membership)
    page = reverse(address_of(membership, "sign-on"), args=[membership.organisation.slug])
    try:
        turn_on(provider, by=actor_of(request))
    except SignInAgain:
        return redirect(policy.sign_in_again_url(request, page))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Single sign-on is on."))
    return redirect(page)


@require_POST
def sign_on_off(request: HttpRequest, membership: Any) -> HttpResponse:
    provider = _saved(membership)
    try:
        turn_off(provider, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Single sign-on is off. Everybody has their other ways in."))
    return redirect(address_of(membership, "sign-on"), membership.organisation.slug)


def _provider_of(membership: Any) -> IdentityProvider | None:
    return getattr(membership.organisation, "identity_provider", None)


def _saved(membership: Any) -> IdentityProvider:
    require_ruling(membership)
    provider = _provider_of(membership)
    if provider is None:
        raise Http404
    return provider


def _is_unchanged(provider: IdentityProvider | None, given: dict[str, str]) -> bool:
    """Pressing *Save* alone does not take back a test that has worked."""
    if provider is None or given["secret"] not in ("", provider.secret):
        return False
    return (given["issuer"], given["client_id"]) == (provider.issuer, provider.client_id)
