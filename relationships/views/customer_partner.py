"""One partner as its customer sees it, and what the customer can take back from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.acting import actor_of, viewer_of
from audit import kinds
from audit.log import Side, entries
from customers.access import customer_view
from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused
from partners.models import Partner

from ..effects import Effect, grouped
from ..forms.taking import TakeRolesForm
from ..models import AdminRelationship
from ..moves import ending, extending, pausing, taking
from ..moves.previewing import as_seen, effects_digest, preview
from ..overview import partner_of, partners_known_to, with_lists
from ..passing import acts
from ..wavering import READ, told
from .frames import customer_frame
from .rights import require

EVENTS = 20


def partner_here(membership: CustomerMembership, partner_slug: str) -> Partner:
    """A partner with which the customer has, or had, something; any other is unknown here."""
    known = with_lists(partners_known_to(membership.customer), membership.customer)
    return get_object_or_404(known, slug=partner_slug)


@require_safe
@customer_view
def customer_partner(
    request: HttpRequest, membership: CustomerMembership, partner_slug: str
) -> HttpResponse:
    require(membership, CustomerRight.SEE)
    partner, customer = partner_here(membership, partner_slug), membership.customer
    chain = acts(entries(f"customer:{customer.tenant_id}"))
    chain = chain.filter(partner_id=str(partner.tenant_id))
    context = customer_frame(request, membership) | {
        "partner": partner,
        "decides": membership.may(CustomerRight.DECIDE),
        **partner_of(customer, partner, timezone.now()),
    }
    if membership.may(CustomerRight.SEE_ACTIVITY):
        context["history"] = [
            {"title": kinds.sentence(event), "at": event.at} for event in told(chain[:READ], EVENTS)
        ]
    return render(request, "relationships/customer/partner.html", context)


@dataclass(frozen=True)
class Act:
    """Something that the customer takes back: its words, and the move."""

    title: str
    button: str
    done: str
    goes_on: str
    run: Callable[..., list[Effect]]
    show: Callable[..., list[Effect]]
    grave: bool = True
    heading: str = ""
    told: str = ""
    # What the page was asked about, which its form says again.
    carried: tuple[tuple[str, str], ...] = ()


def remove_act(membership: CustomerMembership, partner: Partner, public_id: str | None) -> Act:
    return Act(
        title=_("Remove administration of %(name)s") % {"name": partner.name},
        button=_("Remove administration"),
        done=_("%(name)s no longer administers anything for you.") % {"name": partner.name},
        goes_on=_("Buying goes on: what it sold you, and whether it may sell, stay as they are."),
        run=partial(ending.remove_administration, membership.customer, partner),
        show=partial(ending.removing_administration, membership.customer, partner),
    )


def terminate_act(membership: CustomerMembership, partner: Partner, public_id: str | None) -> Act:
    grant = _grant_of(membership, partner, public_id)
    return Act(
        title=_("Terminate “%(name)s”") % {"name": grant.name},
        button=_("Terminate"),
        done=_("“%(name)s” has ended.") % {"name": grant.name},
        goes_on=_("Buying goes on, and so does every other administration of this partner."),
        run=partial(ending.terminate, grant, side=Side.CUSTOMER),
        show=partial(ending.terminating, grant, side=Side.CUSTOMER),
    )


def end_act(membership: CustomerMembership, partner: Partner, public_id: str | None) -> Act:
    running = membership.customer.reseller_relationships.running().filter(partner=partner)
    relationship = get_object_or_404(running)
    return Act(
        title=_("End the reseller relationship with %(name)s") % {"name": partner.name},
        button=_("End relationship"),
        done=_("The reseller relationship with %(name)s is over.") % {"name": partner.name},
        goes_on=_("No subscription is changed. Each runs on until the end of its term."),
        run=partial(ending.end_selling, relationship, side=Side.CUSTOMER),
        show=partial(ending.ending_selling, relationship, side=Side.CUSTOMER),
    )


def _grant_of(
    membership: CustomerMembership, partner: Partner, public_id: str | None
) -> AdminRelationship:
    grants = membership.customer.admin_relationships.readable(timezone.now()).filter(
        partner=partner
    )
    return get_object_or_404(grants, public_id=public_id)


def pause_act(membership: CustomerMembership, partner: Partner, public_id: str | None) -> Act:
    grant = _grant_of(membership, partner, public_id)
    return pausing_act(
        membership,
        title=_("Pause “%(name)s”") % {"name": grant.name},
        done=_("“%(name)s” is paused.") % {"name": grant.name},
        grant=grant,
    )


def resume_act(membership: CustomerMembership, partner: Partner, public_id: str | None) -> Act:
    grant = _grant_of(membership, partner, public_id)
    return resuming_act(
        membership,
        title=_("Resume “%(name)s”") % {"name": grant.name},
        done=_("“%(name)s” can be used again.") % {"name": grant.name},
        grant=grant,
    )


def pause_partner_act(
    membership: CustomerMembership, partner: Partner, public_id: str | None
) -> Act:
    return pausing_act(
        membership,
        title=_("Pause administration of %(name)s") % {"name": partner.name},
        done=_("Administration by %(name)s is paused.") % {"name": partner.name},
        partner=partner,
    )


def resume_partner_act(
    membership: CustomerMembership, partner: Partner, public_id: str | None
) -> Act:
    return resuming_act(
        membership,
        title=_("Resume administration of %(name)s") % {"name": partner.name},
        done=_("Administration by %(name)s can be used again.") % {"name": partner.name},
        partner=partner,
    )


def pausing_act(membership: CustomerMembership, *, title: str, done: str, **of: Any) -> Act:
    return Act(
        title=title,
        button=_("Pause"),
        done=done,
        heading=_("What stops for now"),
        goes_on=_("Roles, groups and end dates stay. You can resume it at any time."),
        told=_("The partners concerned are told."),
        run=partial(pausing.pause, membership.customer, **of),
        show=partial(pausing.pausing, membership.customer, **of),
    )


def resuming_act(membership: CustomerMembership, *, title: str, done: str, **of: Any) -> Act:
    return Act(
        title=title,
        button=_("Resume"),
        done=done,
        goes_on=_("The end dates stay as they were, and everything that is not paused."),
        told=_("The partners concerned are told."),
        run=partial(pausing.resume, membership.customer, **of),
        show=partial(pausing.resuming, membership.customer, **of),
        grave=False,
    )


def allow_extension_act(
    membership: CustomerMembership, partner: Partner, public_id: str | None
) -> Act:
    grant = _grant_of(membership, partner, public_id)
    return Act(
        title=_("Allow the extension of “%(name)s”") % {"name": grant.name},
        button=_("Allow extension"),
        done=_("You allow that “%(name)s” is extended at its end.") % {"name": grant.name},
        goes_on=_(
            "The end date stays until then. You can forbid it again, or end the administration, at "
            "any time."
        ),
        told=_("The partner is told."),
        run=partial(extending.allow, grant, allowed=True),
        show=partial(extending.allowing, grant, allowed=True),
        grave=False,
    )


def forbid_extension_act(
    membership: CustomerMembership, partner: Partner, public_id: str | None
) -> Act:
    grant = _grant_of(membership, partner, public_id)
    return Act(
        title=_("Forbid the extension of “%(name)s”") % {"name": grant.name},
        button=_("Forbid extension"),
        done=_("“%(name)s” is not extended at its end.") % {"name": grant.name},
        goes_on=_("Until its end date the administration goes on as it is."),
        run=partial(extending.allow, grant, allowed=False),
        show=partial(extending.allowing, grant, allowed=False),
    )


ACTS = {
    "remove-administration": remove_act,
    "pause-administration": pause_partner_act,
    "resume-administration": resume_partner_act,
    "end": end_act,
}
GRANT_ACTS = {
    "terminate": terminate_act,
    "pause": pause_act,
    "resume": resume_act,
    "allow-extension": allow_extension_act,
    "forbid-extension": forbid_extension_act,
}


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view
def customer_partner_act(
    request: HttpRequest,
    membership: CustomerMembership,
    partner_slug: str,
    act: str,
    public_id: str | None = None,
) -> HttpResponse:
    """Say what ends and what goes on, by the real move undone; its POST makes it."""
    require(membership, CustomerRight.DECIDE)
    partner = partner_here(membership, partner_slug)
    acts = ACTS if public_id is None else GRANT_ACTS
    if act not in acts:
        raise Http404
    chosen = acts[act](membership, partner, public_id)
    page = reverse("relationships:customer-partner", args=[membership.customer.slug, partner.slug])
    return _act_page(request, membership, chosen, back_url=page, back_label=partner.name)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view
def customer_take_roles(
    request: HttpRequest, membership: CustomerMembership, partner_slug: str, public_id: str
) -> HttpResponse:
    """The ticked roles of one grant are taken away; the others stay."""
    require(membership, CustomerRight.DECIDE)
    partner = partner_here(membership, partner_slug)
    grant = _grant_of(membership, partner, public_id)
    given = request.POST if request.method == "POST" else request.GET
    page = reverse("relationships:customer-partner", args=[membership.customer.slug, partner.slug])
    try:
        roles = TakeRolesForm(given, grant=grant).chosen
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    chosen = Act(
        title=_("Take roles of “%(name)s” away") % {"name": grant.name},
        button=_("Take away"),
        done=_("The roles of “%(name)s” were taken away.") % {"name": grant.name},
        goes_on=_("Buying goes on, and so does every role that is not named above."),
        run=partial(taking.take_away, grant, roles, side=Side.CUSTOMER),
        show=partial(taking.taking_away, grant, roles, side=Side.CUSTOMER),
        carried=tuple(("role", str(role.template_id)) for role in roles),
    )
    return _act_page(request, membership, chosen, back_url=page, back_label=partner.name)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view
def customer_pause_all(
    request: HttpRequest, membership: CustomerMembership, act: str
) -> HttpResponse:
    """All administration by all partners: paused, or resumed."""
    require(membership, CustomerRight.DECIDE)
    if act == "pause":
        chosen = pausing_act(
            membership,
            title=_("Pause all administration"),
            done=_("All administration is paused."),
        )
    else:
        chosen = resuming_act(
            membership,
            title=_("Resume all administration"),
            done=_("All administration can be used again."),
        )
    page = reverse("relationships:customer-partners", args=[membership.customer.slug])
    return _act_page(request, membership, chosen, back_url=page, back_label=_("My partners"))


def _act_page(
    request: HttpRequest,
    membership: CustomerMembership,
    chosen: Act,
    *,
    back_url: str,
    back_label: str,
) -> HttpResponse:
    page = redirect(back_url)
    by = actor_of(request) if request.method == "POST" else viewer_of(request)
    try:
        if request.method == "POST":
            # What somebody else changed since the page was shown is shown first.
            if seen := request.POST.get("seen"):
                as_seen(seen, chosen.run, by=by)
            else:
                chosen.run(by=by)
            messages.success(request, chosen.done)
            return page
        effects = preview(chosen.show, by=by)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return page
    context = customer_frame(request, membership) | {
        "act": chosen,
        "effects": grouped(effects, to_customer=True),
        "seen": effects_digest(effects),
        "back_url": back_url,
        "back_label": back_label,
    }
    return render(request, "relationships/customer/partner_act.html", context)
