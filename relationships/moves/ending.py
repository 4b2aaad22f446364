"""Administration and selling are taken back, by the customer or by the partner (design 5.5)."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from customers.models import Customer
from customers.rights import CustomerRight
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner
from subscriptions.models import Subscription, SubscriptionState

from ..breaches import certified
from ..effects import Effect, EffectKind
from ..models import (
    AdminRelationship,
    EndedBecause,
    PartnerRelationship,
    ResellerEndedBecause,
    ResellerRelationship,
    ResellerStatus,
    ServiceEndedBecause,
)
from ..survey import Survey, certify, compare, survey
from . import notices
from .administration import (
    end_grant,
    end_service_administrations,
    manages_administration,
)
from .clock import expire_past_end, hold_chains

BECAUSE = {Side.CUSTOMER: EndedBecause.CUSTOMER, Side.PARTNER: EndedBecause.PARTNER}


def may_end(by: Actor, side: Side, *, partner: Partner, customer: Customer) -> bool:
    """The customer's deciders, or the partner's admin agents and global admins."""
    if side != Side.CUSTOMER:
        return manages_administration(by, partner)
    if by.user is None or not by.user.is_active:
        return False
    return customer.memberships.having(CustomerRight.DECIDE).filter(user=by.user).exists()


@certified
def terminate(
    grant: AdminRelationship,
    *,
    by: Actor,
    side: Side,
    in_bulk: bool = False,
    at: datetime | None = None,
) -> list[Effect]:
    """End one grant of administration before its end, with proof that nothing else moved."""
    customer = customer_of(grant)
    before, at = surveyed(customer, at)
    effects = terminating(grant, by=by, side=side, at=at)
    close_end(
        "administration.terminated",
        grant,
        customer,
        effects,
        before,
        by=by,
        side=side,
        at=at,
        in_bulk=in_bulk,
    )
    return effects


def terminating(
    grant: AdminRelationship, *, by: Actor, side: Side, at: datetime | None = None
) -> list[Effect]:
    """What `terminate` does, without its proof, its event and its mails."""
    customer, partner = customer_of(grant), grant.partner
    at = begin_end(partner, customer, by=by, side=side, at=at)
    if not AdminRelationship.objects.running(at).filter(pk=grant.pk).exists():
        raise Refused(_("This administration has ended already."))
    return _end(partner, customer, [grant], because=BECAUSE[side], by=by, side=side, at=at)


@certified
def remove_administration(
    customer: Customer, partner: Partner, *, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """The customer takes all administration from a partner at once; selling goes on (R31, R32)."""
    before, at = surveyed(customer, at)
    side, grants = Side.CUSTOMER, _running(partner, customer, at)
    effects = removing_administration(customer, partner, by=by, at=at)
    kind = "administration.removed"
    close_end(kind, grants[0], customer, effects, before, by=by, side=side, at=at)
    return effects


def removing_administration(
    customer: Customer, partner: Partner, *, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """What `remove_administration` does, without its proof, its event and its mails."""
    at = begin_end(partner, customer, by=by, side=Side.CUSTOMER, at=at)
    grants = _running(partner, customer, at)
    if not grants:
        raise Refused(_("This partner administers nothing for you."))
    because, side = EndedBecause.CUSTOMER, Side.CUSTOMER
    return _end(partner, customer, grants, because=because, by=by, side=side, at=at)


@certified
def end_selling(
    relationship: ResellerRelationship,
    *,
    by: Actor,
    side: Side,
    good_faith: str = "",
    at: datetime | None = None,
) -> list[Effect]:
    """
    End the reseller relationship, and the pair's administration with it.

    While the seller has subscriptions that live it winds down: no new orders, nothing is written to
    any of them, and the clock ends it with the last. A partner says, in the words that it was
    shown, that it acts in good faith; the event keeps them (rule R41).
    """
    customer = relationship.customer
    before, at = surveyed(customer, at)
    effects = ending_selling(relationship, by=by, side=side, at=at)
    if side == Side.PARTNER and not good_faith:
        raise Refused(_("Confirm first that you act in good faith."))
    kind = f"selling.{relationship.status}"
    told = {"good_faith": good_faith} if good_faith else {}
    close_end(kind, relationship, customer, effects, before, by=by, side=side, at=at, told=told)
    return effects


def ending_selling(
    relationship: ResellerRelationship, *, by: Actor, side: Side, at: datetime | None = None
) -> list[Effect]:
    """What `end_selling` does, without its proof, its event and its mails."""
    customer, partner = relationship.customer, relationship.partner
    at = begin_end(partner, customer, by=by, side=side, at=at)
    relationship.lock()
    if relationship.status != ResellerStatus.ACTIVE:
        raise Refused(_("This reseller relationship is winding down or has ended already."))
    live = sold_and_live(relationship)
    if side == Side.PARTNER and (why := why_partner_cannot_end(live)):
        raise Refused(why)
    effects = _stop_selling(relationship, live, by=by, side=side, at=at)
    grants = _running(partner, customer, at)
    because = EndedBecause.SELLING_ENDED
    return effects + _end(partner, customer, grants, because=because, by=by, side=side, at=at)


def customer_of(grant: AdminRelationship) -> Customer:
    if grant.customer is None:
        raise Refused(_("This administration never began."))
    return grant.customer


def why_partner_cannot_end(live: Iterable[Subscription]) -> str:
    """A partner ends only when none of its own subscriptions is active; each is named (R39)."""
    active = [str(row) for row in live if row.state == SubscriptionState.ACTIVE]
    if not active:
        return ""
    return _("These subscriptions are still active; suspend or cancel each first: %(names)s.") % {
        "names": ", ".join(active)
    }


def sold_and_live(relationship: ResellerRelationship) -> list[Subscription]:
    """What the seller sold to this customer and still runs."""
    sold = Subscription.objects.live().filter(
        customer=relationship.customer, seller=relationship.partner
    )
    return list(sold.select_related("offer").order_by("term_end", "pk"))


def surveyed(customer: Customer, at: datetime | None) -> tuple[Survey, datetime]:
    """What stands before the act, read under the customer's lock."""
    customer.lock()
    return survey(customer), moment(at)


