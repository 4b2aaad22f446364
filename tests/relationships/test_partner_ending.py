"""The pages on which a partner ends administration or the relationship: said first, then made."""

import pytest
from django.test import Client

from accounts.models import Actor
from audit.log import Side
from audit.models import Event
from mail.models import Delivery
from partners.rights import Admin, Agent
from relationships.models import AdminRelationship, ResellerRelationship
from relationships.moves import ending
from relationships.moves.selling import subscribe
from subscriptions.models import Offer
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, SUPPORT, TEAMS, Fernhill, Unchanged, page_of, text_of

pytestmark = pytest.mark.django_db

# Each runs the real move and undoes it, here with one person to tell on each side. On PostgreSQL
# the two statements that look at deferred constraints are among them.
QUERIES = {"administration-terminate": 67, "selling-end": 73}


class Ending(Fernhill):
    def __init__(self, client):
        super().__init__()
        self.client = client
        self.agent = make.make_admin_agent(self.alder)
        client.force_login(self.agent)

    @property
    def actor(self):
        return Actor.objects.of(self.agent)

    def url(self, grant=None):
        if grant is None:
            return page_of("selling-end", self.alder, self.customer.tenant_id)
        arguments = (self.customer.tenant_id, grant.public_id)
        return page_of("administration-terminate", self.alder, *arguments)

    def post(self, grant=None, **fields):
        """What the button of the page sends."""
        form = self.client.get(self.url(grant)).context["form"]
        typed = {"seen": form["seen"].value() or ""}
        if grant is None:
            typed["good_faith"] = "on"
        return self.client.post(self.url(grant), typed | fields)

    @property
    def customer_url(self):
        return page_of("partner-customer", self.alder, self.customer.tenant_id)


@pytest.fixture
def scene(client):
    return Ending(client)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


class TestTerminatePage:
    def test_says_what_ends_and_what_goes_on_r33_r35_r36(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE, SUPPORT)
        scene.grant(scene.alder, TEAMS, name="Meetings")
        text = text_of(scene.client.get(scene.url(grant)))
        for sentence in (
            "loses the role Exchange Administrator",
            "loses the role Service Support Administrator",
            "no longer administers Exchange Online",
            "ends as a whole",
            "cannot be undone",
            "you may go on selling and ordering for the customer",
            "The duty to support the customer",
            "Every subscription, with its seller",
            "Your administration “Meetings”",
            "on single resources",
        ):
            assert sentence in text, sentence

    def test_says_nothing_of_selling_where_there_is_none(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE, asks_selling=False)
        text = text_of(scene.client.get(scene.url(grant)))
        assert "go on selling" not in text
        assert "duty to support" not in text

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_changes_nothing_by_being_looked_at(self, scene, method):
        grant = scene.grant(scene.alder, EXCHANGE)
        Actor.objects.filter(user=scene.agent).delete()
        with Unchanged():
            for _ in range(2):
                assert getattr(scene.client, method)(scene.url(grant)).status_code == 200
        assert not Actor.objects.filter(user=scene.agent).exists()

    def test_ends_it_by_its_post_and_says_what_goes_on(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE)
        answer = scene.post(grant)
        assert (answer.status_code, answer["Location"]) == (302, scene.customer_url)
        ended = fresh(grant)
        assert (ended.status, ended.ended_because) == ("terminated", "partner")
        assert ended.ended_by.user == scene.agent
        text = text_of(scene.client.get(answer["Location"]))
        assert f"You ended the administration “{grant.name}”." in text
        assert text.count("the duty to support the customer go on") == 2
        assert Delivery.objects.filter(
            kind="taken_back_customer", recipient=scene.admin.email
        ).exists()

    def test_ends_it_once_by_a_doubled_click(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE)
        seen = scene.client.get(scene.url(grant)).context["form"]["seen"].value()
        for _ in range(2):
            answer = scene.client.post(scene.url(grant), {"seen": seen})
            assert (answer.status_code, answer["Location"]) == (302, scene.customer_url)
        assert Event.objects.filter(kind="administration.terminated").count() == 1
        assert "has ended already" in text_of(scene.client.get(scene.customer_url))

    def test_shows_again_what_has_changed_meanwhile(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE, SUPPORT)
        seen = scene.client.get(scene.url(grant)).context["form"]["seen"].value()
        scene.grant(scene.birch, EXCHANGE, switches=("exchange",))
        with Unchanged():
            answer = scene.client.post(scene.url(grant), {"seen": seen})
        assert answer.status_code == 422
        text = text_of(answer)
        assert "has changed since you opened the page" in text
        assert "loses the role Exchange Administrator" not in text
        now = answer.context["form"]["seen"].value()
        assert now != seen
        assert scene.client.post(scene.url(grant), {"seen": now}).status_code == 302
        assert fresh(grant).status == "terminated"

    @pytest.mark.parametrize("seen", ["", "x", "x" * 200_000, "a\x00b"])
    def test_ends_nothing_that_was_not_looked_at(self, scene, seen):
        grant = scene.grant(scene.alder, EXCHANGE)
        with Unchanged():
            assert scene.client.post(scene.url(grant), {"seen": seen}).status_code == 422

    def test_of_what_is_over_says_so(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE)
        ending.terminate(grant, by=scene.by, side=Side.CUSTOMER)
        answer = scene.client.get(scene.url(grant))
        assert "has ended already" in text_of(answer)
        assert "<button" not in answer.content.decode().partition("<main")[2]

    def test_of_another_partner_or_customer_is_not_found(self, scene):
        own = scene.grant(scene.alder, EXCHANGE)
        other = scene.grant(scene.birch, TEAMS)
        elsewhere = make.make_customer()
        with Unchanged():
            for customer, grant in ((scene.customer, other), (elsewhere, own)):
                arguments = (customer.tenant_id, grant.public_id)
                url = page_of("administration-terminate", scene.alder, *arguments)
                assert scene.client.get(url).status_code == 404
                assert scene.client.post(url, {"seen": "x"}).status_code == 404


