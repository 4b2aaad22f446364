"""
Every address, as anonymous, as a stranger, and as each role of the two tables of design section 6.

The tables stand here once more, as the design has them, so that an error in the code's tables is
seen here.
"""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.models import PartnerInvitation
from partners.rights import Admin, Agent
from relationships.models import BulkAct, BulkSource
from relationships.moves import bulk, deciding, groups, pausing
from relationships.moves.bulk import Chosen
from relationships.moves.joining import ask_to_join
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db

PARTNER_ROLES = {
    "admin agent": {"agent": Agent.ADMIN_AGENT},
    "sales agent": {"agent": Agent.SALES_AGENT},
    "helpdesk agent": {"agent": Agent.HELPDESK_AGENT},
    "global admin": {"admin": Admin.GLOBAL_ADMIN},
    "billing admin": {"admin": Admin.BILLING_ADMIN},
    "user-management admin": {"admin": Admin.USER_MANAGEMENT_ADMIN},
}
EVERY_PARTNER_ROLE = set(PARTNER_ROLES)
WHO_ASKS = {"admin agent", "sales agent", "global admin"}
# Requests with roles, and rotating the standing link.
WHO_ASKS_FOR_ROLES = {"admin agent", "global admin"}
WHO_SEES_CUSTOMERS = {"admin agent", "sales agent", "helpdesk agent", "global admin"}
WHO_ENDS = {"admin agent", "global admin"}
WHO_MANAGES_PEOPLE = {"global admin", "user-management admin"}
WHO_READS_ACTIVITY = {"global_admin", "partner_relationships_admin", "billing_admin"}