def begin_end(
    partner: Partner, customer: Customer, *, by: Actor, side: Side, at: datetime | None
) -> datetime:
    """Take the locks in the one order, ask who acts, and end what is past its end."""
    customer.lock()
    partner.lock()
    if not may_end(by, side, partner=partner, customer=customer):
        raise PermissionDenied
    at = moment(at)
    hold_chains(customer, [partner], at=at)
    expire_past_end(customer, at=at)
    return at


def _end(
    partner: Partner,
    customer: Customer,
    grants: list[AdminRelationship],
    *,
    because: str,
    by: Actor,
    side: Side,
    at: datetime,
) -> list[Effect]:
    effects = []
    for grant in grants:
        effects += _end_grant(grant, because=because, by=by, side=side, at=at)
    effects += free_services(partner, customer, by=by, at=at)
    PartnerRelationship.objects.relist(partner, customer, at)
    return effects


def _end_grant(
    grant: AdminRelationship, *, because: str, by: Actor, side: Side, at: datetime
) -> list[Effect]:
    grant.lock()
    given = grant.granted_roles.filter(removed_at__isnull=True).select_related("role")
    names = sorted(row.role.name for row in given)
    end_grant(grant, because=because, by=by, side=side, at=at)
    partner = grant.partner.name
    return [
        *(Effect(EffectKind.ROLE_TAKEN, partner, name) for name in names),
        Effect(EffectKind.ADMINISTRATION_ENDS, partner, grant.name),
    ]


def free_services(partner: Partner, customer: Customer, *, by: Actor, at: datetime) -> list[Effect]:
    """Services that no running grant of the partner administers any more."""
    because = ServiceEndedBecause.TERMINATED
    freed = end_service_administrations(customer, partner, by=by, at=at, because=because)
    return [Effect(EffectKind.SERVICE_FREED, partner.name, service.name) for service in freed]


def _stop_selling(
    relationship: ResellerRelationship,
    live: list[Subscription],
    *,
    by: Actor,
    side: Side,
    at: datetime,
) -> list[Effect]:
    name = relationship.partner.name
    if not live:
        because = ResellerEndedBecause(side.value)
        relationship.move_to(ResellerStatus.ENDED, ended_at=at, ended_by=by, ended_because=because)
        return [Effect(EffectKind.SELLING_ENDS, name)]
    relationship.move_to(ResellerStatus.WINDING_DOWN, winding_down_at=at, winding_down_by=by)
    expiring = [
        Effect(EffectKind.SUBSCRIPTION_EXPIRES, name, str(row), until=row.term_end)
        for row in live
        if row.state == SubscriptionState.ACTIVE
    ]
    return [Effect(EffectKind.SELLING_WINDS_DOWN, name), *expiring]


def close_end(
    kind: str,
    row: AdminRelationship | ResellerRelationship,
    customer: Customer,
    effects: list[Effect],
    before: Survey,
    *,
    by: Actor,
    side: Side,
    at: datetime,
    told: dict[str, str] | None = None,
    in_bulk: bool = False,
) -> None:
    """Write the event, its certificate and its mails, and compare what existed."""
    partner = row.partner
    what = "admin_relationship" if isinstance(row, AdminRelationship) else "reseller_relationship"
    named = [f"{effect.kind}: {effect.thing}".rstrip(": ") for effect in effects]
    event = record(
        kind,
        by=by,
        at=at,
        side=side,
        subject=(what, str(row.public_id)),
        customer=customer.party,
        partner=partner.party,
        details={"effects": named, **(told or {})},
    )
    certify(customer, before, event, at=at)
    notices.tell_end(
        kind, partner, customer, effects, by=by, side=side, event=event, in_bulk=in_bulk
    )
    compare(customer, before, kind, by=by)


def _running(partner: Partner, customer: Customer, at: datetime) -> list[AdminRelationship]:
    grants = AdminRelationship.objects.running(at).filter(customer=customer, partner=partner)
    return list(grants.order_by("pk"))