class TestEndPage:
    def test_names_and_links_each_active_subscription_that_blocks_r39(self, scene):
        scene.grant(scene.alder)
        rows = [
            make.make_subscription(scene.customer, seller=scene.alder, friendly_name=name)
            for name in ("Head office", "Warehouse", "Suspended one")
        ]
        changing.suspend(rows[2], "misuse", by=scene.actor)
        answer = scene.client.get(scene.url())
        assert answer.context["blocking"] == rows[:2]
        text = text_of(answer)
        for row in rows[:2]:
            assert page_of("partner-subscription", scene.alder, row.public_id) in text
        assert "Suspended one" not in text
        assert 'name="good_faith"' not in text
        with Unchanged():
            assert scene.post().status_code == 422

    def test_says_what_ends_and_what_goes_on_r40_r41_r42(self, scene):
        scene.grant(scene.alder, EXCHANGE, name="Mail")
        text = text_of(scene.client.get(scene.url()))
        for sentence in (
            "may no longer sell",
            "the administration “Mail” ends as a whole",
            "no longer administers Exchange Online",
            "leaves your list of customers",
            "Every subscription, with its seller",
            "you can ask the customer again",
            "It is no legal notice",
            "We act in good faith",
        ):
            assert sentence in text, sentence

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_changes_nothing_by_being_looked_at(self, scene, method):
        scene.grant(scene.alder, EXCHANGE)
        with Unchanged():
            assert getattr(scene.client, method)(scene.url()).status_code == 200

    def test_ends_all_by_its_post_and_keeps_the_partner_s_word_r41(self, scene):
        grant = scene.grant(scene.alder, EXCHANGE)
        answer = scene.post()
        assert (answer.status_code, answer["Location"]) == (302, scene.customer_url)
        selling = ResellerRelationship.objects.get(partner=scene.alder)
        assert (selling.status, selling.ended_because) == ("ended", "partner")
        assert fresh(grant).status == "terminated"
        words = Event.objects.get(kind="selling.ended").details["good_faith"]
        assert words.startswith("We act in good faith")
        text = text_of(scene.client.get(answer["Location"]))
        assert "You ended the reseller relationship with Fernhill." in text
        assert "the duty to support" not in text

    def test_winds_down_where_something_is_suspended(self, scene):
        scene.grant(scene.alder)
        row = make.make_subscription(scene.customer, seller=scene.alder)
        changing.suspend(row, "misuse", by=scene.actor)
        assert "takes no new orders" in text_of(scene.client.get(scene.url()))
        assert scene.post().status_code == 302
        assert ResellerRelationship.objects.get().status == "winding_down"

    @pytest.mark.parametrize("good_faith", ["", None])
    def test_ends_nothing_without_the_tick(self, scene, good_faith):
        scene.grant(scene.alder, EXCHANGE)
        fields = {} if good_faith is None else {"good_faith": good_faith}
        seen = scene.client.get(scene.url()).context["form"]["seen"].value()
        with Unchanged():
            answer = scene.client.post(scene.url(), {"seen": seen, **fields})
        assert answer.status_code == 422
        assert "This field is required." in text_of(answer)
        assert answer.context["form"]["seen"].value() == seen

    def test_ends_it_once_by_a_doubled_click(self, scene):
        scene.grant(scene.alder, EXCHANGE)
        seen = scene.client.get(scene.url()).context["form"]["seen"].value()
        for _ in range(2):
            answer = scene.client.post(scene.url(), {"seen": seen, "good_faith": "on"})
            assert (answer.status_code, answer["Location"]) == (302, scene.customer_url)
        assert Event.objects.filter(kind="selling.ended").count() == 1

    def test_shows_again_what_has_changed_meanwhile(self, scene):
        scene.grant(scene.alder)
        seen = scene.client.get(scene.url()).context["form"]["seen"].value()
        scene.grant(scene.alder, TEAMS, asks_selling=False)
        with Unchanged():
            answer = scene.client.post(scene.url(), {"seen": seen, "good_faith": "on"})
        assert answer.status_code == 422
        assert "has changed since you opened the page" in text_of(answer)
        assert "loses the role Teams Administrator" in text_of(answer)

    def test_is_refused_where_an_order_came_first(self, scene):
        scene.grant(scene.alder)
        seen = scene.client.get(scene.url()).context["form"]["seen"].value()
        subscribe(
            by=scene.actor,
            partner=scene.alder,
            customer=scene.customer,
            offer=Offer.objects.order_by("name")[0],
            quantity=1,
            unit_price=1,
            currency="EUR",
            friendly_name="Just ordered",
        )
        with Unchanged():
            answer = scene.client.post(scene.url(), {"seen": seen, "good_faith": "on"})
        assert answer.status_code == 422
        assert "Just ordered" in text_of(answer)

    def test_of_what_winds_down_or_is_over_says_so(self, scene):
        relationship = scene.grant(scene.alder)
        ending.end_selling(relationship, by=scene.by, side=Side.CUSTOMER)
        answer = scene.client.get(scene.url())
        assert "has ended already" in text_of(answer)
        assert 'name="good_faith"' not in text_of(answer)

    def test_is_not_found_where_nothing_was_sold(self, scene):
        scene.grant(scene.alder, EXCHANGE, asks_selling=False)
        assert scene.client.get(scene.url()).status_code == 404