# page -> who sees it
PARTNER_PAGES = {
    "partner-home": EVERY_PARTNER_ROLE,
    "partner-profile": EVERY_PARTNER_ROLE,
    "partner-customers": WHO_SEES_CUSTOMERS,
    "partner-customer": WHO_SEES_CUSTOMERS,
    "subscription-new": WHO_ASKS,
    "administration": WHO_SEES_CUSTOMERS,
    "administration-act": WHO_ENDS,
    "administration-terminate": WHO_ENDS,
    "selling-end": WHO_ENDS,
    "partner-activity": EVERY_PARTNER_ROLE,
    "partner-activity-download": EVERY_PARTNER_ROLE,
    "partner-subscriptions": WHO_SEES_CUSTOMERS,
    "partner-subscription": WHO_SEES_CUSTOMERS,
    "subscription-move": WHO_ASKS,
    "request-list": WHO_ASKS,
    "request-new": WHO_ASKS,
    "request-detail": WHO_ASKS,
    "request-edit": WHO_ASKS_FOR_ROLES,
    "request-text": WHO_ASKS_FOR_ROLES,
    "request-cancel": WHO_ASKS_FOR_ROLES,
    "request-edit, selling": WHO_ASKS,
    "request-text, selling": WHO_ASKS,
    "request-cancel, selling": WHO_ASKS,
    "standing-link": WHO_ASKS,
    "link-edit": WHO_ASKS_FOR_ROLES,
    "link-rotate": WHO_ASKS_FOR_ROLES,
    "partner-people": WHO_MANAGES_PEOPLE,
    "partner-person-invite": WHO_MANAGES_PEOPLE,
    "partner-person": WHO_MANAGES_PEOPLE,
    "partner-person, admin": {"global admin"},
    "partner-person-remove": WHO_MANAGES_PEOPLE,
    "partner-person-remove, admin": {"global admin"},
    "partner-person-reset": {"global admin"},
    "partner-claim": WHO_MANAGES_PEOPLE,
    "partner-leave": EVERY_PARTNER_ROLE,
    "partner-sign-on": {"global admin"},
    "group-list": WHO_ENDS,
    "group-new": WHO_ENDS,
    "group": WHO_ENDS,
    "group-rename": WHO_ENDS,
    "group-close": WHO_ENDS,
    "administration-groups": WHO_ENDS,
    "administration-group": WHO_ENDS,
    "admin-relationships": WHO_SEES_CUSTOMERS,
    "admin-relationships-download": WHO_SEES_CUSTOMERS,
    "bulk-list": WHO_ENDS,
    "bulk-upload": WHO_ENDS,
    "bulk-request": WHO_ENDS,
    "bulk-job": WHO_ENDS,
    "bulk-download": WHO_ENDS,
    "partner-access": WHO_ENDS,
    "partner-access-download": WHO_ENDS,
    "partner-access-why": WHO_ENDS,
}
CUSTOMER_PAGES = {
    "customer-home": set(CustomerRole.values),
    "customer-partners": set(CustomerRole.values),
    "customer-partner": set(CustomerRole.values),
    "customer-partner-act": {"global_admin", "partner_relationships_admin"},
    "customer-grant-act": {"global_admin", "partner_relationships_admin"},
    "customer-take-roles": {"global_admin", "partner_relationships_admin"},
    "customer-pause-all": {"global_admin", "partner_relationships_admin"},
    "customer-resume-all": {"global_admin", "partner_relationships_admin"},
    "customer-activity": WHO_READS_ACTIVITY,
    "customer-access": WHO_READS_ACTIVITY,
    "customer-access-download": WHO_READS_ACTIVITY,
    "customer-access-why": WHO_READS_ACTIVITY,
    "certificate": set(CustomerRole.values),
    "certificate-download": set(CustomerRole.values),
    "customer-subscriptions": set(CustomerRole.values),
    "customer-subscription": set(CustomerRole.values),
    "customer-policy": {"global_admin", "partner_relationships_admin"},
    "customer-refusal": set(CustomerRole.values),
    "decision-list": set(CustomerRole.values),
    "decision": set(CustomerRole.values),
    "customer-people": {"global_admin"},
    "customer-profile": {"global_admin"},
    "customer-person-invite": {"global_admin"},
    "customer-person": {"global_admin"},
    "customer-person-remove": {"global_admin"},
    "customer-person-reset": {"global_admin"},
    "customer-claim": {"global_admin"},
    "customer-leave": set(CustomerRole.values),
    "customer-sign-on": {"global_admin"},
}
# Pages whose address names a row of the organisation.
ROW_PAGES = {
    "partner-customer",
    "subscription-new",
    "administration",
    "administration-act",
    "administration-terminate",
    "selling-end",
    "request-detail",
    "request-edit",
    "request-text",
    "request-cancel",
    "request-edit, selling",
    "request-text, selling",
    "request-cancel, selling",
    "decision",
    "partner-subscription",
    "subscription-move",
    "customer-subscription",
    "customer-partner",
    "customer-partner-act",
    "customer-grant-act",
    "customer-take-roles",
    "certificate",
    "certificate-download",
    "partner-person",
    "partner-person, admin",
    "partner-person-remove",
    "partner-person-remove, admin",
    "partner-person-reset",
    "partner-claim",
    "customer-person",
    "customer-person-remove",
    "customer-person-reset",
    "customer-claim",
    "customer-refusal",
    "group",
    "group-rename",
    "group-close",
    "administration-groups",
    "administration-group",
    "bulk-job",
    "bulk-download",
}
# Addresses that need no sign-in, and why.
OPEN_TO_ALL = {
    "healthz": "the load balancer asks",
    "readyz": "the load balancer asks",
    "gallery": "answers in demo mode only",
    "mail:mail-list": "answers in demo mode only",
    "mail:mail-detail": "answers in demo mode only",
    "relationships:certificate-keys": "whoever checks a certificate needs the public keys",
    "relationships:landing": "the link of a request is read before signing in",
    "relationships:landing-continue": "sends to sign-in",
    "signin:sign-on": "it is a way of signing in",
    "signin:sign-on-callback": "the identity provider sends people here to be signed in",
    "relationships:invitation": "an invitation is read before signing in",
}


