"""The page on which a person registers the organisation, on the way from a request's link."""

from allauth.core import ratelimit
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acting import actor_of
from customers.models import CustomerRegistration
from partnercenter.lib.refusals import Refused

from ..forms.registration import RegistrationForm
from ..models import RelationshipRequest
from ..moves.registering import register
from ..visitors import Visitor, visitor_of
from .landing import back_to_link, kept_secret, lead_to_decision, request_of


@require_http_methods(["GET", "HEAD", "POST"])
@kept_secret
def landing_register(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for name and country; who cannot register here reads why on the link's own page."""
    asked = request_of(token)
    visitor = visitor_of(asked, request.user)
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return _answer(request, asked, visitor, form)
    if not visitor.may_register or asked.why_unanswerable(timezone.now()):
        return redirect("relationships:landing", token=token)
    return _page(request, asked, visitor, form)


def _answer(
    request: HttpRequest, asked: RelationshipRequest, visitor: Visitor, form: RegistrationForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, asked, visitor, form, status=422)
    if not ratelimit.consume(request, action="register", user=request.user):
        form.add_error(None, _("Too many attempts. Please wait a few minutes."))
        return _page(request, asked, visitor, form, status=429)
    try:
        with transaction.atomic():
            made = register(asked, by=actor_of(request), **form.cleaned_data)
    except Refused as refusal:
        return _refusal(request, asked, visitor, form, str(refusal))
    if isinstance(made, CustomerRegistration):
        return redirect("relationships:landing", token=asked.token)
    return lead_to_decision(request, asked, made)


def _refusal(
    request: HttpRequest,
    asked: RelationshipRequest,
    visitor: Visitor,
    form: forms.Form,
    sentence: str,
) -> HttpResponse:
    if visitor.may_register and not asked.why_unanswerable(timezone.now()):
        form.add_error(None, sentence)
        return _page(request, asked, visitor, form, status=422)
    return back_to_link(request, asked, sentence)


def _page(
    request: HttpRequest,
    asked: RelationshipRequest,
    visitor: Visitor,
    form: forms.Form,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"asked": asked, "partner": asked.partner, "visitor": visitor, "form": form}
    return render(request, "relationships/landing/register.html", context, status=status)
