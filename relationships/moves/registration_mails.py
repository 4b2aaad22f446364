"""Mails about registrations: to those who can let a person in, and to the person."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.urls import reverse

from accounts.models import User
from customers.models import CustomerRegistration, CustomerStatus
from customers.rights import CustomerRight
from mail import outbox
from partners.models import JoinRequest
from partners.rights import PartnerRight

from ..models import RelationshipRequest

ANSWERS_REGISTRATIONS = "customers.change_customerregistration"


def tell_claim(claim: CustomerRegistration, *, address: str, at: datetime) -> None:
    """
    Write to the global admins, or to staff where there are none: once a day for each person.

    What the person typed as the organisation's name is left out: it would be a message of
    strangers to the organisation's people.
    """
    customer: Any = claim.customer
    by_admins = customer.status == CustomerStatus.ACTIVE
    admins = customer.memberships.having(CustomerRight.MANAGE_PEOPLE).filter(user__is_active=True)
    readers = [place.user for place in admins.select_related("user")] if by_admins else []
    link = reverse("relationships:customer-people", args=[customer.slug])
    if not readers:
        readers = _staff_who_answer()
        link = reverse("admin:customers_customerregistration_change", args=[claim.pk])
        by_admins = False
    for reader in readers:
        outbox.send_to(
            reader,
            "claim",
            context={
                "person": claim.user.name,
                "address": address,
                "organisation": customer.name,
                "domain": claim.domain,
                "to_staff": not by_admins,
                "by_link": claim.request is not None,
                "link": settings.SITE_URL + link,
            },
            key=f"claim:{customer.tenant_id}:{claim.user.public_id}:{at:%Y-%m-%d}:{reader.public_id}",
        )


def tell_join(join: JoinRequest, *, address: str, at: datetime) -> None:
    """Write to those who manage the partner's people: once a day for each person."""
    partner = join.partner
    managers: Any = partner.memberships.having(PartnerRight.MANAGE_PEOPLE)
    for place in managers.filter(user__is_active=True).select_related("user"):
        reader = place.user
        outbox.send_to(
            reader,
            "claim",
            context={
                "person": join.user.name,
                "address": address,
                "organisation": partner.name,
                "domain": join.domain,
                "to_staff": False,
                "by_link": False,
                "link": settings.SITE_URL
                + reverse("relationships:partner-people", args=[partner.slug]),
            },
            key=f"join:{partner.tenant_id}:{join.user.public_id}:{at:%Y-%m-%d}:{reader.public_id}",
        )


def tell_join_refused(asked: JoinRequest | CustomerRegistration, organisation: str) -> None:
    """The person reads the reason; who answered is not named."""
    outbox.send_to(
        asked.user,
        "join_refused",
        context={
            "organisation": organisation,
            "reason": asked.reason,
            "link": settings.SITE_URL + reverse("signin:join"),
        },
        key=f"join_refused:{asked.public_id}",
        forget=True,
    )


def tell_accepted(registration: CustomerRegistration) -> None:
    customer: Any = registration.customer
    _tell_person("registration_accepted", registration, organisation=customer.name)


def tell_refused(registration: CustomerRegistration) -> None:
    _tell_person(
        "registration_refused",
        registration,
        organisation=registration.name,
        reason=registration.reason,
    )


def _tell_person(kind: str, registration: CustomerRegistration, **facts: Any) -> None:
    person = registration.user
    outbox.send_to(
        person,
        kind,
        context={**facts, "domain": registration.domain, "link": _link_of(registration)},
        key=f"{kind}:{registration.public_id}",
        forget=True,
    )


def _link_of(registration: CustomerRegistration) -> str:
    """The link by which the person came; they had it already."""
    if registration.request is None:
        return settings.SITE_URL
    return RelationshipRequest.objects.get(public_id=registration.request).link


def _staff_who_answer() -> list[User]:
    able: Any = ModelBackend().with_perm(ANSWERS_REGISTRATIONS)
    return list(able.filter(is_staff=True).order_by("pk"))
