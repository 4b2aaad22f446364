"""A customer's request policy, and what it refused."""

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused

from ..forms.request_policy import ListedPartnerForm, PolicyForm
from ..models import RequestPolicy
from ..moves import policing
from ..moves.answering import SignInAgain
from ..moves.asking import ChangedMeanwhile
from ..policy_rules import locks_everyone_out, met_by
from ..policy_summary import summary_of
from ..signin.policy import is_fresh, sign_in_again_url
from .frames import customer_frame
from .rights import names_of, require

RIGHT = CustomerRight.DECIDE
REFUSALS = 20
# Where the session keeps rules that wait for their author to sign in again.
KEPT = "relationships_policy"


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view
def policy(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """The policy in force, and the form that changes its rules."""
    require(membership, RIGHT)
    form = PolicyForm(request.POST or kept(request, membership), policy=policy_of(membership))
    if request.method == "POST" and form.is_valid():
        try:
            policing.set_policy(
                membership.customer,
                form.wish(),
                by=actor_of(request),
                seen=form.cleaned_data["seen"],
                meant=meant(request),
            )
        except policing.LocksEveryoneOut as warning:
            return ask_once_more(request, membership, warning)
        except SignInAgain as refusal:
            messages.warning(request, str(refusal))
            request.session[KEPT] = {"of": membership.pk, "typed": request.POST.urlencode()}
            return redirect(sign_in_again_url(request, request.path))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, ChangedMeanwhile):
                show_version(form, policy_of(membership))
        else:
            request.session.pop(KEPT, None)
            return done(request, membership, _("The request policy is saved."))
    return show(request, membership, form=form)


@require_POST
@customer_view
def policy_list(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Put a partner on one of the lists."""
    require(membership, RIGHT)
    form = ListedPartnerForm(request.POST)
    if not ratelimit.consume(request, action="policy_partner", user=request.user):
        messages.error(request, _("This was tried often already. Please wait some minutes."))
        return to_policy(membership)
    if form.is_valid():
        partner = form.cleaned_data["partner"]
        try:
            policing.list_partner(
                membership.customer,
                partner,
                allowed=form.allowed,
                by=actor_of(request),
                meant=meant(request),
            )
        except policing.LocksEveryoneOut as warning:
            return ask_once_more(request, membership, warning)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = (
                _("%(partner)s is on the allow list now.")
                if form.allowed
                else _("%(partner)s is on the deny list now.")
            )
            return done(request, membership, said % {"partner": partner.name})
    return show(request, membership, list_form=form)


@require_POST
@customer_view
def policy_unlist(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """Take a partner off the list on which it stands."""
    require(membership, RIGHT)
    places = {str(place.partner.tenant_id): place.partner for place in listed(membership)}
    partner = places.get(request.POST.get("partner", ""))
    if partner is None:
        messages.error(request, _("This partner is on no list."))
        return to_policy(membership)
    try:
        policing.unlist_partner(
            membership.customer, partner, by=actor_of(request), meant=meant(request)
        )
    except policing.LocksEveryoneOut as warning:
        return ask_once_more(request, membership, warning)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return to_policy(membership)
    said = _("%(partner)s is on no list any more.") % {"partner": partner.name}
    return done(request, membership, said)


@require_POST
@customer_view
def policy_code(request: HttpRequest, membership: CustomerMembership) -> HttpResponse:
    """A new request code, or none any more."""
    require(membership, RIGHT)
    drop = request.POST.get("step") == "drop"
    move = policing.drop_code if drop else policing.renew_code
    try:
        move(membership.customer, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return to_policy(membership)
    if drop:
        return done(request, membership, _("A request needs no code any more."))
    return done(request, membership, _("A request needs this code from now on."))


@require_safe
@customer_view
def refusal(request: HttpRequest, membership: CustomerMembership, public_id: UUID) -> HttpResponse:
    """Why a person of the customer comes no further with a partner's link."""
    require(membership, CustomerRight.SEE)
    rows = membership.customer.policy_refusals.select_related("request__partner")
    found = get_object_or_404(rows, public_id=public_id)
    decides = membership.may(RIGHT)
    context = customer_frame(request, membership) | {
        "asked": found.request,
        "partner": found.request.partner,
        "at": found.met_at,
        "rules": met_by(found),
        "decides": decides,
        "who_can": [] if decides else names_of(membership, RIGHT),
        "link": found.request.link if found.request.is_open else "",
    }
    return render(request, "relationships/customer/refused_by_policy.html", context)


def policy_of(membership: CustomerMembership) -> RequestPolicy:
    policies = RequestPolicy.objects.visible_to(membership.user)
    return policies.select_related("changed_by__user").of(membership.customer)


def kept(request: HttpRequest, membership: CustomerMembership) -> QueryDict | None:
    """What was typed before the person proved who they are; it is not saved yet."""
    before = request.session.get(KEPT) or {}
    if request.method != "GET" or before.get("of") != membership.pk or not is_fresh(request):
        return None
    messages.info(request, _("Nothing has been saved yet. Read it once more, then save."))
    return QueryDict(before["typed"])


def listed(membership: CustomerMembership) -> list[Any]:
    found = policy_of(membership)
    if not found.is_made:
        return []
    return list(found.partners.select_related("partner").order_by("-allowed", "partner__name"))


def meant(request: HttpRequest) -> bool:
    """Whether the person has read that nobody could ask then."""
    return request.POST.get("meant") == "yes"


def show_version(form: PolicyForm, now: RequestPolicy) -> None:
    """The form goes back with what was typed, and with the version that it is now compared to."""
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["seen"] = str(now.version)  # type: ignore[index]


def to_policy(membership: CustomerMembership) -> HttpResponse:
    return redirect("relationships:customer-policy", membership.customer.slug)


def done(request: HttpRequest, membership: CustomerMembership, said: str) -> HttpResponse:
    messages.success(request, said)
    return to_policy(membership)


def ask_once_more(
    request: HttpRequest, membership: CustomerMembership, warning: Refused
) -> HttpResponse:
    """Nothing was saved: the same act once more, with what was typed, now meant."""
    fields = [
        (name, value)
        for name in request.POST
        if name not in ("csrfmiddlewaretoken", "meant")
        for value in request.POST.getlist(name)
    ]
    context = customer_frame(request, membership) | {
        "why": str(warning),
        "fields": fields,
        "back_url": reverse("relationships:customer-policy", args=[membership.customer.slug]),
    }
    return render(request, "relationships/customer/policy_locks_out.html", context, status=422)


def show(
    request: HttpRequest,
    membership: CustomerMembership,
    *,
    form: PolicyForm | None = None,
    list_form: ListedPartnerForm | None = None,
) -> HttpResponse:
    now = policy_of(membership)
    form = form or PolicyForm(policy=now)
    list_form = list_form or ListedPartnerForm()
    refusals = membership.customer.policy_refusals.select_related("request__partner")
    context = customer_frame(request, membership) | {
        "policy": now,
        "summary": summary_of(now),
        "locked_out": now.is_made and locks_everyone_out(now),
        "form": form,
        "list_form": list_form,
        "listed": listed(membership) if now.is_made else [],
        "refusals": [
            {"row": row, "rules": met_by(row)}
            for row in refusals.order_by("-met_at", "-pk")[:REFUSALS]
        ],
    }
    status = 422 if form.errors or list_form.errors else 200
    return render(request, "relationships/customer/request_policy.html", context, status=status)
