"""
What was decided, signed, granted and logged stays as it was, in every room (design section 4).

The lists below say what an auditor may rely on; they are written out, so that a guard which is
no longer declared is missed here. All is tried as a program would that opened the database itself.
"""

import pytest
from django.db import transaction

from customers import guards as customers
from partnercenter.lib.guards import Frozen, NoReplace
from partners import guards as partners
from relationships import guards as ours
from relationships.breaches import write_down
from relationships.certificates import sign
from relationships.differences import Difference
from relationships.models import Breach, Certificate, FoundBy
from relationships.moves import deciding
from relationships.moves.settling import settle
from subscriptions import guards as subscriptions
from subscriptions.comparing import Problem
from subscriptions.models import Offer
from tests import factories as make

from .plain_sql import (
    NEW_ID,
    TIME,
    another,
    as_a_plain_connection,
    by_a_guard,
    insert_or_replace,
    one_more,
    only_postgresql,
    only_sqlite,
    rows,
    set_column,
    sql,
)
from .scenes import EXCHANGE, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

ID, PUBLIC = ("id",), ("public_id",)
# Written once, never changed; deleted neither, but for the sealed part of an event.
WRITTEN_ONCE = {
    "audit_event": [ID, PUBLIC],
    "audit_sealedpart": [ID, ("event_id",)],
    "audit_chainlink": [ID, ("chain", "number"), ("event_id", "chain")],
    "subscriptions_subscriptionchange": [ID, PUBLIC, ("subscription", "number")],
    "relationships_accessterms": [ID, PUBLIC],
    "relationships_accessterms_roles": [ID, ("accessterms_id", "adminrole_id")],
    "relationships_accessterms_planned_groups": [ID, ("accessterms_id", "securitygroup_id")],
    "relationships_decisionsignature": [
        ID,
        ("decision_id", "actor_id", "content_digest", "granted_digest"),
    ],
    "relationships_certificate": [ID, PUBLIC, ("event_id",)],
    "relationships_certificatesignature": [ID, ("certificate_id", "key_id")],
}
# Rows that change, and the columns by which others know them for ever.
FROZEN = {
    "customers_customer": ["id", "tenant_id"],
    "partners_partner": ["id", "tenant_id"],
    "subscriptions_offer": ["id", "offer_id"],
    "subscriptions_service": ["id", "key"],
    "relationships_decision": [
        "id",
        "public_id",
        "request_id",
        "customer_id",
        "single_use",
        "opened_at",
        "opened_by_id",
    ],
    "relationships_breach": [
        "id",
        "public_id",
        "found_at",
        "found_by",
        "problem",
        "customer_id",
        "subscription",
        "was",
        "found",
        "act",
        "actor_id",
    ],
    "customers_customermembership": ["id", "user_id", "customer_id", "created_at", "created_by_id"],
    "partners_partnermembership": ["id", "user_id", "partner_id", "created_at", "created_by_id"],
}
KEYS = {
    **WRITTEN_ONCE,
    "audit_chainhead": [("name",)],
    "customers_customer": [ID, ("tenant_id",), ("slug",), ("primary_domain",)],
    "partners_partner": [ID, ("tenant_id",), ("slug",), ("primary_domain",)],
    "subscriptions_offer": [ID, ("offer_id",)],
    "subscriptions_service": [ID, ("key",)],
    "subscriptions_subscription": [ID, PUBLIC, ("last_change_id",)],
    "relationships_decision": [ID, PUBLIC, ("certificate_id",)],
    "relationships_adminrole": [ID, ("template_id",)],
    "relationships_breach": [ID, PUBLIC, ("subscription",)],
    "customers_customermembership": [ID, ("user_id", "customer_id")],
    "partners_partnermembership": [ID, ("user_id", "partner_id")],
}
NEVER_DELETED = [
    *(table for table in WRITTEN_ONCE if table != "audit_sealedpart"),
    "audit_chainhead",
    "customers_customer",
    "partners_partner",
    "subscriptions_subscription",
    "relationships_decision",
    "relationships_breach",
    "customers_customermembership",
    "partners_partnermembership",
]


@pytest.fixture(autouse=True)
def scene(settings, tmp_path):
    """Two grants and what they leave behind: at least two rows in each table, one open decision."""
    settings.CERTIFICATE_KEYS_DIR = tmp_path / "keys"
    scene = Fernhill()
    scene.grant(scene.alder, EXCHANGE)
    scene.grant(scene.birch, TEAMS)
    scene.open = scene.ask(scene.alder)
    for certificate in Certificate.objects.all():
        sign(certificate)
    for row in scene.customer.subscriptions.order_by("pk")[:2]:
        found = Difference(Problem.CHANGED, row.public_id, row.canonical_form(), "{}")
        write_down([(found, scene.customer)], found_by=FoundBy.WATCH)
    make.join_customer(scene.customer)
    make.make_customer("Glenmoor")
    return scene


