"""The partner wishes, the customer says yes, and the clock extends; nobody else moves an end."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Agent
from relationships.effects import Effect, EffectKind, day_of
from relationships.models import AdminRelationship, AdminRole, AdminStatus, Certificate
from relationships.moves import clock, ending, pausing, taking
from relationships.moves.extending import allow, wish
from relationships.moves.supervising import suspend_partner
from relationships.who_may import may
from tests import factories as make

from .scenes import EXCHANGE, GLOBAL, SUPPORT, Fernhill, Unchanged, page_of, text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db
HALF_A_YEAR = timedelta(days=180)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def scene():
    scene = Fernhill()
    scene.mail = scene.grant(scene.alder, EXCHANGE, SUPPORT)
    scene.agent = make.join_partner(scene.alder, agent=Agent.ADMIN_AGENT)
    scene.partner_by = Actor.objects.of(scene.agent)
    return scene


def agreed(scene, grant=None):
    grant = grant or scene.mail
    wish(grant, wished=True, by=scene.partner_by)
    allow(grant, allowed=True, by=scene.by)
    return grant.ends_at


def now_of(grant):
    return AdminRelationship.objects.get(pk=grant.pk)


class TestWishAndYes:
    def test_change_nothing_but_themselves(self, scene):
        existed = (
            "subscriptions_subscription",
            "customers_customer",
            "relationships_adminrelationshiprole",
            "relationships_accessassignment",
            "relationships_serviceadministration",
        )
        before = now_of(scene.mail)
        with Unchanged(*existed):
            wished = wish(scene.mail, wished=True, by=scene.partner_by)
            allowed = allow(scene.mail, allowed=True, by=scene.by)
        day = day_of(before.ends_at)
        kinds = (EffectKind.EXTENSION_WISHED, EffectKind.EXTENSION_ALLOWED)
        assert [*wished, *allowed] == [Effect(k, "Alder", scene.mail.name, day=day) for k in kinds]
        after = now_of(scene.mail)
        assert (after.ends_at, after.status) == (before.ends_at, before.status)
        assert (after.extension_wished_by.user, after.extension_allowed_by.user) == (
            scene.agent,
            scene.admin,
        )

    def test_are_each_certified_logged_and_told(self, scene):
        before = Certificate.objects.count()
        Delivery.objects.all().delete()
        agreed(scene)
        wish(scene.mail, wished=False, by=scene.partner_by)
        allow(scene.mail, allowed=False, by=scene.by)
        kinds = ["wished", "allowed", "not_wished", "forbidden"]
        events = Event.objects.order_by("pk").values_list("kind", flat=True)
        assert list(events)[-4:] == [f"administration.extension_{kind}" for kind in kinds]
        assert Certificate.objects.count() == before + 4
        told = {(mail.recipient, mail.kind) for mail in Delivery.objects.all()}
        assert (scene.agent.email, "taken_back_partner") in told
        assert (scene.admin.email, "taken_back_customer") in told
        subject = Delivery.objects.filter(recipient=scene.admin.email).order_by("-pk")[0].subject
        assert "forbade the extension of administration by Alder" in subject

    def test_of_a_partner_that_changes_its_mind_fill_nobody_s_letter_box(self, scene):
        Delivery.objects.all().delete()
        for _time in range(3):
            wish(scene.mail, wished=True, by=scene.partner_by)
            wish(scene.mail, wished=False, by=scene.partner_by)
        assert Delivery.objects.filter(recipient=scene.admin.email).count() == 2

    def test_of_sides_that_change_their_minds_are_one_line_each_of_a_history(self, scene, client):
        now = make.now() - timedelta(minutes=10)
        for days in (5, 1, 0):
            for minute in range(3):
                at = now - make.days(days) + timedelta(minutes=minute)
                wish(scene.mail, wished=True, by=scene.partner_by, at=at)
                allow(scene.mail, allowed=True, by=scene.by, at=at + timedelta(seconds=3))
                wish(scene.mail, wished=False, by=scene.partner_by, at=at + timedelta(seconds=6))
                allow(scene.mail, allowed=False, by=scene.by, at=at + timedelta(seconds=9))
            if days == 5:
                later = at + timedelta(seconds=12)
                taking.take_away(
                    scene.mail, make.roles(SUPPORT), by=scene.by, side="customer", at=later
                )
                wish(scene.mail, wished=True, by=scene.partner_by, at=at + timedelta(seconds=15))
                wish(scene.mail, wished=False, by=scene.partner_by, at=at + timedelta(seconds=18))
        allow(scene.mail, allowed=True, by=scene.by)
        wish(scene.mail, wished=True, by=scene.partner_by)
        client.force_login(scene.admin)
        page = reverse(
            "relationships:customer-partner", args=[scene.customer.slug, scene.alder.slug]
        )
        history = [entry["title"] for entry in client.get(page).context["history"]]
        client.force_login(scene.agent)
        page = page_of("partner-customer", scene.alder, scene.customer.tenant_id)
        happened = [entry["title"] for entry in client.get(page).context["happened"]]
        for told in (history, happened):
            # What stands now, and one line a side for each wavering; one more before a role went.
            words = [" ".join(line.split()) for line in told if "extended" in line]
            assert [line.split(" that")[0] for line in words] == [
                "Alder wishes",
                "Fernhill allowed",
                "Fernhill forbade",
                "Alder no longer wishes",
                "Alder no longer wishes",
                "Fernhill forbade",
                "Alder no longer wishes",
            ]
        assert Event.objects.filter(kind__contains="extension").count() == 3 * 12 + 4

    def test_are_told_in_plain_words(self, scene):
        Delivery.objects.all().delete()
        wish(scene.mail, wished=True, by=scene.partner_by)
        wish(scene.mail, wished=False, by=scene.partner_by)
        mails = Delivery.objects.filter(recipient=scene.admin.email).order_by("pk")
        assert [mail.subject for mail in mails] == [
            "Alder asks that administration by Alder for Fernhill be extended at its end",
            "Alder no longer asks that administration by Alder for Fernhill be extended",
        ]
        page = reverse(
            "relationships:customer-partner", args=[scene.customer.slug, scene.alder.slug]
        )
        assert all(page in mail.text and page in mail.html for mail in mails)
        assert "It is, if you allow it." in mails[0].text
        assert "the customer" not in mails[0].text + mails[0].html

    def test_are_nobody_else_s(self, scene):
        reader = make.join_customer(scene.customer, role=CustomerRole.READER)
        sales = make.join_partner(scene.alder, agent=Agent.SALES_AGENT)
        birch = make.join_partner(scene.birch, agent=Agent.ADMIN_AGENT)
        for person in (reader, sales, birch, scene.agent):
            with Nothing(), pytest.raises(PermissionDenied):
                allow(scene.mail, allowed=True, by=Actor.objects.of(person))
        for person in (reader, sales, birch, scene.admin):
            with Nothing(), pytest.raises(PermissionDenied):
                wish(scene.mail, wished=True, by=Actor.objects.of(person))

    def test_stand_against_no_privileged_role(self, scene):
        grave = scene.grant(scene.alder, GLOBAL, SUPPORT, days=30)
        with Nothing(), pytest.raises(Refused, match="privileged roles is never extended"):
            wish(grave, wished=True, by=scene.partner_by)
        with Nothing(), pytest.raises(Refused, match="privileged roles is never extended"):
            allow(grave, allowed=True, by=scene.by)
        taking.take_away(grave, make.roles(GLOBAL), by=scene.by, side="customer")
        agreed(scene, grave)

    def test_of_what_is_over_or_so_already_are_refused(self, scene):
        for act, by in ((wish, scene.partner_by), (allow, scene.by)):
            word = "wished" if act is wish else "allowed"
            with Nothing(), pytest.raises(Refused, match="so already"):
                act(scene.mail, **{word: False}, by=by)
        ending.terminate(scene.mail, by=scene.by, side="customer")
        with Nothing(), pytest.raises(Refused, match="ended already"):
            allow(scene.mail, allowed=True, by=scene.by)

    def test_a_suspended_partner_wishes_nothing(self, scene):
        suspend_partner(scene.alder, by=make.operator(), reason="unpaid")
        with Nothing(), pytest.raises(Refused, match="suspended"):
            wish(scene.mail, wished=True, by=scene.partner_by)

    def test_the_wish_begins_with_the_request_and_the_yes_never(self, scene):
        asked = scene.grant(scene.birch, make.TEAMS_ADMINISTRATOR, auto_extend=True)
        assert asked.extension_wished_at is not None
        assert asked.extension_allowed_at is None


class TestClock:
    def test_extends_by_180_days_at_the_end_and_says_by_whose_yes(self, scene):
        end = agreed(scene)
        clock.sweep(end - INSTANT)
        assert now_of(scene.mail).ends_at == end
        clock.sweep(end)
        after = now_of(scene.mail)
        assert (after.ends_at, after.status) == (end + HALF_A_YEAR, AdminStatus.ACTIVE)
        (event,) = Event.objects.filter(kind="administration.extended")
        assert event.details["allowed_by"] == str(after.extension_allowed_by.public_id)
        assert event.details["was"] != event.details["until"]
        assert may(scene.agent, scene.customer, AdminRole.objects.get(template_id=EXCHANGE), end)

    @pytest.mark.parametrize("missing", ["wish", "yes", "both"])
    def test_ends_it_where_one_of_them_is_missing(self, scene, missing):
        end = agreed(scene)
        if missing in ("wish", "both"):
            wish(scene.mail, wished=False, by=scene.partner_by)
        if missing in ("yes", "both"):
            allow(scene.mail, allowed=False, by=scene.by)
        clock.sweep(end)
        after = now_of(scene.mail)
        assert (after.ends_at, after.status) == (end, AdminStatus.EXPIRED)
        assert not Event.objects.filter(kind="administration.extended").exists()

    def test_once_however_often_it_runs(self, scene):
        end = agreed(scene)
        clock.sweep(end)
        clock.sweep(end)
        assert now_of(scene.mail).ends_at == end + HALF_A_YEAR
        assert Event.objects.filter(kind="administration.extended").count() == 1

    def test_after_a_standstill_of_a_year_until_it_runs_again(self, scene):
        end = agreed(scene)
        clock.sweep(end + timedelta(days=365))
        assert now_of(scene.mail).ends_at == end + 3 * HALF_A_YEAR

    def test_gives_no_access_past_the_end_before_it_ran(self, scene):
        end = agreed(scene)
        role = AdminRole.objects.get(template_id=EXCHANGE)
        assert not may(scene.agent, scene.customer, role, end)

    def test_extends_what_is_paused_and_leaves_it_paused(self, scene):
        end = agreed(scene)
        pausing.pause(scene.customer, by=scene.by)
        clock.sweep(end)
        after = now_of(scene.mail)
        assert (after.ends_at, after.paused_at is not None) == (end + HALF_A_YEAR, True)


class TestDatabase:
    """What no program may do that opened the database itself."""

    def write(self, grant, **columns):
        table = "relationships_adminrelationship"
        with Unchanged(table), pytest.raises(IntegrityError), transaction.atomic():
            AdminRelationship.objects.filter(pk=grant.pk).update(**columns)

    def test_moves_no_end_without_wish_and_yes(self, scene):
        end = scene.mail.ends_at
        self.write(scene.mail, ends_at=end + HALF_A_YEAR)
        wish(scene.mail, wished=True, by=scene.partner_by)
        self.write(scene.mail, ends_at=end + HALF_A_YEAR)
        wish(scene.mail, wished=False, by=scene.partner_by)
        allow(scene.mail, allowed=True, by=scene.by)
        self.write(scene.mail, ends_at=end + HALF_A_YEAR)

    def test_moves_no_end_backwards_nor_of_what_is_over(self, scene):
        end = agreed(scene)
        self.write(scene.mail, ends_at=end - INSTANT)
        self.write(scene.mail, ends_at=None)
        ending.terminate(scene.mail, by=scene.by, side="customer")
        self.write(scene.mail, ends_at=end + HALF_A_YEAR)

    def test_moves_no_end_of_privileged_roles(self, scene):
        grave = scene.grant(scene.birch, GLOBAL, days=30, switches=("exchange",))
        by = {"extension_wished_by": scene.by, "extension_allowed_by": scene.by}
        at = {"extension_wished_at": make.now(), "extension_allowed_at": make.now()}
        AdminRelationship.objects.filter(pk=grave.pk).update(**at, **by)
        self.write(grave, ends_at=grave.ends_at + HALF_A_YEAR)

    def test_gives_no_role_later_and_none_back(self, scene):
        role = AdminRole.objects.get(template_id=make.USER_ADMINISTRATOR)
        tables = ("relationships_adminrelationshiprole",)
        with Unchanged(*tables), pytest.raises(IntegrityError), transaction.atomic():
            scene.mail.granted_roles.create(role=role, granted_at=make.now())
        taking.take_away(scene.mail, make.roles(SUPPORT), by=scene.by, side="customer")
        rows = scene.mail.granted_roles.filter(removed_at__isnull=False)
        for columns in (
            {"removed_at": None, "removed_by": None, "removed_because": ""},
            {"role": role},
        ):
            with Unchanged(*tables), pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**columns)
        with Unchanged(*tables), pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


class TestPages:
    def test_customer_allows_and_forbids(self, client, scene):
        wish(scene.mail, wished=True, by=scene.partner_by)
        client.force_login(scene.admin)
        page = reverse(
            "relationships:customer-partner", args=[scene.customer.slug, scene.alder.slug]
        )
        assert "The partner wishes that it be extended" in text_of(client.get(page))
        for act, words, allowed in (
            ("allow-extension", "because the partner wishes it and you allow it", True),
            ("forbid-extension", "you have not allowed it", False),
        ):
            url = f"{page}administration/{scene.mail.public_id}/{act}/"
            with Nothing():
                assert "180 days" in text_of(client.get(url)) or not allowed
            assert words in text_of(client.post(url, follow=True))
            assert (now_of(scene.mail).extension_allowed_at is not None) == allowed

    def test_partner_wishes_and_withdraws(self, client, scene):
        client.force_login(scene.agent)
        place = (scene.customer.tenant_id, scene.mail.public_id)
        page = page_of("administration", scene.alder, *place)
        assert "not wished, not allowed" in text_of(client.get(page))
        for act, wished in (("wish-extension", True), ("withdraw-wish", False)):
            url = page_of("administration-act", scene.alder, *place, act)
            with Nothing():
                seen = client.get(url).context["form"].initial["seen"]
            with Nothing():
                assert client.post(url, {"seen": "of something else"}).status_code == 422
            assert client.post(url, {"seen": seen})["Location"] == page
            assert (now_of(scene.mail).extension_wished_at is not None) == wished
