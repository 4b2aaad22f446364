"""
No way of writing changes a subscription, whichever column it aims at (design section 4, layer 4).

Each test asks the database by SQL before and after; the legal ways are in `test_changing.py`.
"""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core import serializers
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib import guards
from partnercenter.lib.ids import uuid7
from partnercenter.lib.refusals import Refused
from partners.models import Partner
from relationships.moves import deciding
from subscriptions.lifecycle import EFFECTS
from subscriptions.models import FROZEN, LIVE, Offer, Service, Subscription, SubscriptionChange
from tests import factories as make

from .forging import (
    COLUMNS,
    TABLE,
    attname,
    dump,
    expression,
    forge_change,
    other_value,
    write,
)

only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own way")
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")

REFUSALS = (IntegrityError, Refused, ProtectedError, PermissionDenied)


def fresh(subscription):
    return Subscription.objects.select_related("last_change").get(pk=subscription.pk)


def with_column(subscription, name, value):
    row = fresh(subscription)
    setattr(row, attname(name), value)
    return row


def by_save(subscription, name, value):
    with_column(subscription, name, value).save(update_fields=[name])


def by_whole_save(subscription, name, value):
    with_column(subscription, name, value).save()


def by_update(subscription, name, value):
    Subscription.objects.filter(pk=subscription.pk).update(**{attname(name): value})


def by_expression(subscription, name, value):
    found = expression(subscription, name)
    if found is None:
        pytest.skip("no other column holds such a value")
    Subscription.objects.filter(pk=subscription.pk).update(**{attname(name): found})


def by_bulk_update(subscription, name, value):
    Subscription.objects.bulk_update([with_column(subscription, name, value)], [name])


def by_conflicting_insert(subscription, name, value):
    if name == "public_id":
        pytest.skip("the key of the conflict")
    row = with_column(subscription, name, value)
    row.pk = None
    Subscription.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["public_id"], update_fields=[name]
    )


def adapted(name, value):
    field = Subscription._meta.get_field(name)
    if field.is_relation:
        return value
    return field.get_db_prep_save(value, connection)


def by_cursor(subscription, name, value):
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET {attname(name)} = %s WHERE id = %s",
            [adapted(name, value), subscription.pk],
        )


def by_loaddata(subscription, name, value, folder=None):
    row = with_column(subscription, name, value)
    fixture = folder / "row.json"
    fixture.write_text(serializers.serialize("json", [row]))
    call_command("loaddata", str(fixture), stdout=StringIO())


def by_admin_post(subscription, name, value):
    """The forms that Django's admin would have for the row, and for a new one beside it."""
    client = Client()
    client.force_login(make.make_staff())
    row = with_column(subscription, name, value)
    columns = {
        field.name: getattr(row, field.attname) for field in Subscription._meta.concrete_fields
    }
    typed = {key: "" if held is None else str(held) for key, held in columns.items()}
    before = dump()
    answers = [
        client.post(page, {**typed, "reason": "because", "_save": "Save"})
        for page in (
            reverse("admin:subscriptions_subscription_change", args=[subscription.pk]),
            reverse("admin:subscriptions_subscription_add"),
        )
    ]
    assert dump() == before
    if [answer.status_code for answer in answers] == [403, 403]:
        raise PermissionDenied


def by_merge(subscription, name, value):
    with connection.cursor() as cursor:
        cursor.execute(
            f"MERGE INTO {TABLE} AS target USING (SELECT %s::bigint AS id) AS source "
            f"ON target.id = source.id WHEN MATCHED THEN UPDATE SET {attname(name)} = %s",
            [subscription.pk, adapted(name, value)],
        )


def by_insert_or_replace(subscription, name, value):
    columns = [field.column for field in Subscription._meta.concrete_fields]
    chosen = ", ".join("%s" if column == attname(name) else column for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO {TABLE} ({', '.join(columns)}) "
            f"SELECT {chosen} FROM {TABLE} WHERE id = %s",
            [adapted(name, value), subscription.pk],
        )


def by_update_or_replace(subscription, name, value):
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE OR REPLACE {TABLE} SET {attname(name)} = %s WHERE id = %s",
            [adapted(name, value), subscription.pk],
        )


WAYS = [
    by_save,
    by_whole_save,
    by_update,
    by_expression,
    by_bulk_update,
    by_conflicting_insert,
    by_cursor,
    by_admin_post,
    pytest.param(by_merge, marks=only_postgresql),
    pytest.param(by_insert_or_replace, marks=only_sqlite),
    pytest.param(by_update_or_replace, marks=only_sqlite),
]


