"""Mails that tell both sides what was decided; who acted comes first (complaint U22)."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRight
from mail import outbox
from partners.rights import PartnerRight

from ..models import Decision, Half


def tell_decision(decision: Decision, *, by: Actor) -> None:
    """Write to the partner's people who may ask, and to the customer's who decide."""
    request = decision.request
    facts = {
        "partner": request.partner.name,
        "customer": decision.customer.name,
        "request": request.name,
        "approved": decision.status == "approved",
        "selling": decision.selling == Half.APPROVED,
        "asked_selling": request.asks_selling,
        "asked_administration": decision.asks_administration,
        "roles": [role.name for role in decision.granted_terms.roles.all()]
        if decision.granted_terms
        else [],
        "ends_at": decision.admin_relationship.ends_at if decision.granted_terms else None,
        "reason": decision.reason,
    }
    right = PartnerRight.REQUEST_ROLES if request.terms_id else PartnerRight.REQUEST_SELLING
    for place in request.partner.memberships.having(right).select_related("user"):
        outbox.send(
            "decision_partner",
            to=place.user.email,
            name=place.user.name,
            language=place.user.language,
            context={**facts, "link": settings.SITE_URL + request.get_absolute_url()},
            key=f"decision:{decision.public_id}:partner:{place.user.public_id}",
        )
    deciders = decision.customer.memberships.having(CustomerRight.DECIDE)
    for seat in deciders.select_related("user"):
        outbox.send(
            "decision_customer",
            to=seat.user.email,
            name=seat.user.name,
            language=seat.user.language,
            context={
                **facts,
                "actor": by.user.get_full_name() if by.user else by.label,
                "partners_link": settings.SITE_URL
                + reverse("relationships:customer-partners", args=[decision.customer.slug]),
                "link": settings.SITE_URL + decision.get_absolute_url(),
            },
            key=f"decision:{decision.public_id}:customer:{seat.user.public_id}",
        )
