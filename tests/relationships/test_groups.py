"""A partner's security groups: who may do what with them, and what ends with one."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from partners.models import SecurityGroup
from partners.rights import Admin, Agent
from relationships.models import AccessAssignment, AdminRelationship, AdminRole
from relationships.moves import groups, people
from relationships.moves.assignments import AssignmentRefused, assign
from relationships.moves.groups import GroupRefused
from relationships.who_may import Link, may
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill
from .test_people import Nothing

pytestmark = pytest.mark.django_db

ROLES = {
    "admin agent": {"agent": Agent.ADMIN_AGENT},
    "sales agent": {"agent": Agent.SALES_AGENT},
    "helpdesk agent": {"agent": Agent.HELPDESK_AGENT},
    "global admin": {"admin": Admin.GLOBAL_ADMIN},
    "billing admin": {"admin": Admin.BILLING_ADMIN},
    "user-management admin": {"admin": Admin.USER_MANAGEMENT_ADMIN},
}
MANAGE = {"admin agent", "global admin"}


@pytest.fixture
def scene():
    """Alder administers two services for fernhill; a helpdesk agent of it is in no group."""
    scene = Fernhill()
    scene.grant = scene.grant(scene.alder, EXCHANGE, TEAMS)
    scene.chief = Actor.objects.of(make.join_partner(scene.alder, admin=Admin.GLOBAL_ADMIN))
    scene.agent = make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT)
    scene.place = scene.alder.memberships.get(user=scene.agent)
    return scene


def role(template_id):
    return AdminRole.objects.get(template_id=template_id)


def can(scene, template_id=EXCHANGE, user=None):
    return may(user or scene.agent, scene.customer, role(template_id), make.now())


def mail_people(scene, *, inside=True, roles=(EXCHANGE,)):
    group = groups.open_group(scene.alder, "Mail people", by=scene.chief)
    if inside:
        groups.add_person(group, scene.place, by=scene.chief)
    if roles:
        assign(scene.grant, group, make.roles(*roles), by=scene.chief)
    return group


class TestAccess:
    def test_begins_and_ends_with_the_group(self, scene):
        assert can(scene).link == Link.GROUP
        group = mail_people(scene)
        assert can(scene)
        assert can(scene, TEAMS).link == Link.GROUP
        groups.take_out(group, scene.place, by=scene.chief)
        assert can(scene).link == Link.GROUP

    def test_ends_with_the_assignment(self, scene):
        group = mail_people(scene)
        assert assign(scene.grant, group, [], by=scene.chief) is None
        assert not can(scene)
        assert not scene.grant.assignments.filter(group=group, status="active").exists()

    def test_follows_the_roles_that_are_ticked(self, scene):
        group = mail_people(scene)
        assign(scene.grant, group, make.roles(TEAMS), by=scene.chief)
        assert can(scene, TEAMS)
        assert not can(scene, EXCHANGE)

    def test_ends_with_the_company(self, scene):
        group = mail_people(scene)
        people.remove(scene.place, by=scene.chief)
        assert not can(scene)
        assert list(group.people()) == []

    def test_ends_with_closing_the_group(self, scene):
        group = mail_people(scene)
        (ended,) = groups.close_group(group, by=scene.chief)
        assert ended.relationship == scene.grant
        assert not can(scene)
        assert not AccessAssignment.objects.filter(group=group, status="active").exists()

    def test_of_nobody_else_ends_with_it(self, scene):
        agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
        groups.close_group(mail_people(scene), by=scene.chief)
        assert can(scene, user=agent)
        assert AdminRelationship.objects.get(pk=scene.grant.pk).status == "active"


class TestWho:
    @pytest.mark.parametrize("who", ROLES)
    def test_may_do_each_of_it(self, scene, who):
        group = mail_people(scene, inside=False, roles=())
        by = Actor.objects.of(make.join_partner(scene.alder, **ROLES[who]))
        acts = [
            lambda: groups.open_group(scene.alder, "Another", by=by),
            lambda: groups.rename_group(group, "Another name", by=by),
            lambda: groups.add_person(group, scene.place, by=by),
            lambda: assign(scene.grant, group, make.roles(EXCHANGE), by=by),
            lambda: groups.take_out(group, scene.place, by=by),
            lambda: groups.close_group(group, by=by),
        ]
        for act in acts:
            if who in MANAGE:
                act()
            else:
                with Nothing(), pytest.raises(PermissionDenied):
                    act()

    def test_is_nobody_of_another_partner_or_of_the_customer(self, scene):
        group = mail_people(scene)
        stranger = Actor.objects.of(make.join_partner(scene.birch, admin=Admin.GLOBAL_ADMIN))
        with Nothing():
            for by in (stranger, scene.by):
                with pytest.raises(PermissionDenied):
                    groups.close_group(group, by=by)
                with pytest.raises(PermissionDenied):
                    assign(scene.grant, group, [], by=by)


class TestRefusals:
    def test_a_group_of_another_partner(self, scene):
        other = scene.birch.security_groups.get(built_in=True)
        with Nothing(), pytest.raises(AssignmentRefused, match="your own organisation"):
            assign(scene.grant, other, make.roles(EXCHANGE), by=scene.chief)

    def test_a_role_outside_the_grant(self, scene):
        group = mail_people(scene, roles=())
        with Nothing(), pytest.raises(AssignmentRefused, match="has granted"):
            assign(scene.grant, group, make.roles(make.USER_ADMINISTRATOR), by=scene.chief)

    def test_a_grant_that_has_ended(self, scene):
        group = mail_people(scene, roles=())
        end = scene.grant.ends_at
        with Nothing(), pytest.raises(AssignmentRefused, match="has ended"):
            assign(scene.grant, group, make.roles(EXCHANGE), by=scene.chief, at=end)

    def test_a_request_that_is_not_approved(self, scene):
        request = make.make_request(scene.alder, role_ids=(EXCHANGE,))
        group = scene.alder.security_groups.get(built_in=True)
        with Nothing(), pytest.raises(AssignmentRefused, match="not approved"):
            assign(request.admin_relationships.get(), group, [], by=scene.chief)

    def test_a_closed_group(self, scene):
        group = mail_people(scene, roles=())
        groups.close_group(group, by=scene.chief)
        with Nothing():
            with pytest.raises(AssignmentRefused, match="was closed"):
                assign(scene.grant, group, make.roles(EXCHANGE), by=scene.chief)
            for act in (
                lambda: groups.close_group(group, by=scene.chief),
                lambda: groups.rename_group(group, "x", by=scene.chief),
                lambda: groups.add_person(group, scene.place, by=scene.chief),
            ):
                with pytest.raises(GroupRefused, match="was closed"):
                    act()

    def test_the_built_in_group(self, scene):
        group = scene.alder.security_groups.get(built_in=True)
        with Nothing():
            for act in (
                lambda: groups.close_group(group, by=scene.chief),
                lambda: groups.rename_group(group, "x", by=scene.chief),
                lambda: groups.add_person(group, scene.place, by=scene.chief),
            ):
                with pytest.raises(GroupRefused, match="exactly the admin agents"):
                    act()

    def test_a_person_twice_or_from_elsewhere_or_not_inside(self, scene):
        group = mail_people(scene)
        elsewhere = make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT)
        foreign = scene.birch.memberships.get(user=elsewhere)
        with Nothing():
            with pytest.raises(GroupRefused, match="already"):
                groups.add_person(group, scene.place, by=scene.chief)
            with pytest.raises(GroupRefused, match="does not belong"):
                groups.add_person(group, foreign, by=scene.chief)
            with pytest.raises(GroupRefused, match="not in the group"):
                groups.take_out(group, foreign, by=scene.chief)

    @pytest.mark.parametrize(
        "name", ["", "   ", "…", "x" * 101, "mail PEOPLE", "Admin agents", "\u202eliam", "a\u200bb"]
    )
    def test_a_name_that_is_none_or_taken(self, scene, name):
        mail_people(scene, roles=())
        with Nothing(), pytest.raises(GroupRefused):
            groups.open_group(scene.alder, name, by=scene.chief)

    def test_the_name_of_another_partners_or_a_closed_group_is_free(self, scene):
        group = mail_people(scene, roles=())
        other = Actor.objects.of(make.join_partner(scene.birch, admin=Admin.GLOBAL_ADMIN))
        groups.open_group(scene.birch, "Mail people", by=other)
        groups.close_group(group, by=scene.chief)
        assert groups.open_group(scene.alder, "Mail  people ", by=scene.chief).name == "Mail people"


class TestLog:
    def test_names_group_and_roles_to_the_customer_and_people_to_nobody_else(self, scene):
        group = mail_people(scene)
        assign(scene.grant, group, make.roles(TEAMS), by=scene.chief)
        assign(scene.grant, group, [], by=scene.chief)
        seen = Event.objects.filter(
            customer_id=str(scene.customer.tenant_id), payload__contains="Mail people"
        ).order_by("pk")
        assert [event.kind for event in seen] == [
            "administration.assigned",
            "administration.assignment_changed",
            "administration.unassigned",
        ]
        assert not any(str(scene.agent.public_id) in event.payload for event in seen)
        own = Event.objects.filter(kind__startswith="partner.group_")
        assert [event.kind for event in own.order_by("pk")] == [
            "partner.group_opened",
            "partner.group_person_added",
        ]
        assert {event.customer_id for event in own} == {""}

    def test_of_closing_tells_each_customer_and_the_partner_once(self, scene):
        groups.close_group(mail_people(scene), by=scene.chief)
        kinds = list(Event.objects.order_by("-pk").values_list("kind", flat=True)[:2])
        assert kinds == ["partner.group_closed", "administration.unassigned"]

    def test_of_the_same_roles_again_says_nothing(self, scene):
        group = mail_people(scene)
        with Nothing():
            assign(scene.grant, group, make.roles(EXCHANGE), by=scene.chief)


class TestPlanned:
    def ask(self, scene, *planned):
        return scene.ask(scene.alder, SUPPORT, groups=planned)

    def test_group_that_is_closed_meanwhile_leaves_it_to_the_others(self, scene):
        first = mail_people(scene, roles=())
        second = groups.open_group(scene.alder, "Others", by=scene.chief)
        decision = self.ask(scene, first, second)
        groups.close_group(first, by=scene.chief)
        scene.approve(decision)
        given = decision.admin_relationship.assignments.filter(status="active")
        assert [row.group for row in given] == [second]

    def test_groups_that_are_all_closed_leave_it_to_the_admin_agents(self, scene):
        first = mail_people(scene, roles=())
        decision = self.ask(scene, first)
        groups.close_group(first, by=scene.chief)
        scene.approve(decision)
        given = decision.admin_relationship.assignments.filter(status="active")
        assert [row.group for row in given] == [
            SecurityGroup.objects.get(partner=scene.alder, built_in=True)
        ]