@pytest.fixture(autouse=True)
def plain_connection(scene):
    with as_a_plain_connection():
        yield


def renewed(table, row, key=()):
    """The row once more, new in every unique column that is not of the key."""
    unique = {column for columns in KEYS[table] for column in columns} - set(key)
    return {
        name: another(value) if name in unique and value is not None else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_what_is_written_once_changes_in_no_column(table):
    row = rows(table)[0]
    for name, value in row.items():
        with Unchanged(table), by_a_guard(f"{table}_update"), transaction.atomic():
            set_column(table, row, name, value)


@pytest.mark.parametrize(
    ("table", "name"), [(table, name) for table, names in FROZEN.items() for name in names]
)
def test_what_is_frozen_keeps_its_value(table, name):
    where = "status = 'open'" if table == "relationships_decision" else "TRUE"
    row = rows(table, where)[0]
    value = "2026-01-01 00:00:00+00:00" if name.endswith("_at") else another(row[name])
    with Unchanged(table), by_a_guard(f"{table}_frozen"), transaction.atomic():
        set_column(table, row, name, value)


@pytest.mark.parametrize("table", NEVER_DELETED)
def test_nothing_is_deleted(table):
    row = rows(table)[0]
    key = next(iter(row))
    with by_a_guard(f"{table}_delete"), transaction.atomic():
        sql(f"DELETE FROM {table} WHERE {key} = %s", [row[key]])


@only_postgresql
@pytest.mark.parametrize("table", NEVER_DELETED)
def test_nothing_is_emptied(table):
    with by_a_guard(f"{table}_truncate"), transaction.atomic():
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"TRUNCATE {table} CASCADE")


def change_beside(row, key):
    """What makes it a change that could be written, if it took nobody's place."""
    direct = rows("subscriptions_subscription", "seller_id IS NULL")[0]
    number = {} if "number" in key else {"number": NEW_ID}
    return {"subscription": direct["public_id"], "made_by": "operator", "seller_id": None, **number}


@only_sqlite
@pytest.mark.parametrize(
    ("table", "key"), [(table, key) for table, keys in KEYS.items() for key in keys]
)
def test_nothing_is_replaced(table, key):
    """An insert with the key of a row that is there takes its place, if nothing holds it."""
    where = "certificate_id IS NOT NULL" if key == ("certificate_id",) else "TRUE"
    row = renewed(table, rows(table, where)[0], key)
    if "request_id" in row:
        row["request_id"] = make.make_request().pk
    if table == "subscriptions_subscriptionchange":
        row |= change_beside(row, key)
    with by_a_guard(), transaction.atomic():
        insert_or_replace(table, row)


@only_sqlite
@pytest.mark.parametrize(
    ("table", "key", "shared"),
    [
        (table, key, shared)
        for table, keys in KEYS.items()
        for key in keys
        for shared in (key if len(key) > 1 and table.startswith("relationships_") else ())
    ],
)
def test_a_key_of_several_columns_is_taken_by_all_of_them_alone(table, key, shared):
    """The control: a row that shares one of the columns with another stands beside it."""
    row = renewed(table, rows(table)[0], (shared,))
    with one_more(table):
        insert_or_replace(table, row)


@only_sqlite
@pytest.mark.parametrize(
    ("table", "key"),
    [
        (table, key)
        for table in [*FROZEN, "relationships_adminrole", "subscriptions_subscription"]
        for (key, *more) in KEYS[table]
        if not more and (table, key) != ("relationships_decision", "certificate_id")
    ],
)
def test_no_row_is_overwritten_by_another(table, key):
    first, second = rows(table)[:2]
    with Unchanged(table), by_a_guard(f"{table}_"), transaction.atomic():
        set_column(table, second, key, first[key], verb="UPDATE OR REPLACE")


def test_a_key_that_needs_no_guard_against_an_update_is_frozen_for_ever():
    """What `NoReplace` leaves to another guard, another guard refuses."""
    declared = [one for room in (customers, partners, subscriptions, ours) for one in room.GUARDS]
    frozen: dict[str, set[str]] = {}
    for one in declared:
        if isinstance(one, Frozen) and one.when == "TRUE":
            frozen.setdefault(one.table, set()).update(one.columns)
    left = [one for one in declared if isinstance(one, NoReplace) and one.frozen]
    assert left
    for one in left:
        assert set(one.frozen) <= frozen[one.table], one.table


