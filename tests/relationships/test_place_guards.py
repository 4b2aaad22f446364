"""
What the database keeps of people's places: one global admin, and one place at a time (layer 4).

Each refusal has its control beside it. All is written as a program would that knows no move.
"""

import pytest
from django.db import IntegrityError, connection, transaction

from customers.rights import CustomerRole
from partners.rights import Admin, Agent
from tests import factories as make

pytestmark = pytest.mark.django_db
only_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own way")


class Side:
    """Two organisations of one kind, and how their places are written."""

    def __init__(self, kind):
        self.kind = kind
        self.table = f"{kind}s_{kind}membership"
        self.first, self.second = self.organisation(), self.organisation()
        self.actor = make.operator()

    def organisation(self):
        return make.make_customer() if self.kind == "customer" else make.make_partner()

    def ruling(self):
        if self.kind == "customer":
            return {"role": CustomerRole.GLOBAL_ADMIN}
        return {"admin": Admin.GLOBAL_ADMIN}

    def serving(self):
        if self.kind == "customer":
            return {"role": CustomerRole.READER}
        return {"agent": Agent.HELPDESK_AGENT, "admin": Admin.NONE}

    def place(self, organisation, *, rules=True, user=None):
        roles = self.ruling() if rules else self.serving()
        return organisation.memberships.create(
            user=user or make.make_user(), created_at=make.now(), created_by=self.actor, **roles
        )

    def write(self, row, verb="UPDATE", **columns):
        names = ", ".join(f"{name} = %s" for name in columns)
        with connection.cursor() as cursor:
            statement = f"{verb} {self.table} SET {names} WHERE id = %s"
            cursor.execute(statement, [*columns.values(), row.pk])

    def demote(self, row):
        self.write(row, **({"role": "reader"} if self.kind == "customer" else {"admin": "none"}))

    def remove(self, row):
        self.write(row, removed_at="2026-01-01 00:00:00+00:00", removed_by_id=self.actor.pk)

    def bring_back(self, row, verb="UPDATE"):
        self.write(row, verb, removed_at=None, removed_by_id=None)

    def refused(self, what):
        return pytest.raises(IntegrityError, match=f"guard_{self.table}_{what}")

    def current(self, organisation):
        return organisation.memberships.current().count()


@pytest.fixture(params=["customer", "partner"])
def side(request):
    return Side(request.param)


@pytest.fixture(autouse=True)
def as_a_plain_connection(db):
    if connection.vendor != "sqlite":
        yield
        return
    for value in ("OFF", "ON"):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers={value}")
        if value == "OFF":
            yield


class TestLastGlobalAdmin:
    @pytest.mark.parametrize("how", ["demote", "remove"])
    def test_stays_whoever_else_is_or_was_there(self, side, how):
        """Another organisation's, a reader, and who ruled once count for nothing."""
        last = side.place(side.first)
        if side.kind == "partner":
            side.write(last, agent="sales_agent")
        side.place(side.second)
        side.place(side.first, rules=False)
        side.place(side.first)
        gone = side.first.memberships.order_by("pk").last()
        side.remove(gone)
        with side.refused("last"), transaction.atomic():
            getattr(side, how)(last)
        last.refresh_from_db()
        assert last.rules
        assert last.removed_at is None

    @pytest.mark.parametrize("how", ["demote", "remove"])
    def test_may_go_once_there_is_another(self, side, how):
        first, _second = side.place(side.first), side.place(side.first)
        if side.kind == "partner":
            side.write(first, agent="sales_agent")
        getattr(side, how)(first)

    def test_may_be_written_without_going(self, side):
        last = side.place(side.first)
        name, value = next(iter(side.ruling().items()))
        side.write(last, **{name: str(value)})

    def test_is_no_matter_of_places_that_do_not_rule(self, side):
        """Where nobody rules, a reader's place changes, and one that is over does, too."""
        reader = side.place(side.first, rules=False)
        if side.kind == "customer":
            side.write(reader, role="billing_admin")
        else:
            side.write(reader, agent="sales_agent")
        side.remove(reader)
        over = side.place(side.second)
        side.place(side.second)
        side.remove(over)
        alone = side.second.memberships.current().get()
        assert side.current(side.second) == 1
        with side.refused("last"), transaction.atomic():
            side.remove(alone)
        side.write(over, removed_by_id=side.actor.pk)

    def test_that_was_one_may_be_written_where_nobody_rules(self, side):
        over, other = side.place(side.first), side.place(side.first)
        side.remove(over)
        with connection.cursor() as cursor:
            self._without_guard(cursor, side, other)
        side.write(over, removed_by_id=side.actor.pk)

    def _without_guard(self, cursor, side, row):
        """The last one goes by the owner's hand, past the guard."""
        name = f"guard_{side.table}_last"
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
            found = cursor.fetchone()
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            side.remove(row)
            if found:
                cursor.execute(found[0].replace("%", "%%"))
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {side.table} DISABLE TRIGGER {name}")
            side.remove(row)
            cursor.execute(f"ALTER TABLE {side.table} ENABLE TRIGGER {name}")


@only_sqlite
class TestOnePlaceAtATime:
    def insert(self, side, row, **columns):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {side.table} WHERE id = %s", [row.pk])
            names = [column[0] for column in cursor.description]
            copy = {**dict(zip(names, cursor.fetchone(), strict=True)), "id": 1_000_000, **columns}
            marks = ", ".join(["%s"] * len(copy))
            cursor.execute(
                f"INSERT OR REPLACE INTO {side.table} ({', '.join(copy)}) VALUES ({marks})",
                list(copy.values()),
            )

    def test_is_not_taken_by_a_second_one(self, side):
        row = side.place(side.first, rules=False)
        with side.refused("replace"), transaction.atomic():
            self.insert(side, row)
        assert side.current(side.first) == 1

    def test_stands_beside_one_elsewhere_and_those_that_are_over(self, side):
        row = side.place(side.first, rules=False)
        self.insert(side, row, **{f"{side.kind}_id": side.second.pk})
        over = {"removed_at": "2026-01-01 00:00:00+00:00", "removed_by_id": side.actor.pk}
        self.insert(side, row, id=1_000_001, **over)
        side.remove(row)
        self.insert(side, row, id=1_000_002, removed_at=None, removed_by_id=None)
        assert (side.current(side.first), side.current(side.second)) == (1, 1)
        assert side.first.memberships.count() == 3

    def test_is_not_taken_by_one_that_comes_back(self, side):
        over = side.place(side.first, rules=False)
        side.remove(over)
        side.place(side.first, rules=False, user=over.user)
        with side.refused("overwrite"), transaction.atomic():
            side.bring_back(over, verb="UPDATE OR REPLACE")
        assert side.first.memberships.count() == 2

    def test_comes_back_beside_one_elsewhere_and_those_that_are_over(self, side):
        first = side.place(side.first, rules=False)
        side.remove(first)
        second = side.place(side.first, rules=False, user=first.user)
        side.remove(second)
        side.place(side.second, rules=False, user=first.user)
        side.bring_back(first)
        side.write(second, removed_by_id=side.actor.pk)
        assert (side.current(side.first), side.current(side.second)) == (1, 1)