@pytest.fixture
def subscription(db):
    """Sold by a partner, with another one beside it."""
    seller = make.make_partner()
    make.make_subscription(make.make_customer(), seller=make.make_partner())
    return make.make_subscription(make.make_customer(), seller=seller, partner_of_record=seller)


def by_a_guard():
    return pytest.raises(IntegrityError, match="guard_")


class Unchanged:
    """The rows are, at the end of the block, what they were at its beginning."""

    def __enter__(self):
        self.before = {table: dump(table) for table in self.tables}

    def __exit__(self, *_error):
        assert {table: dump(table) for table in self.tables} == self.before

    def __init__(self, *tables):
        self.tables = tables or (TABLE,)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [*COLUMNS, "last_change"])
def test_no_column_changes_without_its_change(subscription, name, way):
    value = (
        last_change_of_another(subscription)
        if name == "last_change"
        else other_value(subscription, name)
    )
    with Unchanged(), pytest.raises(REFUSALS), transaction.atomic():
        way(subscription, name, value)


@pytest.mark.parametrize("name", COLUMNS)
def test_no_column_changes_by_a_fixture(subscription, name, tmp_path):
    value = other_value(subscription, name)
    with Unchanged(), pytest.raises(REFUSALS), transaction.atomic():
        by_loaddata(subscription, name, value, folder=tmp_path)


def last_change_of_another(subscription):
    other = Subscription.objects.exclude(pk=subscription.pk).get()
    return other.last_change_id


class TestDeletion:
    @pytest.mark.parametrize(
        "delete",
        [
            lambda row: row.delete(),
            lambda row: Subscription.objects.all().delete(),
            lambda row: Subscription.objects.all()._raw_delete("default"),
            lambda row: row.customer.delete(),
            lambda row: Customer.objects.filter(pk=row.customer_id)._raw_delete("default"),
            lambda row: Partner.objects.filter(pk=row.seller_id)._raw_delete("default"),
            lambda row: Offer.objects.filter(pk=row.offer_id)._raw_delete("default"),
            lambda row: SubscriptionChange.objects.all()._raw_delete("default"),
        ],
    )
    def test_is_refused(self, subscription, delete):
        tables = (TABLE, "subscriptions_subscriptionchange", "customers_customer")

        def delete_and_commit():
            delete(subscription)
            connection.check_constraints()  # as a commit would

        with Unchanged(*tables), pytest.raises(REFUSALS), transaction.atomic():
            delete_and_commit()


