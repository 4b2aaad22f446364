"""Who may do what: the path where there is one, else the link that is missing (design 5.5)."""

import pytest

from accounts.models import Actor
from audit.log import Side
from customers.models import Customer
from partners.models import Partner, SecurityGroup
from partners.rights import Admin, Agent
from relationships.models import AdminRelationship, AdminRole, AdminStatus, EndedBecause
from relationships.moves import ending
from relationships.moves.supervising import restore_partner, suspend_partner
from relationships.who_may import Link, Missing, Path, may
from tests import factories as make

from .scenes import EXCHANGE, GLOBAL, SUPPORT, TEAMS, Fernhill

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = Fernhill()
    world.grant_ = world.grant(world.alder, EXCHANGE, SUPPORT)
    world.agent = make.make_admin_agent(world.alder)
    return world


def role(template_id):
    return AdminRole.objects.get(template_id=template_id)


def ask(world, user=None, template_id=EXCHANGE, at=None, customer=None):
    customer = Customer.objects.get(pk=(customer or world.customer).pk)
    return may(user or world.agent, customer, role(template_id), at or make.now())


def group_with(world, *template_ids):
    """A group of the partner's own to which these roles are assigned."""
    group = SecurityGroup.objects.create(
        partner=world.alder, name=f"Group {len(template_ids)}", created_at=make.now()
    )
    if template_ids:
        assignment = world.grant_.assignments.create(
            group=group, created_at=make.now(), created_by=make.operator()
        )
        assignment.roles.add(*map(role, template_ids))
    return group


def add(group, person):
    return group.places.create(
        membership=person.partner_memberships.get(),
        added_at=make.now(),
        added_by=make.operator(),
    )


class TestPath:
    def test_leads_through_the_built_in_group_at_once(self, world):
        path = ask(world)
        assert isinstance(path, Path)
        assert path
        assert path.relationship == world.grant_
        assert path.until == world.grant_.ends_at
        assert path.assignment.group.built_in

    def test_leads_through_a_group_of_the_partner_s_own(self, world):
        person = make.join_partner(world.alder, agent=Agent.HELPDESK_AGENT)
        group = group_with(world, SUPPORT)
        assert ask(world, person, SUPPORT).link == Link.GROUP
        place = add(group, person)
        assert ask(world, person, SUPPORT)
        assert not ask(world, person, EXCHANGE)
        place.removed_at, place.removed_by = make.now(), make.operator()
        place.save(update_fields=["removed_at", "removed_by"])
        assert ask(world, person, SUPPORT).link == Link.GROUP

    def test_is_the_one_that_holds_longest(self, world):
        longer = world.grant(world.alder, SUPPORT, days=700)
        assert ask(world, template_id=SUPPORT).relationship == longer

    def test_through_another_partner_is_none_for_a_partner_that_asks(self, world):
        """Nor is what is missing there told."""
        make.join_partner(world.birch, agent=Agent.ADMIN_AGENT, user=world.agent)
        longer = world.grant(world.birch, SUPPORT, days=700)
        support, now = role(SUPPORT), make.now()
        asked = (world.agent, world.customer, support, now)
        assert may(*asked).relationship == longer
        assert may(*asked, partner=world.alder).relationship == world.grant_
        assert may(*asked, partner=world.birch).relationship == longer
        ending.terminate(world.grant_, by=world.by, side=Side.CUSTOMER)
        assert may(*asked)
        assert may(*asked, partner=world.alder).link == Link.RELATIONSHIP

    def test_takes_at_most_two_queries(self, world, django_assert_max_num_queries):
        exchange, stranger = role(EXCHANGE), make.make_user()
        with django_assert_max_num_queries(1):
            path = may(world.agent, world.customer, exchange, make.now())
        with django_assert_max_num_queries(1):
            assert path.assignment.group.name
            assert path.relationship.partner == world.alder
        assert path.place_id == world.agent.partner_memberships.get().pk
        with django_assert_max_num_queries(2):
            assert not may(stranger, world.customer, exchange, make.now())


