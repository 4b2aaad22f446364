"""What the demo's partners asked of its customers, and what became of it; by ordinary moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from accounts.models import Actor
from audit.log import Side
from customers.models import Customer
from customers.rights import CustomerRole
from partners.models import Partner
from subscriptions.models import Offer

from .ask import Ask
from .content import content_digest, content_of
from .demo_customers import ALDERS, DemoCustomer
from .demo_people import agent_of, decider_of, person
from .demo_policy import fence
from .models import (
    AdminRole,
    RelationshipRequest,
    ResellerRelationship,
    ResellerStatus,
)
from .moves import clock
from .moves.answering import Answer
from .moves.cancelling import cancel
from .moves.deciding import approve, decline
from .moves.drafting import save_draft
from .moves.ending import end_selling, remove_administration, terminate
from .moves.opening import open_decision
from .moves.requesting import create_request
from .moves.selling import subscribe
from .moves.standing import make_standing_link, rotate
from .request_mail import default_paragraphs

EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
SERVICE_SUPPORT_ADMINISTRATOR = "f023fd81-a637-4b56-95fd-791ac0226033"
TEAMS_ADMINISTRATOR = "69091246-20e8-4a56-aa4d-066075b2a7a8"
MAIL_ROLES = (EXCHANGE_ADMINISTRATOR, SERVICE_SUPPORT_ADMINISTRATOR)


def relate(partners: dict[str, Partner], customers: dict[str, Customer], now: datetime) -> None:
    """Birch and cedar with fernhill and glenmoor, and alder with its forty customers."""
    first = now - timedelta(days=180)
    ask = Ask(
        name="Mail for Fernhill",
        asks_selling=True,
        roles=_roles(*MAIL_ROLES),
        days=365,
        addressed_email="global.admin@fernhill.example",
        reason="We look after your mail, as agreed on the phone.",
    )
    _agree(partners["birch"], customers["fernhill"], ask, at=first)
    link = make_standing_link(
        partners["birch"], by=agent_of("birch"), at=first + timedelta(days=10)
    )
    rotate(link, by=agent_of("birch"), at=now - timedelta(days=90))
    fence(customers["glenmoor"], denied=partners["elm"], asker=partners["birch"], now=now)
    _ask_for_the_reseller(partners["cedar"], partners["dogwood"], at=now - timedelta(days=3))
    for step in sorted(_steps(partners["alder"], now), key=lambda step: step.at):
        step.move(at=step.at)
    clock.sweep(now)


@dataclass(frozen=True)
class Step:
    """One move at its time; those of many customers happen in the order of time."""

    at: datetime
    move: Callable[..., object]


def _steps(alder: Partner, now: datetime) -> Iterator[Step]:
    for number, about in enumerate(ALDERS):
        began = now - timedelta(days=170 - 3 * number)
        customer = _customer(about, at=began)
        for days, move in PATHS[about.has]:
            yield Step(began + timedelta(days=days), partial(move, alder, customer))
    for slug, days, asked in ASKED_SINCE:
        customer = Customer.objects.get(slug=slug)
        yield Step(now - timedelta(days=days), partial(asked, alder, customer))


def _customer(about: DemoCustomer, *, at: datetime) -> Customer:
    by = Actor.objects.command("demo")
    customer = Customer.objects.add(
        by=by,
        name=about.name,
        slug=about.slug,
        primary_domain=f"{about.slug}.example",
        country=about.country,
        reason="demo",
        at=at,
        domain_confirmed_at=at,
        domain_confirmed_by=by,
    )
    customer.memberships.create(
        user=person(f"global.admin@{about.slug}.example", about.name),
        role=CustomerRole.GLOBAL_ADMIN,
        created_at=at,
        created_by=by,
    )
    return customer


def _roles(*template_ids: str) -> tuple[AdminRole, ...]:
    return tuple(AdminRole.objects.filter(template_id__in=template_ids))


def _ask(customer: Customer, *roles: str, selling: bool = True, days: int = 365) -> Ask:
    return Ask(
        name=f"For {customer.name}"[:50],
        asks_selling=selling,
        roles=_roles(*roles),
        days=days,
        addressed_domain=customer.primary_domain,
        reason="As we agreed when we met.",
    )


def _agree(partner: Partner, customer: Customer, ask: Ask, *, at: datetime) -> None:
    """The partner asks, and a little later the customer allows all of it."""
    request = create_request(partner, ask, by=agent_of(partner.slug), at=at)
    decision = open_decision(
        request, customer, by=decider_of(customer.slug), at=at + timedelta(hours=3)
    )
    at += timedelta(hours=4)
    answer = Answer(
        seen_digest=content_digest(content_of(decision, at)),
        selling=ask.asks_selling,
        administration=bool(ask.roles),
        roles=request.asked_roles(),
        days=ask.days,
    )
    approve(decision, answer, by=decider_of(customer.slug), at=at)


def _sell(partner: Partner, customer: Customer, *, at: datetime) -> None:
    _agree(partner, customer, _ask(customer), at=at)


def _sell_and_administer(partner: Partner, customer: Customer, *, at: datetime) -> None:
    _agree(partner, customer, _ask(customer, *MAIL_ROLES), at=at)


def _administer(partner: Partner, customer: Customer, *, at: datetime) -> None:
    _agree(partner, customer, _ask(customer, TEAMS_ADMINISTRATOR, selling=False), at=at)


def _administer_for_a_month(partner: Partner, customer: Customer, *, at: datetime) -> None:
    ask = _ask(customer, TEAMS_ADMINISTRATOR, selling=False, days=30)
    _agree(partner, customer, ask, at=at)


def _order(partner: Partner, customer: Customer, *, at: datetime) -> None:
    subscribe(
        by=agent_of(partner.slug),
        partner=partner,
        customer=customer,
        offer=Offer.objects.filter(service__key="teams").order_by("name")[0],
        quantity=5 + customer.pk % 7 * 10,
        unit_price=Decimal("3.70"),
        currency="CHF" if customer.country == "CH" else "EUR",
        at=at,
    )


def _end(partner: Partner, customer: Customer, *, at: datetime) -> None:
    relationship = ResellerRelationship.objects.get(
        partner=partner, customer=customer, status=ResellerStatus.ACTIVE
    )
    end_selling(relationship, by=decider_of(customer.slug), side=Side.CUSTOMER, at=at)


def _remove(partner: Partner, customer: Customer, *, at: datetime) -> None:
    remove_administration(customer, partner, by=decider_of(customer.slug), at=at)


def _terminate(partner: Partner, customer: Customer, *, at: datetime) -> None:
    grant = partner.admin_relationships.get(customer=customer)
    terminate(grant, by=agent_of(partner.slug), side=Side.PARTNER, at=at)


Path = tuple[tuple[int, Callable[..., None]], ...]

# By what a customer has with alder now: days after it came, and what happened.
PATHS: dict[str, Path] = {
    "selling": ((1, _sell), (3, _order)),
    "both": ((1, _sell_and_administer), (3, _order)),
    "administration": ((1, _administer),),
    "winding_down": ((1, _sell_and_administer), (3, _order), (25, _end)),
    "ended": ((1, _sell), (25, _end)),
    "removed": ((1, _sell_and_administer), (3, _order), (25, _remove)),
    "terminated": ((1, _administer), (25, _terminate)),
    "expired": ((1, _administer_for_a_month),),
}


def _wait(partner: Partner, customer: Customer, *, at: datetime) -> RelationshipRequest:
    ask = _ask(customer, TEAMS_ADMINISTRATOR, selling=False)
    return create_request(partner, ask, by=agent_of(partner.slug), at=at)


def _wait_and_be_looked_at(partner: Partner, customer: Customer, *, at: datetime) -> None:
    request = _wait(partner, customer, at=at)
    open_decision(request, customer, by=decider_of(customer.slug), at=at + timedelta(hours=2))


def _take_back(partner: Partner, customer: Customer, *, at: datetime) -> None:
    request = _wait(partner, customer, at=at)
    cancel(request, by=agent_of(partner.slug), at=at + timedelta(hours=1))


def _be_declined(partner: Partner, customer: Customer, *, at: datetime) -> None:
    request, by = _wait(partner, customer, at=at), decider_of(customer.slug)
    decision = open_decision(request, customer, by=by, at=at + timedelta(hours=1))
    at += timedelta(hours=2)
    answer = Answer(
        seen_digest=content_digest(content_of(decision, at)),
        reason="We hold our meetings at one table.",
    )
    decline(decision, answer, by=by, at=at)


def _draft(partner: Partner, customer: Customer, *, at: datetime) -> None:
    ask = _ask(customer, *MAIL_ROLES, selling=False)
    save_draft(partner, ask, by=agent_of(partner.slug), at=at)


# Customer, days ago, and what became of a second request.
ASKED_SINCE: tuple[tuple[str, int, Callable[..., object]], ...] = (
    ("tilleul", 45, _wait),  # lapsed by now
    ("pinede", 20, _take_back),
    ("rosenthaler", 14, _be_declined),
    ("lune-rousse", 5, _wait),
    ("obstgarten", 4, _wait_and_be_looked_at),
    ("yasmin", 1, _draft),
)


def _ask_for_the_reseller(provider: Partner, reseller: Partner, *, at: datetime) -> None:
    """A request that waits: the provider would sell, and its reseller administer (rule R46)."""
    first, second = default_paragraphs()
    ask = Ask(
        name="Meetings for Glenmoor",
        asks_selling=True,
        roles=_roles(TEAMS_ADMINISTRATOR),
        days=180,
        administrator=reseller,
        addressed_domain="glenmoor.example",
        reason="You buy from us, and Dogwood is near you.",
        first_paragraph=first,
        second_paragraph=second,
    )
    create_request(provider, ask, by=agent_of(provider.slug), at=at)
