"""What each group of staff may see and do: the table of docs/running.md, held against the admin."""

import re
import uuid
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

import partnercenter.urls  # noqa: F401  importing registers every admin class
from accounts.models import Actor
from accounts.move_pages import MovePagesAdmin
from audit.models import Event
from partners.models import PartnerKind
from relationships.breaches import write_down
from relationships.differences import Difference
from relationships.models import FoundBy
from relationships.moves.supervising import suspend_partner
from subscriptions.comparing import Problem
from subscriptions.models import Offer, Service
from subscriptions.moves import changing
from subscriptions.moves.ordering import subscribe_directly
from tests import factories as make
from tests.relationships.admin.world import make_job, make_pair, make_policy
from tests.staff_groups import permissions_of
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db

SUPPORT, VERIFICATION, AUDITOR, SUPERUSER = "Support", "Verification", "Auditor", "superuser"
GROUPS = (SUPPORT, VERIFICATION, AUDITOR)
ALL = pytest.mark.parametrize("who", [*GROUPS, SUPERUSER])

# Beside the superuser, who may everything.
LOOKS = {
    "account.EmailAddress": GROUPS,
    "accounts.Actor": GROUPS,
    "accounts.User": GROUPS,
    "audit.Event": (AUDITOR,),
    "auth.Group": (AUDITOR,),
    "customers.Customer": GROUPS,
    "customers.CustomerRegistration": GROUPS,
    "mail.Delivery": (SUPPORT, AUDITOR),
    "partners.Partner": GROUPS,
    "relationships.AdminRelationship": (SUPPORT, AUDITOR),
    "relationships.AdminRole": (SUPPORT, AUDITOR),
    "relationships.Breach": (AUDITOR,),
    "relationships.BulkJob": (SUPPORT, AUDITOR),
    "relationships.Certificate": (AUDITOR,),
    "relationships.Decision": (SUPPORT, AUDITOR),
    "relationships.IdentityProvider": (SUPPORT, AUDITOR),
    "relationships.RelationshipRequest": (SUPPORT, AUDITOR),
    "relationships.RequestPolicy": (SUPPORT, AUDITOR),
    "relationships.ResellerRelationship": (SUPPORT, AUDITOR),
    "relationships.ServiceAdministration": (SUPPORT, AUDITOR),
    "subscriptions.Offer": (SUPPORT, AUDITOR),
    "subscriptions.Service": (SUPPORT, AUDITOR),
    "subscriptions.Subscription": (SUPPORT, AUDITOR),
}
ADDS = {
    "auth.Group": (),
    "customers.Customer": (VERIFICATION,),
    "partners.Partner": (VERIFICATION,),
    "relationships.AdminRole": (),
    "subscriptions.Offer": (),
    "subscriptions.Service": (),
}
EDITS = {**ADDS, "accounts.User": ()}
ACTS = {
    ("accounts.User", "reset-factors"): (),
    ("customers.Customer", "confirm-domain"): (VERIFICATION,),
    ("customers.Customer", "invite"): (VERIFICATION,),
    ("customers.CustomerRegistration", "accept"): (VERIFICATION,),
    ("customers.CustomerRegistration", "refuse"): (VERIFICATION,),
    ("partners.Partner", "change-kind"): (),
    ("partners.Partner", "invite"): (VERIFICATION,),
    ("partners.Partner", "restore"): (),
    ("partners.Partner", "suspend"): (),
    ("partners.Partner", "verify"): (VERIFICATION,),
    ("relationships.Breach", "settle"): (),
    ("relationships.IdentityProvider", "turn-off"): (),
    ("subscriptions.Subscription", "auto-renew"): (SUPPORT,),
    ("subscriptions.Subscription", "cancel"): (SUPPORT,),
    ("subscriptions.Subscription", "change-quantity"): (SUPPORT,),
    ("subscriptions.Subscription", "reactivate"): (SUPPORT,),
    ("subscriptions.Subscription", "rename"): (SUPPORT,),
    ("subscriptions.Subscription", "suspend"): (SUPPORT,),
}
# Pages of their own, by the end of their address's name.
PAGES = {
    ("subscriptions.Subscription", "import"): (),
    ("subscriptions.Subscription", "subscribe"): (),
}

