"""What each partner may do for a customer now: who sells, who administers, and until when."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch

from customers.models import Customer
from partners.models import Partner
from subscriptions.models import Service, Subscription, SubscriptionChange

from .content import services_administered_by
from .models import Administers, AdminRelationship, AdminRelationshipRole, ResellerRelationship


@dataclass
class Standing:
    """One partner of a customer: its reseller relationship, its grants, what it sold."""

    partner: Partner
    selling: ResellerRelationship | None = None
    grants: list[AdminRelationship] = field(default_factory=list)
    sold: int = 0


@dataclass
class ServiceStanding:
    """One service of a customer: who sells its subscriptions and who administers it."""

    service: Service
    sellers: set[str] = field(default_factory=set)
    bought_directly: bool = False
    administrators: set[str] = field(default_factory=set)


def grants_of(customer: Customer, at: datetime) -> list[AdminRelationship]:
    """The running admin relationships, each with the roles that it still has."""
    roles = (
        AdminRelationshipRole.objects.filter(removed_at__isnull=True)
        .select_related("role__service")
        .order_by("role__name")
    )
    return list(
        customer.admin_relationships.running(at)
        .select_related("partner")
        .prefetch_related(Prefetch("granted_roles", queryset=roles))
        .order_by("ends_at", "pk")
    )


def live_subscriptions_of(customer: Customer) -> list[Subscription]:
    return list(customer.subscriptions.live().select_related("service", "seller"))


def partners_of(
    customer: Customer, grants: list[AdminRelationship], live: list[Subscription]
) -> list[Standing]:
    """Every partner that sells, sold or administers, by name."""
    standings: dict[int, Standing] = {}

    def of(partner: Partner) -> Standing:
        return standings.setdefault(partner.pk, Standing(partner))

    for selling in customer.reseller_relationships.select_related("partner").order_by("pk"):
        of(selling.partner).selling = selling
    for grant in grants:
        of(grant.partner).grants.append(grant)
    for subscription in live:
        if subscription.seller is not None:
            of(subscription.seller).sold += 1
    return sorted(standings.values(), key=lambda standing: standing.partner.name.casefold())


def services_of(
    customer: Customer, grants: list[AdminRelationship], live: list[Subscription]
) -> list[ServiceStanding]:
    """Every service that somebody sells to the customer or administers for it, by name."""
    standings: dict[int, ServiceStanding] = {}

    def of(service: Service) -> ServiceStanding:
        return standings.setdefault(service.pk, ServiceStanding(service))

    for subscription in live:
        if subscription.seller is None:
            of(subscription.service).bought_directly = True
        else:
            of(subscription.service).sellers.add(subscription.seller.name)
    running = {grant.partner_id for grant in grants}
    for held in customer.service_administrations.running().select_related("service", "partner"):
        if held.partner_id in running:
            of(held.service).administrators.add(held.partner.name)
    for partner, service in _overlaps_of_advisors(grants):
        of(service).administrators.add(partner.name)
    return sorted(standings.values(), key=lambda standing: standing.service.name.casefold())


def _overlaps_of_advisors(grants: list[AdminRelationship]) -> list[tuple[Partner, Service]]:
    """Advisors hold no service of their own; what they administer is read from their roles."""
    given = [
        (grant.partner, granted.role)
        for grant in grants
        if not grant.partner.transacts
        for granted in grant.granted_roles.all()
    ]
    over_all = [role for _partner, role in given if role.administers == Administers.ALL]
    everything = services_administered_by(over_all[:1])
    return [
        (partner, service)
        for partner, role in given
        for service in (
            everything if role.administers == Administers.ALL else services_administered_by([role])
        )
    ]


def existed_at(customer: Customer, at: datetime) -> int:
    """How many subscriptions the customer had at a moment."""
    born = SubscriptionChange.objects.filter(number=1, at__lte=at)
    return customer.subscriptions.filter(public_id__in=born.values("subscription")).count()
