"""What production's role may do, and what not (`deploy/roles.sql`)."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from accounts.models import Actor
from partnercenter.lib import guards
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make

from . import database_role

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite knows no roles"),
]

ROLE = "partnercenter_tested"
CHANGES = "subscriptions_subscriptionchange"


@pytest.fixture(scope="module", autouse=True)
def role(django_db_setup, django_db_blocker):
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            database_role.make(connection, ROLE)
            database_role.make(connection, ROLE)  # safe to repeat


@pytest.fixture
def sold():
    seller = make.make_partner()
    row = make.make_subscription(make.make_customer(), seller=seller)
    row.by = Actor.objects.of(make.make_admin_agent(seller))
    return row


def refused(statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|not permitted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


class TestRole:
    def test_makes_the_moves(self, sold):
        with database_role.taken(connection, ROLE):
            changing.change_quantity(sold, 11, by=sold.by)
        assert Subscription.objects.get().quantity == 11

    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TRIGGER guard_subscriptions_subscription_change ON subscriptions_subscription",
            "ALTER TABLE subscriptions_subscription DISABLE TRIGGER ALL",
            "DROP FUNCTION guard_subscriptions_subscription_change() CASCADE",
            "CREATE OR REPLACE FUNCTION guard_subscriptions_subscription_change() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "SET session_replication_role = replica",
            "TRUNCATE subscriptions_subscription CASCADE",
            "DELETE FROM subscriptions_subscription",
            f"UPDATE {CHANGES} SET reason = 'x'",
            f"DELETE FROM {CHANGES}",
            "DELETE FROM audit_event",
            "UPDATE audit_sealedpart SET actor_label = 'x'",
            "DROP TABLE subscriptions_subscription CASCADE",
            "ALTER TABLE subscriptions_subscription DROP COLUMN unit_price",
            "CREATE TABLE mine (id int)",
            "DELETE FROM django_migrations",
        ],
    )
    def test_reaches_round_no_guard(self, sold, statement):
        with database_role.taken(connection, ROLE):
            refused(statement)
        assert guards.missing() == []
        assert Subscription.objects.get().quantity == 10

    def test_owns_nothing(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [ROLE]
            )
            assert cursor.fetchone() == (0,)

    def test_can_use_every_table_of_the_site(self):
        tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
        with connection.cursor() as cursor:
            for table in sorted(tables - {"django_migrations"}):
                for right in ("SELECT", "INSERT"):
                    cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [ROLE, table, right])
                    assert cursor.fetchone() == (True,), (table, right)

    def test_may_not_update_what_a_guard_keeps_from_every_update(self):
        always = [
            guard.table
            for guard in guards.declared("postgresql")
            if guard.event == "UPDATE" and (guard.when, guard.forbidden) == ("TRUE", "TRUE")
        ]
        assert always
        with connection.cursor() as cursor:
            for table in always:
                cursor.execute("SELECT has_table_privilege(%s, %s, 'UPDATE')", [ROLE, table])
                assert cursor.fetchone() == (False,), f"{table}: revoke UPDATE in deploy/roles.sql"
