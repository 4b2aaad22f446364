"""Customers with partners who sell to them and administer for them, by the ordinary moves."""

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from relationships.models import (
    AdminRelationship,
    PartnerRelationship,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import deciding
from tests import factories as make

EXCHANGE, SUPPORT = make.EXCHANGE_ADMINISTRATOR, make.SERVICE_SUPPORT_ADMINISTRATOR
TEAMS, GLOBAL, USERS = (
    make.TEAMS_ADMINISTRATOR,
    make.GLOBAL_ADMINISTRATOR,
    make.USER_ADMINISTRATOR,
)
EXISTED = (
    "subscriptions_subscription",
    "subscriptions_subscriptionchange",
    "customers_customer",
    "customers_customermembership",
)
MADE = (
    "relationships_decision",
    "relationships_decisionsignature",
    "relationships_certificate",
    "relationships_adminrelationship",
    "relationships_adminrelationshiprole",
    "relationships_accessassignment",
    "relationships_accessassignment_roles",
    "relationships_resellerrelationship",
    "relationships_serviceadministration",
    "relationships_partnerrelationship",
    "relationships_relationshiprequest",
    "audit_event",
    "audit_chainlink",
    "mail_delivery",
)


def dump(*tables: str) -> dict[str, list]:
    """Every row of these tables, as SQL gives it."""
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = cursor.fetchall()
    return rows


class Unchanged:
    """What these tables hold is the same at the end of the block."""

    def __init__(self, *tables: str):
        self.tables = tables or (*EXISTED, *MADE)

    def __enter__(self):
        self.before = dump(*self.tables)

    def __exit__(self, *_error):
        assert dump(*self.tables) == self.before


class Fernhill:
    """A customer with subscriptions of several sellers, and a person who decides."""

    def __init__(self):
        self.customer = make.make_customer("Fernhill")
        self.admin = make.join_customer(self.customer)
        self.by = Actor.objects.of(self.admin)
        self.by.signed_in_again_at = timezone.now()
        self.alder, self.birch = make.make_partner("Alder"), make.make_partner("Birch")
        for seller in (self.birch, self.birch, None):
            make.make_subscription(self.customer, seller=seller, partner_of_record=self.birch)

    def ask(self, partner, *role_ids, **fields):
        request = make.make_request(partner, role_ids=role_ids, **fields)
        return make.make_decision(request, self.customer, by=self.admin)

    def approve(self, decision, *, ago=0, **fields):
        answer = make.make_answer(decision, **fields)
        at = make.now() - make.days(ago) if ago else None
        effects = deciding.approve(decision, answer, by=self.by, at=at)
        decision.refresh_from_db()
        return effects

    def grant(self, partner, *role_ids, switches=(), ago=0, **fields):
        """
        Ask and approve in one; the grant, or the reseller relationship where none was asked.

        It was approved so many days ago.
        """
        decision = self.ask(partner, *role_ids, **fields)
        self.approve(decision, switches=frozenset(switches), ago=ago)
        if role_ids:
            return AdminRelationship.objects.get(decision=decision)
        return ResellerRelationship.objects.get(partner=partner, customer=self.customer)

    def holder(self, key):
        held = ServiceAdministration.objects.running().filter(
            customer=self.customer, service__key=key
        )
        return held.get().partner if held else None

    def roles_of(self, grant):
        given = grant.granted_roles.filter(removed_at__isnull=True)
        return sorted(str(row.role.template_id) for row in given)


def text_of(answer) -> str:
    """The page as one line."""
    return " ".join(answer.content.decode().split())


def page_of(name: str, partner, *more) -> str:
    """The address of one of a partner's pages."""
    return reverse(f"relationships:{name}", args=[partner.slug, *more])


def listed(partner, name: str, **fields):
    """A customer on the partner's customers page, with nothing else."""
    customer = make.make_customer(name, **fields)
    PartnerRelationship.objects.list_pair(partner, customer)
    return customer
