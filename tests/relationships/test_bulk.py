"""Bulk jobs: what is chosen, what it would come to, and what the worker makes of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from mail.models import Delivery
from partners.rights import Agent
from relationships.models import BulkAct, BulkJob, BulkRow, BulkSource, RelationshipRequest
from relationships.moves import bulk, bulk_acts, bulk_work, ending, extending, groups
from relationships.moves.assignments import assign
from relationships.moves.bulk import BulkRefused, Chosen
from relationships.moves.bulk_acts import given_of
from relationships.moves.bulk_forecast import forecast, shown, with_obstacles
from relationships.moves.supervising import restore_partner, suspend_partner
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill
from .test_people import Nothing

pytestmark = pytest.mark.django_db


class Scene(Fernhill):
    """Alder administers three things for fernhill; one of its admin agents acts."""

    def __init__(self):
        super().__init__()
        self.grants = [self.grant(self.alder, role) for role in (EXCHANGE, SUPPORT, TEAMS)]
        self.agent = make.make_admin_agent(self.alder)
        self.actor = Actor.objects.of(self.agent)
        self.actor.user = self.agent

    def chosen(self, act=BulkAct.TERMINATE, rows=None, **fields):
        rows = rows or [Chosen(relationship_id=grant.pk) for grant in self.grants]
        fields = {"source": BulkSource.TICKS, "by": self.actor} | fields
        return bulk.choose(self.alder, act, rows, **fields)

    def started(self, *args, **fields):
        job = self.chosen(*args, **fields)
        self.start(job)
        return job

    def start(self, job):
        bulk.start(job, by=self.actor, seen=forecast(job, make.now()).digest)

    def asking(self, *keys, send=True, name="Mail", **fields):
        given = given_of(make.make_ask(name=name, **fields), send=send)
        rows = [Chosen(key=key) for key in keys]
        return self.started(BulkAct.REQUEST, rows, source=BulkSource.FILE, given=given)

    def assigning(self, group, *roles):
        given = {"group": str(group.public_id), "roles": list(roles)}
        return self.chosen(BulkAct.ASSIGN, given=given)

    def mail_people(self):
        return groups.open_group(self.alder, "Mail people", by=self.actor)

    def run(self):
        return list(self.alder.admin_relationships.running(make.now()).order_by("pk"))


@pytest.fixture
def scene():
    return Scene()


def states(job):
    return list(job.rows.order_by("number").values_list("status", flat=True))


def results(job):
    return list(job.rows.order_by("number").values_list("result", flat=True))


def now_of(job):
    job.refresh_from_db()
    return job.status


def ended():
    return Event.objects.filter(kind="administration.terminated")


class TestChoice:
    def test_does_nothing_but_write_it_down(self, scene):
        job = scene.chosen()
        assert bulk_work.sweep() == 0
        assert (now_of(job), states(job), len(scene.run())) == ("draft", ["waiting"] * 3, 3)

    def test_is_refused_to_who_may_not_act(self, scene):
        for agent in (Agent.SALES_AGENT, Agent.HELPDESK_AGENT):
            other = Actor.objects.of(make.join_partner(scene.alder, agent=agent))
            with Nothing(), pytest.raises(PermissionDenied):
                scene.chosen(by=other)
        job = scene.chosen()
        for move in (bulk.discard, bulk.stop, bulk.resume):
            with Nothing(), pytest.raises(PermissionDenied):
                move(job, by=other)
        with Nothing(), pytest.raises(PermissionDenied):
            bulk.start(job, by=other, seen=forecast(job, make.now()).digest)
        with Nothing(), pytest.raises(PermissionDenied):
            bulk.give(job, {"group": ""}, by=other)

    def test_has_an_end(self, scene, monkeypatch):
        monkeypatch.setattr(bulk, "MOST_ROWS", 2)
        with Nothing(), pytest.raises(BulkRefused, match="2 rows at most"):
            scene.chosen()
        with Nothing(), pytest.raises(BulkRefused, match="Nothing was chosen"):
            bulk.choose(scene.alder, BulkAct.TERMINATE, [], by=scene.actor, source=BulkSource.TICKS)

    def test_is_discarded_before_the_start_and_never_after_it(self, scene):
        job = scene.chosen()
        bulk.discard(job, by=scene.actor)
        assert not BulkRow.objects.exists()
        job = scene.started()
        with Nothing(), pytest.raises(BulkRefused, match="started already"):
            bulk.discard(job, by=scene.actor)
        for rows in (BulkRow.objects.all(), BulkJob.objects.all()):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.delete()


class TestForecast:
    def test_counts_what_would_be_done_and_refused_and_shows_the_real_move(self, scene):
        ending.terminate(scene.grants[0], by=scene.by, side=Side.CUSTOMER)
        pending = make.make_request(scene.alder, by=scene.agent).admin_relationships.get()
        rows = [Chosen(relationship_id=grant.pk) for grant in [*scene.grants, pending]]
        job = scene.chosen(rows=[*rows, Chosen(key="x", refused="Nothing has this id.")])
        what = forecast(job, make.now())
        assert what.possible == 2
        assert dict(what.refused) == {
            "This administration has ended already.": 1,
            "The customer has not approved this yet.": 1,
            "Nothing has this id.": 1,
        }
        with Nothing():
            tried = shown(
                job,
                list(with_obstacles(job, make.now()).order_by("number")),
                by=scene.actor,
                at=make.now(),
            )
        assert [bool(row.refused) for row in tried] == [True, False, False, True, True]
        assert tried[1].effects[0] == "Alder loses the role Service Support Administrator."
        scene.start(job)
        bulk_work.sweep()
        done = job.rows.get(number=2)
        assert done.result.split("\n") == tried[1].effects
        assert states(job) == ["refused", "done", "done", "refused", "refused"]

    def test_is_looked_at_once_more_where_it_has_changed(self, scene):
        job = scene.chosen()
        seen = forecast(job, make.now()).digest
        ending.terminate(scene.grants[0], by=scene.by, side=Side.CUSTOMER)
        with Nothing(), pytest.raises(BulkRefused, match="has changed since you opened"):
            bulk.start(job, by=scene.actor, seen=seen)

    def test_of_nothing_is_not_started(self, scene):
        job = scene.chosen(rows=[Chosen(key="x", refused="Nothing has this id.")])
        with Nothing(), pytest.raises(BulkRefused, match="Nothing of it can be done"):
            scene.start(job)

    def test_costs_two_queries_however_many_rows(self, scene, django_assert_num_queries):
        job = scene.chosen()
        with django_assert_num_queries(2):
            forecast(job, make.now())


class TestWork:
    def test_does_each_row_by_the_ordinary_move_in_the_person_s_name(self, scene):
        job = scene.started(rows=[Chosen(relationship_id=grant.pk) for grant in scene.grants[:2]])
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done", "done"])
        assert scene.run() == [scene.grants[2]]
        assert {event.actor_id for event in ended()} == {str(scene.actor.public_id)}
        assert scene.customer.certificates.filter(event__in=ended()).count() == 2
        told = Delivery.objects.filter(kind="taken_back_customer", recipient=scene.admin.email)
        assert told.count() == 2

    def test_trap_10_interrupted_in_the_middle_resumes_without_doubles(self, scene, monkeypatch):
        """Killed before a row commits, after it, and while the database is away."""
        job = scene.started()
        act = bulk_acts.ACTS[BulkAct.TERMINATE]

        class Killed(BaseException):
            pass

        def after_the_move(row, by):
            act.run(row, by)
            raise Killed

        killed = type(act)(act.label, after_the_move, act.show, act.obstacles)
        monkeypatch.setitem(bulk_acts.ACTS, BulkAct.TERMINATE, killed)
        with Nothing(), pytest.raises(Killed):
            bulk_work.work_on(job)
        monkeypatch.setitem(bulk_acts.ACTS, BulkAct.TERMINATE, act)
        assert bulk_work.work_on(job)  # killed between this commit and the next row
        assert (states(job), ended().count()) == (["done", "waiting", "waiting"], 1)

        def away(row, cause):
            raise OperationalError("server closed the connection")

        monkeypatch.setattr(bulk_work, "note_failure", away)
        broken = type(act)(act.label, lambda row, by: 1 / 0, act.show, act.obstacles)
        monkeypatch.setitem(bulk_acts.ACTS, BulkAct.TERMINATE, broken)
        with Nothing(), pytest.raises(OperationalError):
            bulk_work.work_on(job)
        monkeypatch.setitem(bulk_acts.ACTS, BulkAct.TERMINATE, act)
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done"] * 3)
        assert ended().count() == 3

    def test_stops_and_resumes(self, scene):
        job = scene.started()
        bulk_work.work_on(job)
        bulk.stop(job, by=scene.actor)
        assert bulk_work.sweep() == 0
        assert not bulk_work.work_on(job)  # a worker that took the job before it was stopped
        assert (now_of(job), states(job)) == ("stopped", ["done", "waiting", "waiting"])
        chief = make.join_partner(scene.alder, admin="global_admin")
        bulk.resume(job, by=Actor.objects.of(chief))
        bulk_work.sweep()
        assert now_of(job) == "done"
        chief_id = str(Actor.objects.of(chief).public_id)
        actors = [event.actor_id for event in ended().order_by("pk")]
        assert actors == [str(scene.actor.public_id), chief_id, chief_id]
        for move in (bulk.stop, bulk.resume):
            with Nothing(), pytest.raises(BulkRefused):
                move(job, by=scene.actor)

    def test_stops_when_the_worker_is_told_to(self, scene):
        job = scene.started()
        answers = iter([False, False, True, True, True])
        assert bulk_work.sweep(lambda: next(answers)) == 1
        assert states(job) == ["done", "waiting", "waiting"]

    def test_refuses_the_rest_once_the_right_is_lost(self, scene):
        job = scene.started()
        bulk_work.work_on(job)
        place = scene.alder.memberships.get(user=scene.agent)
        place.agent = Agent.SALES_AGENT
        place.save(update_fields=["agent"])
        bulk_work.sweep()
        assert (now_of(job), job.halted_because) == ("done", "right")
        assert states(job) == ["done", "refused", "refused"]
        assert "no longer has the right" in job.rows.get(number=3).result
        assert (len(scene.run()), ended().count()) == (2, 1)

    def test_refuses_all_where_the_account_is_switched_off_or_gone(self, scene):
        job = scene.started()
        type(scene.agent).objects.filter(pk=scene.agent.pk).update(is_active=False)
        bulk_work.sweep()
        assert (now_of(job), job.halted_because, len(scene.run())) == ("done", "right", 3)
        type(scene.agent).objects.filter(pk=scene.agent.pk).update(is_active=True)
        job = scene.started()
        Actor.objects.filter(pk=scene.actor.pk).update(user=None)
        bulk_work.sweep()
        assert (now_of(job), job.halted_because, len(scene.run())) == ("done", "right", 3)

    def test_refuses_the_rest_of_a_suspended_partner(self, scene):
        job = scene.started()
        bulk_work.work_on(job)
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        bulk_work.sweep()
        assert (now_of(job), job.halted_because) == ("done", "suspended")
        assert states(job) == ["done", "refused", "refused"]
        later = scene.chosen()
        with Nothing(), pytest.raises(BulkRefused, match="is suspended"):
            scene.start(later)
        restore_partner(scene.alder, by=make.operator(), reason="paid")
        scene.start(later)
        bulk.stop(later, by=scene.actor)
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        later.partner.refresh_from_db()
        with Nothing(), pytest.raises(BulkRefused, match="is suspended"):
            bulk.resume(later, by=scene.actor)

    def test_tries_again_later_what_failed_and_gives_up_in_the_end(self, scene, monkeypatch):
        job = scene.started()
        act = bulk_acts.ACTS[BulkAct.TERMINATE]

        def run(row, by):
            if row.number == 2:
                raise ValueError("a defect")
            return act.run(row, by)

        broken = type(act)(act.label, run, act.show, act.obstacles)
        monkeypatch.setitem(bulk_acts.ACTS, BulkAct.TERMINATE, broken)
        for attempt in range(1, bulk_work.ATTEMPTS):
            bulk_work.sweep()
            row = job.rows.get(number=2)
            assert (now_of(job), row.status, row.attempts) == ("running", "waiting", attempt)
            assert row.next_attempt_at > timezone.now()
            job.rows.filter(number=2).update(next_attempt_at=timezone.now())
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done", "failed", "done"])
        assert "ValueError: a defect" in job.rows.get(number=2).last_error
        assert scene.run() == [scene.grants[1]]

    def test_gives_each_job_its_turn(self, scene, monkeypatch):
        monkeypatch.setattr(bulk_work, "TURN", 1)
        first = scene.started(rows=[Chosen(relationship_id=grant.pk) for grant in scene.grants[:2]])
        second = scene.started(rows=[Chosen(relationship_id=scene.grants[2].pk)])
        asked = iter(range(100))
        bulk_work.sweep(lambda: next(asked) >= 3)
        assert (states(first), states(second)) == (["done", "waiting"], ["done"])

    def test_result_stays_as_it_is(self, scene):
        job = scene.started()
        bulk_work.sweep()
        for change in ({"status": "waiting", "finished_at": None}, {"result": "another"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                job.rows.filter(number=1).update(**change)
        for change in ({"given": {"group": "x"}}, {"file_digest": "x"}, {"act": "assign"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                BulkJob.objects.filter(pk=job.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            job.rows.filter(number=1).update(relationship=None)


class TestAssigning:
    def test_gives_a_group_what_each_customer_granted(self, scene):
        group = scene.mail_people()
        assign(scene.grants[2], group, make.roles(TEAMS), by=scene.actor)
        job = scene.assigning(group)
        what = forecast(job, make.now())
        assert (what.possible, what.refused) == (2, [("The group has these roles already.", 1)])
        scene.start(job)
        bulk_work.sweep()
        assert states(job) == ["done", "done", "refused"]
        assert "gets the role Exchange Administrator" in job.rows.get(number=1).result
        held = group.assignments.filter(status="active")
        assert held.count() == 3

    def test_takes_nothing_from_it(self, scene):
        both = scene.grant(scene.alder, EXCHANGE, SUPPORT)
        group = scene.mail_people()
        assign(both, group, make.roles(EXCHANGE), by=scene.actor)
        given = {"group": str(group.public_id), "roles": [SUPPORT]}
        rows = [Chosen(relationship_id=grant.pk) for grant in (both, scene.grants[2])]
        job = scene.chosen(BulkAct.ASSIGN, rows, given=given)
        assert forecast(job, make.now()).refused == [
            ("The customer has granted none of these roles.", 1)
        ]
        scene.start(job)
        bulk_work.sweep()
        assert states(job) == ["done", "refused"]
        held = both.assignments.get(group=group, status="active")
        assert {str(role.template_id) for role in held.roles.all()} == {
            EXCHANGE,
            SUPPORT,
        }

    def test_needs_an_open_group_of_the_partner_s_own(self, scene):
        foreign = scene.birch.security_groups.get(built_in=True)
        for job in (scene.chosen(BulkAct.ASSIGN), scene.assigning(foreign)):
            with Nothing(), pytest.raises(BulkRefused, match="Choose the group first"):
                scene.start(job)
        group = scene.mail_people()
        job = scene.assigning(group)
        scene.start(job)
        groups.close_group(group, by=scene.actor)
        bulk_work.sweep()
        assert states(job) == ["refused"] * 3
        assert set(results(job)) == {"This group was closed."}


class TestWishing:
    def test_is_the_partner_s_wish_for_each_that_can_be_extended(self, scene):
        scene.grants[0] = scene.grant(scene.alder, make.USER_ADMINISTRATOR, days=30)
        extending.wish(scene.grants[1], wished=True, by=scene.actor)
        job = scene.chosen(BulkAct.WISH, given={"wished": True})
        what = forecast(job, make.now())
        assert (what.possible, {reason for reason, _count in what.refused}) == (
            1,
            {"That is so already.", extending.never_extended()},
        )
        scene.start(job)
        bulk_work.sweep()
        assert states(job) == ["refused", "refused", "done"]
        scene.grants[2].refresh_from_db()
        assert scene.grants[2].extension_wished_by == scene.actor
        assert scene.grants[2].extension_allowed_at is None

    def test_is_taken_back(self, scene):
        extending.wish(scene.grants[1], wished=True, by=scene.actor)
        job = scene.chosen(BulkAct.WISH, given={"wished": False})
        assert forecast(job, make.now()).possible == 1
        scene.start(job)
        bulk_work.sweep()
        assert states(job) == ["refused", "done", "refused"]
        scene.grants[1].refresh_from_db()
        assert scene.grants[1].extension_wished_at is None


class TestAsking:
    def test_makes_and_sends_a_request_to_each(self, scene):
        key = scene.customer.tenant_id
        job = scene.asking("ann@glen.example", "larch.example", str(key))
        bulk_work.sweep()
        assert states(job) == ["done"] * 3
        made = [row.request for row in job.rows.order_by("number")]
        assert [request.addressed_to for request in made] == [
            "ann@glen.example",
            "larch.example",
            str(key),
        ]
        assert [request.name for request in made] == ["Mail (1)", "Mail (2)", "Mail (3)"]
        assert all(request.sent_at for request in made)
        # Nothing tells whether an organisation of that address is here.
        said = {
            row.result.replace(row.request.name, "").replace(row.key, "") for row in job.rows.all()
        }
        assert len(said) == 1

    def test_waits_where_no_more_mails_may_go_and_goes_on(self, scene, settings):
        settings.REQUEST_MAILS_PER_HOUR = 2
        job = scene.asking("a@one.example", "a@two.example", "a@three.example")
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("running", ["done", "done", "waiting"])
        assert not scene.alder.requests.filter(addressed_email="a@three.example").exists()
        first = scene.alder.requests.order_by("sent_at").exclude(sent_at=None)[0]
        assert job.next_attempt_at == first.sent_at + timedelta(hours=1)
        assert bulk_work.sweep() == 0
        RelationshipRequest.objects.exclude(sent_at=None).update(
            sent_at=timezone.now() - timedelta(hours=2)
        )
        BulkJob.objects.filter(pk=job.pk).update(next_attempt_at=timezone.now())
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done"] * 3)

    def test_lets_one_recipient_wait_alone(self, scene):
        earlier = scene.asking("a@one.example", name="Earlier")
        bulk_work.sweep()
        job = scene.asking("a@one.example", "a@two.example")
        bulk_work.sweep()
        assert (now_of(earlier), now_of(job)) == ("done", "running")
        assert states(job) == ["waiting", "done"]
        assert job.rows.get(number=1).next_attempt_at > timezone.now() + timedelta(hours=23)

    def test_makes_all_at_once_without_sending(self, scene, settings):
        settings.REQUEST_MAILS_PER_HOUR = 1
        job = scene.asking("a@one.example", "a@two.example", "a@three.example", send=False)
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done"] * 3)
        assert not Delivery.objects.filter(kind="request").exists()

    def test_refuses_a_name_that_is_taken(self, scene):
        given = given_of(make.make_ask(name="Mail"), send=False)
        rows = [Chosen(key="a@one.example", name=scene.grants[0].name), Chosen(key="b.example")]
        job = scene.started(BulkAct.REQUEST, rows, source=BulkSource.FILE, given=given)
        bulk_work.sweep()
        assert states(job) == ["refused", "done"]
        assert "was used before" in job.rows.get(number=1).result

    def test_of_selling_needs_no_name_of_its_own(self, scene):
        job = scene.asking("a@one.example", "b.example", role_ids=(), send=False)
        bulk_work.sweep()
        assert {row.request.name for row in job.rows.all()} == {"Mail"}


class TestResumingWithTheFile:
    ROWS = [Chosen(key="a@one.example"), Chosen(key="b@two.example", name="Two")]

    @pytest.fixture
    def job(self, scene):
        given = given_of(make.make_ask(), send=False)
        job = scene.started(BulkAct.REQUEST, self.ROWS, source=BulkSource.FILE, given=given)
        bulk_work.work_on(job)
        bulk.stop(job, by=scene.actor)
        return job

    def test_goes_on_where_it_says_the_same(self, scene, job):
        bulk.resume(job, by=scene.actor, file=self.ROWS)
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done", "done"])

    def test_is_refused_where_the_file_changed_and_loses_nothing(self, scene, job):
        changed = [self.ROWS[0], Chosen(key="c@three.example"), Chosen(key="d@four.example")]
        with (
            Nothing(),
            pytest.raises(BulkRefused, match=r"2 rows of it are new, 1 are missing.*is row 2"),
        ):
            bulk.resume(job, by=scene.actor, file=changed)
        with Nothing(), pytest.raises(BulkRefused, match="0 rows of it are new, 1 are missing"):
            bulk.resume(job, by=scene.actor, file=self.ROWS[:1])
        bulk.resume(job, by=scene.actor)
        bulk_work.sweep()
        assert (now_of(job), states(job)) == ("done", ["done", "done"])

    def test_needs_a_job_that_began_with_one(self, scene):
        job = scene.started()
        bulk.stop(job, by=scene.actor)
        with Nothing(), pytest.raises(BulkRefused, match="not made from a file"):
            bulk.resume(job, by=scene.actor, file=self.ROWS)
