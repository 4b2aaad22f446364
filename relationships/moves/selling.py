"""A partner sells: a new subscription for a customer that lets it (rule R22)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import moment
from partners.models import Partner, Partnership
from partners.rights import PartnerRight
from subscriptions.lifecycle import TERMS
from subscriptions.models import (
    BillingCycle,
    ChangeKind,
    MadeBy,
    Offer,
    Subscription,
    TermLength,
)
from subscriptions.moves.ordering import QUANTITY_MAX
from subscriptions.moves.writing import SubscriptionRefused, bear

from ..models import ResellerRelationship
from ..sales import why_not_selling


def sellable_by(partner: Partner, by: Actor) -> bool:
    """The partner's people who change subscriptions (matrix 2.2, A6)."""
    if by.user is None or not by.user.is_active:
        return False
    sellers = partner.memberships.having(PartnerRight.CHANGE_SUBSCRIPTIONS)
    return sellers.filter(user=by.user).exists()


@transaction.atomic
def subscribe(
    *,
    by: Actor,
    partner: Partner,
    customer: Customer,
    offer: Offer,
    quantity: int,
    unit_price: Decimal,
    currency: str,
    term_length: str = TermLength.ONE_YEAR,
    billing_cycle: str = BillingCycle.MONTHLY,
    auto_renew: bool = True,
    friendly_name: str = "",
    reseller: Partner | None = None,
    base_subscription: Subscription | None = None,
    public_id: UUID | None = None,
    at: datetime | None = None,
) -> Subscription:
    """
    Order for a customer: the partner is seller and partner of record of what it sells.

    Whoever sends the same order twice gives it its public id; the second time the subscription is
    there and is given back as it is.
    """
    customer.lock()
    partner.lock()
    if not sellable_by(partner, by):
        raise PermissionDenied
    if public_id and (ordered := Subscription.objects.filter(public_id=public_id).first()):
        if (ordered.seller_id, ordered.customer_id) != (partner.pk, customer.pk):
            raise SubscriptionRefused(_("This order cannot be placed. Open the form once more."))
        return ordered
    running = ResellerRelationship.objects.running().filter(partner=partner, customer=customer)
    for relationship in running.order_by("pk"):
        relationship.lock()
    at = moment(at)
    if why := why_not_selling(partner, customer):
        raise SubscriptionRefused(why)
    if not 1 <= quantity <= QUANTITY_MAX:
        raise SubscriptionRefused(_("Order from 1 to %(most)d licences.") % {"most": QUANTITY_MAX})
    if reseller and not works_with(partner, reseller):
        raise SubscriptionRefused(_("This reseller does not work with your organisation."))
    if base_subscription and not _fits(base_subscription, partner, customer):
        raise SubscriptionRefused(_("An add-on belongs to an active subscription that you sold."))
    subscription = Subscription(
        public_id=public_id or uuid7(),
        customer=customer,
        offer=offer,
        service=offer.service,
        seller=partner,
        partner_of_record=reseller or partner,
        reseller_of_record=reseller or partner,
        base_subscription=base_subscription,
        quantity=quantity,
        ordered_at=at,
        term_start=at,
        term_end=at + TERMS[TermLength(term_length)],
        term_length=term_length,
        billing_cycle=billing_cycle,
        unit_price=unit_price,
        currency=currency,
        agreement_version=settings.AGREEMENT_VERSION,
        auto_renew=auto_renew,
        friendly_name=" ".join(friendly_name.split()),
    )
    return bear(subscription, ChangeKind.SUBSCRIBE, made_by=MadeBy.SELLER, by=by, at=at)


def works_with(provider: Partner, reseller: Partner) -> bool:
    """Whether the reseller orders through this provider (rule R53)."""
    pairs = Partnership.objects.current().filter(provider=provider, reseller=reseller)
    return pairs.exists()


def _fits(base: Subscription, partner: Partner, customer: Customer) -> bool:
    same = base.seller_id == partner.pk and base.customer_id == customer.pk
    return same and base.state == "active" and base.base_subscription_id is None
