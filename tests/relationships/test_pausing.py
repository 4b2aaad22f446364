"""A customer pauses administration, one or all, and lets it go on."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Agent
from relationships.effects import Effect, EffectKind, day_of
from relationships.models import AdminRelationship, AdminRole, Certificate
from relationships.moves import ending
from relationships.moves.pausing import pause, resume
from relationships.who_may import Link, may
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged
from .test_people import Nothing

pytestmark = pytest.mark.django_db
EXISTED = (
    "subscriptions_subscription",
    "subscriptions_subscriptionchange",
    "customers_customer",
    "customers_customermembership",
    "relationships_resellerrelationship",
    "relationships_serviceadministration",
    "relationships_accessassignment",
    "relationships_adminrelationshiprole",
)


@pytest.fixture
def scene():
    """Alder administers mail and gives support, birch administers meetings."""
    scene = Fernhill()
    scene.mail = scene.grant(scene.alder, EXCHANGE)
    scene.support = scene.grant(scene.alder, SUPPORT)
    scene.teams = scene.grant(scene.birch, TEAMS)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.other = make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT)
    return scene


def can(scene, user, template_id, at=None):
    role = AdminRole.objects.get(template_id=template_id)
    return may(user, scene.customer, role, at or make.now())


def paused():
    rows = AdminRelationship.objects.filter(paused_at__isnull=False).order_by("pk")
    return [row.pk for row in rows]


class TestPause:
    def test_of_one_takes_its_access_and_nothing_else(self, scene):
        with Unchanged(*EXISTED):
            effects = pause(scene.customer, grant=scene.mail, by=scene.by)
        until = day_of(scene.mail.ends_at)
        kind = EffectKind.ADMINISTRATION_PAUSES
        assert effects == [Effect(kind, "Alder", scene.mail.name, day=until)]
        assert can(scene, scene.agent, EXCHANGE).link == Link.PAUSED
        assert can(scene, scene.agent, SUPPORT)
        assert can(scene, scene.other, TEAMS)
        assert scene.holder("exchange") == scene.alder

    def test_of_a_partner_leaves_the_others(self, scene):
        pause(scene.customer, partner=scene.alder, by=scene.by)
        assert paused() == [scene.mail.pk, scene.support.pk]
        assert can(scene, scene.other, TEAMS)

    def test_of_all_takes_everybody_s(self, scene):
        effects = pause(scene.customer, by=scene.by)
        assert len(effects) == 3
        for user, role in ((scene.agent, EXCHANGE), (scene.agent, SUPPORT), (scene.other, TEAMS)):
            assert can(scene, user, role).link == Link.PAUSED

    def test_of_another_customer_touches_nobody_here(self, scene):
        other = Fernhill()
        grant = other.grant(scene.alder, EXCHANGE)
        pause(scene.customer, by=scene.by)
        grant.refresh_from_db()
        assert grant.paused_at is None

    def test_leaves_the_end_date_which_comes_all_the_same(self, scene):
        pause(scene.customer, grant=scene.mail, by=scene.by)
        after = AdminRelationship.objects.get(pk=scene.mail.pk)
        assert after.ends_at == scene.mail.ends_at
        resume(scene.customer, grant=scene.mail, by=scene.by)
        late = after.ends_at + timedelta(seconds=1)
        assert not can(scene, scene.agent, EXCHANGE, late)

    def test_is_certified_logged_and_told_to_each_partner_alone(self, scene):
        before = Certificate.objects.count()
        pause(scene.customer, by=scene.by)
        events = Event.objects.filter(kind="administration.paused").order_by("pk")
        assert {event.partner_name for event in events} == {"Alder", "Birch"}
        assert Certificate.objects.count() == before + 2
        assert not any(
            "Birch" in event.payload for event in events if event.partner_name == "Alder"
        )
        mails = Delivery.objects.filter(recipient=scene.agent.email).order_by("-pk")
        assert mails[0].subject == "Fernhill paused administration by Alder for Fernhill"
        assert "Birch" not in mails[0].text
        assert "go on" in mails[0].text


class TestResume:
    def test_resumes_nothing_that_the_page_did_not_name(self, client, scene):
        pause(scene.customer, grant=scene.mail, by=scene.by)
        client.force_login(scene.admin)
        url = reverse("relationships:customer-resume-all", args=[scene.customer.slug])
        seen = client.get(url).context["seen"]
        pause(scene.customer, grant=scene.teams, by=scene.by)
        with Nothing():
            client.post(url, {"seen": seen})
        assert paused() == [scene.mail.pk, scene.teams.pk]
        client.post(url, {"seen": client.get(url).context["seen"]})
        assert paused() == []

    def test_gives_it_back(self, scene):
        pause(scene.customer, by=scene.by)
        effects = resume(scene.customer, grant=scene.mail, by=scene.by)
        assert [effect.kind for effect in effects] == [EffectKind.ADMINISTRATION_RESUMES]
        assert can(scene, scene.agent, EXCHANGE)
        assert can(scene, scene.agent, SUPPORT).link == Link.PAUSED
        resume(scene.customer, by=scene.by)
        assert paused() == []
        assert can(scene, scene.other, TEAMS)


class TestRefusals:
    @pytest.mark.parametrize("role", [CustomerRole.BILLING_ADMIN, CustomerRole.READER])
    def test_of_who_does_not_decide(self, scene, role):
        by = Actor.objects.of(make.join_customer(scene.customer, role))
        with Nothing():
            for move in (pause, resume):
                with pytest.raises(PermissionDenied):
                    move(scene.customer, by=by)

    def test_of_the_partner_and_of_strangers(self, scene):
        for user in (scene.agent, make.join_customer(make.make_customer())):
            by = Actor.objects.of(user)
            with Nothing(), pytest.raises(PermissionDenied):
                pause(scene.customer, grant=scene.mail, by=by)

    def test_twice(self, scene):
        with Nothing(), pytest.raises(ending.Refused, match="Nothing of it is paused"):
            resume(scene.customer, by=scene.by)
        pause(scene.customer, grant=scene.mail, by=scene.by)
        with Nothing(), pytest.raises(ending.Refused, match="Nothing of it runs"):
            pause(scene.customer, grant=scene.mail, by=scene.by)

    def test_of_what_has_ended(self, scene):
        ending.terminate(scene.mail, by=scene.by, side="customer")
        with Nothing(), pytest.raises(ending.Refused):
            pause(scene.customer, grant=scene.mail, by=scene.by)

    def test_of_another_customers_grant(self, scene):
        other = Fernhill()
        grant = other.grant(other.alder, EXCHANGE)
        with Nothing(), pytest.raises(ending.Refused):
            pause(scene.customer, grant=grant, by=scene.by)


class TestPages:
    @pytest.fixture
    def browser(self, scene):
        browser = Client()
        browser.force_login(scene.admin)
        return browser

    def page(self, scene, name, *more):
        return reverse(f"relationships:{name}", args=[scene.customer.slug, *more])

    def text(self, response):
        return " ".join(unescape(response.content.decode()).split())

    def test_lead_from_the_partner_to_the_pause_and_back(self, scene, browser):
        partner = self.page(scene, "customer-partner", scene.alder.slug)
        url = self.page(
            scene, "customer-grant-act", scene.alder.slug, scene.mail.public_id, "pause"
        )
        assert url in self.text(browser.get(partner))
        with Nothing():
            said = self.text(browser.get(url))
        assert "cannot use" in said
        assert "You can resume it at any time." in said
        said = self.text(browser.post(url, follow=True))
        assert f"“{scene.mail.name}” is paused." in said
        assert url.replace("/pause/", "/resume/") in said
        said = self.text(browser.get(url.replace("/pause/", "/resume/")))
        assert "What begins" in said
        browser.post(url.replace("/pause/", "/resume/"))
        assert paused() == []

    def test_pause_all_from_the_list_of_partners(self, scene, browser):
        listed = self.page(scene, "customer-partners")
        url = self.page(scene, "customer-pause-all")
        assert url in self.text(browser.get(listed))
        assert "Resume all administration" not in self.text(browser.get(listed))
        said = self.text(browser.post(url, follow=True))
        assert "All administration is paused." in said
        assert "Resume all administration" in said
        browser.post(self.page(scene, "customer-resume-all"))
        assert paused() == []

    def test_pause_one_partner(self, scene, browser):
        act = ("customer-partner-act", scene.alder.slug, "pause-administration")
        browser.post(self.page(scene, *act))
        assert paused() == [scene.mail.pk, scene.support.pk]
        act = ("customer-partner-act", scene.alder.slug, "resume-administration")
        browser.post(self.page(scene, *act))
        assert paused() == []

    def test_offer_one_pause_where_a_partner_has_one_grant(self, scene, browser):
        def offered():
            url = self.page(scene, "customer-partner", scene.alder.slug)
            return self.text(browser.get(url))

        assert "Pause administration" in offered()
        ending.terminate(scene.support, by=scene.by, side="customer")
        assert "Pause administration" not in offered()
        pause(scene.customer, grant=scene.mail, by=scene.by)
        assert "Resume administration" not in offered()
        for act in (">Resume<", "Terminate", "Remove administration"):
            assert act in offered()
        assert "at once" not in offered()

    def test_offer_nothing_to_a_reader(self, scene):
        browser = Client()
        browser.force_login(make.join_customer(scene.customer, CustomerRole.READER))
        listed = self.page(scene, "customer-partners")
        assert "Pause" not in self.text(browser.get(listed))
        with Nothing():
            assert browser.post(self.page(scene, "customer-pause-all")).status_code == 403

    @pytest.mark.parametrize("act", ["terminate", "pause", "resume", "nothing"])
    def test_know_no_act_of_the_other_sort(self, scene, browser, act):
        url = self.page(scene, "customer-partner-act", scene.alder.slug, act)
        assert browser.get(url).status_code == 404