ADMINS = {model._meta.label: of_it for model, of_it in admin.site._registry.items()}
MOVES = {
    (label, move.name): move
    for label, of_it in ADMINS.items()
    if isinstance(of_it, MovePagesAdmin)
    for move in of_it.moves
}


def allowed(table, who):
    return {key for key, groups in table.items() if who == SUPERUSER or who in groups}


def member_of(who):
    """A person of the staff with nothing but this group, at their own browser."""
    person = make.make_staff() if who == SUPERUSER else make.make_user(is_staff=True)
    if who != SUPERUSER:
        person.groups.set([Group.objects.get(name=who)])
    Actor.objects.of(person)
    client = Client()
    client.force_login(person)
    client.person = person
    return client


def acted(client):
    return Event.objects.filter(actor_id=client.person.actor.public_id).exists()


def address(label, page, *arguments):
    opts = ADMINS[label].opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=arguments)


def is_refused(client, url, given):
    """Whether both looking at the page and sending it are refused, and nothing is written."""
    before = rows_of_all_tables()
    looked, sent = client.get(url).status_code, client.post(url, given).status_code
    if sent == 403:
        assert looked == 403, url
        assert rows_of_all_tables() == before, url
    else:
        assert (looked, sent) == (200, 302), url
    return sent == 403


@pytest.fixture
def pair():
    """A row of everything that the admin shows."""
    make.make_registration()
    pair = make_pair()
    make_breach(pair.customer)
    make.make_identity_provider(pair.customer)
    make_policy(pair.customer)
    make_job(pair.request.partner)
    return pair


def row_of(label):
    return ADMINS[label].model._default_manager.order_by("pk").first()


def make_breach(customer):
    row = customer.subscriptions.first()
    found = Difference(Problem.CHANGED, row.public_id, row.canonical_form(), "{}")
    (breach,) = write_down([(found, customer)], found_by=FoundBy.WATCH)
    return breach


class TestTable:
    def test_has_every_page_of_the_admin(self):
        request = RequestFactory().get("/")
        request.user = make.make_staff()
        assert set(LOOKS) == set(ADMINS)
        assert set(ADDS) == {
            label for label, of_it in ADMINS.items() if of_it.has_add_permission(request)
        }
        assert set(EDITS) == {
            label for label, of_it in ADMINS.items() if of_it.has_change_permission(request)
        }

    def test_has_every_act_and_every_page_beside(self):
        assert set(ACTS) == set(MOVES)
        beside = set()
        for label, of_it in ADMINS.items():
            start = f"{of_it.opts.app_label}_{of_it.opts.model_name}_"
            ends = {str(entry.name).removeprefix(start) for entry in of_it.urls if entry.name}
            usual = {"add", "change", "changelist", "delete", "history", "move"}
            beside |= {(label, end) for end in ends - usual}
        assert set(PAGES) == beside

    @pytest.mark.parametrize("who", GROUPS)
    def test_is_all_that_a_group_is_permitted(self, who):
        wanted = {permission for act in allowed(ACTS, who) for permission in MOVES[act].asks}
        for verb, table in (("view", LOOKS), ("add", ADDS), ("change", EDITS)):
            for label in allowed(table, who):
                opts = ADMINS[label].opts
                wanted.add(f"{opts.app_label}.{verb}_{opts.model_name}")
        assert permissions_of(Group.objects.get(name=who)) == wanted


