"""The demo: five partners, their customers, and what they already have with each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Actor
from customers.models import Customer
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import Partner, PartnerKind
from partners.rights import Admin, Agent
from subscriptions.lifecycle import TERMS
from subscriptions.models import BillingCycle, Offer, SuspensionReason, TermLength
from subscriptions.moves import aging, changing
from subscriptions.moves.ordering import import_one

from .demo_people import STAFF, agent_of, make_staff, person
from .demo_relationships import relate
from .moves import renewing

PARTNERS = {
    "alder": ("Alder Cloud", PartnerKind.DIRECT_BILL, "DE", ["AT", "CH", "FR"]),
    "birch": ("Birch IT Services", PartnerKind.DIRECT_BILL, "DE", ["AT", "FR"]),
    "cedar": ("Cedar Distribution", PartnerKind.INDIRECT_PROVIDER, "FR", ["DE", "BE"]),
    "dogwood": ("Dogwood Consulting", PartnerKind.INDIRECT_RESELLER, "DE", ["AT"]),
    "elm": ("Elm Advisors", PartnerKind.ADVISOR, "DE", []),
}
CUSTOMERS = {"fernhill": ("Fernhill Foods", "DE"), "glenmoor": ("Glenmoor Museum", "FR")}
PARTNER_PEOPLE: dict[str, tuple[str, Agent, Admin]] = {
    "global.admin": ("Gwen", Agent.NONE, Admin.GLOBAL_ADMIN),
    "admin.agent": ("Adam", Agent.ADMIN_AGENT, Admin.NONE),
    "sales.agent": ("Sara", Agent.SALES_AGENT, Admin.NONE),
    "helpdesk.agent": ("Hugo", Agent.HELPDESK_AGENT, Admin.NONE),
    "billing.admin": ("Bela", Agent.NONE, Admin.BILLING_ADMIN),
    "user.admin": ("Uma", Agent.NONE, Admin.USER_MANAGEMENT_ADMIN),
}
CUSTOMER_PEOPLE: dict[str, tuple[str, CustomerRole]] = {
    "global.admin": ("Greta", CustomerRole.GLOBAL_ADMIN),
    "partner.admin": ("Paul", CustomerRole.PARTNER_RELATIONSHIPS_ADMIN),
    "billing.admin": ("Bruno", CustomerRole.BILLING_ADMIN),
    "reader": ("Rosa", CustomerRole.READER),
}


@dataclass(frozen=True)
class Sale:
    """A subscription that existed before: whose it is, and what became of it."""

    customer: str
    service: str
    quantity: int
    price: str
    seller: str = ""
    partner_of_record: str = ""
    reseller_of_record: str = ""
    days_ago: int = 190
    term_length: str = TermLength.ONE_YEAR
    # (move, days ago), by an agent of the seller
    then: tuple[tuple[str, int], ...] = ()


SALES = (
    Sale("fernhill", "exchange", 120, "3.70", "birch", "birch", "birch"),
    Sale("fernhill", "microsoft-365", 85, "11.70", "birch", "birch", "birch"),
    Sale("fernhill", "dynamics", 12, "88.70", "cedar", "dogwood", "dogwood"),
    Sale("fernhill", "power-platform", 20, "9.40", "", "elm"),
    Sale(
        "glenmoor", "microsoft-365", 40, "11.70", "cedar", "cedar", "cedar",
        then=(("stop_renewing", 30),),
    ),
    Sale(
        "glenmoor", "teams", 40, "3.70", "alder", "alder", "alder",
        then=(("suspend", 20),),
    ),
    Sale("glenmoor", "windows", 15, "6.60"),
    Sale(
        "glenmoor", "power-platform", 8, "9.40", "alder", "alder", "alder",
        days_ago=12, then=(("cancel", 9),),
    ),
    Sale(
        "glenmoor", "exchange", 25, "3.70", "alder", "alder", "alder",
        days_ago=40, term_length=TermLength.ONE_MONTH, then=(("stop_renewing", 38),),
    ),
    Sale(
        "glenmoor", "project-visio", 5, "13.10", "birch", "birch", "birch",
        days_ago=75, term_length=TermLength.ONE_MONTH, then=(("stop_renewing", 70),),
    ),
    Sale(
        "glenmoor", "sharepoint", 3, "28.10", "birch", "birch", "birch",
        days_ago=120, then=(("cancel", 117),),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """An account that the sign-in page offers."""

    group: str
    email: str
    role: str


def accounts() -> list[Account]:
    """Everybody who can sign in, by organisation."""
    found = [
        Account(
            name, f"{local}@{slug}.example", str(agent.label if agent != "none" else admin.label)
        )
        for slug, (name, *_rest) in PARTNERS.items()
        for local, (_first, agent, admin) in PARTNER_PEOPLE.items()
    ]
    found += [
        Account(name, f"{local}@{slug}.example", str(role.label))
        for slug, (name, _country) in CUSTOMERS.items()
        for local, (_first, role) in CUSTOMER_PEOPLE.items()
    ]
    found += [
        Account("Operator", email, group or "Superuser") for email, (_name, group) in STAFF.items()
    ]
    return found


@transaction.atomic
def make_demo() -> bool:
    """Make the demo's world once; whether there was anything to do."""
    if Partner.objects.filter(slug="alder").exists():
        return False
    by, at = Actor.objects.command("demo"), timezone.now() - timedelta(days=200)
    partners = dict(_partners(by, at))
    customers = dict(_customers(by, at))
    partners["cedar"].reseller_partnerships.create(
        reseller=partners["dogwood"], started_at=at, started_by=by
    )
    make_staff(by=by, at=at)
    now = timezone.now()
    for sale in SALES:
        _sell(sale, partners, customers, by=by, now=now)
    renewing.sweep(now)
    aging.sweep(now)
    relate(partners, customers, now)
    # What happened in a made-up past is mailed to nobody.
    Delivery.objects.waiting().delete()
    return True


