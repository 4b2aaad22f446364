"""The decision page: what is asked, what it means, what does not change, and the answer."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight, CustomerRole
from partnercenter.lib.refusals import Refused

from ..content import content_digest, content_with, holders_of
from ..forms.decision import DecisionForm
from ..models import AdminRole, Decision, DecisionStatus, ServiceAdministration
from ..moves import deciding
from ..moves.deciding import SignInAgain, Unanswered
from ..overview import existed_at
from ..role_choices import role_view
from ..signin.policy import is_fresh, sign_in_again_url
from .frames import customer_frame
from .rights import RightMissing, require

KEPT = "answers_kept_while_signing_in_again"


class Asked(NamedTuple):
    """What is asked and what it touches, read once; the digest is of exactly this."""

    roles: list[AdminRole]
    holders: list[ServiceAdministration]
    digest: str


def asked_by(decision: Decision) -> Asked:
    roles = decision.request.asked_roles()
    holders = holders_of(decision, roles)
    return Asked(roles, holders, content_digest(content_with(decision, roles, holders)))


def decision_of(membership: CustomerMembership, public_id: str) -> Decision:
    rows = membership.customer.decisions.select_related(
        "request__partner", "request__administrator", "request__terms", "granted_terms"
    )
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@customer_view
def decision_detail(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    decision = decision_of(membership, public_id)
    if decision.status != DecisionStatus.OPEN:
        return receipt(request, membership, decision)
    asked = asked_by(decision)
    form = form_of(decision, asked.roles, kept_answers(request, decision, asked))
    return page(request, membership, decision, asked=asked, form=form)


@require_POST
@customer_view
def decision_approve(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    return decide(request, membership, public_id, deciding.approve)


@require_POST
@customer_view
def decision_decline(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    return decide(request, membership, public_id, deciding.decline)


def decide(
    request: HttpRequest, membership: CustomerMembership, public_id: str, move: Any
) -> HttpResponse:
    """Take the answer to the move; a refusal shows the page again with what was typed."""
    decision = decision_of(membership, public_id)
    require(membership, CustomerRight.DECIDE)
    if decision.status != DecisionStatus.OPEN:
        messages.info(request, _("This request has been decided; here is the receipt."))
        return redirect(decision.get_absolute_url())
    form = form_of(decision, decision.request.asked_roles(), request.POST)
    if form.is_valid():
        try:
            move(decision, form.answer(), by=actor_of(request))
        except SignInAgain as refusal:
            messages.warning(request, str(refusal))
            keep_answers(request, decision)
            return redirect(sign_in_again_url(request, decision.get_absolute_url()))
        except PermissionDenied as denied:
            raise RightMissing(str(denied), names_of_deciders(decision)) from denied
        except Refused as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, Unanswered):
                mark_unanswered(form, decision)
        else:
            request.session.pop(KEPT, None)
            return redirect(decision.get_absolute_url())
    decision = decision_of(membership, public_id)
    return page(request, membership, decision, asked=asked_by(decision), form=form, status=422)


def form_of(decision: Decision, roles: list[AdminRole], data: Any = None) -> DecisionForm:
    return DecisionForm(data, roles=roles, terms=decision.request.terms)


def mark_unanswered(form: DecisionForm, decision: Decision) -> None:
    """Say at each half that was asked for and not answered that an answer is missing."""
    request = decision.request
    halves = {"selling": request.asks_selling, "administration": decision.asks_administration}
    for half, is_asked in halves.items():
        if is_asked and not form.cleaned_data.get(half):
            form.add_error(half, _("Choose Allow or Do not allow."))


def keep_answers(request: HttpRequest, decision: Decision) -> None:
    """Remember what was typed while the person proves who they are."""
    typed = {name: request.POST.get(name, "") for name in DecisionForm.base_fields}
    typed["roles"] = request.POST.getlist("roles")  # type: ignore[assignment]
    request.session[KEPT] = {"decision": str(decision.public_id), "typed": typed}


def kept_answers(request: HttpRequest, decision: Decision, asked: Asked) -> dict[str, Any] | None:
    """What was typed before, unless the proof is missing or what is asked has changed."""
    kept = request.session.get(KEPT) or {}
    if kept.get("decision") != str(decision.public_id) or not is_fresh(request):
        return None
    return kept["typed"] if kept["typed"]["seen_digest"] == asked.digest else None


def names_of_deciders(decision: Decision) -> list[str]:
    places = decision.deciders().select_related("user").order_by("pk")
    return [place.user.get_full_name() for place in places]


def page(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    *,
    asked: Asked,
    form: DecisionForm,
    status: int = 200,
) -> HttpResponse:
    """What somebody needs to decide: roles in plain words, who holds what, and the digest."""
    why_not = decision.why_not_decidable_by(viewer_of(request))
    why_closed = decision.request.why_unanswerable(timezone.now())
    if why_not or why_closed:
        form.only_to_look_at()
    running = decision.customer.reseller_relationships.running()
    context = shared_context(request, membership, decision) | {
        "form": form,
        "digest": asked.digest,
        "roles": role_cards(decision, asked, form),
        "any_privileged": any(role.privileged for role in asked.roles),
        "selling_allowed": form["selling"].value() == "allow",
        "selling_refused": form["selling"].value() == "refuse",
        "administration_allowed": form["administration"].value() == "allow",
        "administration_refused": form["administration"].value() == "refuse",
        "why_closed": why_closed,
        "why_not": why_not,
        "who_can": names_of_deciders(decision) if why_not else [],
        "press_again": form.is_bound and request.method == "GET",
        "sells_already": running.filter(partner=decision.request.partner).exists(),
    }
    return render(request, "relationships/customer/decision.html", context, status=status)


def shared_context(
    request: HttpRequest, membership: CustomerMembership, decision: Decision
) -> dict[str, Any]:
    """Who asks, and what a decision leaves alone: on the page and on the receipt."""
    customer = membership.customer
    admins = customer.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
    return customer_frame(request, membership) | {
        "decision": decision,
        "asked": decision.request,
        "partner": decision.request.partner,
        "subscriptions": customer.subscriptions.with_parties().order_by("service__name", "pk"),
        "global_admins": [place.user.get_full_name() for place in admins.select_related("user")],
    }


def role_cards(decision: Decision, asked: Asked, form: DecisionForm) -> list[dict[str, Any]]:
    """Ticked as asked, but not the privileged ones nor those whose service another holds."""
    administrator = decision.request.administrator
    typed = {str(value) for value in form["roles"].value() or []} if form.is_bound else None
    cards = []
    for role in asked.roles:
        holders = [held for held in asked.holders if role.administers_service(held.service)]
        others = [
            held
            for held in holders
            if administrator.transacts and held.partner_id != administrator.pk
        ]
        ticked = not role.privileged if typed is None else str(role.template_id) in typed
        cards.append(
            role_view(
                role,
                ticked=ticked and not others,
                locked=bool(others) or form.fields["roles"].disabled,
                notes=[note_on(held, taken=held in others) for held in holders],
            )
        )
    return cards


def note_on(held: ServiceAdministration, *, taken: bool) -> str:
    """Who has the service today, and what that means for the role."""
    note = _("%(partner)s administers %(service)s for you today.") % {
        "partner": held.partner.name,
        "service": held.service.name,
    }
    if taken:
        note += " " + _("Only one partner that sells can, so this role cannot be given now.")
    return note


def receipt(
    request: HttpRequest, membership: CustomerMembership, decision: Decision
) -> HttpResponse:
    """What was decided, by whom, and what it left alone."""
    signature = decision.signatures.select_related("actor__user").first()
    grant = getattr(decision, "admin_relationship", None)
    roles = decision.granted_terms.roles.select_related("service") if decision.granted_terms else []
    context = shared_context(request, membership, decision) | {
        "signature": signature,
        "granted": [role_view(role) for role in roles],
        "existed": existed_at(decision.customer, decision.decided_at) if decision.decided_at else 0,
        "grant": grant,
    }
    return render(request, "relationships/customer/receipt.html", context)