@only_sqlite
@pytest.mark.parametrize(
    "table",
    [
        "relationships_accessterms",
        "relationships_adminrole",
        "relationships_certificate",
        "customers_customer",
        "partners_partner",
        "subscriptions_offer",
        "subscriptions_service",
    ],
)
def test_a_row_that_is_new_in_every_key_stands_beside(table):
    """The control: what refuses a key that is taken refuses no other."""
    row = renewed(table, rows(table)[0], ())
    with one_more(table):
        insert_or_replace(table, row)


def test_a_decision_that_was_made_changes_in_no_column():
    table = "relationships_decision"
    row = rows(table, "status = 'approved'")[0]
    for name, value in row.items():
        with Unchanged(table), by_a_guard(f"{table}_final"), transaction.atomic():
            set_column(table, row, name, value)


@only_sqlite
class TestKeysThatHoldForSomeRows:
    def test_a_customer_has_one_open_decision_on_a_request(self, scene):
        table = "relationships_decision"
        row = renewed(table, rows(table, "status = 'open'")[0])
        with Unchanged(table), by_a_guard(f"{table}_replace"), transaction.atomic():
            insert_or_replace(table, row)

    def test_a_request_for_one_customer_is_approved_once(self, scene):
        table, glenmoor = "relationships_decision", make.make_customer()
        row = renewed(table, rows(table, "status = 'approved'")[0])
        row["customer_id"] = glenmoor.pk
        with Unchanged(table), by_a_guard(f"{table}_replace"), transaction.atomic():
            insert_or_replace(table, row)

    def test_an_approval_replaces_no_other_of_its_request(self, scene):
        table = "relationships_decision"
        by = make.join_customer(make.make_customer())
        late = make.make_decision(scene.open.request, by.customer_memberships.get().customer, by=by)
        scene.approve(scene.open)
        late.signatures.create(actor=scene.by, at=late.opened_at, content_digest="")
        with Unchanged(table), by_a_guard(f"{table}_overwrite"), transaction.atomic():
            set_column(table, {"id": late.pk}, "status", "approved", verb="UPDATE OR REPLACE")

    def test_who_decides_later_is_told_that_it_is_over(self, scene):
        """The control: what is approved stands in the way of another approval alone."""
        by = make.join_customer(make.make_customer())
        late = make.make_decision(scene.open.request, by.customer_memberships.get().customer, by=by)
        scene.approve(scene.open)
        late.refresh_from_db()
        sql("UPDATE relationships_decision SET reason = 'x' WHERE id = %s", [late.pk])

    def test_an_open_decision_is_written_beside_others(self, scene):
        """The control: another request's, another customer's, and one that was declined."""
        scene.ask(scene.birch)
        link = make.make_link(scene.alder)
        first = make.make_decision(link, scene.customer, by=scene.admin)
        deciding.decline(first, make.make_answer(first), by=scene.by)
        again = make.make_decision(link, scene.customer, by=scene.admin)
        by = make.join_customer(make.make_customer())
        other = make.make_decision(link, by.customer_memberships.get().customer, by=by)
        for row in (scene.open, again, other):
            assert row.status == "open"
            sql("UPDATE relationships_decision SET reason = 'x' WHERE id = %s", [row.pk])

    def beside(self, row, **columns):
        """The row once more with these columns is accepted, and takes nobody's place."""
        table = "relationships_decision"
        with one_more(table):
            insert_or_replace(table, {**renewed(table, row), **columns})

    def test_a_decision_of_another_request_stands_beside_it(self, scene):
        """The controls: what does not share the whole key is free."""
        (opened,) = rows("relationships_decision", "status = 'open'")
        approved = rows("relationships_decision", "status = 'approved'")[0]
        other = make.make_request(scene.birch).pk
        self.beside(opened, request_id=other)
        self.beside(approved, request_id=other)

    def test_open_and_approved_stand_beside_each_other(self, scene):
        (opened,) = rows("relationships_decision", "status = 'open'")
        approved = rows("relationships_decision", "status = 'approved'")[0]
        self.beside(approved, request_id=opened["request_id"])
        self.beside(opened, request_id=approved["request_id"])

    def test_another_customer_s_open_decision_stands_beside_it(self, scene):
        (opened,) = rows("relationships_decision", "status = 'open'")
        self.beside(opened, customer_id=make.make_customer().pk)

    def test_a_declined_decision_stands_beside_an_open_one(self, scene):
        """Whichever of the two came first."""
        (opened,) = rows("relationships_decision", "status = 'open'")
        deciding.decline(scene.open, make.make_answer(scene.open), by=scene.by)
        (declined,) = rows("relationships_decision", "status = 'declined'")
        self.beside(opened)
        again = scene.ask(scene.alder)
        self.beside(declined, request_id=again.request_id)

    def test_a_decision_takes_the_certificate_of_no_other(self, scene):
        table = "relationships_decision"
        decided, open_one = (rows(table, f"status = '{one}'")[0] for one in ("approved", "open"))
        with Unchanged(table), by_a_guard(f"{table}_overwrite"), transaction.atomic():
            set_column(
                table,
                open_one,
                "certificate_id",
                decided["certificate_id"],
                verb="UPDATE OR REPLACE",
            )