@pytest.fixture
def world():
    class World:
        partner = make.make_partner("Alder")
        customer = make.make_customer("Fernhill")

    world = World()
    world.decider = make.join_customer(world.customer)
    world.request = make.make_request(world.partner, email=world.decider.email)
    world.subscription = make.make_subscription(world.customer, seller=world.partner)
    world.decision = make.make_decision(world.request, world.customer, by=world.decider)
    approved = make.make_decision(
        make.make_request(world.partner, email=world.decider.email),
        world.customer,
        by=world.decider,
    )
    by = Actor.objects.of(world.decider)
    deciding.approve(approved, make.make_answer(approved), by=by)
    world.certificate = world.customer.certificates.get()  # before there are more
    world.grant = world.partner.admin_relationships.get(decision=approved)
    later = make.make_request(
        world.partner, email=world.decider.email, role_ids=(make.TEAMS_ADMINISTRATOR,)
    )
    paused = make.make_decision(later, world.customer, by=world.decider)
    deciding.approve(paused, make.make_answer(paused), by=by)
    pausing.pause(world.customer, grant=paused.admin_relationship, by=by)
    world.draft = make.make_draft(world.partner)
    world.selling_request = make.make_request(world.partner, role_ids=())
    world.selling_draft = make.make_draft(world.partner, role_ids=())
    make.make_link(world.partner)
    world.agent = make.join_partner(world.partner, agent=Agent.HELPDESK_AGENT)
    world.admin = make.join_partner(world.partner, admin=Admin.BILLING_ADMIN)
    Authenticator.objects.create(user=world.agent, type=Authenticator.Type.TOTP, data={})
    world.reader = make.join_customer(world.customer, CustomerRole.READER)
    world.claim = make.make_claim(world.customer)
    asker = make.make_user(f"asker@{world.partner.primary_domain}")
    world.join = ask_to_join(world.partner, by=Actor.objects.of(asker))
    provider = make.make_identity_provider(world.partner)
    world.group = groups.open_group(world.partner, "Mail people", by=provider.changed_by)
    world.refusal = make.make_refusal(world.customer, by=world.decider)
    world.job = bulk.choose(
        world.partner,
        BulkAct.ASSIGN,
        [Chosen(relationship_id=world.grant.pk)],
        by=provider.changed_by,
        source=BulkSource.TICKS,
        given={"group": str(world.group.public_id), "roles": []},
    )
    world.offer = PartnerInvitation.objects.invite(
        by=make.operator(),
        reason="test",
        partner=world.partner,
        email="new@alder.example",
        agent=Agent.SALES_AGENT,
    )
    return world


def address(name: str, world) -> str:
    customer = [world.partner.slug, world.customer.tenant_id]
    arguments = {
        "partner-customer": customer,
        "subscription-new": customer,
        "administration": [*customer, world.grant.public_id],
        "administration-act": [*customer, world.grant.public_id, "wish-extension"],
        "administration-terminate": [*customer, world.grant.public_id],
        "selling-end": customer,
        "group": [world.partner.slug, world.group.public_id],
        "group-rename": [world.partner.slug, world.group.public_id],
        "group-close": [world.partner.slug, world.group.public_id],
        "administration-groups": [*customer, world.grant.public_id],
        "administration-group": [*customer, world.grant.public_id, world.group.public_id],
        "bulk-job": [world.partner.slug, world.job.public_id],
        "bulk-download": [world.partner.slug, world.job.public_id],
        "request-detail": [world.partner.slug, world.request.public_id],
        "request-edit": [world.partner.slug, world.draft.public_id],
        "request-text": [world.partner.slug, world.request.public_id],
        "request-cancel": [world.partner.slug, world.request.public_id],
        "request-edit, selling": [world.partner.slug, world.selling_draft.public_id],
        "request-text, selling": [world.partner.slug, world.selling_request.public_id],
        "request-cancel, selling": [world.partner.slug, world.selling_request.public_id],
        "decision": [world.customer.slug, world.decision.public_id],
        "partner-subscription": [world.partner.slug, world.subscription.public_id],
        "subscription-move": [world.partner.slug, world.subscription.public_id, "suspend"],
        "customer-subscription": [world.customer.slug, world.subscription.public_id],
        "partner-person": [world.partner.slug, world.agent.public_id],
        "partner-person, admin": [world.partner.slug, world.admin.public_id],
        "partner-person-remove": [world.partner.slug, world.agent.public_id],
        "partner-person-remove, admin": [world.partner.slug, world.admin.public_id],
        "partner-claim": [world.partner.slug, world.join.public_id],
        "partner-person-reset": [world.partner.slug, world.agent.public_id],
        "customer-person-reset": [world.customer.slug, world.reader.public_id],
        "customer-person": [world.customer.slug, world.reader.public_id],
        "customer-person-remove": [world.customer.slug, world.reader.public_id],
        "customer-claim": [world.customer.slug, world.claim.public_id],
        "customer-refusal": [world.customer.slug, world.refusal.public_id],
        "certificate": [world.customer.slug, world.certificate.public_id],
        "certificate-download": [world.customer.slug, world.certificate.public_id],
        "customer-partner": [world.customer.slug, world.partner.slug],
        "customer-partner-act": [world.customer.slug, world.partner.slug, "remove-administration"],
        "customer-grant-act": [
            world.customer.slug,
            world.partner.slug,
            world.grant.public_id,
            "terminate",
        ],
    }
    arguments["customer-take-roles"] = arguments["customer-grant-act"][:3]
    side = world.partner if name in PARTNER_PAGES else world.customer
    path = reverse(f"relationships:{name.partition(',')[0]}", args=arguments.get(name, [side.slug]))
    if name == "customer-take-roles":
        path += f"?role={world.grant.granted_roles.first().role.template_id}"
    return path


