"""Who may ask, and what may be asked, before anything is written (design 5.2)."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.address_search import first_address
from partnercenter.lib.refusals import Refused
from partners.models import Partner, PartnerKind, PartnerStatus
from partners.rights import PartnerRight

from ..ask import (
    CODE_LENGTH,
    NAME_LENGTH,
    PARAGRAPH_LENGTH,
    REASON_LENGTH,
    Ask,
    free_name,
    name_is_used,
)
from ..models import AdminRelationship, AdminRole, AdminStatus, RelationshipRequest

# They could show a customer other words than those that are stored and signed.
TURNS_WORDS_ROUND = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class RequestRefused(Refused):
    """The partner may not ask this, or not now; the message is for people."""


class ChangedMeanwhile(RequestRefused):
    """Somebody else changed the thing after this person opened the page."""


def has_right(by: Actor, partner: Partner, right: PartnerRight) -> bool:
    if by.user is None or not by.user.is_active:
        return False
    return partner.memberships.having(right).filter(user=by.user).exists()


def right_to_ask(*, with_roles: bool) -> PartnerRight:
    return PartnerRight.REQUEST_ROLES if with_roles else PartnerRight.REQUEST_SELLING


def may_request(by: Actor, partner: Partner, *, with_roles: bool) -> bool:
    """Whether this person's place in the partner allows such a request (rule A8)."""
    return has_right(by, partner, right_to_ask(with_roles=with_roles))


def right_to_change(request: RelationshipRequest) -> PartnerRight:
    """Which right it takes to send, reword or cancel a request, or to edit a standing link."""
    if request.is_standing:
        return PartnerRight.ROTATE_LINK
    return right_to_ask(with_roles=request.terms_id is not None)


def why_not_requesting(partner: Partner) -> str:
    """Why this partner can make no request now; empty when it can (rules R14, R45, R61)."""
    if partner.status == PartnerStatus.SUSPENDED:
        return _(
            "Your organisation is suspended. It can make no request until the operator restores it."
        )
    if not partner.verified:
        return _(
            "The operator has not verified your organisation yet. Requests can be made once it has."
        )
    return why_not_of_this_kind(partner)


def why_not_of_this_kind(partner: Partner) -> str:
    """An indirect reseller has no requests of its own (rule R45, choice 7.18)."""
    if partner.kind == PartnerKind.INDIRECT_RESELLER:
        return _("An indirect reseller uses the requests of its indirect provider.")
    return ""


def lock_partners(*partners: Partner | None) -> None:
    """Hold them in the one order; a partner that is given twice is held once."""
    by_id = {partner.pk: partner for partner in reversed(partners) if partner is not None}
    for key in sorted(by_id):
        by_id[key].lock()


def check_ask(partner: Partner, ask: Ask, *, by: Actor) -> None:
    """Refuse a settled wish that this partner, or this person, may not have; partners are held."""
    if not may_request(by, partner, with_roles=bool(ask.roles)):
        raise PermissionDenied
    if why := why_not_requesting(partner):
        raise RequestRefused(why)
    if not ask.asks_selling and not ask.roles:
        raise RequestRefused(_("Ask for selling, for roles, or for both."))
    if ask.asks_selling and partner.kind == PartnerKind.ADVISOR:
        raise RequestRefused(_("An advisor does not sell. Ask for roles only."))
    _check_texts(ask)
    _check_address(ask)
    if ask.roles:
        _check_administration(partner, ask)


def check_name(partner: Partner, ask: Ask, *, but_for: RelationshipRequest | None = None) -> None:
    """A name is given once among all that one partner administers or asks to."""
    administrator = ask.administrator or partner
    if ask.roles and name_is_used(administrator, ask.name, but_for=but_for):
        raise RequestRefused(
            _("The name “%(name)s” was used before. “%(free)s” is free.")
            % {"name": ask.name, "free": free_name(administrator, ask.name)}
        )


def _check_texts(ask: Ask) -> None:
    if not 1 <= len(ask.name) <= NAME_LENGTH:
        raise RequestRefused(
            _("Give the request a name of at most %(most)d characters.") % {"most": NAME_LENGTH}
        )
    if TURNS_WORDS_ROUND.search(ask.name + ask.reason):
        raise RequestRefused(
            _("Write the name and the reason without characters that turn the direction of text.")
        )
    if len(ask.reason) > REASON_LENGTH:
        raise RequestRefused(
            _("The reason has at most %(most)d characters.") % {"most": REASON_LENGTH}
        )
    check_paragraphs(ask.first_paragraph, ask.second_paragraph)


def check_paragraphs(*paragraphs: str) -> None:
    """Text alone: the mail's one link is its own (rule R6)."""
    for paragraph in paragraphs:
        if why := why_no_paragraph(paragraph):
            raise RequestRefused(why)


