"""A partner asks: who may, what may be asked, and the rows that come of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.ids import new_token
from partnercenter.lib.names import name_key
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerKind, PartnerStatus, SecurityGroup
from partners.rights import PartnerRight

from ..models import (
    AccessTerms,
    AdminRelationship,
    AdminRole,
    AdminStatus,
    EndedBecause,
    RelationshipRequest,
    RequestKind,
    RequestStatus,
)


class RequestRefused(Refused):
    """The partner may not ask this, or not now; the message is for people."""


def may_request(by: Actor, partner: Partner, *, with_roles: bool) -> bool:
    """Whether this person's place in the partner allows such a request (rule A8)."""
    if by.user is None or not by.user.is_active:
        return False
    right = PartnerRight.REQUEST_ROLES if with_roles else PartnerRight.REQUEST_SELLING
    return partner.memberships.having(right).filter(user=by.user).exists()


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
    if partner.kind == PartnerKind.INDIRECT_RESELLER:
        return _("An indirect reseller uses the requests of its indirect provider.")
    return ""


@transaction.atomic
def create_single(
    partner: Partner,
    *,
    by: Actor,
    name: str,
    asks_selling: bool,
    roles: Iterable[AdminRole] = (),
    days: int = 0,
    auto_extend: bool = False,
    groups: Iterable[SecurityGroup] | None = None,
    addressed_email: str = "",
    reason: str = "",
    lifetime_days: int | None = None,
    at: datetime | None = None,
) -> RelationshipRequest:
    """Ask one customer, once: the link works for a single approval."""
    roles = list(roles)
    partner.lock()
    at = moment(at)
    _check_askable(by=by, partner=partner, asks_selling=asks_selling, roles=roles, days=days)
    if roles and _name_is_used(partner, name):
        raise RequestRefused(
            _("You have used the name “%(name)s” before. Choose another.") % {"name": name}
        )
    terms = None
    if roles:
        if groups is None:
            groups = partner.security_groups.filter(built_in=True)
        terms = AccessTerms.objects.write(
            roles=roles, days=days, auto_extend=auto_extend, groups=groups
        )
    request = partner.requests.create(
        administrator=partner,
        kind=RequestKind.SINGLE,
        name=name,
        asks_selling=asks_selling,
        terms=terms,
        reason=reason,
        addressed_email=addressed_email.strip().lower(),
        status=RequestStatus.OPEN,
        expires_at=at + timedelta(days=lifetime_days or settings.REQUEST_DAYS_DEFAULT),
        token=new_token(),
        created_at=at,
        created_by=by,
    )
    if terms:
        request.admin_relationships.create(
            partner=request.administrator,
            name=name,
            name_key=name_key(name),
            asked_terms=terms,
            status=AdminStatus.APPROVAL_PENDING,
            created_at=at,
            extension_wished_at=at if auto_extend else None,
            extension_wished_by=by if auto_extend else None,
        )
    request.record(
        "request.created",
        by=by,
        at=at,
        details={
            "asks_selling": asks_selling,
            "roles": sorted(str(role.template_id) for role in roles),
            "days": days if roles else None,
        },
    )
    return request


def _check_askable(
    *, by: Actor, partner: Partner, asks_selling: bool, roles: list[AdminRole], days: int
) -> None:
    """Who may ask what, before anything is written (design 5.2)."""
    if not may_request(by, partner, with_roles=bool(roles)):
        raise PermissionDenied
    if why := why_not_requesting(partner):
        raise RequestRefused(why)
    if not asks_selling and not roles:
        raise RequestRefused(_("Ask for selling, for roles, or for both."))
    if asks_selling and partner.kind == PartnerKind.ADVISOR:
        raise RequestRefused(_("An advisor does not sell. Ask for roles only."))
    if not roles:
        return
    if not 1 <= days <= settings.ADMINISTRATION_DAYS_MAX:
        raise RequestRefused(
            _("Administration lasts from 1 to %(most)d days.")
            % {"most": settings.ADMINISTRATION_DAYS_MAX}
        )
    privileged = [role.name for role in roles if role.privileged]
    if privileged and days > settings.PRIVILEGED_DAYS_MAX:
        raise RequestRefused(
            _("With privileged roles (%(roles)s) at most %(most)d days can be granted.")
            % {"roles": ", ".join(privileged), "most": settings.PRIVILEGED_DAYS_MAX}
        )


def _name_is_used(partner: Partner, name: str) -> bool:
    used = AdminRelationship.objects.filter(partner=partner, name_key=name_key(name))
    return used.exclude(ended_because=EndedBecause.LAPSED).exists()