def without_csrf(content: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", content)


@pytest.mark.parametrize("role", PARTNER_ROLES)
def test_partner_pages_open_for_whom_the_table_says(client, world, role):
    holder = make.join_partner(world.partner, admin=Admin.GLOBAL_ADMIN)
    client.force_login(make.join_partner(world.partner, **PARTNER_ROLES[role]))
    for shown, who in PARTNER_PAGES.items():
        answer = client.get(address(shown, world))
        assert answer.status_code == (200 if role in who else 403), shown
        if role not in who:
            assert holder.name in answer.content.decode(), shown


@pytest.mark.parametrize("role", CustomerRole.values)
def test_customer_pages_open_for_whom_the_table_says(client, world, role):
    client.force_login(make.join_customer(world.customer, role))
    for shown, who in CUSTOMER_PAGES.items():
        answer = client.get(address(shown, world))
        assert answer.status_code == (200 if role in who else 403), shown


EVERY_PAGE = [*PARTNER_PAGES, *CUSTOMER_PAGES]


@pytest.fixture
def stranger(client):
    """Somebody who rules other organisations, of both kinds."""
    stranger = make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN)
    make.join_customer(make.make_customer(), user=stranger)
    client.force_login(stranger)
    return stranger


class TestStrangers:
    def test_trap_5_get_what_a_misspelt_name_gets(self, client, world, stranger):
        for shown in EVERY_PAGE:
            url = address(shown, world)
            side = world.partner if shown in PARTNER_PAGES else world.customer
            there = client.get(url)
            nowhere = client.get(url.replace(side.slug, "no-such-place", 1))
            assert (there.status_code, nowhere.status_code) == (404, 404), shown
            assert without_csrf(there.content) == without_csrf(nowhere.content), shown
            assert client.post(url).status_code in (404, 405), shown

    def test_cannot_reach_it_through_their_own_organisation(self, client, world, stranger):
        places = (*stranger.partner_memberships.all(), *stranger.customer_memberships.all())
        partner, customer = (place.organisation for place in places)
        for shown in sorted(ROW_PAGES):
            side, own = (
                (world.partner, partner) if shown in PARTNER_PAGES else (world.customer, customer)
            )
            answer = client.get(address(shown, world).replace(side.slug, own.slug, 1))
            assert answer.status_code == 404, shown

    def test_who_have_not_signed_in_are_sent_to_do_so(self, client, world):
        for shown in EVERY_PAGE:
            answer = client.get(address(shown, world))
            assert answer.status_code == 302, shown
            assert answer["Location"].startswith("/accounts/login/"), shown

    def test_of_yesterday_lose_access_at_the_next_request(self, client, world):
        make.join_partner(world.partner, admin=Admin.GLOBAL_ADMIN)  # one must remain
        for shown in EVERY_PAGE:
            person = (
                make.join_partner(world.partner, admin=Admin.GLOBAL_ADMIN)
                if shown in PARTNER_PAGES
                else make.join_customer(world.customer)
            )
            client.force_login(person)
            assert client.get(address(shown, world)).status_code == 200, shown
            places = (*person.partner_memberships.all(), *person.customer_memberships.all())
            for place in places:
                place.removed_at, place.removed_by = make.YEAR_START, make.operator()
                place.save(update_fields=["removed_at", "removed_by"])
            assert client.get(address(shown, world)).status_code == 404, shown


def named_patterns(resolver=None, prefix="", converters=None):
    for entry in (resolver or get_resolver()).url_patterns:
        known = {**(converters or {}), **getattr(entry.pattern, "converters", {})}
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named_patterns(entry, space, known)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}", known


OUR_ADDRESSES = [
    (name, converters)
    for name, converters in named_patterns()
    if name.startswith(("relationships:", "signin:", "mail:")) or ":" not in name
]
ARGUMENTS = {
    "customer_slug": "fernhill-example",
    "token": "no-such-token",
    "move": "suspend",
    "partner_slug": "alder-example",
    "act": "end",
    "name": "20260101T000000_none.eml",
    "source_id": "operator",
}


