"""
What the database keeps of administration, request policies and bulk jobs (design section 4).

Each refusal has its control beside it, so that what is refused is refused for its fault alone. The
columns are written out: a guard that is no longer declared is missed here.
"""

import pytest
from django.db import transaction

from accounts.models import Actor
from audit.log import Side
from relationships.again import to_renew
from relationships.models import (
    AdminRelationship,
    AdminRole,
    BulkAct,
    BulkSource,
    PolicyRefusal,
    RequestPolicy,
)
from relationships.moves import bulk, clock, ending, policing, taking
from relationships.moves.bulk import Chosen
from relationships.moves.bulk_forecast import forecast
from relationships.moves.opening import follow
from relationships.moves.policing import PolicyWish
from relationships.moves.requesting import create_request
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
from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

GRANT, ROLE = "relationships_adminrelationship", "relationships_adminrelationshiprole"
REFUSAL, POLICY = "relationships_policyrefusal", "relationships_requestpolicy"
JOB, ROW = "relationships_bulkjob", "relationships_bulkrow"
NEW = object()
JSON = {"given": '{"group": "x"}', "rules": "[]"}


@pytest.fixture(autouse=True)
def scene():
    scene = Fernhill()
    scene.running = scene.grant(scene.alder, EXCHANGE, SUPPORT)
    scene.other = scene.grant(scene.birch, TEAMS)
    scene.agent = make.make_admin_agent(scene.alder)
    scene.agent_by = Actor.objects.of(scene.agent)
    with as_a_plain_connection():
        yield scene


def of(grant):
    (row,) = rows(GRANT, f"id = {grant.pk}")
    return row


def with_new(row, changes):
    return row | {
        name: another(row[name]) if value is NEW else value for name, value in changes.items()
    }


def taken(table, row, **changes):
    """A row with a key that another has is refused, though it is new in every other."""
    with Unchanged(table), by_a_guard(f"{table}_replace"), transaction.atomic():
        insert_or_replace(table, with_new(row, changes))


def free(table, row, **changes):
    with one_more(table):
        insert_or_replace(table, with_new(row, changes))


def frozen(table, row, columns, guard="frozen"):
    for name in columns:
        value = TIME if name.endswith("_at") else JSON.get(name, another(row[name]))
        with Unchanged(table), by_a_guard(f"{table}_{guard}"), transaction.atomic():
            set_column(table, row, name, value)


def overwritten(table, row, **columns):
    """An update that gives a row the key of another one."""
    sets = ", ".join(f"{name} = %s" for name in columns)
    with Unchanged(table), by_a_guard(f"{table}_overwrite"), transaction.atomic():
        sql(
            f"UPDATE OR REPLACE {table} SET {sets} WHERE id = %s",
            [*columns.values(), row["id"]],
        )


def writable(table, row, **columns):
    """The control: these columns of the row are taken as they come, and nobody's row goes."""
    count = len(rows(table))
    with transaction.atomic():
        for name, value in columns.items():
            set_column(table, row, name, value)
        assert len(rows(table)) == count
        transaction.set_rollback(True)


def undeletable(table, row):
    with Unchanged(table), by_a_guard(f"{table}_delete"), transaction.atomic():
        sql(f"DELETE FROM {table} WHERE id = %s", [row["id"]])


def deletable(table, row):
    with transaction.atomic():
        sql(f"DELETE FROM {table} WHERE id = %s", [row["id"]])
        assert not rows(table, f"id = {row['id']}")
        transaction.set_rollback(True)


@only_postgresql
@pytest.mark.parametrize("table", [GRANT, ROLE, REFUSAL, POLICY, JOB, ROW])
def test_nothing_is_emptied(table):
    with by_a_guard(f"{table}_truncate"), transaction.atomic():
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"TRUNCATE {table} CASCADE")