class TestForgedChange:
    """A row of the change table alone opens no door."""

    def refuse(self, subscription, change, **columns):
        with Unchanged(), by_a_guard(), transaction.atomic():
            write(subscription, change(), **columns)

    def test_of_another_seller_is_refused(self, subscription):
        thief = make.make_partner()
        self.refuse(
            subscription,
            lambda: forge_change(
                subscription, "change_quantity", seller=thief, form={"quantity": 11}
            ),
            quantity=11,
        )

    def test_of_another_seller_is_not_even_written(self, subscription):
        thief = make.make_partner()
        changes = "subscriptions_subscriptionchange"
        with Unchanged(changes), by_a_guard(), transaction.atomic():
            forge_change(subscription, "change_quantity", seller=thief)

    def test_of_a_seller_of_something_else_is_not_even_written(self, subscription):
        """Neither beside a partner's subscription nor beside one that the operator sold."""
        thief = Subscription.objects.exclude(pk=subscription.pk).get().seller
        direct = make.make_subscription(make.make_customer())
        changes = "subscriptions_subscriptionchange"
        for row in (subscription, direct):
            with Unchanged(changes), by_a_guard(), transaction.atomic():
                forge_change(row, "change_quantity", seller=thief, made_by="seller")

    def test_of_the_operator_is_not_even_written_where_a_partner_sold(self, subscription):
        make.make_subscription(make.make_customer())
        with by_a_guard(), transaction.atomic():
            forge_change(subscription, "change_quantity", made_by="operator", seller=None)

    def test_of_nobody_s_subscription_is_not_even_written(self, subscription):
        with by_a_guard(), transaction.atomic():
            forge_change(
                subscription, "change_quantity", subscription=uuid7(), made_by="clock", seller=None
            )

    def test_of_the_operator_is_refused_where_a_partner_sold(self, subscription):
        self.refuse(
            subscription,
            lambda: forge_change(
                subscription,
                "change_quantity",
                made_by="operator",
                seller=None,
                form={"quantity": 11},
            ),
            quantity=11,
        )

    def test_of_the_seller_s_hand_in_the_clock_s_name_is_refused(self, subscription):
        for kind in ("change_quantity", "suspend", "cancel", "rename", "auto_renew"):
            self.refuse(
                subscription,
                lambda kind=kind: forge_change(
                    subscription, kind, made_by="clock", seller=None, form={"quantity": 11}
                ),
                quantity=11,
            )

    def test_of_the_clock_s_kind_by_the_seller_is_refused(self, subscription):
        later = subscription.term_end.replace(year=subscription.term_end.year + 1)
        said = later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.refuse(
            subscription,
            lambda: forge_change(subscription, "renew", form={"term_end": said}),
            term_end=later,
        )

    def test_of_another_subscription_is_refused(self, subscription):
        same_seller = make.make_subscription(make.make_customer(), seller=subscription.seller)
        self.refuse(
            subscription,
            lambda: forge_change(same_seller, "change_quantity", form={"quantity": 11}),
            quantity=11,
        )

    def test_of_another_subscription_is_refused_though_its_form_fits(self, subscription):
        same_seller = make.make_subscription(make.make_customer(), seller=subscription.seller)
        form = {**json.loads(fresh(subscription).canonical_form()), "quantity": 11}
        self.refuse(
            subscription,
            lambda: forge_change(
                same_seller, "change_quantity", canonical_form=json.dumps(form), number=9
            ),
            quantity=11,
        )

    def test_that_waits_does_not_let_an_older_one_back(self, subscription):
        first = forge_change(subscription, "change_quantity", form={"quantity": 11})
        write(subscription, first, quantity=11)
        second = forge_change(fresh(subscription), "change_quantity", form={"quantity": 12})
        write(subscription, second, quantity=12)
        forge_change(fresh(subscription), "change_quantity", form={"quantity": 13})
        self.refuse(subscription, lambda: first, quantity=11)

    def test_that_was_used_before_is_refused(self, subscription):
        first = forge_change(subscription, "change_quantity", form={"quantity": 11})
        write(subscription, first, quantity=11)
        second = forge_change(fresh(subscription), "change_quantity", form={"quantity": 12})
        write(subscription, second, quantity=12)
        self.refuse(subscription, lambda: first, quantity=11)

    @pytest.mark.parametrize("name", [name for name in COLUMNS if name != "quantity"])
    def test_of_one_kind_changes_no_other_column(self, subscription, name):
        value = other_value(subscription, name)
        said = json.loads(with_column(subscription, name, value).canonical_form())
        self.refuse(
            subscription,
            lambda: forge_change(
                subscription, "change_quantity", form={name: said[name], "quantity": 11}
            ),
            **{attname(name): value, "quantity": 11},
        )

    def test_of_the_clock_touches_nothing_that_is_frozen(self, subscription):
        """Whose subscription it is neither, though hand, kind and form are right."""
        later = subscription.term_end + timedelta(days=365)
        # A change of another public id would belong to no subscription.
        for name in ("id", *(name for name in FROZEN if name != "public_id")):
            key = "id" if name == "id" else attname(name)
            value = 99_999 if name == "id" else other_value(subscription, name)
            said = fresh(subscription)
            said.term_end = later
            if name != "id":
                setattr(said, key, value)
            refused = pytest.raises(IntegrityError, match=f"guard_{TABLE}_frozen")
            with Unchanged(), refused, transaction.atomic():
                change = forge_change(
                    fresh(subscription),
                    "renew",
                    made_by="clock",
                    seller=None,
                    canonical_form=said.canonical_form(),
                )
                write(subscription, change, term_end=later, **{key: value})

    @pytest.mark.parametrize("name", COLUMNS)
    def test_says_what_the_row_then_is(self, subscription, name):
        """A form that lies about one column is refused, though the write itself is legal."""
        value = other_value(subscription, name)
        said = json.loads(with_column(subscription, name, value).canonical_form())
        lie = {"quantity": 11} if name != "quantity" else {}
        self.refuse(
            subscription,
            lambda: forge_change(subscription, "change_quantity", form={**lie, name: said[name]}),
            quantity=11 if name != "quantity" else 12,
        )

    def test_that_is_true_and_of_the_right_hand_is_accepted(self, subscription):
        """The control: what is refused above is refused for its fault alone."""
        change = forge_change(subscription, "change_quantity", form={"quantity": 11})
        write(subscription, change, quantity=11)
        assert fresh(subscription).quantity == 11
        assert fresh(subscription).canonical_form() == change.canonical_form

    def test_goes_only_the_ways_of_the_states(self, subscription):
        at = "2026-01-01T00:00:00.000000Z"
        for kind, state, stamp in (
            ("disable", "disabled", "disabled_at"),
            ("delete", "deleted", "deleted_at"),
        ):
            self.refuse(
                subscription,
                lambda kind=kind, state=state, stamp=stamp: forge_change(
                    subscription,
                    kind,
                    made_by="clock",
                    seller=None,
                    form={"state": state, stamp: at},
                ),
                state=state,
                **{stamp: at},
            )