def why_no_paragraph(text: str) -> str:
    """Why this cannot stand in a mail; empty when it can."""
    if len(text) > PARAGRAPH_LENGTH:
        return _("A paragraph has at most %(most)d characters.") % {"most": PARAGRAPH_LENGTH}
    if found := first_address(text):
        return _(
            "The text may hold no link and no address: “%(found)s” reads like one. Where it is "
            "none, write a space after the full stop."
        ) % {"found": found[:60]}
    return ""


def _check_address(ask: Ask) -> None:
    if len(ask.request_code) > CODE_LENGTH:
        raise RequestRefused(
            _("A request code has at most %(most)d characters.") % {"most": CODE_LENGTH}
        )
    given = [ask.addressed_email, ask.addressed_domain, ask.addressed_tenant_id]
    if sum(map(bool, given)) > 1:
        raise RequestRefused(_("Name only one: an e-mail address, a domain, or a tenant id."))
    if not 1 <= ask.lifetime_days <= settings.REQUEST_DAYS_MAX:
        raise RequestRefused(
            _("A request waits from 1 to %(most)d days.") % {"most": settings.REQUEST_DAYS_MAX}
        )


def _check_administration(partner: Partner, ask: Ask) -> None:
    if not 1 <= ask.days <= settings.ADMINISTRATION_DAYS_MAX:
        raise RequestRefused(
            _("Administration lasts from 1 to %(most)d days.")
            % {"most": settings.ADMINISTRATION_DAYS_MAX}
        )
    if why := why_too_long(ask.roles, ask.days):
        raise RequestRefused(why)
    administrator = ask.administrator or partner
    if administrator.pk != partner.pk:
        _check_administrator(partner, administrator)
    _check_renewal(ask, administrator)
    if any(
        group.partner_id != administrator.pk or group.closed_at is not None
        for group in ask.groups or ()
    ):
        raise RequestRefused(_("Choose groups of the organisation that shall administer."))


def why_too_long(roles: Iterable[AdminRole], days: int) -> str:
    """Privileged roles are granted for a shorter time; empty where the time is short enough."""
    privileged = [role.name for role in roles if role.privileged]
    if not privileged or days <= settings.PRIVILEGED_DAYS_MAX:
        return ""
    return _("With privileged roles (%(roles)s) at most %(most)d days can be granted.") % {
        "roles": ", ".join(privileged),
        "most": settings.PRIVILEGED_DAYS_MAX,
    }


def _check_renewal(ask: Ask, administrator: Partner) -> None:
    """Only what runs can be renewed, by who administers, of the customer that gave it."""
    renewed = ask.supersedes
    if renewed is None:
        return
    renewed.lock()
    customer = renewed.customer
    if renewed.partner_id != administrator.pk or renewed.status != AdminStatus.ACTIVE:
        raise RequestRefused(
            _("The administration “%(name)s” does not run any more, so it cannot be renewed.")
            % {"name": renewed.name}
        )
    if customer is None or ask.addressed_tenant_id != customer.tenant_id:
        raise RequestRefused(
            _(
                "A renewal goes to the customer whose administration it renews: leave its tenant "
                "id as it was filled in, and no other address."
            )
        )


def check_first_renewal(relationship: AdminRelationship) -> None:
    """One renewal of a grant waits at a time."""
    if relationship.supersedes_id is None:
        return
    waiting = AdminRelationship.objects.filter(
        supersedes=relationship.supersedes_id, status=AdminStatus.APPROVAL_PENDING
    )
    if waiting.exists():
        raise RequestRefused(_("A renewal of this administration waits for the customer already."))


def _check_administrator(partner: Partner, reseller: Partner) -> None:
    """A provider may leave the administration to an indirect reseller of its own (rule R46)."""
    provides = partner.kind == PartnerKind.INDIRECT_PROVIDER
    if not provides or not reseller.is_reseller_of(partner):
        raise RequestRefused(
            _("Only an indirect reseller that works with you can administer in your place.")
        )
    if reseller.status == PartnerStatus.SUSPENDED or not reseller.verified:
        raise RequestRefused(
            _("%(partner)s cannot administer for anybody at present.") % {"partner": reseller.name}
        )


def details_of(ask: Ask) -> dict[str, Any]:
    """What an event says of a wish; whom it is addressed to names people and stays out."""
    administrator = ask.administrator
    return {
        "asks_selling": ask.asks_selling,
        "roles": sorted(str(role.template_id) for role in ask.roles),
        "days": ask.days if ask.roles else None,
        "administrator": str(administrator.tenant_id) if ask.roles and administrator else None,
    }