class TestAdministration:
    FACTS = (
        "id",
        "public_id",
        "partner_id",
        "customer_id",
        "name",
        "name_key",
        "asked_terms_id",
        "granted_terms_id",
        "request_id",
        "decision_id",
        "supersedes_id",
        "created_at",
        "activated_at",
    )

    @pytest.fixture
    def waiting(self, scene):
        """Asked of a customer, and not answered."""
        request = make.make_request(scene.alder, role_ids=(TEAMS,))
        return of(request.admin_relationships.get())

    @pytest.fixture
    def draft(self, waiting):
        """One that nobody was ever asked for."""
        row = with_new(waiting, dict.fromkeys(("id", "public_id", "name_key"), NEW))
        row |= {"status": "created"}
        sql(
            f"INSERT INTO {GRANT} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )
        return row

    @pytest.fixture
    def renewal(self, scene):
        """Asked for in the place of what runs, and not answered."""
        create_request(scene.alder, to_renew(scene.running), by=scene.agent_by)
        return of(AdminRelationship.objects.get(supersedes=scene.running))

    def lapsed(self, scene):
        request = make.make_request(scene.alder, role_ids=(TEAMS,))
        clock.lapse(request, at=request.expires_at)
        return of(request.admin_relationships.get())

    def test_that_was_given_keeps_what_was_given(self, scene, draft):
        frozen(GRANT, of(scene.running), self.FACTS, guard="granted")
        writable(GRANT, draft, name="Another", name_key="another")

    def test_is_deleted_as_a_draft_alone(self, scene, waiting, draft):
        undeletable(GRANT, of(scene.running))
        undeletable(GRANT, waiting)
        deletable(GRANT, draft)

    @only_sqlite
    def test_is_replaced_by_none_with_its_key(self, scene, renewal):
        row = of(scene.running)
        unique = dict.fromkeys(("id", "public_id", "decision_id", "name_key"), NEW)
        free(GRANT, row, **unique)
        for key in unique:
            taken(GRANT, row, **{name: NEW for name in unique if name != key})
        free(GRANT, row, **(unique | {"partner_id": scene.birch.pk, "name_key": row["name_key"]}))
        taken(GRANT, renewal, id=NEW, public_id=NEW, name_key=NEW)
        free(GRANT, renewal, id=NEW, public_id=NEW, name_key=NEW, supersedes_id=scene.other.pk)

    @only_sqlite
    def test_a_name_is_free_again_once_its_request_lapsed(self, scene):
        row, lapsed = of(scene.running), self.lapsed(scene)
        unique = dict.fromkeys(("id", "public_id", "decision_id"), NEW)
        free(GRANT, row, **unique, name_key=lapsed["name_key"])
        free(GRANT, lapsed, id=NEW, public_id=NEW, name_key=row["name_key"])
        free(GRANT, lapsed, id=NEW, public_id=NEW)

    @only_sqlite
    def test_renewals_that_do_not_wait_stand_beside_one_that_does(self, scene, renewal):
        row = of(scene.running)
        unique = dict.fromkeys(("id", "public_id", "decision_id", "name_key"), NEW)
        free(GRANT, row, **unique, supersedes_id=scene.running.pk)
        over = {"status": "terminated", "ended_at": TIME, "ended_by_id": scene.by.pk}
        over["ended_because"] = "cancelled"
        again = {"id": NEW, "public_id": NEW, "name_key": NEW}
        free(GRANT, renewal, **again, **over)
        sets = ", ".join(f"{name} = %s" for name in over)
        sql(f"UPDATE {GRANT} SET {sets} WHERE id = %s", [*over.values(), renewal["id"]])
        free(GRANT, renewal, **again)

    @only_sqlite
    def test_overwrites_no_other(self, scene, waiting, renewal):
        row = of(scene.running)
        for key in ("id", "public_id", "decision_id", "name_key"):
            overwritten(GRANT, waiting, **{key: row[key]})
        overwritten(GRANT, waiting, supersedes_id=scene.running.pk)
        writable(GRANT, waiting, supersedes_id=scene.other.pk)
        writable(GRANT, waiting, name_key=of(scene.other)["name_key"])
        writable(GRANT, waiting, version=7)
        writable(GRANT, renewal, version=7)
        writable(GRANT, row, version=7)

    @only_sqlite
    def test_overwrites_neither_by_a_name_that_lapsed(self, scene, waiting):
        """The control, whichever of the two lapsed."""
        lapsed = self.lapsed(scene)
        writable(GRANT, waiting, name_key=lapsed["name_key"])
        writable(GRANT, lapsed, name_key=waiting["name_key"])

    @only_sqlite
    def test_overwrites_neither_by_a_renewal_that_waits_no_more(self, scene, renewal, waiting):
        over = self.lapsed(scene)
        writable(GRANT, over, supersedes_id=scene.running.pk)
        sql(f"UPDATE {GRANT} SET supersedes_id = %s WHERE id = %s", [scene.other.pk, over["id"]])
        writable(GRANT, waiting, supersedes_id=scene.other.pk)

    def test_of_a_renewal_goes_to_the_same_pair(self, scene, renewal):
        glenmoor = make.make_customer("Glenmoor")
        for columns in (
            {"customer_id": glenmoor.pk},
            {"customer_id": scene.customer.pk, "partner_id": scene.birch.pk},
            {"customer_id": scene.customer.pk, "supersedes_id": scene.other.pk},
        ):
            sets = ", ".join(f"{name} = %s" for name in columns)
            with Unchanged(GRANT), by_a_guard(f"{GRANT}_renewal"), transaction.atomic():
                sql(
                    f"UPDATE {GRANT} SET status = 'active', {sets} WHERE id = %s",
                    [*columns.values(), renewal["id"]],
                )


class TestEnd:
    """An end date moves forward, by wish and yes, of what runs without privileged roles."""

    @pytest.fixture
    def agreed(self, scene):
        row, other = of(scene.running), of(scene.other)
        for each in (row, other):
            for verb in ("wished", "allowed"):
                sql(
                    f"UPDATE {GRANT} SET extension_{verb}_at = %s, extension_{verb}_by_id = %s "
                    "WHERE id = %s",
                    [TIME, scene.by.pk, each["id"]],
                )
        return of(scene.running)

    def later(self, scene, days=180):
        return AdminRelationship.objects.get(pk=scene.running.pk).ends_at + make.days(days)

    def move(self, scene, **columns):
        AdminRelationship.objects.filter(pk=scene.running.pk).update(
            **{"ends_at": self.later(scene)} | columns
        )

    def refused(self, scene, **columns):
        with Unchanged(GRANT), by_a_guard(f"{GRANT}_end"), transaction.atomic():
            self.move(scene, **columns)

    def moves(self, scene, **columns):
        with transaction.atomic():
            self.move(scene, **columns)
            transaction.set_rollback(True)

    def test_moves_by_wish_and_yes(self, scene, agreed):
        self.moves(scene)
        self.refused(scene, ends_at=self.later(scene, -1))
        self.refused(scene, ends_at=None)
        over = {"ended_at": TIME, "ended_by": scene.by, "ended_because": "customer"}
        self.refused(scene, status="terminated", **over)
        for verb in ("wished", "allowed"):
            columns = {f"extension_{verb}_at": None, f"extension_{verb}_by": None}
            AdminRelationship.objects.filter(pk=scene.running.pk).update(**columns)
            self.refused(scene)
            columns = {f"extension_{verb}_at": TIME, f"extension_{verb}_by": scene.by}
            AdminRelationship.objects.filter(pk=scene.running.pk).update(**columns)
        self.moves(scene)

    def test_stays_once_it_is_over(self, scene, agreed):
        ending.terminate(
            AdminRelationship.objects.get(pk=scene.running.pk), by=scene.by, side=Side.CUSTOMER
        )
        self.refused(scene)
        self.refused(scene, status="active")

    def test_stays_where_a_role_is_privileged(self, scene, agreed):
        """A role of this grant, that it still has, and that is privileged."""
        roles = AdminRole.objects
        exchange, teams = (roles.filter(template_id=one) for one in (EXCHANGE, TEAMS))
        teams.update(privileged=True)
        self.moves(scene)
        exchange.update(privileged=True)
        self.refused(scene)
        (role,) = exchange
        grant = AdminRelationship.objects.get(pk=scene.running.pk)
        taking.take_away(grant, [role], by=scene.by, side=Side.CUSTOMER)
        self.moves(scene)


class TestRole:
    def test_is_given_with_the_approval_alone(self, scene):
        (role,) = make.roles(TEAMS)
        running, other = (of(one) for one in (scene.running, scene.other))
        given = rows(ROLE, f"relationship_id = {running['id']}")[0]
        given |= {"id": NEW_ID, "role_id": role.pk}
        columns = ", ".join(given)
        insert = f"INSERT INTO {ROLE} ({columns}) VALUES ({', '.join(['%s'] * len(given))})"

        def give(**changes):
            sql(insert, list((given | changes).values()))

        def refused(**changes):
            with Unchanged(ROLE), by_a_guard(f"{ROLE}_given"), transaction.atomic():
                give(**changes)

        with one_more(ROLE):
            give()
        refused(granted_at=TIME)
        refused(granted_at=other["activated_at"])
        ending.terminate(scene.running, by=scene.by, side=Side.CUSTOMER)
        refused()

    def test_keeps_whose_it_is_and_when_it_came(self, scene):
        taking.take_away(scene.running, make.roles(SUPPORT), by=scene.by, side=Side.CUSTOMER)
        (gone,) = rows(ROLE, "removed_at IS NOT NULL")
        frozen(ROLE, gone, ("id", "relationship_id", "role_id", "granted_at"))
        frozen(ROLE, gone, ("removed_at", "removed_by_id", "removed_because"), guard="removed")
        undeletable(ROLE, gone)

    @only_sqlite
    def test_is_replaced_by_none_with_its_key(self, scene):
        (teams,) = make.roles(TEAMS)
        row = rows(ROLE, f"relationship_id = {scene.running.pk}")[0]
        taken(ROLE, row, role_id=teams.pk)
        taken(ROLE, row, id=NEW)
        free(ROLE, row, id=NEW, role_id=teams.pk)
        other = of(scene.other)
        elsewhere = {"relationship_id": other["id"], "granted_at": other["activated_at"]}
        free(ROLE, row, id=NEW, **elsewhere)


class TestPolicy:
    @pytest.fixture
    def policies(self, scene):
        """Two customers with a policy each."""
        glenmoor = make.make_customer("Glenmoor")
        by = Actor.objects.of(make.join_customer(glenmoor))
        for customer, actor in ((scene.customer, scene.by), (glenmoor, by)):
            wish = PolicyWish(most_roles=0)
            seen = RequestPolicy.objects.of(customer).version
            policing.set_policy(customer, wish, by=actor, seen=seen, meant=False)
        return rows(POLICY)

    @pytest.fixture
    def refusal(self, scene, policies):
        stranger = make.make_partner("Cedar")
        request = make.make_request(stranger, role_ids=(TEAMS,), email=scene.admin.email)
        follow(request, scene.customer, by=scene.by)
        assert PolicyRefusal.objects.count() == 1
        return rows(REFUSAL)[0]

    def test_stays_its_customer_s(self, policies):
        frozen(POLICY, policies[0], ("id", "customer_id"))
        undeletable(POLICY, policies[0])

    @only_sqlite
    def test_is_replaced_by_no_other(self, policies):
        first, second = policies
        new = make.make_customer()
        taken(POLICY, first, customer_id=new.pk)
        taken(POLICY, first, id=NEW)
        free(POLICY, first, id=NEW, customer_id=new.pk)
        for key in ("id", "customer_id"):
            with Unchanged(POLICY), by_a_guard(POLICY), transaction.atomic():
                set_column(POLICY, second, key, first[key], verb="UPDATE OR REPLACE")
        writable(POLICY, first, version=7)

    def test_keeps_what_it_refused(self, refusal):
        facts = ("id", "public_id", "request_id", "customer_id", "rules", "wrong_code", "met_at")
        frozen(REFUSAL, refusal, (*facts, "met_by_id", "tell_at"))
        undeletable(REFUSAL, refusal)
        for act in ("told_at", "lifted_at"):
            set_column(REFUSAL, refusal, act, refusal["tell_at"])
            frozen(REFUSAL, refusal, (act,), guard=act.removesuffix("_at"))

    @only_sqlite
    def test_s_refusal_is_replaced_by_none_with_its_key(self, refusal):
        taken(REFUSAL, refusal, public_id=NEW)
        taken(REFUSAL, refusal, id=NEW)
        free(REFUSAL, refusal, id=NEW, public_id=NEW)


class TestBulk:
    @pytest.fixture
    def jobs(self, scene):
        """One that was started and one that was not, with a row each."""
        made = []
        second = scene.grant(scene.alder, SUPPORT)
        for grant in (scene.running, second):
            chosen = [Chosen(relationship_id=grant.pk)]
            source = BulkSource.TICKS
            made.append(
                bulk.choose(
                    scene.alder, BulkAct.TERMINATE, chosen, by=scene.agent_by, source=source
                )
            )
        started, draft = made
        bulk.start(started, by=scene.agent_by, seen=forecast(started, make.now()).digest)
        return [rows(JOB, f"id = {job.pk}")[0] for job in (started, draft)]

    def row_of(self, job):
        return rows(ROW, f"job_id = {job['id']}")[0]

    def test_keeps_what_was_chosen(self, jobs):
        started, draft = jobs
        facts = ("id", "public_id", "partner_id", "act", "source", "file_name", "file_digest")
        frozen(JOB, draft, (*facts, "total", "created_at", "created_by_id"))
        frozen(JOB, started, ("given", "started_at", "started_by_id"), guard="started")
        writable(JOB, draft, given=JSON["given"])
        row = self.row_of(started)
        frozen(ROW, row, ("id", "job_id", "number", "key", "name", "relationship_id"))

    def test_keeps_a_row_that_is_done(self, jobs):
        row = self.row_of(jobs[0])
        sql(f"UPDATE {ROW} SET status = 'done', finished_at = %s WHERE id = %s", [TIME, row["id"]])
        for name in row:
            with Unchanged(ROW), by_a_guard(f"{ROW}_"), transaction.atomic():
                set_column(ROW, row, name, row[name])

    def test_goes_as_a_draft_alone(self, jobs):
        started, draft = jobs
        undeletable(ROW, self.row_of(started))
        undeletable(JOB, started)
        deletable(ROW, self.row_of(draft))
        sql(f"DELETE FROM {ROW} WHERE job_id = %s", [draft["id"]])
        deletable(JOB, draft)

    @only_sqlite
    def test_is_replaced_by_none_with_its_key(self, scene, jobs):
        started, draft = jobs
        taken(JOB, draft, public_id=NEW)
        taken(JOB, draft, id=NEW)
        free(JOB, draft, id=NEW, public_id=NEW)
        row = self.row_of(started)
        unused = {"relationship_id": scene.other.pk}
        taken(ROW, row, number=NEW, **unused)
        taken(ROW, row, id=NEW, **unused)
        taken(ROW, row, id=NEW, number=NEW)
        free(ROW, row, id=NEW, number=NEW, **unused)
        free(ROW, row, id=NEW, job_id=draft["id"], number=NEW)
