import re
import sqlite3
from io import StringIO

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from partnercenter.lib import guards
from partnercenter.lib.guards import AppendOnly, Frozen, Guard, Key, NeverUpdated, NoDelete

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = "tests"


def model(amount=models.IntegerField, **more):
    """A table of no room's, with whatever type its amount has."""
    with isolate_apps("tests"):
        fields = {
            "public_id": models.IntegerField(unique=True),
            "name": models.CharField(max_length=50, null=True),
            "amount": amount(default=0),
            "open": models.BooleanField(default=True),
            "other": models.IntegerField(default=0),
            **more,
        }
        meta = type("Meta", (), {"app_label": "tests", "db_table": "guarded"})
        return type("Guarded", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


@pytest.fixture
def table():
    made = model()
    with connection.schema_editor() as editor:
        editor.create_model(made)
    yield made
    guards.unregister(ROOM)
    guards.uninstall()
    with connection.schema_editor() as editor:
        editor.delete_model(made)
    guards.install()


@pytest.fixture
def guard(table):
    def install(*declarations):
        guards.register(ROOM, declarations)
        guards.install()

    return install


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def plain_connection():
    """What somebody gets who opens the database's file with a shell."""
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    assert other.execute("PRAGMA recursive_triggers").fetchone() == (0,)
    return other


only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own hole")
only_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")


class TestGuard:
    def test_refuses_only_what_is_forbidden_when_it_asks(self, table, guard):
        guard(Guard("guard_guarded_x", "guarded", "UPDATE", "OLD.open", "NEW.amount > 9"))
        row = table.objects.create(public_id=1)
        table.objects.update(amount=9)
        with refused("guard_guarded_x"):
            table.objects.update(amount=10)
        table.objects.update(open=False)
        table.objects.update(amount=10)
        row.refresh_from_db()
        assert row.amount == 10

    def test_sees_other_tables_and_locks_them(self, table, guard):
        any_open = "SELECT 1 FROM guarded WHERE open"
        guard(
            Guard(
                "guard_guarded_first",
                "guarded",
                "INSERT",
                forbidden=f"EXISTS ({any_open})",
                lock=f"PERFORM 1 FROM ({any_open} FOR SHARE) AS rows;",
            )
        )
        table.objects.create(public_id=1)
        with refused("guard_guarded_first"):
            table.objects.bulk_create([table(public_id=2)])

    @pytest.mark.parametrize("name", ["x_guarded", "guard_" + "x" * 57])
    def test_has_a_name_that_both_engines_keep(self, name):
        with pytest.raises(ValueError, match="begins with guard_"):
            Guard(name, "guarded", "UPDATE")

    def test_names_no_column_in_its_event(self):
        with pytest.raises(ValueError, match="event is one of"):
            Guard("guard_x", "guarded", "UPDATE OF amount")

    def test_is_declared_once(self):
        twice = Guard("guard_x", "guarded", "UPDATE")
        with pytest.raises(ImproperlyConfigured, match="guard_x"):
            guards.register(ROOM, [twice, twice])
        assert "guard_x" not in [one.name for one in guards.declared("sqlite")]


class TestAppendOnly:
    @pytest.fixture(autouse=True)
    def row(self, table, guard):
        guard(AppendOnly("guarded"))
        return table.objects.create(public_id=1, name="first")

    @pytest.fixture(autouse=True)
    def unchanged(self, row):
        yield
        assert list(type(row).objects.values_list("pk", "public_id", "name")) == [
            (row.pk, 1, "first")
        ]

    @pytest.mark.parametrize(
        "change",
        [
            lambda row: type(row).objects.update(amount=1),
            lambda row: row.save(),
            lambda row: row.delete(),
            lambda row: type(row).objects.all().delete(),
            lambda row: type(row).objects.bulk_update([row], ["name"]),
            lambda row: sql("UPDATE guarded SET amount = amount"),
            lambda row: sql("DELETE FROM guarded"),
            lambda row: type(row).objects.bulk_create(
                [type(row)(public_id=1, name="second")],
                update_conflicts=True,
                unique_fields=["public_id"],
                update_fields=["name"],
            ),
        ],
    )
    def test_refuses_every_change(self, row, change):
        with refused("guard_guarded_"), transaction.atomic():
            change(row)

    @only_sqlite
    @pytest.mark.parametrize("key", ["id, public_id", "public_id, id"])
    def test_refuses_a_replacement_from_a_plain_connection(self, row, key):
        statement = f"INSERT OR REPLACE INTO guarded ({key}, name, amount, open, other) VALUES "
        values = {
            "id, public_id": f"({row.pk}, 99, 'x', 0, 0, 0)",
            "public_id, id": "(1, 99, 'x', 0, 0, 0)",
        }
        with (
            plain_connection() as other,
            pytest.raises(sqlite3.IntegrityError, match="guard_guarded_replace"),
        ):
            other.execute(statement + values[key])
        other.close()

    @only_postgresql
    def test_refuses_truncate(self, row):
        with refused("guard_guarded_truncate"):
            sql("TRUNCATE guarded")

    def test_leaves_room_for_new_rows(self, row):
        with transaction.atomic():
            type(row).objects.bulk_create([type(row)(public_id=2), type(row)(public_id=3)])
            assert type(row).objects.count() == 3
            transaction.set_rollback(True)


class TestNeverUpdated:
    def test_lets_a_row_go(self, table, guard):
        guard(NeverUpdated("guarded", unique=(("id",), ("public_id",))))
        table.objects.create(public_id=1)
        with refused("guard_guarded_update"):
            table.objects.update(amount=1)
        table.objects.all().delete()
        assert not table.objects.exists()


class TestFrozen:
    def test_lets_other_columns_live(self, table, guard):
        guard(Frozen("guarded", ("name", "amount"), when="OLD.open"), NoDelete("guarded"))
        row = table.objects.create(public_id=1)
        row.other = 5
        row.save()
        for change in ({"name": "x"}, {"amount": 1}):
            with refused("guard_guarded_frozen"):
                table.objects.update(**change)
        table.objects.update(open=False)
        table.objects.update(name="x")
        with refused("guard_guarded_delete"):
            row.delete()

    def test_sees_a_value_become_null(self, table, guard):
        guard(Frozen("guarded", ("name",)))
        table.objects.create(public_id=1, name="x")
        with refused("guard_guarded_frozen"):
            table.objects.update(name=None)


class TestNoReplace:
    @only_sqlite
    def test_knows_keys_that_hold_for_some_rows(self, table, guard):
        key = Key(("amount",), where="{row}.open")
        guard(guards.NoReplace("guarded", unique=(("id",), key)))
        table.objects.create(public_id=1, amount=7)
        table.objects.create(public_id=2, amount=7, open=False)
        with refused("guard_guarded_replace"):
            table.objects.create(public_id=3, amount=7)
        table.objects.create(public_id=3, amount=8)
        with plain_connection() as other:
            with pytest.raises(sqlite3.IntegrityError, match="guard_guarded_overwrite"):
                other.execute("UPDATE OR REPLACE guarded SET amount = 7 WHERE public_id = 3")
            other.execute("UPDATE guarded SET amount = 9 WHERE public_id = 3")
        other.close()


class TestMissing:
    @pytest.fixture(autouse=True)
    def guarded(self, guard):
        guard(Frozen("guarded", ("name",)), NoDelete("absent_table"))

    def test_is_silent_about_tables_that_are_not_there(self):
        assert guards.missing() == []
        assert call_command("guards", verify=True, stdout=StringIO()) is None

    def test_names_a_guard_that_was_dropped(self):
        on_table = "" if connection.vendor == "sqlite" else " ON guarded"
        sql(f"DROP TRIGGER guard_guarded_frozen{on_table}")
        assert guards.missing() == ["guard_guarded_frozen"]
        with pytest.raises(SystemExit, match="1"):
            call_command("guards", verify=True, stdout=StringIO(), stderr=StringIO())
        (warning,) = [
            one
            for one in run_checks(tags=["database"], databases=["default"])
            if one.id == "partnercenter.W001"
        ]
        assert "guard_guarded_frozen" in warning.msg
        call_command("guards", install=True, stdout=StringIO())
        assert guards.missing() == []

    @only_sqlite
    def test_names_a_guard_that_was_emptied_in_sqlite(self):
        sql("DROP TRIGGER guard_guarded_frozen")
        sql(
            "CREATE TRIGGER guard_guarded_frozen BEFORE UPDATE ON guarded FOR EACH ROW "
            "WHEN FALSE BEGIN SELECT RAISE(ABORT, 'guard_guarded_frozen'); END"
        )
        assert guards.missing() == ["guard_guarded_frozen"]

    @only_postgresql
    @pytest.mark.parametrize(
        "tamper",
        [
            "CREATE OR REPLACE FUNCTION guard_guarded_frozen() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RETURN NEW; END'",
            "ALTER FUNCTION guard_guarded_frozen() RESET search_path",
            "ALTER TABLE guarded DISABLE TRIGGER guard_guarded_frozen",
            "CREATE OR REPLACE TRIGGER guard_guarded_frozen BEFORE UPDATE ON guarded "
            "FOR EACH ROW WHEN (false) EXECUTE FUNCTION guard_guarded_frozen()",
            "CREATE OR REPLACE TRIGGER guard_guarded_frozen BEFORE UPDATE OF other ON guarded "
            "FOR EACH ROW EXECUTE FUNCTION guard_guarded_frozen()",
        ],
    )
    def test_names_a_guard_that_was_emptied_in_postgresql(self, table, tamper):
        sql(tamper)
        assert guards.missing() == ["guard_guarded_frozen"]
        guards.install()
        assert guards.missing() == []
        table.objects.create(public_id=1)
        with refused("guard_guarded_frozen"):
            table.objects.update(name="x")


class TestInstall:
    def test_drops_what_is_declared_no_more(self, table, guard):
        guard(Frozen("guarded", ("name",)))
        guard(Frozen("guarded", ("amount",)))
        table.objects.create(public_id=1)
        table.objects.update(name="free")
        with refused("guard_guarded_frozen"):
            table.objects.update(amount=1)
        guards.register(ROOM, [])
        guards.install()
        table.objects.update(amount=1)

    @only_postgresql
    def test_is_not_led_astray_by_a_temporary_table(self, table, guard):
        guard(Guard("guard_guarded_x", "guarded", "INSERT", forbidden="EXISTS (TABLE guarded)"))
        table.objects.create(public_id=1)
        with transaction.atomic():
            sql("CREATE TEMPORARY TABLE guarded (id int) ON COMMIT DROP")
            with refused("guard_guarded_x"):
                sql(
                    "INSERT INTO public.guarded (public_id, amount, open, other) "
                    "VALUES (2, 0, true, 0)"
                )


class TestMigrating:
    def alter(self, table, **changed):
        """Change a column as a migrate would: with its signals around it."""
        then = model(**changed)
        emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
        with connection.schema_editor() as editor:
            for name in ("amount", "name"):
                old, new = table._meta.get_field(name), then._meta.get_field(name)
                editor.alter_field(table, old, new)
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        return then

    def test_a_guarded_table_that_others_name_can_be_altered(self, table, guard):
        looks = Guard(
            "guard_mail_delivery_x",
            "mail_delivery",
            "INSERT",
            forbidden="EXISTS (SELECT 1 FROM guarded WHERE name = NEW.kind)",
        )
        guard(AppendOnly("guarded"), Frozen("guarded", ("name", "amount")), looks)
        table.objects.create(public_id=1, name="kept", amount=3)
        with refused("guard_guarded"):
            table.objects.update(amount=4)

        longer = models.CharField(max_length=90, default="")
        then = self.alter(table, amount=models.BigIntegerField, name=longer)

        assert guards.missing() == []
        assert then.objects.values_list("name", "amount").get() == ("kept", 3)
        then.objects.create(public_id=2, amount=2**40)
        with refused("guard_guarded"):
            then.objects.update(amount=4)

    @only_postgresql
    def test_a_column_changes_its_type_under_its_guard(self, table, guard):
        guard(Frozen("guarded", ("amount",)))
        table.objects.create(public_id=1, amount=3)
        table.objects.update(other=1)  # the session now has a plan of the function
        with connection.schema_editor() as editor:
            then = model(amount=models.BigIntegerField)
            fields = [one._meta.get_field("amount") for one in (table, then)]
            editor.alter_field(table, *fields)
        guards.install()
        then.objects.update(other=2)
        with refused("guard_guarded_frozen"):
            then.objects.update(amount=2**40)

    @only_sqlite
    def test_guards_stay_when_there_is_nothing_to_migrate(self, guard):
        guard(Frozen("guarded", ("name",)))
        emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=[])
        assert guards.missing() == []
        emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
        assert "guard_guarded_frozen" in guards.missing()


def test_every_unique_key_of_a_guarded_table_is_declared():
    """A key left out would let `INSERT OR REPLACE` take the row away."""
    declared = {}
    for one in guards.declared("sqlite"):
        declared.setdefault(one.table, []).append(one)
    for table_model in apps.get_models(include_auto_created=True):
        found = declared.get(table_model._meta.db_table, [])
        if not any(one.event in ("UPDATE", "DELETE") for one in found):
            continue
        collisions = [one.forbidden for one in found if one.name.endswith("_replace")]
        assert collisions, f"{table_model.__name__}: declare NoReplace"
        for columns in unique_keys(table_model):
            same = " AND ".join(f"kept.{column} = NEW.{column}" for column in columns)
            assert re.search(re.escape(f"WHERE {same} AND"), collisions[0]), (
                f"{table_model.__name__}: declare the key {columns}"
            )


def unique_keys(table_model):
    for field in table_model._meta.concrete_fields:
        if field.unique:
            yield (field.column,)
    together = [one.fields for one in table_model._meta.total_unique_constraints]
    for names in [*together, *table_model._meta.unique_together]:
        yield tuple(table_model._meta.get_field(name).column for name in names)
