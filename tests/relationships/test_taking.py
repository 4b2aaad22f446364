"""Single roles are taken away by the customer, or given back by the partner."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Agent
from relationships.effects import Effect, EffectKind
from relationships.models import AdminRelationship, AdminRole, AdminStatus, Certificate
from relationships.moves.previewing import preview
from relationships.moves.taking import take_away, taking_away
from relationships.who_may import Link, may
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged, page_of, text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db
KEPT = (
    "subscriptions_subscription",
    "subscriptions_subscriptionchange",
    "customers_customer",
    "customers_customermembership",
    "relationships_resellerrelationship",
)


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.grant(scene.alder)
    scene.mail = scene.grant(scene.alder, EXCHANGE, SUPPORT, asks_selling=False)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    return scene


def can(scene, template_id):
    return may(scene.agent, scene.customer, AdminRole.objects.get(template_id=template_id), now())


def now():
    return make.now()


def roles(*ids):
    return make.roles(*ids)


class TestTaking:
    @pytest.mark.parametrize("side", ["customer", "partner"])
    def test_takes_these_roles_and_leaves_the_rest(self, scene, side):
        by = scene.by if side == "customer" else Actor.objects.of(scene.agent)
        certificates = Certificate.objects.count()
        with Unchanged(*KEPT):
            seen = preview(taking_away, scene.mail, roles(EXCHANGE), by=by, side=side)
            scene.mail.refresh_from_db()
            effects = take_away(scene.mail, roles(EXCHANGE), by=by, side=side)
        assert effects == seen
        assert effects == [
            Effect(EffectKind.ROLE_TAKEN, "Alder", "Exchange Administrator"),
            Effect(EffectKind.SERVICE_FREED, "Alder", "Exchange Online"),
        ]
        assert scene.roles_of(scene.mail) == [SUPPORT]
        assert can(scene, EXCHANGE).link == Link.ROLE
        assert can(scene, SUPPORT)
        assert scene.holder("exchange") is None
        (row,) = scene.mail.granted_roles.exclude(removed_because="")
        assert row.removed_because == side
        assert Certificate.objects.count() == certificates + 1
        assert Event.objects.filter(kind="administration.roles_taken").count() == 1
        subjects = Delivery.objects.order_by("-pk").values_list("subject", flat=True)
        assert "took single roles away" in subjects[0]

    def test_of_the_last_role_ends_the_grant(self, scene):
        effects = take_away(scene.mail, roles(EXCHANGE, SUPPORT), by=scene.by, side="customer")
        kinds = [effect.kind for effect in effects]
        assert EffectKind.ADMINISTRATION_ENDS in kinds
        after = AdminRelationship.objects.get(pk=scene.mail.pk)
        assert (after.status, after.ended_because) == (AdminStatus.TERMINATED, "customer")
        assert not after.assignments.filter(status="active").exists()

    def test_trap_8_leaves_no_group_that_points_nowhere(self, scene):
        """The group that had only this role has no assignment any more."""
        (assigned,) = scene.mail.assignments.all()
        assigned.roles.set(roles(EXCHANGE))
        take_away(scene.mail, roles(EXCHANGE), by=scene.by, side="customer")
        assert not scene.mail.assignments.filter(status="active").exists()

    def test_leaves_a_service_that_another_of_its_grants_administers(self, scene):
        scene.grant(scene.alder, EXCHANGE, asks_selling=False)
        effects = take_away(scene.mail, roles(EXCHANGE), by=scene.by, side="customer")
        assert [effect.kind for effect in effects] == [EffectKind.ROLE_TAKEN]
        assert scene.holder("exchange") == scene.alder

    def test_trap_12_less_needs_nobody_s_approval_and_more_a_new_request(self, scene):
        take_away(scene.mail, roles(SUPPORT), by=Actor.objects.of(scene.agent), side="partner")
        assert scene.roles_of(scene.mail) == [EXCHANGE]
        with Nothing(), pytest.raises(Refused, match="not given any more"):
            take_away(scene.mail, roles(SUPPORT), by=scene.by, side="customer")


class TestRefusals:
    def test_of_roles_that_are_not_there(self, scene):
        for wanted, why in (
            ((TEAMS,), "not given"),
            ((EXCHANGE, TEAMS), "not given"),
            ((), "Tick"),
        ):
            with Nothing(), pytest.raises(Refused, match=why):
                take_away(scene.mail, roles(*wanted), by=scene.by, side="customer")

    def test_of_people_without_the_right(self, scene):
        strangers = [
            make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT),
            make.join_partner(scene.alder, agent=Agent.SALES_AGENT),
            make.join_customer(make.make_customer("Glenmoor")),
        ]
        for person in strangers:
            for side in ("customer", "partner"):
                with Nothing(), pytest.raises(PermissionDenied):
                    take_away(scene.mail, roles(SUPPORT), by=Actor.objects.of(person), side=side)


class TestPages:
    def test_customer_ticks_sees_and_confirms(self, client, scene):
        client.force_login(scene.admin)
        home = reverse(
            "relationships:customer-partner", args=[scene.customer.slug, scene.alder.slug]
        )
        assert f'id="{scene.mail.public_id}-{SUPPORT}"' in text_of(client.get(home))
        url = f"{home}administration/{scene.mail.public_id}/take-roles/"
        with Nothing():
            page = text_of(client.get(url, {"role": [SUPPORT]}))
        assert "Service Support Administrator" in page
        assert "Exchange Administrator" not in page
        answer = client.post(url, {"role": [SUPPORT]}, follow=True)
        assert "were taken away" in text_of(answer)
        assert scene.roles_of(scene.mail) == [EXCHANGE]

    def test_customer_who_ticks_nothing_or_nonsense_is_told(self, client, scene):
        client.force_login(scene.admin)
        url = reverse(
            "relationships:customer-take-roles",
            args=[scene.customer.slug, scene.alder.slug, scene.mail.public_id],
        )
        take_away(scene.mail, roles(SUPPORT), by=scene.by, side="customer")
        for ticked in ([], ["nonsense"], [TEAMS], [SUPPORT], [EXCHANGE, SUPPORT]):
            why = "One of these roles is not given" if ticked else "Tick at least one role to take"
            for go in (client.get, client.post):
                with Nothing():
                    assert why in text_of(go(url, {"role": ticked}, follow=True))

    def test_partner_gives_back(self, client, scene):
        client.force_login(scene.agent)
        place = (scene.customer.tenant_id, scene.mail.public_id)
        url = page_of("administration-act", scene.alder, *place, "give-roles-back")
        for ticked, why in (([], "Tick at least one role to give back"), ([TEAMS], "not given")):
            with Nothing():
                assert why in text_of(client.get(url, {"role": ticked}, follow=True))
        with Nothing():
            answer = client.get(url, {"role": [SUPPORT]})
        seen = answer.context["form"].initial["seen"]
        client.post(url, {"role": [SUPPORT], "seen": seen})
        assert scene.roles_of(scene.mail) == [EXCHANGE]
        page = text_of(client.get(page_of("administration", scene.alder, *place)))
        assert "ended by the partner: Service Support Administrator" in page

    def test_another_organisation_finds_nothing(self, client, scene):
        client.force_login(make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT))
        place = (scene.customer.tenant_id, scene.mail.public_id)
        for slug in (scene.birch, scene.alder):
            for name, more in (("administration", ()), ("administration-act", ("wish-extension",))):
                assert client.get(page_of(name, slug, *place, *more)).status_code == 404
        client.force_login(make.join_customer(make.make_customer("Glenmoor")))
        args = [scene.customer.slug, scene.alder.slug, scene.mail.public_id]
        url = reverse("relationships:customer-take-roles", args=args)
        with Nothing():
            assert client.post(url, {"role": [SUPPORT]}).status_code == 404
