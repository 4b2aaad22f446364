"""
The people of an organisation, on either side: who there is, inviting, changing, letting go.

Each page is the same on both sides but for its frame and its form of roles.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import actor_of, viewer_of
from accounts.factors import has_factor

from ..forms import people as forms
from ..moves import claims, inviting, joining, resetting
from ..moves import people as moves
from ..moves.demanding import demand_factor
from ..moves.people import roles_of
from ..people import claims_of, offers_of, people_of
from .people_pages import (
    act_page,
    done,
    form_page,
    is_partner,
    place_of,
    require_manages,
    require_managing,
    require_ruling,
    show,
)


@require_safe
def people(request: HttpRequest, membership: Any) -> HttpResponse:
    """Everybody with a place, who is invited, and who asks to be let in."""
    require_managing(membership)
    by = viewer_of(request)
    context = {
        "people": people_of(membership.organisation, by),
        "offers": offers_of(membership.organisation, by),
        "claims": claims_of(membership.organisation),
        "now": timezone.now(),
    }
    return show(request, membership, "people", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: HttpRequest, membership: Any) -> HttpResponse:
    """Offer a place; the role is chosen first."""
    require_managing(membership)
    invite_form = forms.PartnerInviteForm if is_partner(membership) else forms.CustomerInviteForm
    form = invite_form(request.POST or None, hands_out_admin=membership.rules)

    def act() -> str:
        address = form.cleaned_data["email"]
        inviting.invite(membership.organisation, address, form.roles, by=actor_of(request))
        return _("An invitation was sent to %(address)s.") % {"address": address}

    return form_page(request, membership, "person_invite", form, act)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    """One person: what they may do, to be changed, and the way to let them go."""
    require_managing(membership)
    place = place_of(membership, public_id)
    require_manages(membership, place)
    roles_form = forms.PartnerRolesForm if is_partner(membership) else forms.CustomerRoleForm
    given = roles_of(place)
    form = roles_form(request.POST or None, initial=given, hands_out_admin=membership.rules)

    def act() -> str:
        moves.change_roles(place, form.roles, by=actor_of(request))
        return _("%(person)s now has the role: %(role)s.") % {
            "person": place.user.get_full_name(),
            "role": place.role_label,
        }

    context = {
        "place": place,
        "own": place.pk == membership.pk,
        "resettable": membership.rules and place.pk != membership.pk and has_factor(place.user),
    }
    return form_page(request, membership, "person", form, act, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_remove(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    """What ends and what goes on, and the act."""
    require_managing(membership)
    place = place_of(membership, public_id)
    require_manages(membership, place)

    def act() -> str:
        moves.remove(place, by=actor_of(request))
        return _("%(person)s no longer belongs to %(organisation)s.") % {
            "person": place.user.get_full_name(),
            "organisation": membership.organisation.name,
        }

    context = {"place": place, "why_not": moves.why_not_leaving(place)}
    return act_page(request, membership, "person_remove", act, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_reset(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    """The person has lost the device: take the second factor away."""
    require_managing(membership)
    place = place_of(membership, public_id)
    require_ruling(membership)

    def act() -> str:
        resetting.reset_factors(place, by=actor_of(request))
        return _("The second factor of %(person)s was taken away.") % {
            "person": place.user.get_full_name()
        }

    own = place.pk == membership.pk
    why_not = _("This is your own place.") if own else resetting.why_not_resetting(place)
    context = {"place": place, "why_not": why_not}
    return act_page(request, membership, "person_reset", act, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, membership: Any) -> HttpResponse:
    """Everybody may give up their own place, but for the last global admin."""
    name = membership.organisation.name

    def act() -> str:
        moves.leave(membership, by=actor_of(request))
        return _("You left %(organisation)s.") % {"organisation": name}

    context = {"place": membership, "why_not": moves.why_not_leaving(membership)}
    return act_page(request, membership, "leave", act, context=context, to="signin:home")


@require_POST
def invitation_send_again(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    require_managing(membership)
    offer = get_object_or_404(membership.organisation.invitations, public_id=public_id)
    return done(
        request,
        membership,
        lambda: inviting.send_again(offer, by=actor_of(request)),
        _("The invitation was sent to %(address)s once more, under a new link."),
        offer.email,
    )


@require_POST
def invitation_withdraw(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    require_managing(membership)
    offer = get_object_or_404(membership.organisation.invitations, public_id=public_id)
    return done(
        request,
        membership,
        lambda: inviting.withdraw(offer, by=actor_of(request)),
        _("The invitation of %(address)s was withdrawn."),
        offer.email,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, membership: Any, public_id: str) -> HttpResponse:
    """Somebody with an address in the domain asks for a place: let in with a role, or refuse."""
    require_managing(membership)
    asked = _asked(membership, public_id)
    refuses = "refuse" in request.POST
    data = request.POST or None
    roles_form = forms.PartnerRolesForm if is_partner(membership) else forms.CustomerRoleForm
    form = roles_form(None if refuses else data, hands_out_admin=membership.rules)
    refusal = forms.RefuseClaimForm(data if refuses else None)

    def act() -> str:
        by, name = actor_of(request), asked.user.get_full_name()
        if refuses:
            refuse: Any = joining.refuse_join if is_partner(membership) else claims.refuse
            refuse(asked, by=by, reason=refusal.cleaned_data["reason"])
            return _("%(person)s was not let in, and reads your reason.") % {"person": name}
        if is_partner(membership):
            joining.let_join(asked, form.roles, by=by)
        else:
            claims.let_in(asked, form.roles["role"], by=by)
        return _("%(person)s belongs to your organisation now.") % {"person": name}

    context = {"claim": asked, "refusal": refusal, "roles": form}
    shown: Any = refusal if refuses else form
    return form_page(request, membership, "claim", shown, act, context=context)


def _asked(membership: Any, public_id: str) -> Any:
    rows = (
        membership.partner.join_requests
        if is_partner(membership)
        else membership.customer.registrations.claims()
    )
    return get_object_or_404(rows.select_related("user"), public_id=public_id)


@require_POST
def factor_demand(request: HttpRequest, membership: Any) -> HttpResponse:
    """A customer switches on or off that its people need a second factor."""
    require_managing(membership)
    on = request.POST.get("on") == "yes"
    said = (
        _("Everybody of %(address)s needs a second factor from now on.")
        if on
        else _("People of %(address)s need no second factor any more.")
    )
    return done(
        request,
        membership,
        lambda: demand_factor(membership.customer, on=on, by=actor_of(request)),
        said,
        membership.organisation.name,
    )
