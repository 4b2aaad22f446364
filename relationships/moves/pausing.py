"""
A customer pauses administration and lets it go on (design 5.5): nobody can use it meanwhile.

One grant, all of one partner's, or all there is. A paused grant keeps its roles, its groups, its
service and its end date; only access is gone, from the next decision about access on.
"""

from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner

from ..breaches import certified
from ..effects import Effect, EffectKind
from ..models import AdminRelationship
from .ending import begin_end, close_end, surveyed

KINDS = {True: "administration.paused", False: "administration.resumed"}


@certified
def pause(
    customer: Customer,
    *,
    partner: Partner | None = None,
    grant: AdminRelationship | None = None,
    by: Actor,
    at: datetime | None = None,
) -> list[Effect]:
    """Nobody can use it until it is resumed."""
    return _proved(customer, partner, grant, paused=True, by=by, at=at)


@certified
def resume(
    customer: Customer,
    *,
    partner: Partner | None = None,
    grant: AdminRelationship | None = None,
    by: Actor,
    at: datetime | None = None,
) -> list[Effect]:
    """What was paused can be used again, each grant until its own end."""
    return _proved(customer, partner, grant, paused=False, by=by, at=at)


def pausing(
    customer: Customer,
    *,
    partner: Partner | None = None,
    grant: AdminRelationship | None = None,
    by: Actor,
    at: datetime | None = None,
) -> list[Effect]:
    """What `pause` does, without its proof, its events and its mails."""
    effects, _grants = _set(customer, partner, grant, paused=True, by=by, at=at)
    return effects


def resuming(
    customer: Customer,
    *,
    partner: Partner | None = None,
    grant: AdminRelationship | None = None,
    by: Actor,
    at: datetime | None = None,
) -> list[Effect]:
    """What `resume` does, without its proof, its events and its mails."""
    effects, _grants = _set(customer, partner, grant, paused=False, by=by, at=at)
    return effects


def _proved(
    customer: Customer,
    partner: Partner | None,
    grant: AdminRelationship | None,
    *,
    paused: bool,
    by: Actor,
    at: datetime | None,
) -> list[Effect]:
    """One event for each partner, so that each reads its own and no other's."""
    before, at = surveyed(customer, at)
    effects, grants = _set(customer, partner, grant, paused=paused, by=by, at=at)
    for _key, rows in groupby(grants, key=lambda row: row.partner_id):
        own = list(rows)
        told = [_effect(row, paused=paused) for row in own]
        kind, side = KINDS[paused], Side.CUSTOMER
        close_end(kind, own[0], customer, told, before, by=by, side=side, at=at)
    return effects


def _set(
    customer: Customer,
    partner: Partner | None,
    grant: AdminRelationship | None,
    *,
    paused: bool,
    by: Actor,
    at: datetime | None,
) -> tuple[list[Effect], list[AdminRelationship]]:
    customer.lock()
    running = customer.admin_relationships.exclude(activated_at=None)
    if grant is not None:
        running = running.filter(pk=grant.pk)
    if partner is not None:
        running = running.filter(partner=partner)
    partners = sorted({row.partner for row in running.select_related("partner")}, key=_key_of)
    if not partners:
        raise Refused(_("Nobody administers anything for you."))
    for one in partners:
        one.lock()
    hold((Side.CUSTOMER, customer.party.id), *((Side.PARTNER, one.party.id) for one in partners))
    for one in partners:
        at = begin_end(one, customer, by=by, side=Side.CUSTOMER, at=at)
    at = moment(at)
    grants = list(
        running.filter(
            pk__in=AdminRelationship.objects.running(at).values("pk"), paused_at__isnull=paused
        )
        .select_related("partner")
        .order_by("partner", "pk")
    )
    if not grants:
        raise Refused(_("Nothing of it runs.") if paused else _("Nothing of it is paused."))
    for row in grants:
        row.lock()
        row.paused_at, row.paused_by = (at, by) if paused else (None, None)
        row.version += 1
        row.save(update_fields=["paused_at", "paused_by", "version"])
    return [_effect(row, paused=paused) for row in grants], grants


def _key_of(partner: Partner) -> int:
    return partner.pk


def _effect(grant: AdminRelationship, *, paused: bool) -> Effect:
    kind = EffectKind.ADMINISTRATION_PAUSES if paused else EffectKind.ADMINISTRATION_RESUMES
    return Effect(kind, grant.partner.name, grant.name, until=grant.ends_at)
