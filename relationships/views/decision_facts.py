"""What the decision page tells: what is asked, what stays, and afterwards the receipt."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.rights import CustomerRole
from partnercenter.lib.states import moment
from subscriptions.models import Service

from ..content import content_digest, content_with, holders_of
from ..forms.decision import ApproveForm
from ..models import Administers, AdminRole, Decision, Half, ServiceAdministration
from ..standing import existed_at

RISKS = {"low": "low", "medium": "elevated", "high": "elevated"}


@dataclass
class Asked:
    """The roles of a request, and who holds the services that they administer."""

    decision: Decision
    roles: list[AdminRole]
    holders: list[ServiceAdministration]

    @classmethod
    def read(cls, decision: Decision) -> "Asked":
        roles = decision.request.asked_roles()
        return cls(decision, roles, holders_of(decision, roles) if roles else [])

    @cached_property
    def digest(self) -> str:
        return content_digest(content_with(self.decision, self.roles, self.holders))

    @property
    def ticked(self) -> list[str]:
        """As asked; privileged ones, and those that cannot be granted, are not ticked."""
        return [
            str(role.template_id)
            for role in self.roles
            if not role.privileged and not self.taken(role)
        ]

    def taken(self, role: AdminRole) -> list[ServiceAdministration]:
        """Which other partners stand in the way of this role (rule R26)."""
        administrator = self.decision.request.administrator
        if not administrator.transacts or role.administers == Administers.NONE:
            return []
        return [
            held
            for held in self.holders
            if held.partner_id != administrator.pk
            and (role.administers == Administers.ALL or held.service_id == role.service_id)
        ]

    def cards(self, form: ApproveForm) -> list[dict[str, Any]]:
        """Each role in plain words, ticked as it was typed."""
        typed = set(form["roles"].value() or []) if "roles" in form.fields else set()
        return [self._card(role, ticked=str(role.template_id) in typed) for role in self.roles]

    def _card(self, role: AdminRole, *, ticked: bool) -> dict[str, Any]:
        taken, text = self.taken(role), role.text
        return {
            "role": role,
            "taken": [_taken_sentence(held) for held in taken],
            "ticked": ticked and not taken,
            "summary": text.summary
            if text
            else _("Nobody has described this role yet. Ask the partner what it can do."),
            "can": text.can if text else (),
            "cannot": text.cannot if text else (),
            "risk": text.risk if text else "",
            "level": "privileged"
            if role.privileged
            else RISKS[text.risk_level]
            if text
            else "elevated",
        }

    def administered_today(self) -> list[tuple[Service, str]]:
        """Each service that the roles administer, and who does so now; nobody is empty."""
        now = {held.service: held.partner.name for held in self.holders}
        own = {role.service: "" for role in self.roles if role.administers == Administers.OWN}
        return sorted({**own, **now}.items(), key=lambda pair: pair[0].name)


def asked_facts(decision: Decision, asked: Asked, by: Actor) -> dict[str, Any]:
    """What a person reads before the decision."""
    now, request, customer = moment(None), decision.request, decision.customer
    unanswerable = request.why_unanswerable(now)
    why_not = decision.why_not_decidable_by(by)
    people = customer.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
    running = customer.reseller_relationships.running().filter(partner=request.partner)
    return {
        "asked": asked,
        "unanswerable": unanswerable,
        "why_not": why_not,
        "who_can": names_of_deciders(decision) if why_not else [],
        "decidable": not (unanswerable or why_not),
        "running_selling": running.first(),
        "selling_means": _selling_means(decision),
        "selling_does_not_mean": _selling_does_not_mean(decision),
        "groups": list(request.terms.planned_groups.all()) if request.terms else [],
        "latest_end": now + timedelta(days=request.terms.days) if request.terms else None,
        "any_privileged": any(role.privileged for role in asked.roles),
        "subscriptions": customer.subscriptions.with_parties().order_by("offer__name", "pk"),
        "administrators": [
            place.user.get_full_name() for place in people.select_related("user").order_by("pk")
        ],
    }


def receipt_facts(decision: Decision) -> dict[str, Any]:
    """What a person reads after it: what was decided, by whom, and what stayed."""
    at = decision.decided_at
    signature = decision.signatures.select_related("actor__user").order_by("pk").first()
    granted = decision.granted_terms
    selling = decision.reseller_relationship
    return {
        "by": _name_of(signature.actor) if signature else "",
        "roles": list(granted.roles.order_by("name")) if granted else [],
        "grant": getattr(decision, "admin_relationship", None),
        "sold_before": selling is not None and selling.decision_id != decision.pk,
        "selling_allowed": decision.selling == Half.APPROVED,
        "administration_allowed": decision.administration == Half.APPROVED,
        "unchanged": existed_at(decision.customer, at) if at else 0,
    }


def names_of_deciders(decision: Decision) -> list[str]:
    places = decision.deciders().select_related("user").order_by("pk")
    return [place.user.get_full_name() for place in places]


def _name_of(actor: Actor) -> str:
    return actor.user.get_full_name() if actor.user else actor.label


def _taken_sentence(held: ServiceAdministration) -> str:
    return _(
        "%(partner)s administers %(service)s for you now, and only one partner that sells can. "
        "This role can be granted once %(partner)s no longer does."
    ) % {"partner": held.partner.name, "service": held.service.name}


def _selling_means(decision: Decision) -> list[str]:
    partner = {"partner": decision.request.partner.name}
    return [
        _("%(partner)s may offer you subscriptions and order those that you want.") % partner,
        _("What you buy through %(partner)s is billed and supported by %(partner)s.") % partner,
    ]


def _selling_does_not_mean(decision: Decision) -> list[str]:
    partner = {"partner": decision.request.partner.name}
    return [
        _("You order nothing by allowing it, and you accept no agreement."),
        _("No subscription that you have moves to %(partner)s.") % partner,
        _("%(partner)s gets no access to your account by selling.") % partner,
    ]
