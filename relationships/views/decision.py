"""The decision page: the answer, what it would do, passing it on, and the receipt."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused

from ..effects import Effect
from ..forms.decision import DecisionForm
from ..models import Decision, DecisionStatus
from ..moves import deciding
from ..moves.deciding import SignInAgain, Unanswered
from ..signin.policy import is_fresh, sign_in_again_url
from .decision_context import (
    Asked,
    asked_by,
    decision_context,
    form_of,
    names_of_deciders,
    receipt_context,
)
from .rights import RightMissing, require

KEPT = "answers_kept_while_signing_in_again"


def decision_of(membership: CustomerMembership, public_id: str) -> Decision:
    rows = membership.customer.decisions.select_related(
        "request__partner",
        "request__administrator",
        "request__terms",
        "granted_terms",
        "certificate",
        "assigned_to__user",
    )
    return get_object_or_404(rows.with_first_approval(), public_id=public_id)


@require_safe
@customer_view
def decision_detail(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    decision = decision_of(membership, public_id)
    if decision.status != DecisionStatus.OPEN:
        context = receipt_context(request, membership, decision)
        return render(request, "relationships/customer/receipt.html", context)
    asked = asked_by(decision)
    form = form_of(decision, asked, kept_answers(request, decision, asked))
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
    require(membership, CustomerRight.DECIDE)
    decision = decision_of(membership, public_id)
    if decision.status != DecisionStatus.OPEN:
        messages.info(request, _("This request has been decided; here is the receipt."))
        return redirect(decision.get_absolute_url())
    form = form_of(decision, asked_by(decision), request.POST)
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
            tell(form, decision, refusal)
        else:
            request.session.pop(KEPT, None)
            if decision.status == DecisionStatus.OPEN:
                said = _(
                    "Your approval is entered, and nothing has changed yet: a second person has to "
                    "approve the same. Who else can decide has a mail."
                )
                messages.info(request, said)
            return redirect(decision.get_absolute_url())
    decision = decision_of(membership, public_id)
    return page(request, membership, decision, asked=asked_by(decision), form=form, status=422)


@require_POST
@customer_view
def decision_preview(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    """*Show what happens*: the page again, with what was ticked and what it would do."""
    require(membership, CustomerRight.DECIDE)
    decision = decision_of(membership, public_id)
    if decision.status != DecisionStatus.OPEN:
        return redirect(decision.get_absolute_url())
    form = form_of(decision, asked_by(decision), request.POST)
    effects: list[Effect] | None = None
    if form.is_valid():
        try:
            by = viewer_of(request)
            effects = deciding.preview_approval(decision, form.answer(), by=by)
        except PermissionDenied as denied:
            raise RightMissing(str(denied), names_of_deciders(decision)) from denied
        except Refused as refusal:
            tell(form, decision, refusal)
    decision = decision_of(membership, public_id)
    status = 422 if form.errors else 200
    asked = asked_by(decision)
    return page(
        request, membership, decision, asked=asked, form=form, effects=effects, status=status
    )


@require_POST
@customer_view
def decision_pass_on(
    request: HttpRequest, membership: CustomerMembership, public_id: str
) -> HttpResponse:
    """Ask one of those who can decide."""
    require(membership, CustomerRight.PASS_ON)
    decision = decision_of(membership, public_id)
    places = membership.customer.memberships.current().select_related("user")
    to = places.filter(user__public_id=public_id_of(request)).first()
    if to is None:
        messages.error(request, _("Choose a person who can decide."))
        return redirect(decision.get_absolute_url())
    try:
        deciding.pass_on(decision, to, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        name = to.user.get_full_name()
        messages.success(request, _("%(name)s has been asked by mail.") % {"name": name})
    return redirect(decision.get_absolute_url())


def public_id_of(request: HttpRequest) -> str:
    """The chosen person; something that is no id names nobody."""
    try:
        return str(UUID(request.POST.get("person", "")))
    except ValueError:
        return str(UUID(int=0))


def tell(form: DecisionForm, decision: Decision, refusal: Refused) -> None:
    """Say what refused, and at each half that has no answer that one is missing."""
    form.add_error(None, str(refusal))
    if not isinstance(refusal, Unanswered):
        return
    request = decision.request
    halves = {"selling": request.asks_selling, "administration": decision.asks_administration}
    for half, is_asked in halves.items():
        if is_asked and not form.cleaned_data.get(half):
            form.add_error(half, _("Choose Allow or Do not allow."))


def keep_answers(request: HttpRequest, decision: Decision) -> None:
    """Remember what was typed while the person proves who they are."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in DecisionForm.base_fields}
    typed |= {name: request.POST.getlist(name) for name in ("roles", "switches")}
    request.session[KEPT] = {"decision": str(decision.public_id), "typed": typed}


def kept_answers(request: HttpRequest, decision: Decision, asked: Asked) -> dict[str, Any] | None:
    """What was typed before, unless the proof is missing or what is asked has changed."""
    kept = request.session.get(KEPT) or {}
    if kept.get("decision") != str(decision.public_id) or not is_fresh(request):
        return None
    return kept["typed"] if kept["typed"]["seen_digest"] == asked.digest else None


def page(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    *,
    asked: Asked,
    form: DecisionForm,
    effects: list[Effect] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = decision_context(
        request, membership, decision, asked=asked, form=form, effects=effects
    )
    return render(request, "relationships/customer/decision.html", context, status=status)
