"""
What a partner may know of a customer's services (rules R55 to R57).

Where it administers a service it sees that subscriptions of it exist, and in which state: no
seller, no price, no terms and no id of others. Of every other service it sees whether somebody else
who sells administers it, without a name. The list of services is the catalogue's, so that it tells
nothing about what the customer has bought.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from customers.models import Customer
from partners.models import Partner, PartnerStatus
from subscriptions.models import Service, SubscriptionState

from .grants import Grant
from .models import Administers, AdminRelationship, AdminRole, ServiceAdministration


class Administrator(StrEnum):
    """Who administers a service, as far as a partner may know."""

    SELF = "self"
    SELF_PAUSED = "self_paused"
    ANOTHER = "another"
    NOBODY = "nobody"


SENTENCES = {
    Administrator.SELF: lambda: _("your organisation"),
    Administrator.SELF_PAUSED: lambda: _("your organisation, but it is paused"),
    Administrator.ANOTHER: lambda: _("another partner"),
    Administrator.NOBODY: lambda: _("nobody that sells"),
}


@dataclass(frozen=True)
class Counted:
    """How many subscriptions of a service are in one state, whoever sold them."""

    state: str
    label: str
    number: int


@dataclass
class ManagedService:
    """One service: who administers it, and what exists of it where the partner may know."""

    service: Service
    administrator: Administrator
    beside_another: bool
    subscriptions: list[Counted] = field(default_factory=list)

    @property
    def administered(self) -> bool:
        return self.administrator == Administrator.SELF

    @property
    def sentence(self) -> str:
        sentence = SENTENCES[self.administrator]()
        own = (Administrator.SELF, Administrator.SELF_PAUSED)
        if self.beside_another and self.administrator in own:
            return _("%(who)s, beside another partner") % {"who": sentence}
        return sentence


def services_for(
    partner: Partner, customer: Customer, grants: Iterable[Grant], at: datetime
) -> list[ManagedService]:
    """Every service that some role administers, in two queries; the grants were read before."""
    running = AdminRelationship.objects.running(at).filter(customer=customer)
    held_by_others = ServiceAdministration.objects.running().filter(
        Exists(running.filter(partner=OuterRef("partner"))),  # whose time is over holds nothing
        customer=customer,
        service=OuterRef("pk"),
    )
    administrable = AdminRole.objects.filter(administers=Administers.OWN, service=OuterRef("pk"))
    services = Service.objects.filter(Exists(administrable)).annotate(
        held_by_another=Exists(held_by_others.exclude(partner=partner))
    )
    grants = list(grants)
    rows = [
        ManagedService(
            service,
            _administrator(partner, service, grants, another=service.held_by_another),
            service.held_by_another,
        )
        for service in services.order_by("name")
    ]
    _count_subscriptions(customer, [row for row in rows if row.administered])
    return rows


def _administrator(
    partner: Partner, service: Service, grants: list[Grant], *, another: bool
) -> Administrator:
    own = [grant for grant in grants if grant.administers(service)]
    if own:
        usable = partner.status == PartnerStatus.ACTIVE and not all(grant.paused for grant in own)
        return Administrator.SELF if usable else Administrator.SELF_PAUSED
    return Administrator.ANOTHER if another else Administrator.NOBODY


def _count_subscriptions(customer: Customer, rows: list[ManagedService]) -> None:
    if not rows:
        return
    by_service = {row.service.pk: row for row in rows}
    existing = (
        customer.subscriptions.filter(service__in=by_service)
        .exclude(state=SubscriptionState.DELETED)
        .values_list("service", "state")
        .annotate(number=Count("pk"))
        .order_by("state")
    )
    for service, state, number in existing:
        label = SubscriptionState(state).label
        by_service[service].subscriptions.append(Counted(state, str(label), number))
