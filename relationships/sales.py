"""Whether a partner may sell to a customer now, and may go on with what it sold."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from customers.models import Customer, CustomerStatus
from partners.models import Partner, PartnerStatus
from subscriptions.models import Subscription

from .models import ResellerRelationship, ResellerStatus


def why_not_selling(
    seller: Partner, customer: Customer, statuses: Collection[str] | None = None
) -> str:
    """
    Why this partner can take no order from this customer; empty where it can.

    Who has read the statuses of the pair's reseller relationships gives them.
    """
    if seller.status == PartnerStatus.SUSPENDED:
        return _("Your organisation is suspended. It can take no order until it is restored.")
    if customer.status != CustomerStatus.ACTIVE:
        return _("This customer's account is closed.")
    if statuses is None:
        statuses = _statuses(seller, customer)
    if ResellerStatus.ACTIVE in statuses:
        return ""
    if ResellerStatus.WINDING_DOWN in statuses:
        return _("The reseller relationship with this customer is winding down: no new orders.")
    return _("There is no reseller relationship with this customer. Request one first.")


def sale_is_over(subscription: Subscription) -> bool:
    """
    Whether the pair's latest reseller relationship is winding down or ended.

    At most one of a pair's is not ended, and it is the latest. A pair without any has imported
    subscriptions, which go on.
    """
    if subscription.seller is None:
        return False
    statuses = _statuses(subscription.seller, subscription.customer)
    return bool(statuses) and ResellerStatus.ACTIVE not in statuses


def _statuses(seller: Partner, customer: Customer) -> set[str]:
    pair = ResellerRelationship.objects.filter(partner=seller, customer=customer)
    return set(pair.values_list("status", flat=True))
