"""What the decision page and the receipt show: roles in plain words, holders, what stays."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import CustomerMembership
from customers.rights import CustomerRole
from subscriptions.models import Service

from ..content import content_digest, content_with, holders_of
from ..effects import Effect, grouped
from ..forms.decision import DecisionForm, initial_from
from ..models import (
    AdminRelationship,
    AdminRole,
    Decision,
    DecisionSignature,
    ServiceAdministration,
)
from ..moves.answering import policy_met, policy_of
from ..overview import advisors_beside
from ..role_choices import role_view
from .frames import customer_frame


class Asked(NamedTuple):
    """What is asked and what it touches, read once; the digest is of exactly this."""

    roles: list[AdminRole]
    holders: list[ServiceAdministration]
    renews: AdminRelationship | None
    digest: str

    def held_by_others(self, decision: Decision) -> list[ServiceAdministration]:
        """Services that would have to change hands; an advisor takes nobody's place."""
        administrator = decision.request.administrator
        if not administrator.transacts:
            return []
        return [held for held in self.holders if held.partner_id != administrator.pk]


def asked_by(decision: Decision) -> Asked:
    roles = decision.request.asked_roles()
    holders = holders_of(decision, roles)
    renews = decision.request.renews()
    digest = content_digest(content_with(decision, roles, holders, renews))
    return Asked(roles, holders, renews, digest)


def form_of(decision: Decision, asked: Asked, data: Any = None) -> DecisionForm:
    switchable = [held.service for held in asked.held_by_others(decision)]
    first = first_approval(decision, asked)
    return DecisionForm(
        data,
        roles=asked.roles,
        switchable=switchable,
        terms=decision.request.terms,
        initial=initial_from(first) if first else None,
    )


def first_approval(decision: Decision, asked: Asked) -> DecisionSignature | None:
    """The first of two approvals, while it is of what stands here."""
    if not decision.has_first_approval:  # type: ignore[attr-defined]
        return None
    standing = decision.signatures.filter(content_digest=asked.digest)
    return standing.select_related("actor__user").order_by("-at", "-pk").first()


def names_of_deciders(decision: Decision) -> list[str]:
    places = decision.deciders().select_related("user").order_by("pk")
    return [place.user.get_full_name() for place in places]


def decision_context(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    *,
    asked: Asked,
    form: DecisionForm,
    effects: list[Effect] | None = None,
) -> dict[str, Any]:
    """What somebody needs to decide: roles in plain words, who holds what, and the digest."""
    # One reading of the places answers who decides, who could, and who rules the account.
    places = list(decision.deciding_places().select_related("user").order_by("pk"))
    own = next((place for place in places if place.user_id == request.user.pk), None)
    why_not = decision.why_not_from(own)
    deciders = [place for place in places if place.user.is_active and not place.is_insider]
    others = [place for place in deciders if place.user_id != request.user.pk]
    why_closed = decision.request.why_unanswerable(timezone.now())
    if why_not or why_closed:
        form.only_to_look_at()
    first, policy = first_approval(decision, asked), policy_of(decision)
    running = decision.customer.reseller_relationships.running()
    admins = [place for place in places if place.role == CustomerRole.GLOBAL_ADMIN]
    return shared_context(request, membership, decision, admins) | {
        "form": form,
        "digest": asked.digest,
        "renews": asked.renews,
        "first": first,
        "two_wanted": policy.second_person,
        "is_own_first": first is not None and first.actor.user_id == request.user.pk,
        "roles": role_cards(decision, asked, form),
        "switches": switches(decision, asked, form),
        "any_privileged": any(role.privileged for role in asked.roles),
        "selling_allowed": form["selling"].value() == "allow",
        "selling_refused": form["selling"].value() == "refuse",
        "administration_allowed": form["administration"].value() == "allow",
        "administration_refused": form["administration"].value() == "refuse",
        "effects": grouped(effects) if effects is not None else None,
        "why_closed": why_closed,
        "why_not": why_not,
        "who_can": [place.user.get_full_name() for place in deciders] if why_not else [],
        "pass_on_to": [] if why_closed else others,
        "press_again": form.is_bound and request.method == "GET",
        "against_policy": [
            met.to_customer
            for met in policy_met(decision, asked.roles, decision.request.days_asked, policy)
        ],
        "sells_already": running.filter(partner=decision.request.partner).exists(),
    }


