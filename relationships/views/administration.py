"""One grant of administration as its partner sees it, and what the partner does with it."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of, viewer_of
from audit.log import Side
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partners.access import partner_view
from partners.models import PartnerMembership
from partners.rights import PartnerRight

from ..effects import Effect, grouped
from ..forms.ending import TerminateForm
from ..forms.taking import TakeRolesForm
from ..grants import Grant, grant_of
from ..models import AdminRelationship
from ..moves import extending, taking
from ..moves.asking import why_not_requesting
from ..moves.previewing import as_seen, effects_digest, preview
from ..role_choices import role_view
from .frames import partner_frame
from .partner_customers import customer_of
from .rights import require


@require_safe
@partner_view
def administration(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str, public_id: str
) -> HttpResponse:
    """What it gives, to whom, until when, and what becomes of it then."""
    require(membership, PartnerRight.SEE_CUSTOMERS)
    customer, grant = _grant_of(membership, tenant_id, public_id)
    partner = membership.partner
    standing = [row.role for row in grant.rows if row.removed_at is None]
    context = partner_frame(request, membership) | {
        "customer": customer,
        "grant": grant,
        "roles": [role_view(role, tick_id=f"role-{role.template_id}") for role in standing],
        "manages": membership.may(PartnerRight.MANAGE_ADMINISTRATION) and grant.runs,
        "renews": membership.may(PartnerRight.REQUEST_ROLES) and not why_not_requesting(partner),
    }
    return render(request, "relationships/partner/administration.html", context)


@dataclass(frozen=True)
class Act:
    """Something that the partner does with one grant: its words, and the move."""

    title: str
    button: str
    done: str
    stays: list[str]
    run: Callable[..., list[Effect]]
    show: Callable[..., list[Effect]]
    carried: tuple[tuple[str, str], ...] = ()


def _wish_act(relationship: AdminRelationship, given: Any) -> Act:
    return _extension_act(
        relationship,
        wished=True,
        title=_("Wish for the extension of “%(name)s”"),
        button=_("Wish for extension"),
        done=_("The customer was told that you wish for the extension of “%(name)s”."),
    )


def _no_wish_act(relationship: AdminRelationship, given: Any) -> Act:
    return _extension_act(
        relationship,
        wished=False,
        title=_("Withdraw the wish to extend “%(name)s”"),
        button=_("Withdraw the wish"),
        done=_("“%(name)s” ends at its end date."),
    )


def _extension_act(
    relationship: AdminRelationship, *, wished: bool, title: str, button: str, done: str
) -> Act:
    name = {"name": relationship.name}
    return Act(
        title=title % name,
        button=button,
        done=done % name,
        stays=[_("Roles, groups and the end date stay as they are until then.")],
        run=lambda **acting: extending.wish(copy(relationship), wished=wished, **acting),
        show=lambda **acting: extending.wishing(copy(relationship), wished=wished, **acting),
    )


def _take_roles_act(relationship: AdminRelationship, given: Any) -> Act:
    roles = TakeRolesForm(given, grant=relationship).chosen
    side, name = Side.PARTNER, {"name": relationship.name}
    return Act(
        title=_("Give roles of “%(name)s” back") % name,
        button=_("Give back"),
        done=_("The roles of “%(name)s” were given back.") % name,
        stays=[
            _("Every role that is not named above, with its groups."),
            _("The reseller relationship, your subscriptions and the duty to support them."),
        ],
        run=lambda **acting: taking.take_away(copy(relationship), roles, side=side, **acting),
        show=lambda **acting: taking.taking_away(copy(relationship), roles, side=side, **acting),
        carried=tuple(("role", str(role.template_id)) for role in roles),
    )


ACTS = {
    "wish-extension": _wish_act,
    "withdraw-wish": _no_wish_act,
    "give-roles-back": _take_roles_act,
}


@require_http_methods(["GET", "HEAD", "POST"])
@partner_view
def administration_act(
    request: HttpRequest, membership: PartnerMembership, tenant_id: str, public_id: str, act: str
) -> HttpResponse:
    """Say what it does, by the real move undone; its POST makes it if it is still the same."""
    require(membership, PartnerRight.MANAGE_ADMINISTRATION)
    customer, grant = _grant_of(membership, tenant_id, public_id)
    if act not in ACTS:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    by = actor_of(request) if request.method == "POST" else viewer_of(request)
    page = redirect("relationships:administration", membership.partner.slug, tenant_id, public_id)
    try:
        chosen = ACTS[act](grant.relationship, given)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page
    form = TerminateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            as_seen(form.cleaned_data["seen"], chosen.run, by=by)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, chosen.done)
            return page
    try:
        effects = preview(chosen.show, by=by)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page
    form.show(effects_digest(effects))
    context = partner_frame(request, membership) | {
        "customer": customer,
        "grant": grant,
        "act": chosen,
        "effects": grouped(effects),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/administration_act.html", context, status=status)


def _grant_of(
    membership: PartnerMembership, tenant_id: str, public_id: str
) -> tuple[Customer, Grant]:
    customer = customer_of(membership, tenant_id)
    given = membership.partner.admin_relationships.readable(timezone.now()).filter(
        customer=customer
    )
    relationship = get_object_or_404(given, public_id=public_id)
    return customer, grant_of(relationship, timezone.now())