class TestSettledBreach:
    def test_keeps_who_settled_it_when_and_why(self, scene):
        breach = Breach.objects.first()
        settle(breach, by=make.operator(), reason="Repaired by hand.")
        table, row = "relationships_breach", {"id": breach.pk}
        given = {"settled_at": TIME, "settled_by_id": NEW_ID, "settled_because": "Another reason."}
        for name, value in given.items():
            with Unchanged(table), by_a_guard(f"{table}_settled"), transaction.atomic():
                set_column(table, row, name, value)


@only_sqlite
class TestOneStandingBreachForASubscription:
    TABLE = "relationships_breach"

    @pytest.fixture
    def kinds(self, scene):
        """One of each kind for one subscription: it stands, it is gone, a certificate found it."""
        standing = rows(self.TABLE)[0]
        actor = scene.by.pk
        kinds = {
            "standing": standing,
            "gone": {**renewed(self.TABLE, standing, ("subscription",)), "gone_at": TIME},
            "undone": {
                **renewed(self.TABLE, standing, ("subscription",)),
                "found_by": "certificate",
                "act": "request.approved",
                "actor_id": actor,
            },
        }
        kinds["undone"]["id"] = kinds["gone"]["id"] + 1
        for kind in ("gone", "undone"):
            insert_or_replace(self.TABLE, kinds[kind])
        assert len(rows(self.TABLE)) == 4
        return kinds

    def test_stands_beside_those_that_are_gone_or_were_undone(self, kinds):
        """The control, whichever came first."""
        sql(f"UPDATE {self.TABLE} SET gone_at = %s WHERE id = %s", [TIME, kinds["standing"]["id"]])
        again = renewed(self.TABLE, kinds["standing"], ("subscription",))
        again["id"] = 2 * NEW_ID + 7
        insert_or_replace(self.TABLE, again)
        assert len(rows(self.TABLE)) == 5

    def test_is_not_replaced_by_one_that_is_back(self, kinds):
        with Unchanged(self.TABLE), by_a_guard(f"{self.TABLE}_overwrite"), transaction.atomic():
            set_column(self.TABLE, kinds["gone"], "gone_at", None, verb="UPDATE OR REPLACE")

    @pytest.mark.parametrize("kind", ["standing", "gone", "undone"])
    def test_each_is_settled_beside_the_others(self, kinds, kind):
        breach = Breach.objects.get(pk=kinds[kind]["id"])
        settle(breach, by=make.operator(), reason="Repaired by hand.")
        assert len(rows(self.TABLE)) == 4


class TestRole:
    """A role that was granted goes on administering what it did."""

    def change(self, role, **fields):
        type(role).objects.filter(pk=role.pk).update(**fields)

    @pytest.mark.parametrize("field", ["service", "administers"])
    def test_that_was_granted_keeps_what_it_administers(self, field):
        (role,) = make.roles(EXCHANGE)
        value = {"service": Offer.objects.exclude(service=role.service).first().service}.get(
            field, "no"
        )
        with (
            Unchanged("relationships_adminrole"),
            by_a_guard("relationships_adminrole_granted"),
            transaction.atomic(),
        ):
            self.change(role, **{field: value})

    def test_that_was_granted_may_be_named_anew(self):
        (role,) = make.roles(EXCHANGE)
        self.change(role, name="Another name")

    def test_that_nobody_was_granted_may_change(self):
        (role,) = make.roles(make.USER_ADMINISTRATOR)
        self.change(role, administers="yes")


class TestDecisionOfOneUse:
    def test_says_so_by_its_request(self, scene):
        row = rows("relationships_decision", "status = 'open'")[0]
        request = make.make_request(scene.birch)
        row = {**renewed("relationships_decision", row), "request_id": request.pk}
        names = ", ".join(row)
        for single_use in (False, True):
            values = [*{**row, "single_use": single_use}.values()]
            insert = (
                f"INSERT INTO relationships_decision ({names}) "
                f"VALUES ({', '.join(['%s'] * len(row))})"
            )
            # Requests of the other kind, of whomever, have no say in it.
            make.make_link(make.make_partner())
            if single_use:
                sql(insert, values)
            else:
                with (
                    by_a_guard("relationships_decision_single_use"),
                    transaction.atomic(),
                ):
                    sql(insert, values)