def shared_context(
    request: HttpRequest,
    membership: CustomerMembership,
    decision: Decision,
    admins: Iterable[CustomerMembership],
) -> dict[str, Any]:
    """Who asks, and what a decision leaves alone: on the page and on the receipt."""
    customer = membership.customer
    return customer_frame(request, membership) | {
        "decision": decision,
        "asked": decision.request,
        "partner": decision.request.partner,
        "subscriptions": customer.subscriptions.with_parties().order_by("service__name", "pk"),
        "global_admins": [place.user.get_full_name() for place in admins],
    }


def role_cards(decision: Decision, asked: Asked, form: DecisionForm) -> list[dict[str, Any]]:
    """Ticked as asked, but not the privileged ones; with who has the service today."""
    chosen = form.is_bound or "roles" in form.initial
    typed = {str(value) for value in form["roles"].value() or []} if chosen else None
    others = asked.held_by_others(decision)
    administrator, now = decision.request.administrator, timezone.now()
    advisors = advisors_beside(decision.customer, administrator, asked.roles, now)
    cards = []
    for role in asked.roles:
        holders = [held for held in asked.holders if role.administers_service(held.service)]
        ticked = not role.privileged if typed is None else str(role.template_id) in typed
        cards.append(
            role_view(
                role,
                ticked=ticked,
                locked=form.fields["roles"].disabled,
                notes=[note_on(held, taken=held in others) for held in holders]
                + [note_on_advisor(role.service, name) for name in advisors.get(role.service, ())],
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
        note += " " + _(
            "Only one partner that sells can: to give this role, tick the switch below."
        )
    return note


def note_on_advisor(service: Service, name: str) -> str:
    """An advisor is outside of who administers: two may then work on the same thing."""
    return _("%(partner)s, an advisor, can administer %(service)s for you too, and keeps that.") % {
        "partner": name,
        "service": service.name,
    }


def switches(decision: Decision, asked: Asked, form: DecisionForm) -> list[dict[str, Any]]:
    """A tick of its own for each service that would change hands; none is preset."""
    ticked = {str(value) for value in form["switches"].value() or []}
    return [
        {
            "key": held.service.key,
            "label": _("Move %(service)s from %(holder)s to %(partner)s")
            % {
                "service": held.service.name,
                "holder": held.partner.name,
                "partner": decision.request.administrator.name,
            },
            "help": _(
                "%(holder)s loses: %(roles)s. It is told that another partner now administers "
                "%(service)s, not which. What it sold stays."
            )
            % {
                "holder": held.partner.name,
                "roles": ", ".join(role.name for role in held.administering),
                "service": held.service.name,
            },
            "ticked": held.service.key in ticked,
        }
        for held in asked.held_by_others(decision)
    ]


def receipt_context(
    request: HttpRequest, membership: CustomerMembership, decision: Decision
) -> dict[str, Any]:
    """What was decided, by whom, and what it left alone."""
    given = decision.signatures.filter(content_digest=decision.content_digest)
    signatures = list(given.select_related("actor__user").order_by("-at", "-pk"))
    final = [row for row in signatures if row.granted_digest == signatures[0].granted_digest]
    grant = getattr(decision, "admin_relationship", None)
    roles = decision.granted_terms.roles.select_related("service") if decision.granted_terms else []
    admins = membership.customer.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
    return shared_context(request, membership, decision, admins.select_related("user")) | {
        "signature": signatures[0] if signatures else None,
        "signers": ", ".join(row.actor.label for row in reversed(final)),
        "granted": [role_view(role) for role in roles],
        "certificate": decision.certificate,
        "grant": grant,
    }
