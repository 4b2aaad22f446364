"""The page on which a customer decides: what it tells, what it does, and what it leaves alone."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from partners.rights import Agent
from relationships.content import content_digest, content_of
from relationships.models import (
    AdminRelationship,
    AdminStatus,
    DecisionSignature,
    DecisionStatus,
    Half,
    ResellerRelationship,
    ServiceAdministration,
)
from relationships.moves import deciding
from tests import factories as make

pytestmark = pytest.mark.django_db

# Twelve with the session, which a site reads from the database and these tests from memory.
QUERIES = 12
RECEIPT_QUERIES = 9


def text_of(answer):
    return " ".join(answer.content.decode().split())


def rows_of(*tables):
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = cursor.fetchall()
    return rows


def what_existed():
    return rows_of(
        "subscriptions_subscription",
        "subscriptions_subscriptionchange",
        "customers_customer",
        "customers_customermembership",
    )


def what_a_decision_writes():
    return what_existed() | rows_of(
        "relationships_decision",
        "relationships_decisionsignature",
        "relationships_adminrelationship",
        "relationships_resellerrelationship",
        "relationships_serviceadministration",
        "relationships_relationshiprequest",
        "audit_event",
        "mail_delivery",
    )


class Scene:
    """Alder asks fernhill for selling and two roles; a decider looks at the page."""

    def __init__(self, client, **asked):
        self.client = client
        self.alder, self.birch = make.make_partner("Alder"), make.make_partner("Birch IT")
        self.fernhill = make.make_customer("Fernhill")
        self.admin = make.join_customer(self.fernhill)
        for seller in (self.birch, self.birch, None):
            make.make_subscription(self.fernhill, seller=seller, partner_of_record=self.birch)
        self.request = make.make_request(self.alder, email=self.admin.email, **asked)
        self.decision = make.make_decision(self.request, self.fernhill, by=self.admin)
        self.url = self.decision.get_absolute_url()
        client.force_login(self.admin)

    def answer(self, verb="approve", **fields):
        data = {"seen_digest": content_digest(content_of(self.decision)), **fields}
        url = reverse(
            f"relationships:decision-{verb}", args=[self.fernhill.slug, self.decision.public_id]
        )
        return self.client.post(url, data)

    def approve(self, **fields):
        everything = {
            "selling": "allow",
            "administration": "allow",
            "roles": [str(role.template_id) for role in self.request.asked_roles()],
            "days": "365",
        }
        return self.answer(**everything | fields)

    def prove(self):
        """Sign in again, as the page asks for."""
        self.client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})

    def state(self):
        self.decision.refresh_from_db()
        return self.decision.status


@pytest.fixture
def scene(client):
    return Scene(client)


def give_exchange_to_birch(scene):
    request = make.make_request(scene.birch, role_ids=(make.EXCHANGE_ADMINISTRATOR,))
    decision = make.make_decision(request, scene.fernhill, by=scene.admin)
    by = Actor.objects.of(scene.admin)
    deciding.approve(decision, make.make_answer(decision), by=by)


class TestPage:
    def test_tells_who_asks_for_what_and_what_stays(self, scene):
        page = text_of(scene.client.get(scene.url))
        for expected in (
            "Alder",
            scene.alder.primary_domain,
            "direct bill partner",
            "Fernhill",
            scene.fernhill.primary_domain,
            str(scene.fernhill.tenant_id),
            "Exchange Administrator",
            "What does not change",
            "Birch IT",
            scene.admin.get_full_name(),
        ):
            assert expected in page, expected

    def test_presets_no_half(self, scene):
        page = scene.client.get(scene.url).content.decode()
        radios = [part.split(">")[0] for part in page.split("<input") if 'type="radio"' in part]
        assert len(radios) == 4
        assert not [radio for radio in radios if "checked" in radio]

    def test_ticks_what_was_asked_but_nothing_privileged(self, client):
        scene = Scene(
            client,
            role_ids=(make.SERVICE_SUPPORT_ADMINISTRATOR, make.USER_ADMINISTRATOR),
            days=90,
        )
        page = scene.client.get(scene.url).content.decode()
        ticks = {
            part.split('value="')[1].split('"')[0]: "checked" in part.split(">")[0]
            for part in page.split("<input")
            if 'name="roles"' in part.split(">")[0]
        }
        assert ticks == {make.SERVICE_SUPPORT_ADMINISTRATOR: True, make.USER_ADMINISTRATOR: False}

    def test_offers_the_switch_of_a_service_that_another_partner_administers(self, scene):
        give_exchange_to_birch(scene)
        page = scene.client.get(scene.url).content.decode()
        ticks = [part.split(">")[0] for part in page.split("<input")]
        (switch,) = [tick for tick in ticks if 'name="switches"' in tick]
        assert 'value="exchange"' in switch
        assert "checked" not in switch
        assert "Move Exchange Online from Birch IT to Alder" in page
        assert "Birch IT loses: Exchange Administrator." in page

    def test_offers_no_switch_where_nobody_holds_the_service(self, scene):
        assert 'name="switches"' not in scene.client.get(scene.url).content.decode()

    def test_says_that_the_partner_sells_already(self, scene):
        scene.approve(administration="refuse")
        again = make.make_decision(
            make.make_request(scene.alder, name="Again"), scene.fernhill, by=scene.admin
        )
        assert "already" in text_of(scene.client.get(again.get_absolute_url()))

    def test_is_unknown_to_a_stranger_and_under_another_customer(self, scene):
        glenmoor = make.make_customer("Glenmoor")
        scene.client.force_login(make.join_customer(glenmoor))
        assert scene.client.get(scene.url).status_code == 404
        elsewhere = scene.url.replace(scene.fernhill.slug, glenmoor.slug)
        assert scene.client.get(elsewhere).status_code == 404
        assert scene.approve().status_code == 404
        assert scene.state() == DecisionStatus.OPEN

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_changes_nothing_by_being_looked_at(self, scene, method):
        scene.client.force_login(make.join_customer(scene.fernhill, CustomerRole.READER))
        before = what_a_decision_writes() | rows_of("accounts_actor")
        for _ in range(2):
            assert getattr(scene.client, method)(scene.url).status_code == 200
        assert what_a_decision_writes() | rows_of("accounts_actor") == before

    @pytest.mark.parametrize("verb", ["approve", "decline"])
    def test_answers_by_post_only(self, scene, verb):
        assert scene.client.get(f"{scene.url}{verb}/").status_code == 405
        assert scene.state() == DecisionStatus.OPEN

    def test_asks_the_database_as_often_for_many_subscriptions(
        self, scene, django_assert_max_num_queries
    ):
        def ask():
            with django_assert_max_num_queries(QUERIES) as asked:
                scene.client.get(scene.url)
            return len(asked)

        ask()
        with_three = ask()
        for _ in range(27):
            make.make_subscription(scene.fernhill, seller=scene.birch)
        assert ask() == with_three

    @pytest.mark.parametrize("who", ["decider", "reader", "insider"])
    def test_asks_the_database_as_seldom_whoever_looks_and_for_every_role(
        self, client, who, django_assert_max_num_queries
    ):
        everything = (make.GLOBAL_ADMINISTRATOR, make.EXCHANGE_ADMINISTRATOR)
        scene = Scene(client, role_ids=everything, days=90)
        give_exchange_to_birch(scene)
        if who == "reader":
            client.force_login(make.join_customer(scene.fernhill, CustomerRole.READER))
        if who == "insider":
            make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT, user=scene.admin)
        client.get(scene.url)
        with django_assert_max_num_queries(QUERIES):
            assert client.get(scene.url).status_code == 200


class TestWhoCannotDecide:
    @pytest.mark.parametrize("role", [CustomerRole.READER, CustomerRole.BILLING_ADMIN])
    @pytest.mark.parametrize("verb", ["approve", "decline"])
    def test_sees_the_page_and_is_told_who_can_r9(self, scene, role, verb):
        scene.client.force_login(make.join_customer(scene.fernhill, role))
        page = scene.client.get(scene.url)
        assert scene.admin.get_full_name() in text_of(page)
        assert "Approve</button>" not in page.content.decode()
        assert "Decline</button>" not in page.content.decode()
        before = what_existed()
        refused = scene.approve() if verb == "approve" else scene.answer("decline")
        assert refused.status_code == 403
        assert scene.admin.get_full_name() in text_of(refused)
        assert scene.state() == DecisionStatus.OPEN
        assert what_existed() == before

    def test_includes_the_partner_s_own_people(self, scene):
        insider = make.join_customer(scene.fernhill)
        make.join_partner(scene.alder, agent=Agent.HELPDESK_AGENT, user=insider)
        scene.client.force_login(insider)
        page = text_of(scene.client.get(scene.url))
        assert "You work for a partner that this request concerns" in page
        who_can = page[page.index("who-can") :]
        who_can = who_can[: who_can.index("</ul>")]
        assert scene.admin.get_full_name() in who_can
        assert insider.get_full_name() not in who_can
        assert scene.approve().status_code == 403
        assert scene.state() == DecisionStatus.OPEN


class TestApprove:
    def test_gives_both_halves_and_leaves_every_subscription(
        self, scene, django_assert_max_num_queries
    ):
        before = what_existed()
        answer = scene.approve()
        assert answer.status_code == 302
        assert answer["Location"] == scene.url
        assert scene.state() == DecisionStatus.APPROVED
        assert what_existed() == before
        assert ResellerRelationship.objects.get().partner == scene.alder
        grant = AdminRelationship.objects.get()
        assert grant.status == AdminStatus.ACTIVE
        scene.client.get(scene.url)
        with django_assert_max_num_queries(RECEIPT_QUERIES):
            receipt = text_of(scene.client.get(scene.url))
        assert "approved" in receipt
        assert "Exchange Administrator" in receipt
        assert str(grant.ends_at.year) in receipt
        assert scene.admin.get_full_name() in receipt
        assert "3 of 3 subscriptions" in receipt

    def test_gives_selling_only(self, scene):
        scene.approve(administration="refuse")
        assert scene.state() == DecisionStatus.APPROVED
        assert (scene.decision.selling, scene.decision.administration) == (
            Half.APPROVED,
            Half.DECLINED,
        )
        assert not ServiceAdministration.objects.exists()

    def test_gives_administration_only_with_fewer_roles_and_days(self, scene):
        scene.approve(selling="refuse", roles=[make.SERVICE_SUPPORT_ADMINISTRATOR], days="30")
        assert scene.state() == DecisionStatus.APPROVED
        grant = AdminRelationship.objects.get()
        assert (grant.ends_at - grant.activated_at).days == 30
        assert grant.granted_roles.get().role.name == "Service Support Administrator"
        assert not ResellerRelationship.objects.exists()

    def test_ignores_days_where_administration_is_not_allowed(self, scene):
        scene.approve(administration="refuse", days="")
        assert scene.state() == DecisionStatus.APPROVED

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"selling": "refuse", "administration": "refuse"}, "You have allowed nothing."),
            ({"selling": ""}, "Answer both parts"),
            ({"roles": []}, "Tick at least one role"),
            ({"days": "366"}, "365"),
            ({"days": "0"}, "1"),
            ({"roles": [make.GLOBAL_ADMINISTRATOR]}, "role"),
            ({"roles": ["nonsense"]}, "nonsense"),
            ({"seen_digest": "0" * 64}, "has changed since you opened this page"),
        ],
    )
    def test_refuses_with_a_sentence_and_changes_nothing(self, scene, fields, sentence):
        before = what_a_decision_writes()
        answer = scene.approve(**fields)
        assert answer.status_code == 422
        assert 'role="alert"' in text_of(answer)
        assert sentence in text_of(answer)
        assert what_a_decision_writes() == before

    def test_keeps_what_was_typed(self, scene):
        page = scene.approve(selling="refuse", roles=[], days="30").content.decode()
        radios = [part.split(">")[0] for part in page.split("<input") if "checked" in part[:400]]
        assert any('name="selling"' in radio and "refuse" in radio for radio in radios)
        assert 'value="30"' in page

    def test_refuses_a_role_whose_service_another_partner_administers(self, scene):
        give_exchange_to_birch(scene)
        before = what_a_decision_writes()
        answer = scene.approve()
        assert answer.status_code == 422
        assert "Birch IT administers Exchange Online for you now" in text_of(answer)
        assert what_a_decision_writes() == before

    def test_refuses_what_changed_meanwhile(self, scene):
        seen = content_digest(content_of(scene.decision))
        give_exchange_to_birch(scene)
        before = what_a_decision_writes()
        answer = scene.approve(seen_digest=seen)
        assert answer.status_code == 422
        assert "has changed since you opened this page" in text_of(answer)
        assert content_digest(content_of(scene.decision)) in text_of(answer)
        assert what_a_decision_writes() == before

    def test_leads_a_second_click_to_the_receipt(self, scene):
        scene.approve()
        before = what_a_decision_writes()
        again = scene.approve()
        assert again.status_code == 302
        assert again["Location"] == scene.url
        assert what_a_decision_writes() == before
        assert DecisionSignature.objects.count() == 1
        assert "has been decided" in text_of(scene.client.get(scene.url))


class TestPrivilegedRoles:
    @pytest.fixture
    def scene(self, client):
        return Scene(
            client,
            role_ids=(make.SERVICE_SUPPORT_ADMINISTRATOR, make.USER_ADMINISTRATOR),
            days=90,
        )

    def test_ask_to_sign_in_again_and_then_for_a_new_press(self, scene):
        sent = scene.approve(days="60")
        assert sent.status_code == 302
        assert sent["Location"].startswith(reverse("signin:again"))
        assert scene.url in sent["Location"].replace("%2F", "/")
        assert scene.state() == DecisionStatus.OPEN

        scene.prove()
        page = text_of(scene.client.get(scene.url))
        assert "press Approve again" in page
        assert scene.state() == DecisionStatus.OPEN

        assert scene.approve(days="60").status_code == 302
        assert scene.state() == DecisionStatus.APPROVED

    def test_need_no_second_sign_in_while_unticked(self, scene):
        scene.approve(roles=[make.SERVICE_SUPPORT_ADMINISTRATOR], days="90")
        assert scene.state() == DecisionStatus.APPROVED


class TestDecline:
    def test_gives_nothing_and_tells_the_reason(self, scene):
        before = what_existed()
        answer = scene.answer("decline", reason="We have a partner.")
        assert answer.status_code == 302
        assert scene.state() == DecisionStatus.DECLINED
        assert what_existed() == before
        assert not ResellerRelationship.objects.exists()
        assert not ServiceAdministration.objects.exists()
        receipt = text_of(scene.client.get(scene.url))
        assert "declined" in receipt
        assert "We have a partner." in receipt

    def test_asks_no_answer_to_either_half(self, scene):
        scene.answer("decline", selling="", administration="", days="")
        assert scene.state() == DecisionStatus.DECLINED

    def test_refuses_a_reason_that_is_too_long_and_keeps_it(self, scene):
        answer = scene.answer("decline", reason="x" * 1001)
        assert answer.status_code == 422
        assert "x" * 1001 in text_of(answer)
        assert scene.state() == DecisionStatus.OPEN

    def test_after_an_approval_leads_to_the_receipt(self, scene):
        scene.approve()
        assert scene.answer("decline").status_code == 302
        assert scene.state() == DecisionStatus.APPROVED
