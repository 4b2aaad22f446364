"""
Extension of administration: the partner's wish, the customer's yes, and the clock (design 5.5).

At its end a grant goes on for 180 days while both stand and it has no privileged role. Neither the
wish nor the yes moves the end date; only the clock does, and says by whose yes.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side
from partnercenter.lib.refusals import Refused
from partners.models import PartnerStatus

from ..breaches import certified
from ..effects import Effect, EffectKind
from ..models import AdminRelationship
from .ending import begin_end, close_end, customer_of, surveyed

KINDS = {
    (Side.PARTNER, True): "administration.extension_wished",
    (Side.PARTNER, False): "administration.extension_not_wished",
    (Side.CUSTOMER, True): "administration.extension_allowed",
    (Side.CUSTOMER, False): "administration.extension_forbidden",
}
EFFECTS = {
    (Side.PARTNER, True): EffectKind.EXTENSION_WISHED,
    (Side.PARTNER, False): EffectKind.EXTENSION_NOT_WISHED,
    (Side.CUSTOMER, True): EffectKind.EXTENSION_ALLOWED,
    (Side.CUSTOMER, False): EffectKind.EXTENSION_FORBIDDEN,
}


@certified
def wish(
    grant: AdminRelationship,
    *,
    wished: bool,
    by: Actor,
    in_bulk: bool = False,
    at: datetime | None = None,
) -> list[Effect]:
    """The partner wishes that the grant be extended at its end, or no longer."""
    return _proved(grant, wished, side=Side.PARTNER, by=by, at=at, in_bulk=in_bulk)


def wishing(
    grant: AdminRelationship, *, wished: bool, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """What `wish` does, without its proof, its event and its mails."""
    return _set(grant, wished, side=Side.PARTNER, by=by, at=at)


@certified
def allow(
    grant: AdminRelationship, *, allowed: bool, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """The customer allows that the grant be extended at its end, or forbids it."""
    return _proved(grant, allowed, side=Side.CUSTOMER, by=by, at=at)


def allowing(
    grant: AdminRelationship, *, allowed: bool, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """What `allow` does, without its proof, its event and its mails."""
    return _set(grant, allowed, side=Side.CUSTOMER, by=by, at=at)


def _proved(
    grant: AdminRelationship,
    yes: bool,
    *,
    side: Side,
    by: Actor,
    at: datetime | None,
    in_bulk: bool = False,
) -> list[Effect]:
    customer, kind = customer_of(grant), KINDS[side, yes]
    before, at = surveyed(customer, at)
    effects = _set(grant, yes, side=side, by=by, at=at)
    close_end(kind, grant, customer, effects, before, by=by, side=side, at=at, in_bulk=in_bulk)
    return effects


def _set(
    grant: AdminRelationship, yes: bool, *, side: Side, by: Actor, at: datetime | None
) -> list[Effect]:
    at = begin_end(grant.partner, customer_of(grant), by=by, side=side, at=at)
    grant.lock()
    if not AdminRelationship.objects.running(at).filter(pk=grant.pk).exists():
        raise Refused(_("This administration has ended already."))
    field = "extension_wished" if side == Side.PARTNER else "extension_allowed"
    if (getattr(grant, f"{field}_at") is not None) == yes:
        raise Refused(_("That is so already."))
    if yes:
        _check(grant)
    setattr(grant, f"{field}_at", at if yes else None)
    setattr(grant, f"{field}_by", by if yes else None)
    grant.version += 1
    # What becomes of it at its end is told anew, if that is near.
    grant.remind_at = at
    grant.save(update_fields=[f"{field}_at", f"{field}_by", "remind_at", "version"])
    kind = EFFECTS[side, yes]
    return [Effect(kind, grant.partner.name, grant.name, until=grant.ends_at)]


def never_extended() -> str:
    """Why a grant with privileged roles is not (rule R-G10)."""
    return _(
        "Administration with privileged roles is never extended. It can be renewed by a new "
        "request, or extended once those roles are taken away."
    )


def _check(grant: AdminRelationship) -> None:
    if AdminRelationship.objects.privileged().filter(pk=grant.pk).exists():
        raise Refused(never_extended())
    if grant.partner.status != PartnerStatus.ACTIVE:
        raise Refused(_("The partner is suspended."))
