"""
Single roles are taken away from a running grant, by the customer or by the partner itself.

Less needs nobody's approval; more needs a new request. A grant that is left without roles ends.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side
from partnercenter.lib.refusals import Refused

from ..breaches import certified
from ..effects import Effect, EffectKind
from ..models import AdminRelationship, AdminRole, PartnerRelationship
from .administration import end_grant, take_roles
from .ending import BECAUSE, begin_end, close_end, customer_of, free_services, surveyed


def not_given() -> str:
    """What to say of a role that the grant has not, or has not any more."""
    return _("One of these roles is not given any more. Look at it once more.")


def _nothing_ticked(side: Side) -> str:
    if side == Side.PARTNER:
        return _("Tick at least one role to give back.")
    return _("Tick at least one role to take away.")


@certified
def take_away(
    grant: AdminRelationship,
    roles: Iterable[AdminRole],
    *,
    by: Actor,
    side: Side,
    at: datetime | None = None,
) -> list[Effect]:
    """Take these roles from the grant and from the groups that have them."""
    customer = customer_of(grant)
    before, at = surveyed(customer, at)
    effects = taking_away(grant, roles, by=by, side=side, at=at)
    kind = "administration.roles_taken"
    close_end(kind, grant, customer, effects, before, by=by, side=side, at=at)
    return effects


def taking_away(
    grant: AdminRelationship,
    roles: Iterable[AdminRole],
    *,
    by: Actor,
    side: Side,
    at: datetime | None = None,
) -> list[Effect]:
    """What `take_away` does, without its proof, its event and its mails."""
    customer, partner = customer_of(grant), grant.partner
    at = begin_end(partner, customer, by=by, side=side, at=at)
    grant.lock()
    if not AdminRelationship.objects.running(at).filter(pk=grant.pk).exists():
        raise Refused(_("This administration has ended already."))
    wanted = {role.pk for role in roles}
    if not wanted:
        raise Refused(_nothing_ticked(side))
    standing = grant.granted_roles.filter(removed_at__isnull=True)
    taken = list(standing.filter(role__in=wanted).select_related("role").order_by("role__name"))
    if len(taken) < len(wanted):
        raise Refused(not_given())
    because = BECAUSE[side]
    take_roles(grant, taken, by=by, at=at, because=because)
    effects = [Effect(EffectKind.ROLE_TAKEN, partner.name, row.role.name) for row in taken]
    if not standing.exists():
        end_grant(grant, because=because, by=by, side=side, at=at)
        effects.append(Effect(EffectKind.ADMINISTRATION_ENDS, partner.name, grant.name))
    effects += free_services(partner, customer, by=by, at=at)
    PartnerRelationship.objects.relist(partner, customer, at)
    return effects