@pytest.mark.parametrize(
    ("name", "converters"), OUR_ADDRESSES, ids=[name for name, _ in OUR_ADDRESSES]
)
def test_every_address_is_private_unless_a_reason_is_given(client, name, converters):
    if name.startswith(("account_", "mfa_", "socialaccount_", "openid_connect")):
        pytest.skip("allauth's own pages, tested with the sign-in")
    arguments = {
        key: ARGUMENTS.get(key, "01a20b4f-fde0-72d4-a1d0-7efbf67ab662") for key in converters
    }
    try:
        url = reverse(name, kwargs=arguments)
    except NoReverseMatch:
        pytest.fail(f"{name} needs arguments that this test does not know")
    answer = client.get(url)
    assert answer.status_code < 500
    if name not in OPEN_TO_ALL:
        assert answer.status_code in (302, 405), f"{name} is open to everybody"
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, world, method):
    insider = make.join_partner(world.partner, admin=Admin.GLOBAL_ADMIN)
    landing = reverse("relationships:landing", args=[world.request.token])
    anybody = make.make_request()
    newcomer = make.make_user()
    pages = [
        *(
            (newcomer, reverse(f"relationships:{name}", args=[anybody.token]))
            for name in ("landing", "landing-register")
        ),
        (None, landing),
        *((insider, address(shown, world)) for shown in PARTNER_PAGES),
        *((world.decider, address(shown, world)) for shown in CUSTOMER_PAGES),
        (world.decider, landing),
    ]
    for person, url in pages:
        if person is not None:
            client.force_login(person)
        before = rows_of_all_tables()
        for _ in range(3):
            assert getattr(client, method)(url).status_code == 200
        assert rows_of_all_tables() == before


# act by one press -> (what it is done with, who may)
PRESSES = {
    "request-send": ("request", WHO_ASKS_FOR_ROLES),
    "request-send, selling": ("selling_request", WHO_ASKS),
    "request-create": ("draft", WHO_ASKS_FOR_ROLES),
    "request-create, selling": ("selling_draft", WHO_ASKS),
    "request-cancel": ("request", WHO_ASKS_FOR_ROLES),
    "request-cancel, selling": ("selling_request", WHO_ASKS),
    "link-make": ("", WHO_ASKS_FOR_ROLES),
    "link-rotate": ("", WHO_ASKS_FOR_ROLES),
    "partner-invitation-send-again": ("offer", WHO_MANAGES_PEOPLE),
    "partner-invitation-withdraw": ("offer", WHO_MANAGES_PEOPLE),
    "group-add": ("group", WHO_ENDS),
    "group-take-out": ("group", WHO_ENDS),
    "group-close": ("group", WHO_ENDS),
    "bulk-choose": ("", WHO_ENDS),
    "bulk-give": ("job", WHO_ENDS),
    "bulk-start": ("job", WHO_ENDS),
    "bulk-stop": ("job", WHO_ENDS),
    "bulk-resume": ("job", WHO_ENDS),
    "bulk-discard": ("job", WHO_ENDS),
    "partner-sign-on-test": ("", {"global admin"}),
    "partner-sign-on-on": ("", {"global admin"}),
    "partner-sign-on-off": ("", {"global admin"}),
}


ASKS_AGAIN = {"group-add", "bulk-give"}


def press(name: str, world) -> str:
    row = PRESSES[name][0]
    more = [getattr(world, row).public_id] if row else []
    return reverse(f"relationships:{name.partition(',')[0]}", args=[world.partner.slug, *more])


@pytest.mark.parametrize(
    ("name", "role"),
    [(name, role) for name, (_row, who) in PRESSES.items() for role in sorted(who)],
)
def test_partner_acts_are_done_by_whom_the_table_says(client, world, name, role):
    client.force_login(make.join_partner(world.partner, **PARTNER_ROLES[role]))
    answer = client.post(press(name, world))
    # A page with a form that lacks what it needs is shown once more.
    assert answer.status_code == (422 if name in ASKS_AGAIN else 302)


@pytest.mark.parametrize("role", PARTNER_ROLES)
def test_partner_acts_of_everybody_else_are_refused(client, world, role):
    client.force_login(make.join_partner(world.partner, **PARTNER_ROLES[role]))
    before = rows_of_all_tables()
    for name, (_row, who) in PRESSES.items():
        if role not in who:
            assert client.post(press(name, world)).status_code == 403, name
    assert rows_of_all_tables() == before


def test_partner_acts_of_strangers_are_not_found(client, world):
    stranger = make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN)
    make.join_customer(world.customer, user=stranger)
    client.force_login(stranger)
    before = rows_of_all_tables()
    for name in PRESSES:
        assert client.post(press(name, world)).status_code == 404, name
    assert rows_of_all_tables() == before
