"""What a signed-in person is to a request, and so what its link offers them (design 5.3)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.models import (
    Customer,
    CustomerMembership,
    CustomerRegistration,
    RegistrationStatus,
)
from customers.rights import CustomerRight
from partnercenter.lib.free_mail import is_free_mail
from partnercenter.lib.names import ascii_domain, domain_of, spellings_of

from .models import Decision, DecisionStatus, RelationshipRequest
from .moves.opening import is_insider, organisations_for
from .moves.registering import address_for, verified_addresses


@dataclass(frozen=True)
class Choice:
    """One organisation for which the person can go on."""

    place: CustomerMembership
    decision: Decision | None

    @property
    def customer(self) -> Customer:
        return self.place.customer

    @property
    def note(self) -> str:
        """The domain, and what the person cannot see from the name."""
        return " · ".join(filter(None, [self.customer.primary_domain, self._role(), self._state()]))

    def _role(self) -> str:
        if self.place.may(CustomerRight.DECIDE):
            return ""
        role = self.place.role_label
        return _("as %(role)s you read the request, and others decide") % {"role": role}

    def _state(self) -> str:
        if self.decision is None:
            return ""
        if self.decision.status == DecisionStatus.OPEN:
            day = date_format(localtime(self.decision.opened_at), "DATE_FORMAT")
            return _("waits for a decision since %(day)s") % {"day": day}
        # A standing link opens anew for who has answered it.
        return _("has been answered there") if self.decision.single_use else ""


@dataclass(frozen=True)
class Visitor:
    """A signed-in person at a request's link."""

    choices: list[Choice]
    decisions: list[Decision]
    is_insider: bool
    # With which a new organisation would be registered; empty where the request opens for none.
    address: str
    has_verified_address: bool
    registrations: list[CustomerRegistration]

    @property
    def domain(self) -> str:
        return ascii_domain(domain_of(self.address))

    @property
    def uses_free_mail(self) -> bool:
        return is_free_mail(self.domain)

    @property
    def may_register(self) -> bool:
        if not self.address or self.is_insider:
            return False
        same = spellings_of(self.domain)
        return not any(choice.customer.primary_domain in same for choice in self.choices)

    @property
    def waiting(self) -> list[CustomerRegistration]:
        return [row for row in self.registrations if row.status == RegistrationStatus.WAITING]

    @property
    def refused(self) -> CustomerRegistration | None:
        """The newest registration, where that was refused."""
        newest = self.registrations[0] if self.registrations else None
        return newest if newest and newest.status == RegistrationStatus.REFUSED else None


def visitor_of(request: RelationshipRequest, user: Any) -> Visitor:
    places = user.customer_memberships.current()
    decisions = list(
        request.decisions.filter(customer__in=places.values("customer"))
        .select_related("customer")
        .order_by("-pk")
    )
    newest = {decision.customer_id: decision for decision in reversed(decisions)}
    opening = places.filter(customer__in=organisations_for(request, user))
    opening = opening.select_related("customer").order_by("customer__name", "customer_id")
    verified = verified_addresses(user)
    relevant = Q(status=RegistrationStatus.WAITING) | Q(
        status=RegistrationStatus.REFUSED, request=request.public_id
    )
    return Visitor(
        choices=[Choice(place, newest.get(place.customer_id)) for place in opening],
        decisions=decisions,
        is_insider=is_insider(request, user),
        address=address_for(request, verified),
        has_verified_address=bool(verified),
        registrations=list(user.customer_registrations.filter(relevant).order_by("-pk")[:5]),
    )
