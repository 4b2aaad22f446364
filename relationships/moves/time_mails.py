"""Mails about what time does: an end that comes near, an extension, an end."""

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from customers.models import Customer
from customers.rights import CustomerRight
from mail import outbox
from partners.models import Partner
from partners.rights import PartnerRight

from ..models import AdminRelationship


def tell_partner_and_customer(
    act: str,
    grant: AdminRelationship,
    *,
    key: Callable[[User], str],
    only: Collection[int] | None = None,
) -> None:
    """Write to who administers and to who decides; `only` these people where it is given."""
    customer = grant.customer
    if customer is None:
        return
    facts = {
        "act": act,
        "name": grant.name,
        "day": grant.ends_at,
        "wished": grant.extension_wished_at is not None,
        "allowed": grant.extension_allowed_at is not None,
    }
    own = [customer.tenant_id, grant.public_id]
    _tell_partner(
        grant.partner,
        customer,
        facts | {"link": _link("administration", grant.partner.slug, *own)},
        key=lambda person: f"time:{grant.public_id}:{act}:{key(person)}:{person.public_id}",
        only=only,
    )
    _tell_customer(
        grant.partner,
        customer,
        facts,
        key=lambda person: f"time:{grant.public_id}:{act}:{key(person)}:{person.public_id}",
        only=only,
    )


def tell_selling_ended(partner: Partner, customer: Customer, event_id: Any) -> None:
    """The last subscription came to its end, and the reseller relationship with it."""
    facts = {"act": "selling.ended"}
    link = _link("partner-customer", partner.slug, customer.tenant_id)
    _tell_partner(
        partner,
        customer,
        facts | {"link": link},
        key=lambda person: f"end:{event_id}:partner:{person.public_id}",
    )
    _tell_customer(
        partner, customer, facts, key=lambda person: f"end:{event_id}:customer:{person.public_id}"
    )


def _tell_partner(
    partner: Partner,
    customer: Customer,
    facts: dict[str, Any],
    *,
    key: Callable[[User], str],
    only: Collection[int] | None = None,
) -> None:
    names = {"partner": partner.name, "customer": customer.name}
    places = partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    for place in places.select_related("user"):
        if only is None or place.user_id in only:
            outbox.send_to(place.user, "time_partner", context=facts | names, key=key(place.user))


def _tell_customer(
    partner: Partner,
    customer: Customer,
    facts: dict[str, Any],
    *,
    key: Callable[[User], str],
    only: Collection[int] | None = None,
) -> None:
    names = {"partner": partner.name, "customer": customer.name}
    link = {"link": _link("customer-partner", customer.slug, partner.slug)}
    for seat in customer.memberships.having(CustomerRight.DECIDE).select_related("user"):
        if only is None or seat.user_id in only:
            facts = facts | names | link
            outbox.send_to(seat.user, "time_customer", context=facts, key=key(seat.user))


def _link(name: str, *args: Any) -> str:
    return settings.SITE_URL + reverse(f"relationships:{name}", args=args)