@pytest.mark.parametrize("shown", ["administration-terminate", "selling-end"])
class TestWho:
    ROLES = {
        "admin agent": ({"agent": Agent.ADMIN_AGENT}, True),
        "global admin": ({"admin": Admin.GLOBAL_ADMIN}, True),
        "sales agent": ({"agent": Agent.SALES_AGENT}, False),
        "helpdesk agent": ({"agent": Agent.HELPDESK_AGENT}, False),
        "billing admin": ({"admin": Admin.BILLING_ADMIN}, False),
        "user-management admin": ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False),
    }

    @pytest.mark.parametrize("role", ROLES)
    def test_may(self, scene, shown, role):
        settings, may = self.ROLES[role]
        grant = scene.grant(scene.alder, EXCHANGE)
        grant = grant if shown == "administration-terminate" else None
        scene.client.force_login(make.join_partner(scene.alder, **settings))
        if may:
            assert scene.post(grant).status_code == 302
            return
        with Unchanged():
            for method in ("get", "post"):
                answer = getattr(scene.client, method)(scene.url(grant))
                assert answer.status_code == 403
                assert scene.agent.get_full_name() in text_of(answer)

    def test_needs_the_token_of_the_form(self, scene, shown):
        grant = scene.grant(scene.alder, EXCHANGE)
        url = scene.url(grant if shown == "administration-terminate" else None)
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(scene.agent)
        seen = careful.get(url).context["form"]["seen"].value()
        with Unchanged():
            answer = careful.post(url, {"seen": seen, "good_faith": "on"})
        assert answer.status_code == 403

    def test_is_unknown_to_a_stranger(self, scene, shown):
        grant = scene.grant(scene.alder, EXCHANGE)
        url = scene.url(grant if shown == "administration-terminate" else None)
        for person in (make.make_admin_agent(scene.birch), scene.admin, make.make_staff()):
            scene.client.force_login(person)
            with Unchanged():
                assert scene.client.get(url).status_code == 404
                assert scene.client.post(url, {"good_faith": "on"}).status_code == 404


@pytest.mark.parametrize("count", [0, 40])
@pytest.mark.parametrize("shown", QUERIES)
def test_is_as_many_queries_whatever_else_the_customer_has(
    scene, shown, count, django_assert_max_num_queries
):
    for _ in range(count):
        make.make_subscription(scene.customer, seller=scene.birch)
        make.make_subscription(scene.customer)
    grant = scene.grant(scene.alder, EXCHANGE)
    # Who asked was one person more of the partner; one is to be told.
    scene.alder.memberships.exclude(user=scene.agent).update(
        removed_at=make.now(), removed_by=scene.by
    )
    scene.customer.memberships.exclude(user=scene.admin).update(
        removed_at=make.now(), removed_by=scene.by
    )
    Actor.objects.of(scene.agent)
    url = scene.url(grant if shown == "administration-terminate" else None)
    scene.client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert scene.client.get(url).status_code == 200
    assert AdminRelationship.objects.get(pk=grant.pk).status == "active"
