"""Who there is when a sequence begins: partners of every kind, customers, and what was sold."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from accounts.models import Actor, User
from audit.log import Side
from customers.models import Customer
from customers.rights import CustomerRole
from partners.models import Partner, PartnerKind, SecurityGroup
from partners.rights import Agent
from relationships.models import AdminRole, ResellerRelationship
from relationships.moves import deciding, ending
from relationships.moves.opening import open_decision
from relationships.moves.requesting import create_request
from subscriptions.models import BillingCycle, Offer, Service, Subscription
from subscriptions.moves import changing
from subscriptions.moves.ordering import import_one
from tests import factories as make

START = datetime(2027, 3, 10, 9, 30, tzinfo=UTC)
DEPUTY = "deputy"
TERMS = {"P1M": relativedelta(months=1), "P1Y": relativedelta(years=1)}
EXCHANGE, SUPPORT = make.EXCHANGE_ADMINISTRATOR, make.SERVICE_SUPPORT_ADMINISTRATOR
TEAMS, GLOBAL, USERS = (
    make.TEAMS_ADMINISTRATOR,
    make.GLOBAL_ADMINISTRATOR,
    make.USER_ADMINISTRATOR,
)
ROLES = (EXCHANGE, SUPPORT, TEAMS, GLOBAL, USERS)


class Clock:
    """Stands in for `timezone.now`; it goes forward only when it is told to."""

    def __init__(self):
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def reach(self, moment: datetime) -> None:
        self.now = max(self.now, moment)

    @contextmanager
    def runs(self):
        """Everything that asks Django for the time gets this clock's."""
        with patch.object(timezone, "now", self):
            yield self


