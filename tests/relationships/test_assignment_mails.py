"""Who learns what a partner's groups may do: by one mail for each change, or one for each job."""

from datetime import timedelta

import pytest

from accounts.models import Actor
from mail.models import Delivery
from partners.rights import Admin, Agent
from relationships.models import AdminRelationship, BulkAct
from relationships.moves import bulk, bulk_mails, bulk_work, deciding, groups, pausing
from relationships.moves.assignments import AssignmentRefused, assign
from relationships.moves.bulk import Chosen
from relationships.moves.bulk_forecast import shown, with_obstacles
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill
from .test_bulk import Scene as BulkScene
from .test_people import Nothing

pytestmark = pytest.mark.django_db


class Letters:
    """What was written since: kind and subject by recipient."""

    def __enter__(self):
        self.first = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return self

    def __exit__(self, *_error):
        new = Delivery.objects.filter(pk__gt=self.first).order_by("pk")
        self.all = list(new)
        self.to = {}
        for mail in new:
            self.to.setdefault(mail.recipient, []).append(mail)

    def kinds(self):
        return {address: sorted(mail.kind for mail in mails) for address, mails in self.to.items()}


def helper_of(partner, zone="UTC"):
    person = make.make_user(f"helper@{partner.primary_domain}", time_zone=zone)
    return make.join_partner(partner, agent=Agent.HELPDESK_AGENT, user=person)


@pytest.fixture
def scene():
    """A group with one helper in it; a chief and an admin agent manage groups."""
    scene = Fernhill()
    scene.grant = scene.grant(scene.alder, EXCHANGE, TEAMS)
    scene.chief = make.join_partner(scene.alder, admin=Admin.GLOBAL_ADMIN)
    scene.agent = make.make_admin_agent(scene.alder)
    scene.sales = make.join_partner(scene.alder, agent=Agent.SALES_AGENT)
    scene.helper = helper_of(scene.alder)
    scene.reader = make.join_customer(scene.customer, "reader")
    scene.actor = Actor.objects.of(scene.chief)
    scene.group = groups.open_group(scene.alder, "Mail people", by=scene.actor)
    scene.place = scene.helper.partner_memberships.get()
    groups.add_person(scene.group, scene.place, by=scene.actor)
    return scene


def managers(scene):
    having = scene.alder.memberships.having("manage_administration")
    return set(having.values_list("user__email", flat=True))


class TestByHand:
    def test_tells_the_group_who_manages_it_and_the_customer_once_each(self, scene):
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        own, other = ["assignment"], ["assignment_customer"]
        assert told.kinds() == {
            **dict.fromkeys(managers(scene), own),
            scene.helper.email: own,
            scene.admin.email: other,
        }
        (mail,) = told.to[scene.admin.email]
        assert "Whoever is in the group can use these roles until" in mail.text
        (mail,) = told.to[scene.helper.email]
        name = scene.chief.get_full_name()
        assert mail.subject.startswith(f"{name} gave the group “Mail people” of Alder roles")
        assert "You are in this group" in mail.text
        (mail,) = told.to[scene.agent.email]
        assert "You are in this group" not in mail.text
        assert f"{scene.grant.public_id}/" in mail.text

    def test_tells_the_customer_the_group_and_never_a_person(self, scene):
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        (mail,) = told.to[scene.admin.email]
        assert mail.subject == "Alder gave its group “Mail people” roles for Fernhill"
        assert "Exchange Administrator" in mail.text
        for person in (scene.chief, scene.helper):
            for said in (person.get_full_name(), person.email):
                assert said not in mail.text + mail.html + mail.subject

    def test_tells_the_customer_only_what_is_new(self, scene):
        assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE, TEAMS), by=scene.actor)
        (mail,) = told.to[scene.admin.email]
        assert ("- Teams Administrator" in mail.text, "- Exchange" in mail.text) == (True, False)
        (mail,) = told.to[scene.helper.email]
        assert ("- Teams Administrator" in mail.text, "- Exchange" in mail.text) == (True, True)
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(TEAMS), by=scene.actor)
            assign(scene.grant, scene.group, [], by=scene.actor)
        assert scene.admin.email not in told.to
        changed, taken = told.to[scene.helper.email]
        assert "changed which roles" in changed.subject
        assert "took the roles for Fernhill from the group" in taken.subject
        assert "Through it you no longer have:\n- Teams Administrator" in taken.text

    def test_tells_nobody_of_what_changes_nothing_or_is_refused(self, scene):
        assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        assert told.all == []
        with Nothing(), pytest.raises(AssignmentRefused):
            assign(scene.grant, scene.group, make.roles(SUPPORT), by=scene.actor)

    def test_says_the_end_by_the_reader_s_own_calendar_and_that_it_is_paused(self, scene):
        far = helper_of(scene.birch, zone="Pacific/Kiritimati")
        place = scene.alder.memberships.create(
            user=far,
            agent=Agent.HELPDESK_AGENT,
            created_at=make.now(),
            created_by=make.operator(),
        )
        groups.add_person(scene.group, place, by=scene.actor)
        pausing.pause(scene.customer, grant=scene.grant, by=scene.by)
        scene.grant.refresh_from_db()
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        ends = scene.grant.ends_at
        for person in (scene.helper, far):
            (mail,) = told.to[person.email]
            day = ends.astimezone(person.zone)
            assert f"you have until {day.day} " in mail.text
            assert "has paused this administration" in mail.text
        assert "You have paused this administration" in told.to[scene.admin.email][0].text

    def test_leaves_out_whose_account_is_switched_off(self, scene):
        type(scene.helper).objects.filter(pk=scene.helper.pk).update(is_active=False)
        with Letters() as told:
            assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        assert scene.helper.email not in told.to


