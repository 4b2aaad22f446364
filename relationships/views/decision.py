"""The page on which a customer decides, and the two answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from accounts.models import Actor
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused

from ..forms.decision import ApproveForm, DeclineForm
from ..models import Decision, DecisionStatus
from ..moves import deciding
from ..signin.policy import is_fresh, sign_in_again_url
from .decision_facts import Asked, asked_facts, names_of_deciders, receipt_facts
from .frames import customer_frame
from .rights import RightMissing, require

KEPT = "decision_answers"


@require_safe
@customer_view
def decision_detail(
    request: HttpRequest, membership: CustomerMembership, decision_id: UUID
) -> HttpResponse:
    """The request as it stands: to decide on, to look at, or the receipt."""
    require(membership, CustomerRight.SEE)
    decision = _decision(membership, decision_id)
    return _show(request, membership, decision, viewer_of(request))


@require_POST
@customer_view
def decision_approve(
    request: HttpRequest, membership: CustomerMembership, decision_id: UUID
) -> HttpResponse:
    """Allow one half or both."""
    decision, by = _to_decide(request, membership, decision_id)
    if decision.status != DecisionStatus.OPEN:
        return _decided_already(request, decision)
    asked = Asked.read(decision)
    form = ApproveForm(request.POST, decision=decision, asked=asked.roles)
    if not form.is_valid():
        return _show(request, membership, decision, by, approve_form=form)
    try:
        deciding.approve(decision, form.answer(), by=by)
    except deciding.SignInAgain:
        request.session[KEPT] = {
            "decision": str(decision_id),
            "digest": form.cleaned_data["seen_digest"],
            "typed": form.typed(),
        }
        return redirect(sign_in_again_url(request, decision.get_absolute_url()))
    except Refused as refused:
        return _refused(request, membership, decision, by, refused, approve_form=form)
    request.session.pop(KEPT, None)
    messages.success(
        request,
        _("You approved the request of %(partner)s.") % {"partner": decision.request.partner.name},
    )
    return redirect(decision)


@require_POST
@customer_view
def decision_decline(
    request: HttpRequest, membership: CustomerMembership, decision_id: UUID
) -> HttpResponse:
    """Allow nothing."""
    decision, by = _to_decide(request, membership, decision_id)
    if decision.status != DecisionStatus.OPEN:
        return _decided_already(request, decision)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, membership, decision, by, decline_form=form)
    try:
        deciding.decline(decision, form.answer(), by=by)
    except Refused as refused:
        return _refused(request, membership, decision, by, refused, decline_form=form)
    request.session.pop(KEPT, None)
    messages.success(
        request,
        _("You declined the request of %(partner)s.") % {"partner": decision.request.partner.name},
    )
    return redirect(decision)


def _decision(membership: CustomerMembership, public_id: UUID) -> Decision:
    decisions = membership.customer.decisions.select_related(
        "customer",
        "request__partner",
        "request__administrator",
        "request__terms",
        "reseller_relationship",
        "granted_terms",
        "admin_relationship",
    )
    return get_object_or_404(decisions, public_id=public_id)


def _to_decide(
    request: HttpRequest, membership: CustomerMembership, public_id: UUID
) -> tuple[Decision, Actor]:
    """The decision and who decides; else the page that names those who can."""
    decision, by = _decision(membership, public_id), actor_of(request)
    if why := decision.why_not_decidable_by(by):
        raise RightMissing(why, names_of_deciders(decision))
    return decision, by


def _decided_already(request: HttpRequest, decision: Decision) -> HttpResponse:
    messages.info(request, _("This request has been decided already. Nothing was done again."))
    return redirect(decision)


def _refused(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    by: Actor,
    refused: Refused,
    **forms: Any,
) -> HttpResponse:
    """The page again with the sentence, from rows read afresh: the move was taken back."""
    decision = _decision(membership, decision.public_id)
    if decision.status != DecisionStatus.OPEN:
        return _decided_already(request, decision)
    if isinstance(refused, deciding.ContentChanged):
        return _show(request, membership, decision, by, warning=str(refused), **forms)
    for form in forms.values():
        form.add_error(None, str(refused))
    return _show(request, membership, decision, by, **forms)


def _show(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    by: Actor,
    *,
    approve_form: ApproveForm | None = None,
    decline_form: DeclineForm | None = None,
    warning: str = "",
) -> HttpResponse:
    """The page in the state of the decision; 422 where it answers a refused form."""
    context: dict[str, Any] = {**customer_frame(request, membership), "decision": decision}
    if decision.status != DecisionStatus.OPEN:
        context |= receipt_facts(decision)
        return render(request, "relationships/customer/receipt.html", context)
    asked = Asked.read(decision)
    context |= asked_facts(decision, asked, by)
    kept = None
    if approve_form is None:
        kept = _kept(request, decision, asked) if context["decidable"] else None
        first = kept or {"roles": asked.ticked}
        approve_form = ApproveForm(initial=first, decision=decision, asked=asked.roles)
    refused = approve_form.is_bound or decline_form is not None
    context |= {
        "kept": kept is not None,
        "warning": warning,
        "approve_form": approve_form,
        "decline_form": decline_form or DeclineForm(),
        "role_cards": asked.cards(approve_form),
    }
    status = 422 if refused else 200
    return render(request, "relationships/customer/decision.html", context, status=status)


def _kept(request: HttpRequest, decision: Decision, asked: Asked) -> dict[str, Any] | None:
    """What this person had answered before they were sent to prove who they are."""
    kept = request.session.get(KEPT)
    if not kept or kept["decision"] != str(decision.public_id) or kept["digest"] != asked.digest:
        return None
    return kept["typed"] if is_fresh(request) else None