LATER = make.YEAR_END + timedelta(days=365)
NO_SUSPENSION = {"suspended_at": None, "suspension_reason": ""}
# What each kind writes where it is legal.
LEGAL = {
    "change_quantity": {"quantity": 11},
    "suspend": {
        "state": "suspended",
        "suspended_at": make.YEAR_START,
        "suspension_reason": "misuse",
    },
    "reactivate": {"state": "active", **NO_SUSPENSION},
    "cancel": {"state": "cancelled", "cancelled_at": make.YEAR_START, **NO_SUSPENSION},
    "rename": {"friendly_name": "Ours"},
    "auto_renew": {"auto_renew": False},
    "renew": {"term_end": LATER},
    "expire": {"state": "expired", "expired_at": make.YEAR_START},
    "disable": {"state": "disabled", "disabled_at": make.YEAR_START},
    "delete": {"state": "deleted", "deleted_at": make.YEAR_START},
}
WAYS_TO = {
    "active": [],
    "suspended": ["suspend"],
    "cancelled": ["cancel"],
    "expired": ["expire"],
    "disabled": ["expire", "disable"],
    "deleted": ["cancel", "delete"],
}


class TestEachKind:
    """The columns and states of every kind of change, by a true change of the right hand."""

    def act(self, subscription, kind, **columns):
        row, said = fresh(subscription), fresh(subscription)
        columns = {**LEGAL[kind], **columns}
        for name, value in columns.items():
            setattr(said, name, value)
        hand = {"made_by": "clock", "seller": None} if "clock" in EFFECTS[kind].hands else {}
        change = forge_change(row, kind, canonical_form=said.canonical_form(), **hand)
        write(row, change, **columns)

    def bring(self, subscription, state):
        for kind in WAYS_TO[state]:
            self.act(subscription, kind)

    def refuse(self, subscription, kind, **columns):
        refused = pytest.raises(IntegrityError, match="guard_subscriptions_subscription_change")
        with Unchanged(), refused, transaction.atomic():
            self.act(subscription, kind, **columns)

    def test_is_known_here(self):
        assert LEGAL.keys() == EFFECTS.keys()

    @pytest.mark.parametrize(
        ("kind", "before"),
        [(kind, before) for kind in LEGAL for before, _ in sorted(EFFECTS[kind].states)],
    )
    def test_is_accepted_from_its_states(self, subscription, kind, before):
        """The control."""
        self.bring(subscription, before)
        self.act(subscription, kind)
        row = fresh(subscription)
        assert {name: getattr(row, name) for name in LEGAL[kind]} == LEGAL[kind]

    @pytest.mark.parametrize("kind", LEGAL)
    def test_changes_no_other_column(self, subscription, kind):
        before = sorted(before for before, _ in EFFECTS[kind].states)[0]
        self.bring(subscription, before)
        for name in LIVE:
            if name not in {*EFFECTS[kind].columns, "last_change"}:
                self.refuse(subscription, kind, **{name: other_value(subscription, name)})

    @pytest.mark.parametrize("before", WAYS_TO)
    @pytest.mark.parametrize("kind", LEGAL)
    def test_goes_no_other_way(self, subscription, kind, before):
        self.bring(subscription, before)
        for after in WAYS_TO:
            if (before, after) not in EFFECTS[kind].states:
                self.refuse(subscription, kind, state=after)