@ALL
class TestLooking:
    def test_opens_the_lists_and_rows_of_the_table_and_no_other(self, pair, who):
        client, opened = member_of(who), set()
        for label in ADMINS:
            urls = address(label, "changelist"), address(label, "change", row_of(label).pk)
            answers = {client.get(url).status_code for url in urls}
            assert answers in ({200}, {403}), label
            opened |= {label} if answers == {200} else set()
        assert opened == allowed(LOOKS, who)

    def test_shows_on_the_first_page_what_can_be_opened(self, pair, who):
        groups = member_of(who).get(reverse("admin:index")).context["app_list"]
        shown = {page["model"]._meta.label for group in groups for page in group["models"]}
        assert shown == allowed(LOOKS, who)

    def test_leads_nowhere_that_is_closed(self, pair, who):
        client, links = member_of(who), set()
        for label in allowed(LOOKS, who):
            for url in (address(label, "changelist"), address(label, "change", row_of(label).pk)):
                text = client.get(url).content.decode()
                links |= set(map(unescape, re.findall(r'href="(/admin/[^"#]*)', text)))
        assert len(links) > 20
        assert not [url for url in sorted(links) if client.get(url).status_code == 403]


NEW = {
    "auth.Group": lambda: {"name": "Supervisors"},
    "customers.Customer": lambda: {
        "name": "Larch Bakery",
        "primary_domain": "larch.example",
        "country": "FR",
    },
    "partners.Partner": lambda: {
        "name": "Alder Cloud",
        "primary_domain": "alder.example",
        "country": "DE",
        "kind": PartnerKind.DIRECT_BILL,
    },
    "relationships.AdminRole": lambda: {
        "name": "Printer Keeper",
        "service": Service.objects.get(key="windows").pk,
        "administers": "no",
        "template_id": str(uuid.uuid4()),
    },
    "subscriptions.Offer": lambda: {
        "name": "Printer",
        "service": Service.objects.get(key="windows").pk,
        "sku": "PRINTER",
        "offer_id": str(uuid.uuid4()),
    },
    "subscriptions.Service": lambda: {"name": "Printing", "key": "printing"},
}


@ALL
class TestAddingAndEditing:
    def test_adds_what_the_table_says_and_nothing_else(self, pair, who):
        done = set()
        for label in ADMINS:
            client = member_of(who)
            given = NEW.get(label, dict)() | {"reason": "because"}
            if not is_refused(client, address(label, "add"), given):
                assert acted(client), label
                done.add(label)
        assert done == allowed(ADDS, who)

    def test_edits_what_the_table_says_and_nothing_else(self, pair, who):
        done, superuser = set(), member_of(SUPERUSER)
        for label in ADMINS:
            client, url = member_of(who), address(label, "change", row_of(label).pk)
            if label in LOOKS and who != SUPERUSER and who not in LOOKS[label]:
                assert is_refused(client, url, {"name": "Other", "reason": "because"}), label
                continue
            before = rows_of_all_tables()
            sent = client.post(url, edited(superuser.get(url))).status_code
            assert sent in (302, 403), label
            if sent == 302:
                assert acted(client), label
                done.add(label)
            else:
                assert rows_of_all_tables() == before, label
        assert done == allowed(EDITS, who)


def edited(page):
    """What the page of a row sends when its name, or of a person a right, was changed."""
    given = {}
    for field in page.context["adminform"].form:
        value = field.value()
        if isinstance(value, list | tuple):
            given[field.name] = [str(getattr(one, "pk", one)) for one in value]
        elif value not in (None, False):
            given[field.name] = "on" if value is True else str(value)
    changed = {"name": f"{given['name']} 2"} if "name" in given else {"is_staff": "on"}
    return given | changed | {"reason": "because"}


def direct():
    return subscribe_directly(
        by=make.operator(),
        customer=make.make_customer(),
        offer=Offer.objects.filter(service__key="exchange").order_by("name").first(),
        quantity=10,
        billing_cycle="monthly",
        unit_price=make.Decimal("7.20"),
        currency="EUR",
        reason="ordered by phone",
    )


