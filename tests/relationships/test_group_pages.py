"""The pages of a partner's groups, and of the groups of one administration."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from partners.rights import Agent
from relationships.moves import groups
from relationships.moves.assignments import assign
from tests import factories as make

from .scenes import EXCHANGE, TEAMS, Fernhill
from .test_people import Nothing

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.grant = scene.grant(scene.alder, EXCHANGE, TEAMS)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.actor = Actor.objects.of(scene.agent)
    scene.browser = Client()
    scene.browser.force_login(scene.agent)
    return scene


def page(scene, name, *more):
    return reverse(f"relationships:{name}", args=[scene.alder.slug, *more])


def of_grant(scene, name, *more):
    return page(scene, name, scene.customer.tenant_id, scene.grant.public_id, *more)


def text(response):
    return " ".join(unescape(response.content.decode()).split())


def mail_people(scene):
    return groups.open_group(scene.alder, "Mail people", by=scene.actor)


class TestGroup:
    def test_is_made_filled_used_and_closed(self, scene):
        response = scene.browser.post(page(scene, "group-new"), {"name": " Mail   people "})
        group = scene.alder.security_groups.get(built_in=False)
        assert response.url == page(scene, "group", group.public_id)
        assert group.name == "Mail people"
        assert "Nobody is in this group" in text(scene.browser.get(response.url))

        given = {"person": scene.agent.public_id}
        said = text(
            scene.browser.post(page(scene, "group-add", group.public_id), given, follow=True)
        )
        assert f"{scene.agent.name} is in the group now." in said
        assert "Everybody of your organisation is in it." not in said

        given = {"roles": [EXCHANGE]}
        url = of_grant(scene, "administration-group", group.public_id)
        response = scene.browser.post(url, given)
        assert response.url == of_grant(scene, "administration-groups")
        assert scene.grant.assignments.filter(group=group, status="active").count() == 1

        closing = text(scene.browser.get(page(scene, "group-close", group.public_id)))
        assert "Fernhill, “" in closing
        assert "Nobody else has it" not in closing
        response = scene.browser.post(page(scene, "group-close", group.public_id))
        assert response.url == page(scene, "group-list")
        assert "Mail people" not in text(scene.browser.get(page(scene, "group-list"))).replace(
            "The group “Mail people” was closed.", ""
        )
        assert scene.browser.get(page(scene, "group", group.public_id)).status_code == 404

    def test_of_a_name_that_is_taken_keeps_what_was_typed(self, scene):
        mail_people(scene)
        with Nothing():
            response = scene.browser.post(page(scene, "group-new"), {"name": "MAIL people"})
        assert response.status_code == 422
        assert "There is a group of this name already." in text(response)
        assert 'value="MAIL people"' in text(response)

    def test_is_renamed(self, scene):
        group = mail_people(scene)
        scene.browser.post(page(scene, "group-rename", group.public_id), {"name": "Post"})
        group.refresh_from_db()
        assert group.name == "Post"

    def test_lets_a_person_go(self, scene):
        group = mail_people(scene)
        groups.add_person(group, scene.alder.memberships.get(user=scene.agent), by=scene.actor)
        url = page(scene, "group-take-out", group.public_id)
        scene.browser.post(url, {"person": scene.agent.public_id})
        assert not group.people().exists()
        said = text(scene.browser.post(url, {"person": scene.agent.public_id}, follow=True))
        assert "This person is not in the group." in said

    @pytest.mark.parametrize("person", ["", "nobody", "01a20b4f-fde0-72d4-a1d0-7efbf67ab662"])
    def test_takes_in_nobody_who_is_not_the_partners(self, scene, person):
        group = mail_people(scene)
        stranger = make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT)
        for wanted in (person, str(stranger.public_id)):
            with Nothing():
                url = page(scene, "group-add", group.public_id)
                assert scene.browser.post(url, {"person": wanted}).status_code == 422

    def test_that_alone_has_an_administration_is_named_before_it_is_closed(self, scene):
        group = mail_people(scene)
        groups.add_person(group, scene.alder.memberships.get(user=scene.agent), by=scene.actor)
        assign(scene.grant, group, make.roles(EXCHANGE), by=scene.actor)
        built_in = scene.alder.security_groups.get(built_in=True)
        assign(scene.grant, built_in, [], by=scene.actor)
        said = text(scene.browser.get(page(scene, "group-close", group.public_id)))
        assert "Nobody else has it" in said

    def test_list_costs_no_more_with_more_of_them(self, scene, django_assert_max_num_queries):
        for number in range(12):
            groups.open_group(scene.alder, f"Group {number}", by=scene.actor)
        with django_assert_max_num_queries(6):
            scene.browser.get(page(scene, "group-list"))


class TestAdministration:
    def test_that_nobody_can_use_says_so_and_what_to_do(self, scene):
        built_in = scene.alder.security_groups.get(built_in=True)
        assign(scene.grant, built_in, [], by=scene.actor)
        said = text(scene.browser.get(of_grant(scene, "administration-groups")))
        assert "Nobody can use this administration" in said
        home = text(scene.browser.get(page(scene, "partner-home")))
        assert of_grant(scene, "administration-groups") in home

    def test_is_used_by_the_admin_agents_from_the_beginning(self, scene):
        said = text(scene.browser.get(of_grant(scene, "administration-groups")))
        assert "Nobody can use this administration" not in said
        assert "Admin agents" in said

    def test_offers_only_roles_that_were_granted(self, scene):
        group = mail_people(scene)
        url = of_grant(scene, "administration-group", group.public_id)
        with Nothing():
            response = scene.browser.post(url, {"roles": [make.USER_ADMINISTRATOR]})
        assert response.status_code == 422

    def test_needs_a_role_for_a_group_that_has_none(self, scene):
        group = mail_people(scene)
        url = of_grant(scene, "administration-group", group.public_id)
        with Nothing():
            response = scene.browser.post(url, {})
        assert response.status_code == 422
        assert "Choose at least one role." in text(response)

    def test_of_another_customer_or_group_is_not_found(self, scene):
        other = make.make_partner("Cedar")
        foreign = other.security_groups.get(built_in=True)
        url = of_grant(scene, "administration-group", foreign.public_id)
        assert scene.browser.get(url).status_code == 404
        elsewhere = make.make_customer()
        url = page(scene, "administration-groups", elsewhere.tenant_id, scene.grant.public_id)
        assert scene.browser.get(url).status_code == 404

    def test_pages_cost_no_more_with_more_groups(self, scene, django_assert_max_num_queries):
        for number in range(12):
            group = groups.open_group(scene.alder, f"Group {number}", by=scene.actor)
            assign(scene.grant, group, make.roles(EXCHANGE), by=scene.actor)
        with django_assert_max_num_queries(10):
            scene.browser.get(of_grant(scene, "administration-groups"))