class TestBirth:
    def copy(self, subscription, **fields):
        row = fresh(subscription)
        row.pk, row.public_id = None, uuid7()
        for name, value in fields.items():
            setattr(row, name, value)
        return row

    def bear(self, row, **fields):
        """Insert the row beside a first change that is as it should be, but for what is named."""
        row.last_change = self.first_change(row, **fields)
        Subscription.objects.bulk_create([row])

    def first_change(self, row, **fields):
        form = {**json.loads(row.canonical_form()), **fields.pop("form", {})}
        change = {
            "subscription": row.public_id,
            "number": 1,
            "kind": "import",
            "made_by": "operator",
            "seller": None,
            "actor": make.operator(),
            "at": make.YEAR_START,
            "reason": "test",
            "canonical_form": json.dumps(form),
            "salt": "00",
            "digest": "00",
        }
        return SubscriptionChange.objects.create(**change | fields)

    def refuse(self, row, **fields):
        with Unchanged(), by_a_guard(), transaction.atomic():
            self.bear(row, **fields)

    def test_needs_its_own_first_change(self, subscription):
        row = self.copy(subscription)
        with Unchanged(), by_a_guard(), transaction.atomic():
            Subscription.objects.bulk_create([row])
        self.refuse(self.copy(subscription), subscription=uuid7())

    def test_by_import_has_a_reason_and_the_operator_s_hand(self, subscription):
        seller = subscription.seller
        for fault in (
            {"reason": ""},
            {"made_by": "seller", "seller": seller},
            {"made_by": "clock"},
        ):
            row = self.copy(subscription)
            refused = pytest.raises(IntegrityError, match="import_has_a_reason")
            with Unchanged(), refused, transaction.atomic():
                self.bear(row, **fault)

    def test_by_order_is_the_seller_s_own(self, subscription):
        self.refuse(
            self.copy(subscription), kind="subscribe", made_by="seller", seller=make.make_partner()
        )
        self.refuse(self.copy(subscription), kind="subscribe")
        self.refuse(self.copy(subscription, seller=None), kind="subscribe", made_by="clock")

    def test_by_order_is_the_seller_s_own_though_it_may_sell(self, subscription):
        """So that it is refused for whose order it is, and not because nobody may order."""
        seller, customer = subscription.seller, subscription.customer
        decider = make.join_customer(customer)
        asked = make.make_request(seller, role_ids=(), email=decider.email)
        decision = make.make_decision(asked, customer, by=decider)
        answer = make.make_answer(decision)
        deciding.approve(decision, answer, by=Actor.objects.of(decider))
        self.bear(self.copy(subscription), kind="subscribe", made_by="seller", seller=seller)
        other = make.make_partner()
        self.refuse(self.copy(subscription), kind="subscribe", made_by="seller", seller=other)
        self.refuse(self.copy(subscription), kind="subscribe")

    @pytest.mark.parametrize("name", COLUMNS)
    def test_is_exactly_as_its_change_says(self, subscription, name):
        value = other_value(subscription, name)
        said = json.loads(with_column(subscription, name, value).canonical_form())
        self.refuse(self.copy(subscription), form={name: said[name]})

    def test_takes_no_place_that_is_taken(self, subscription):
        for names in ({"pk": subscription.pk}, {"public_id": subscription.public_id}):
            row = self.copy(subscription, **names)
            row.last_change_id = subscription.last_change_id
            with Unchanged(), pytest.raises(IntegrityError), transaction.atomic():
                Subscription.objects.bulk_create([row])

    @only_sqlite
    def test_replaces_no_row_though_all_else_is_right(self, subscription):
        row = self.copy(subscription)
        row.last_change = self.first_change(row)
        row.pk = subscription.pk
        fields = Subscription._meta.concrete_fields
        values = [
            field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
        ]
        columns, marks = (
            ", ".join(field.column for field in fields),
            ", ".join(["%s"] * len(fields)),
        )
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=OFF")  # as a plain connection
            try:
                with Unchanged(), by_a_guard(), transaction.atomic():
                    cursor.execute(
                        f"INSERT OR REPLACE INTO {TABLE} ({columns}) VALUES ({marks})", values
                    )
            finally:
                cursor.execute("PRAGMA recursive_triggers=ON")

    def test_that_is_right_is_accepted(self, subscription):
        before = Subscription.objects.count()
        self.bear(self.copy(subscription))
        self.bear(self.copy(subscription, seller=None), kind="subscribe")
        assert Subscription.objects.count() == before + 2


