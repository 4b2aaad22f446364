"""Rows for tests: plain ones made directly, everything with a state by the domain's own moves."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from dateutil.relativedelta import relativedelta

from accounts.models import Actor, User
from customers.models import Customer, CustomerRegistration
from customers.rights import CustomerRole
from partners.models import Partner, PartnerKind
from partners.rights import Admin, Agent
from relationships.ask import Ask
from relationships.content import content_digest, content_of
from relationships.models import (
    AdminRole,
    Decision,
    IdentityProvider,
    PolicyRefusal,
    RelationshipRequest,
)
from relationships.moves import policing, signing_on
from relationships.moves.deciding import Answer
from relationships.moves.drafting import save_draft
from relationships.moves.opening import follow, open_decision
from relationships.moves.registering import register
from relationships.moves.requesting import create_request
from relationships.moves.standing import make_standing_link
from subscriptions.models import BillingCycle, Offer, Subscription
from subscriptions.moves.ordering import import_one

PASSWORD = "partner-center-demo"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
SERVICE_SUPPORT_ADMINISTRATOR = "f023fd81-a637-4b56-95fd-791ac0226033"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
TEAMS_ADMINISTRATOR = "69091246-20e8-4a56-aa4d-066075b2a7a8"
# A term that is running whenever the tests are run.
YEAR_START = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
YEAR_START -= relativedelta(months=6)
YEAR_END = YEAR_START + relativedelta(years=1)

_numbers = itertools.count(1)


def operator() -> Actor:
    return Actor.objects.command("tests")


def make_user(email: str = "", name: str = "", **fields) -> User:
    email = email or f"person{next(_numbers)}@people.example"
    user = User.objects.create_user(email, PASSWORD, name=name or email.partition("@")[0], **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_staff(email: str = "", **fields) -> User:
    return make_user(email, is_staff=True, is_superuser=True, **fields)


def make_partner(
    name: str = "",
    *,
    domain: str = "",
    kind: str = PartnerKind.DIRECT_BILL,
    verified: bool = True,
    country: str = "DE",
    markets: tuple[str, ...] = ("DE", "FR"),
) -> Partner:
    number = next(_numbers)
    partner = Partner.objects.add(
        by=operator(),
        name=name or f"Partner {number}",
        primary_domain=domain or f"partner{number}.example",
        country=country,
        kind=kind,
        markets=list(markets),
        reason="test",
    )
    if verified:
        partner.verify(by=operator(), reason="test")
    return partner


def make_customer(name: str = "", *, domain: str = "", country: str = "DE") -> Customer:
    number = next(_numbers)
    return Customer.objects.add(
        by=operator(),
        name=name or f"Customer {number}",
        primary_domain=domain or f"customer{number}.example",
        country=country,
        reason="test",
    )


def join_partner(
    partner: Partner, *, agent: str = Agent.NONE, admin: str = Admin.NONE, user: User | None = None
) -> User:
    user = user or make_user(f"person{next(_numbers)}@{partner.primary_domain}")
    partner.memberships.create(
        user=user, agent=agent, admin=admin, created_at=YEAR_START, created_by=operator()
    )
    return user


def join_customer(
    customer: Customer, role: str = CustomerRole.GLOBAL_ADMIN, user: User | None = None
) -> User:
    user = user or make_user(f"person{next(_numbers)}@{customer.primary_domain}")
    customer.memberships.create(user=user, role=role, created_at=YEAR_START, created_by=operator())
    return user


def make_admin_agent(partner: Partner) -> User:
    return join_partner(partner, agent=Agent.ADMIN_AGENT)


def roles(*template_ids: str) -> list[AdminRole]:
    found = list(AdminRole.objects.filter(template_id__in=template_ids))
    assert len(found) == len(template_ids)
    return found


def make_subscription(
    customer: Customer, *, sku: str = "", seller: Partner | None = None, **fields
) -> Subscription:
    offers = Offer.objects.filter(sku=sku) if sku else Offer.objects.filter(service__key="exchange")
    terms = {
        "quantity": 10,
        "ordered_at": YEAR_START,
        "term_start": YEAR_START,
        "term_end": YEAR_END,
        "term_length": "P1Y",
        "billing_cycle": BillingCycle.MONTHLY,
        "unit_price": Decimal("7.20"),
        "currency": "EUR",
        "agreement_version": "2026-01",
    }
    return import_one(
        by=operator(),
        reason="test",
        customer=customer,
        offer=offers.order_by("name")[0],
        seller=seller,
        **terms | fields,
    )


def make_ask(
    *,
    email: str = "",
    role_ids: tuple[str, ...] = (EXCHANGE_ADMINISTRATOR, SERVICE_SUPPORT_ADMINISTRATOR),
    **fields,
) -> Ask:
    """A wish for selling and two roles, addressed to nobody unless an address is given."""
    fields.setdefault("name", f"Request {next(_numbers)}")
    fields.setdefault("asks_selling", True)
    fields.setdefault("days", 365)
    return Ask(addressed_email=email, roles=tuple(roles(*role_ids)), **fields)


def work_together(provider: Partner, reseller: Partner) -> None:
    provider.reseller_partnerships.create(
        reseller=reseller, started_at=YEAR_START, started_by=operator()
    )


def part(provider: Partner, reseller: Partner) -> None:
    provider.reseller_partnerships.current().filter(reseller=reseller).update(
        ended_at=now(), ended_by=operator()
    )


def make_request(
    partner: Partner | None = None,
    *,
    by: User | None = None,
    at: datetime | None = None,
    **fields,
) -> RelationshipRequest:
    partner = partner or make_partner()
    by = by or make_admin_agent(partner)
    return create_request(partner, make_ask(**fields), by=Actor.objects.of(by), at=at)


def make_draft(
    partner: Partner | None = None, *, by: User | None = None, **fields
) -> RelationshipRequest:
    partner = partner or make_partner()
    by = by or make_admin_agent(partner)
    return save_draft(partner, make_ask(**fields), by=Actor.objects.of(by))


def make_link(partner: Partner | None = None, *, by: User | None = None) -> RelationshipRequest:
    partner = partner or make_partner()
    return make_standing_link(partner, by=Actor.objects.of(by or make_admin_agent(partner)))


def make_decision(
    request: RelationshipRequest, customer: Customer, *, by: User | None = None
) -> Decision:
    return open_decision(request, customer, by=Actor.objects.of(by or join_customer(customer)))


def make_refusal(
    customer: Customer, request: RelationshipRequest | None = None, *, by: User | None = None
) -> PolicyRefusal:
    """The customer denies who asks, and one of its people opens the request all the same."""
    request, person = request or make_request(), Actor.objects.of(by or join_customer(customer))
    policing.list_partner(customer, request.partner, allowed=False, by=person)
    refusal = follow(request, customer, by=person)
    assert isinstance(refusal, PolicyRefusal)
    return refusal


def make_registration(
    user: User | None = None,
    *,
    request: RelationshipRequest | None = None,
    name: str = "Larch Bakery",
    country: str = "FR",
    **fields,
) -> Customer | CustomerRegistration:
    """Without a person, one with free mail, so that the organisation waits for staff."""
    user = user or make_user(f"person{next(_numbers)}@gmail.com")
    by = Actor.objects.of(user)
    return register(request or make_request(), by=by, name=name, country=country, **fields)


def make_claim(customer: Customer, user: User | None = None, **fields) -> CustomerRegistration:
    user = user or make_user(f"person{next(_numbers)}@{customer.primary_domain}")
    claim = make_registration(user, **fields)
    assert isinstance(claim, CustomerRegistration)
    return claim


def make_answer(decision: Decision, **fields) -> Answer:
    """Everything that was asked is allowed, unless a field says otherwise."""
    fields.setdefault("seen_digest", content_digest(content_of(decision)))
    fields.setdefault("selling", True if decision.request.asks_selling else None)
    fields.setdefault("administration", True if decision.asks_administration else None)
    fields.setdefault("roles", decision.request.asked_roles())
    return Answer(**fields)


def now() -> datetime:
    return datetime.now(UTC)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def make_identity_provider(organisation: Customer | Partner, **given: str) -> IdentityProvider:
    """Where the people of an organisation sign in; its domain is confirmed, and it is on."""
    if isinstance(organisation, Partner):
        by = Actor.objects.of(join_partner(organisation, admin=Admin.GLOBAL_ADMIN))
    else:
        organisation.confirm_domain(by=operator(), reason="test")
        by = Actor.objects.of(join_customer(organisation))
    by.signed_in_again_at = now()
    given = {"issuer": "https://id.example", "client_id": "partner-center", "secret": "s"} | given
    provider = signing_on.set_up(organisation, by=by, **given)
    signing_on.note_test(provider, by=by)
    signing_on.turn_on(provider, by=by)
    return provider