def _partners(by: Actor, at: datetime) -> Iterator[tuple[str, Partner]]:
    for number, (slug, (name, kind, country, markets)) in enumerate(PARTNERS.items(), start=1):
        partner = Partner.objects.add(
            by=by,
            name=name,
            slug=slug,
            primary_domain=f"{slug}.example",
            country=country,
            kind=kind,
            markets=markets,
            programme_id=f"{4100000 + number * 371}",
            reason="demo",
            at=at,
        )
        partner.verify(by=by, reason="demo", at=at)
        for local, (first, agent, admin) in PARTNER_PEOPLE.items():
            partner.memberships.create(
                user=person(f"{local}@{slug}.example", f"{first} {slug.title()}"),
                agent=agent,
                admin=admin,
                created_at=at,
                created_by=by,
            )
        yield slug, partner


def _customers(by: Actor, at: datetime) -> Iterator[tuple[str, Customer]]:
    for slug, (name, country) in CUSTOMERS.items():
        customer = Customer.objects.add(
            by=by,
            name=name,
            slug=slug,
            primary_domain=f"{slug}.example",
            country=country,
            reason="demo",
            at=at,
            domain_confirmed_at=at,
            domain_confirmed_by=by,
        )
        for local, (first, role) in CUSTOMER_PEOPLE.items():
            customer.memberships.create(
                user=person(f"{local}@{slug}.example", f"{first} {slug.title()}"),
                role=role,
                created_at=at,
                created_by=by,
            )
        yield slug, customer


def _sell(
    sale: Sale,
    partners: dict[str, Partner],
    customers: dict[str, Customer],
    *,
    by: Actor,
    now: datetime,
) -> None:
    at = now - timedelta(days=sale.days_ago)
    subscription = import_one(
        by=by,
        reason="demo",
        at=at,
        customer=customers[sale.customer],
        offer=Offer.objects.filter(service__key=sale.service).order_by("name")[0],
        seller=partners.get(sale.seller),
        partner_of_record=partners.get(sale.partner_of_record),
        reseller_of_record=partners.get(sale.reseller_of_record),
        quantity=sale.quantity,
        ordered_at=at,
        term_start=at,
        term_end=at + TERMS[TermLength(sale.term_length)],
        term_length=sale.term_length,
        billing_cycle=BillingCycle.MONTHLY,
        unit_price=Decimal(sale.price),
        currency="EUR",
        agreement_version="2026-01",
    )
    for move, days_ago in sale.then:
        at = now - timedelta(days=days_ago)
        MOVES[move](subscription, by=agent_of(sale.seller), at=at)


MOVES: dict[str, Callable[..., None]] = {
    "stop_renewing": partial(changing.switch_auto_renew, on=False),
    "suspend": partial(changing.suspend, suspension_reason=SuspensionReason.NON_PAYMENT),
    "cancel": changing.cancel,
}