def suspended(row):
    if hasattr(row, "kind"):
        suspend_partner(row, by=make.operator(), reason="because")
    else:
        changing.suspend(
            row, by=make.operator(), suspension_reason="non_payment", seen=None, reason="because"
        )
    return row


def with_factor(person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return person


# A row that the act fits, where it is not the plainest of its kind.
FITTING = {
    ("accounts.User", "reset-factors"): lambda: with_factor(make.make_user()),
    ("partners.Partner", "restore"): lambda: suspended(make.make_partner()),
    ("partners.Partner", "verify"): lambda: make.make_partner(verified=False),
    ("subscriptions.Subscription", "reactivate"): lambda: suspended(direct()),
    "customers.Customer": lambda: make.make_customer(domain="larch.example"),
    "customers.CustomerRegistration": make.make_registration,
    "partners.Partner": make.make_partner,
    "relationships.Breach": lambda: make_breach(direct().customer),
    "relationships.IdentityProvider": lambda: make.make_identity_provider(make.make_customer()),
    "subscriptions.Subscription": direct,
}
ANSWERS = {
    "accept": {"domain": "larch.example"},
    "change-kind": {"kind": PartnerKind.ADVISOR},
    "change-quantity": {"quantity": "25"},
    "invite": {"email": "robin@larch.example"},
    "rename": {"friendly_name": "Head office"},
    "suspend": {"suspension_reason": "non_payment"},
}


@ALL
@pytest.mark.parametrize("act", MOVES, ids="/".join)
class TestActs:
    def test_are_done_or_refused_as_the_table_says(self, who, act):
        label, name = act
        row = (FITTING.get(act) or FITTING[label])()
        client, of_it, move = member_of(who), ADMINS[label], MOVES[act]
        given = {"reason": "because", **ANSWERS.get(name, {})}
        url = of_it.move_url(move, [row.pk])
        may_look = label in allowed(LOOKS, who)
        page = client.get(address(label, "change", row.pk)).content.decode() if may_look else ""
        if act in allowed(ACTS, who):
            assert f'href="{url}"' in page
            assert not is_refused(client, url, given)
            assert acted(client)
        else:
            assert f'href="{url}"' not in page
            assert is_refused(client, url, given)
            self.refused_by_the_move_itself(of_it, move, row, given, client.person)

    @staticmethod
    def refused_by_the_move_itself(of_it, move, row, given, person):
        before = rows_of_all_tables()
        form = of_it.form_of(move, [row], given)
        assert form.is_valid()
        with pytest.raises(PermissionDenied):
            move.run([row], by=person.actor, **form.cleaned_data)
        assert rows_of_all_tables() == before


SENT = {
    "import": lambda: {
        "customer": "fernhill.example",
        "term_start": "2026-01-31",
        "term_length": "P1Y",
        "billing_cycle": "annual",
        "unit_price": "12.50",
        "currency": "chf",
        "agreement_version": "2025-07",
        "text": f"id,product,quantity,status,reseller\r\n{uuid.uuid4()},"
        "Exchange Online (Plan 1),7,active,",
    },
    "subscribe": lambda: {
        "public_id": str(uuid.uuid4()),
        "customer": "fernhill.example",
        "offer": Offer.objects.order_by("name").first().pk,
        "quantity": "7",
        "term_length": "P1Y",
        "billing_cycle": "monthly",
        "unit_price": "12.50",
        "currency": "eur",
    },
}


@ALL
@pytest.mark.parametrize("page", PAGES, ids="/".join)
def test_pages_beside_are_open_as_the_table_says(who, page):
    make.make_customer("Fernhill", domain="fernhill.example")
    client, url = member_of(who), address(*page)
    given = SENT[page[1]]() | {"reason": "because"}
    if page in allowed(PAGES, who) and page[1] == "import":
        shown = client.post(url, given | {"preview": "preview"})
        given |= {"import": "import", "seen": shown.context["seen"]}
    assert is_refused(client, url, given) == (page not in allowed(PAGES, who))
    assert acted(client) == (page in allowed(PAGES, who))