class World:
    """Made once; what a sequence does to it is rolled back at its end."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self._make_partners()
        self._make_customers()
        self.roles = {str(role.template_id): role for role in make.roles(*ROLES)}
        self.keys = frozenset(Service.objects.values_list("key", flat=True))
        self.offers = list(Offer.objects.order_by("service__key", "sku", "pk")[:6])
        self.people = list(User.objects.order_by("pk"))
        # Made before the first step, so that no step makes one.
        self._actors = {person.pk: Actor.objects.of(person) for person in self.people}
        self.operator, self.time = make.operator(), Actor.objects.clock()
        self._import_subscriptions()
        self._make_relationships()

    def _make_partners(self) -> None:
        kinds = {
            "Alder": PartnerKind.DIRECT_BILL,
            "Birch": PartnerKind.DIRECT_BILL,
            "Cedar": PartnerKind.INDIRECT_PROVIDER,
            "Dogwood": PartnerKind.INDIRECT_RESELLER,
            "Elm": PartnerKind.ADVISOR,
        }
        self.partners: list[Partner] = []
        self.agents: dict[int, dict[str, User]] = {}
        for name, kind in kinds.items():
            markets = ("DE",) if name == "Cedar" else ("DE", "FR")
            domain = f"{name.lower()}.example"
            partner = make.make_partner(name, kind=kind, domain=domain, markets=markets)
            self.partners.append(partner)
            self.agents[partner.pk] = {
                agent: make.join_partner(
                    partner, agent=agent, user=make.make_user(f"{agent}@{domain}")
                )
                for agent in (Agent.ADMIN_AGENT, Agent.SALES_AGENT, Agent.HELPDESK_AGENT)
            }
        self.alder, self.birch, self.cedar, self.dogwood, self.elm = self.partners
        make.work_together(self.cedar, self.dogwood)
        self.night_shift = self._make_group(self.alder)

    def _make_group(self, partner: Partner) -> SecurityGroup:
        by, now = make.operator(), self.clock.now
        group = partner.security_groups.create(name="Night shift", created_at=now)
        person = self.agents[partner.pk][Agent.HELPDESK_AGENT]
        place = partner.memberships.get(user=person)
        group.places.create(membership=place, added_at=now, added_by=by)
        return group

    def _make_customers(self) -> None:
        self.customers: list[Customer] = []
        self.members: dict[int, dict[str, User]] = {}
        for name, country in {"Fernhill": "DE", "Gorse": "DE", "Heather": "FR"}.items():
            domain = f"{name.lower()}.example"
            customer = make.make_customer(name, domain=domain, country=country)
            self.customers.append(customer)
            self.members[customer.pk] = {
                role: make.join_customer(customer, role, make.make_user(f"{role}@{domain}"))
                for role in (CustomerRole.GLOBAL_ADMIN, CustomerRole.READER)
            }
            deputy = make.make_user(f"{DEPUTY}@{domain}")
            make.join_customer(customer, CustomerRole.GLOBAL_ADMIN, deputy)
            self.members[customer.pk][DEPUTY] = deputy

    def _import_subscriptions(self) -> None:
        fernhill, gorse, heather = self.customers
        licence = self._import(fernhill, self.birch)
        self._import(fernhill, self.birch, base_subscription=licence)
        self._import(fernhill, self.alder, auto_renew=False, term_length="P1M")
        self._import(fernhill, None)
        self._import(gorse, self.alder, term_length="P1M")
        self._import(gorse, self.cedar, partner_of_record=self.dogwood)
        self._import(gorse, None, auto_renew=False)
        self._import(heather, self.birch)
        # One that can still be cancelled, and one that is suspended.
        self._import(heather, self.alder, began=START - relativedelta(days=2))
        blocked = self._import(heather, None)
        changing.suspend(blocked, "misuse", by=self.operator, reason="as it was")

    def _import(self, customer: Customer, seller: Partner | None, **fields) -> Subscription:
        length = fields.setdefault("term_length", "P1Y")
        began = fields.pop("began", START - relativedelta(days=20))
        fields.setdefault("partner_of_record", seller)
        return import_one(
            by=self.operator,
            reason="as it was",
            customer=customer,
            offer=self.offers[0],
            seller=seller,
            quantity=10,
            ordered_at=began,
            term_start=began,
            term_end=began + TERMS[length],
            billing_cycle=BillingCycle.MONTHLY,
            unit_price=Decimal("7.20"),
            currency="EUR",
            agreement_version="2026-01",
            **fields,
        )

    def _make_relationships(self) -> None:
        """Something that can be displaced, ended and come to its end from the first step on."""
        fernhill, gorse, heather = self.customers
        self._grant(self.birch, fernhill, EXCHANGE, SUPPORT, days=365)
        self._grant(self.cedar, gorse, TEAMS, days=30, administrator=self.dogwood)
        self._grant(self.alder, gorse, USERS, days=30, groups=self.groups_of(self.alder))
        self._grant(self.alder, heather)
        self._grant(self.cedar, fernhill)
        self._grant(self.elm, fernhill, EXCHANGE, days=90, asks_selling=False)
        self._grant(self.birch, heather)
        pair = ResellerRelationship.objects.get(partner=self.birch, customer=heather)
        ending.end_selling(pair, by=self.admin(heather), side=Side.CUSTOMER)

    def _grant(self, partner: Partner, customer: Customer, *role_ids: str, **fields) -> None:
        request = create_request(
            partner,
            make.make_ask(name=f"{partner.name} {customer.name}", role_ids=role_ids, **fields),
            by=self.agent(partner),
        )
        by = self.admin(customer)
        decision = open_decision(request, customer, by=by)
        deciding.approve(decision, make.make_answer(decision), by=by)

    def groups_of(self, partner: Partner) -> tuple[SecurityGroup, ...]:
        return tuple(SecurityGroup.objects.filter(partner=partner).order_by("pk"))

    def actor(self, user: User, *, fresh: bool = True) -> Actor:
        """This person, whose sign-in is fresh in the world's time."""
        actor = self._actors[user.pk]
        actor.signed_in_again_at = self.clock.now if fresh else None
        return actor

    def agent(self, partner: Partner | int, agent: str = Agent.ADMIN_AGENT) -> Actor:
        return self.actor(self.agents[key_of(partner)][agent])

    def admin(self, customer: Customer | int, *, fresh: bool = True) -> Actor:
        person = self.members[key_of(customer)][CustomerRole.GLOBAL_ADMIN]
        return self.actor(person, fresh=fresh)

    def deputy(self, customer: Customer | int) -> Actor:
        """Another global admin, who can be the second of two."""
        return self.actor(self.members[key_of(customer)][DEPUTY])

    def reader(self, customer: Customer | int) -> Actor:
        return self.actor(self.members[key_of(customer)][CustomerRole.READER])

    def roles_of(self, template_ids: Iterable[str]) -> tuple[AdminRole, ...]:
        return tuple(self.roles[each] for each in template_ids)


def key_of(row) -> int:
    return row if isinstance(row, int) else row.pk