class TestMissing:
    def missing(self, world, **asked):
        found = ask(world, **asked)
        assert isinstance(found, Missing)
        assert found.sentence
        return found.link

    def test_is_the_membership_of_everybody_else(self, world):
        for person in (make.make_user(), make.make_staff(), world.admin):
            assert self.missing(world, user=person) == Link.MEMBERSHIP
        assert self.missing(world, user=make.make_admin_agent(world.birch)) == Link.MEMBERSHIP

    def test_is_the_group_of_who_is_no_admin_agent(self, world):
        for settings in ({"agent": Agent.SALES_AGENT}, {"admin": Admin.GLOBAL_ADMIN}):
            person = make.join_partner(world.alder, **settings)
            assert self.missing(world, user=person) == Link.GROUP

    def test_is_the_group_of_who_is_in_another_one(self, world):
        """Neither another's place in the group counts, nor a place in another group."""
        inside, outside = (
            make.join_partner(world.alder, agent=Agent.HELPDESK_AGENT) for _ in range(2)
        )
        add(group_with(world, SUPPORT), inside)
        assert ask(world, inside, SUPPORT)
        assert self.missing(world, user=outside, template_id=SUPPORT) == Link.GROUP
        add(group_with(world), outside)
        assert self.missing(world, user=outside, template_id=SUPPORT) == Link.GROUP

    def test_is_the_group_of_an_admin_agent_where_only_others_have_the_role(self, world):
        person = make.join_partner(world.alder, agent=Agent.HELPDESK_AGENT)
        add(group_with(world, SUPPORT), person)
        world.grant_.assignments.get(group__built_in=True).roles.remove(role(SUPPORT))
        assert self.missing(world, template_id=SUPPORT) == Link.GROUP

    def test_is_the_group_of_who_was_put_into_the_built_in_one_by_hand(self, world):
        """It holds exactly the admin agents, whatever its rows of members say."""
        person = make.join_partner(world.alder, agent=Agent.HELPDESK_AGENT)
        add(world.alder.security_groups.get(built_in=True), person)
        assert self.missing(world, user=person) == Link.GROUP

    def test_is_the_assignment_of_just_this_role_here(self, world):
        """Neither another role's assignment counts, nor one at another customer."""
        glenmoor = Fernhill()
        request = make.make_request(world.alder, role_ids=(EXCHANGE,))
        glenmoor.approve(make.make_decision(request, glenmoor.customer, by=glenmoor.admin))
        world.grant_.assignments.get().roles.remove(role(EXCHANGE))
        assert self.missing(world) == Link.ASSIGNMENT
        assert ask(world, customer=glenmoor.customer)
        assert ask(world, template_id=SUPPORT)

    def test_is_the_relationship_that_is_over_though_its_assignments_are_left(self, world):
        AdminRelationship.objects.filter(pk=world.grant_.pk).update(
            status=AdminStatus.TERMINATED,
            ended_at=make.now(),
            ended_by=make.operator(),
            ended_because=EndedBecause.CUSTOMER,
        )
        assert world.grant_.assignments.filter(status="active").exists()
        assert self.missing(world) == Link.RELATIONSHIP

    def test_is_told_of_the_way_that_leads_furthest(self, world):
        """Others administer here too, for whom this person does not work."""
        world.grant(world.birch, TEAMS)
        assert self.missing(world, at=world.grant_.ends_at) == Link.END

    def test_is_the_role_that_was_not_given(self, world):
        for template_id in (TEAMS, GLOBAL):
            assert self.missing(world, template_id=template_id) == Link.ROLE

    def test_is_the_role_that_was_taken_away(self, world):
        world.grant(world.birch, EXCHANGE, switches=["exchange"])
        assert self.missing(world) == Link.ROLE
        assert ask(world, template_id=SUPPORT)

    def test_is_the_relationship_that_was_ended(self, world):
        ending.remove_administration(world.customer, world.alder, by=world.by)
        assert self.missing(world) == Link.RELATIONSHIP

    def test_is_the_end_date_whatever_the_clock_did(self, world):
        end = world.grant_.ends_at
        assert ask(world, at=end - make.days(1))
        assert self.missing(world, at=end) == Link.END

    def test_is_the_pause(self, world):
        AdminRelationship.objects.update(paused_at=make.now(), paused_by=make.operator())
        assert self.missing(world) == Link.PAUSED

    def test_is_the_suspended_partner_until_it_is_restored_t11(self, world):
        suspend_partner(world.alder, by=make.operator(), reason="unpaid")
        assert self.missing(world) == Link.PARTNER
        partner = Partner.objects.get(pk=world.alder.pk)
        restore_partner(partner, by=make.operator(), reason="paid")
        assert ask(world)

    def test_is_the_closed_customer(self, world):
        world.customer.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        assert self.missing(world) == Link.CUSTOMER

    def test_is_the_account_that_is_not_active(self, world):
        world.agent.is_active = False
        assert self.missing(world) == Link.USER

    def test_is_the_membership_that_was_removed(self, world):
        world.agent.partner_memberships.update(removed_at=make.now(), removed_by=make.operator())
        assert self.missing(world) == Link.MEMBERSHIP

    def test_is_the_assignment_that_was_deleted(self, world):
        (assignment,) = world.grant_.assignments.all()
        assignment.move_to("deleted", deleted_at=make.now(), deleted_by=make.operator())
        assert self.missing(world) == Link.ASSIGNMENT

    def test_is_the_relationship_of_another_customer(self, world):
        other = make.make_customer("Glenmoor")
        assert self.missing(world, customer=other) == Link.RELATIONSHIP

    def test_is_no_more_after_selling_ended(self, world):
        selling = world.customer.reseller_relationships.get(partner=world.alder)
        ending.end_selling(selling, by=world.by, side=Side.CUSTOMER)
        assert self.missing(world) == Link.RELATIONSHIP
        assert Actor.objects.of(world.agent)