class TestGroups:
    def test_tell_who_comes_or_goes_and_who_manages_them(self, scene):
        assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        sales = scene.sales.partner_memberships.get()
        with Letters() as came:
            groups.add_person(scene.group, sales, by=scene.actor)
        with Letters() as went:
            groups.take_out(scene.group, sales, by=scene.actor)
        for told in (came, went):
            assert set(told.to) == managers(scene) | {scene.sales.email}
            assert all(len(mails) == 1 for mails in told.to.values())
        (mail,) = came.to[scene.sales.email]
        assert "put you into the group “Mail people” of Alder" in mail.subject
        assert "- Fernhill: Exchange Administrator (until " in mail.text
        (mail,) = went.to[scene.sales.email]
        assert "Through it you no longer have:\n- Fernhill: Exchange Administrator\n" in mail.text
        (mail,) = went.to[scene.agent.email]
        assert f"took {scene.sales.get_full_name()} out of the group" in mail.subject

    def test_that_are_closed_tell_their_people_once_with_all_they_had(self, scene):
        second = make.make_customer("Glenmoor")
        decision = make.make_decision(make.make_request(scene.alder, role_ids=(TEAMS,)), second)
        by = Actor.objects.of(second.memberships.first().user)
        deciding.approve(decision, make.make_answer(decision), by=by)
        other = AdminRelationship.objects.get(decision=decision)
        assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        assign(other, scene.group, make.roles(TEAMS), by=scene.actor)
        with Letters() as told:
            groups.close_group(scene.group, by=scene.actor)
        assert set(told.to) == managers(scene) | {scene.helper.email}
        (mail,) = told.to[scene.helper.email]
        assert "closed the group “Mail people”" in mail.subject
        assert "- Fernhill: Exchange Administrator\n- Glenmoor: Teams Administrator" in mail.text

    def test_say_nothing_of_what_is_past_its_end(self, scene):
        assign(scene.grant, scene.group, make.roles(EXCHANGE), by=scene.actor)
        late = scene.grant.ends_at + timedelta(seconds=1)
        with Letters() as told:
            groups.take_out(scene.group, scene.place, by=scene.actor, at=late)
        assert "has no roles with any customer" in told.to[scene.helper.email][0].text


class TestApproval:
    def test_with_a_planned_group_says_it_once(self, scene):
        ask = scene.ask(scene.alder, SUPPORT, groups=(scene.group,))
        with Letters() as told:
            scene.approve(ask)
        assert {mail.kind for mail in told.all} == {"decision_partner", "decision_customer"}
        assert all(len(mails) == 1 for mails in told.to.values())