class TestNamedIds:
    """The ids by which a form names a party, an offer or a service are frozen with it."""

    @pytest.mark.parametrize(
        ("model", "column"),
        [
            (Customer, "tenant_id"),
            (Partner, "tenant_id"),
            (Offer, "offer_id"),
            (Service, "key"),
        ],
    )
    def test_never_change(self, subscription, model, column):
        table = model._meta.db_table
        row = model.objects.order_by("pk").first()
        value = "another" if column == "key" else uuid7()
        with Unchanged(table), by_a_guard(), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{column: value})


OWN_GUARDS = sorted(
    guard.name for guard in guards.declared(connection.vendor) if guard.table == TABLE
)


class TestDroppedByHand:
    """A guard that somebody took away is named wherever the operator looks."""

    @pytest.fixture(params=OWN_GUARDS)
    def dropped(self, request, transactional_db):
        on_table = "" if connection.vendor == "sqlite" else f" ON {TABLE}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {request.param}{on_table}")
        return request.param

    def test_is_told_by_check_readyz_and_verify(self, dropped, client):
        (warning,) = [
            found
            for found in run_checks(tags=["database"], databases=["default"])
            if found.id == "partnercenter.W001"
        ]
        assert warning.msg == f"The database “default” lacks guards: {dropped}."
        with pytest.raises(SystemCheckError, match=dropped):
            call_command("check", databases=["default"], fail_level="WARNING", stderr=StringIO())
        answer = client.get("/readyz/")
        assert (answer.status_code, answer.json()["failed"]) == (503, {"guards": [dropped]})
        out, err = StringIO(), StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("guards", verify=True, stdout=out, stderr=err)
        assert f"missing   {guards_event(dropped):8}  {dropped}" in out.getvalue()
        assert err.getvalue() == "1 missing.\n"

    def test_is_back_after_installing(self, dropped, client):
        call_command("guards", install=True, stdout=StringIO())
        assert client.get("/readyz/").status_code == 200
        assert call_command("guards", verify=True, stdout=StringIO()) is None


def guards_event(name):
    (event,) = {one.event for one in guards.declared(connection.vendor) if one.name == name}
    return event


def plain_connection():
    """A connection that Django did not open, as a script or a shell has one."""
    if connection.vendor == "sqlite":
        return sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    options = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: options[name] for name in names if options.get(name)})


def refused_plainly():
    return pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="guard_")


@pytest.mark.django_db(transaction=True)
class TestPlainConnection:
    @pytest.fixture
    def subscription(self, transactional_db):
        seller = make.make_partner()
        make.make_subscription(make.make_customer(), seller=make.make_partner())
        return make.make_subscription(make.make_customer(), seller=seller)

    def run(self, statement, *values):
        mark = "?" if connection.vendor == "sqlite" else "%s"
        with closing(plain_connection()) as plain:
            plain.execute(statement.replace("%s", mark), values)
            plain.commit()

    @pytest.mark.parametrize("name", [*COLUMNS, "last_change"])
    def test_changes_no_column(self, subscription, name):
        value = (
            last_change_of_another(subscription)
            if name == "last_change"
            else adapted(name, other_value(subscription, name))
        )
        if connection.vendor == "sqlite" and not isinstance(value, int | str | None):
            value = str(value)
        with Unchanged(), refused_plainly():
            self.run(
                f"UPDATE {TABLE} SET {attname(name)} = %s WHERE id = %s", value, subscription.pk
            )

    def test_deletes_nothing(self, subscription):
        with Unchanged(), refused_plainly():
            self.run(f"DELETE FROM {TABLE}")

    @only_sqlite
    def test_replaces_nothing(self, subscription):
        columns = [field.column for field in Subscription._meta.concrete_fields]
        changed = ", ".join("99" if column == "quantity" else column for column in columns)
        with Unchanged(), refused_plainly():
            self.run(
                f"INSERT OR REPLACE INTO {TABLE} ({', '.join(columns)}) "
                f"SELECT {changed} FROM {TABLE} WHERE id = %s",
                subscription.pk,
            )

    @only_postgresql
    @pytest.mark.parametrize(
        "statement",
        [
            f"TRUNCATE {TABLE}",
            f"TRUNCATE {TABLE} CASCADE",
            "TRUNCATE customers_customer CASCADE",
            "TRUNCATE subscriptions_subscriptionchange CASCADE",
        ],
    )
    def test_empties_no_table(self, subscription, statement):
        with Unchanged(), refused_plainly():
            self.run(statement)