class TestBulk:
    """One mail for the partner's people, at the end; each customer has its own."""

    @pytest.fixture
    def scene(self):
        scene = BulkScene()
        scene.chief = make.join_partner(scene.alder, admin=Admin.GLOBAL_ADMIN)
        scene.helper = helper_of(scene.alder)
        scene.group = scene.mail_people()
        place = scene.helper.partner_memberships.get()
        groups.add_person(scene.group, place, by=scene.actor)
        return scene

    def test_of_ends_has_one_for_the_partner_and_one_for_each_end_for_the_customer(self, scene):
        job = scene.started()
        with Letters() as working:
            assert bulk_work.work_on(job)
        assert set(working.to) == {scene.admin.email}
        with Letters() as told:
            bulk_work.sweep()
            bulk_work.finish(job.pk)
        assert told.kinds() == {
            scene.admin.email: ["taken_back_customer"] * 2,
            **{key: ["bulk_job"] for key in managers(scene)},
        }
        (mail,) = told.to[scene.chief.email]
        name = scene.agent.get_full_name()
        assert mail.subject == f"{name} ended 3 administrations by Alder"
        assert "Rows done: 3. Refused: 0." in mail.text
        assert f"{job.public_id}/" in mail.text

    def test_of_a_group_tells_its_people_too(self, scene):
        scene.start(scene.assigning(scene.group))
        with Letters() as told:
            bulk_work.sweep()
        assert told.kinds() == {
            scene.admin.email: ["assignment_customer"] * 3,
            scene.helper.email: ["bulk_job"],
            **{key: ["bulk_job"] for key in managers(scene)},
        }
        (mail,) = told.to[scene.helper.email]
        assert "Through it you have roles for:\n- Fernhill\n- Fernhill" in mail.text

    def test_that_gave_a_group_nothing_does_not_trouble_its_people(self, scene):
        job = scene.assigning(scene.group)
        scene.start(job)
        groups.rename_group(scene.group, "Other people", by=scene.actor)
        group = type(scene.group).objects.get(pk=scene.group.pk)
        for grant in scene.grants:
            assign(grant, group, [row.role for row in grant.granted_roles.all()], by=scene.actor)
        with Letters() as told:
            bulk_work.sweep()
        assert set(told.to) == managers(scene)

    def test_that_is_looked_at_beforehand_writes_to_nobody(self, scene):
        job = scene.assigning(scene.group)
        with Letters() as told:
            rows = list(with_obstacles(job, make.now()).order_by("number"))
            shown(job, rows, by=scene.actor, at=make.now())
        assert told.all == []

    def test_of_wishes_is_one_as_well(self, scene):
        job = scene.chosen(BulkAct.WISH, given={"wished": True})
        scene.start(job)
        with Letters() as told:
            bulk_work.sweep()
        assert told.kinds() == {
            scene.admin.email: ["taken_back_customer"] * 3,
            **{key: ["bulk_job"] for key in managers(scene)},
        }

    def test_that_is_stopped_or_halted_says_how_far_it_came(self, scene):
        job = scene.started()
        bulk_work.work_on(job)
        with Letters() as told:
            bulk.stop(job, by=scene.actor)
        (mail,) = told.to[scene.chief.email]
        assert mail.subject.endswith("stopped a bulk job of Alder")
        assert "Rows done: 1. Refused: 0. Failed: 0. Waiting: 2." in mail.text
        bulk.resume(job, by=scene.actor)
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        with Letters() as told:
            bulk_work.sweep()
        (mail,) = told.to[scene.chief.email]
        assert "Rows done: 1. Refused: 2. Failed: 0. Waiting: 0." in mail.text
        assert "The organisation was suspended." in mail.text

    def test_names_a_few_and_counts_the_rest(self, scene, monkeypatch):
        monkeypatch.setattr(bulk_mails, "NAMED", 2)
        scene.started(rows=[Chosen(relationship_id=grant.pk) for grant in scene.grants])
        with Letters() as told:
            bulk_work.sweep()
        assert "- Fernhill\n- Fernhill\n- and 1 more\n" in told.to[scene.chief.email][0].text
