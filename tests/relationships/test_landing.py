"""The link of a request: what everybody reads, who goes on, and that looking changes nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from audit.models import Event
from relationships.models import Decision
from relationships.moves import deciding
from relationships.moves.clock import sweep
from relationships.moves.supervising import suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    class World:
        partner = make.make_partner("Alder Cloud")
        customer = make.make_customer("Fernhill Foods")

    world = World()
    world.decider = make.join_customer(world.customer)
    world.agent = make.make_admin_agent(world.partner)
    world.request = make.make_request(world.partner, by=world.agent, email=world.decider.email)
    world.url = reverse("relationships:landing", args=[world.request.token])
    world.on = reverse("relationships:landing-continue", args=[world.request.token])
    return world


def choose(client, world, customer=None):
    chosen = (customer or world.customer).tenant_id
    return client.post(world.on, {"organisation": str(chosen)})


class TestPage:
    def test_tells_everybody_who_asks_for_what(self, client, world):
        answer = client.get(world.url)
        text = answer.content.decode()
        for fact in (
            "Alder Cloud",
            "verified",
            "Germany",
            world.partner.primary_domain,
            "Here since",
            "direct bill partner",
            "To sell to your organisation.",
            "Exchange Administrator",
            "What happens next",
        ):
            assert fact in text
        assert f"/accounts/login/?next={world.url.replace('/', '%2F')}" in text
        # What the partner typed as address is not told to whoever finds the link.
        assert world.decider.email not in text
        assert "Fernhill" not in text

    def test_is_kept_from_referrers_indexes_and_caches(self, client, world):
        for url in (world.url, reverse("relationships:landing", args=[world.request.token])):
            answer = client.get(url)
            assert answer["Referrer-Policy"] == "strict-origin"
            assert "noindex" in answer["X-Robots-Tag"]
            assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("token", ["no-such-token", "x" * 2000, "%00"])
    def test_of_an_unknown_token_is_not_found(self, client, db, token):
        assert client.get(f"/r/{token}/").status_code == 404

    def test_changes_nothing_for_whoever_looks(self, client, world):
        events = Event.objects.count()
        for person in (None, world.decider, world.agent, make.make_user()):
            if person:
                client.force_login(person)
            assert client.get(world.url).status_code == 200
        assert (Event.objects.count(), Decision.objects.count()) == (events, 0)

    def test_tells_the_partners_own_people_that_the_customer_decides(self, client, world):
        client.force_login(world.agent)
        text = client.get(world.url).content.decode()
        assert "Only the customer decides" in text
        assert 'name="organisation"' not in text

    def test_tells_somebody_else_so_and_names_nobody(self, client, world):
        client.force_login(make.join_customer(make.make_customer()))
        text = client.get(world.url).content.decode()
        assert "addressed to someone else" in text
        assert world.decider.email not in text
        assert "Fernhill" not in text

    def test_offers_the_organisations_by_name_and_domain(self, client, world):
        elsewhere = make.make_customer("Glenmoor")
        make.join_customer(elsewhere, user=world.decider)
        client.force_login(world.decider)
        text = client.get(world.url).content.decode()
        for customer in (world.customer, elsewhere):
            assert customer.name in text
            assert customer.primary_domain in text

    @pytest.mark.parametrize(("who", "number"), [(None, 2), ("decider", 5), ("agent", 5)])
    def test_asks_the_database_seldom(
        self, client, world, who, number, django_assert_max_num_queries
    ):
        if who:
            client.force_login(getattr(world, who))
            for _ in range(5):
                make.join_customer(make.make_customer(), user=getattr(world, who))
        client.get(world.url)
        with django_assert_max_num_queries(number):
            assert client.get(world.url).status_code == 200


class TestContinue:
    def test_opens_one_decision_and_leads_to_it(self, client, world):
        client.force_login(world.decider)
        first, second = choose(client, world), choose(client, world)
        decision = Decision.objects.get()
        assert (decision.request, decision.customer) == (world.request, world.customer)
        assert first["Location"] == second["Location"] == decision.get_absolute_url()
        assert world.request.token not in first["Location"]
        assert client.get(first["Location"]).status_code == 200

    def test_leads_a_colleague_to_the_same_decision(self, client, world):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        client.force_login(make.join_customer(world.customer, "reader"))
        assert choose(client, world)["Location"] == decision.get_absolute_url()
        assert Decision.objects.count() == 1

    def test_does_nothing_for_whom_it_is_not_addressed_to(self, client, world):
        other = make.make_customer()
        client.force_login(make.join_customer(other))
        answer = choose(client, world, other)
        assert answer["Location"] == world.url
        text = client.get(world.url).content.decode()
        assert "This request is addressed to someone else." in text
        assert not Decision.objects.exists()

    def test_does_not_reach_an_organisation_of_others(self, client, world):
        client.force_login(make.join_customer(make.make_customer()))
        assert choose(client, world).status_code == 404
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("organisation", ["fernhill", "x" * 200_000, "\x00"])
    def test_of_no_organisation_is_not_found(self, client, world, organisation):
        client.force_login(world.decider)
        assert client.post(world.on, {"organisation": organisation}).status_code == 404
        assert not Decision.objects.exists()

    def test_without_a_choice_asks_for_one(self, client, world):
        client.force_login(world.decider)
        answer = client.post(world.on, follow=True)
        assert answer.redirect_chain == [(world.url, 302)]
        assert "Choose your organisation." in answer.content.decode()
        assert not Decision.objects.exists()

    def test_needs_a_sign_in_and_comes_back_to_the_link(self, client, world):
        answer = choose(client, world)
        assert answer["Location"].startswith("/accounts/login/")
        assert not Decision.objects.exists()
        client.force_login(world.decider)
        assert client.get(world.on)["Location"] == world.url
        assert not Decision.objects.exists()

    def test_is_refused_while_the_partner_is_suspended(self, client, world):
        suspend_partner(world.partner, by=make.operator(), reason="unpaid")
        client.force_login(world.decider)
        assert choose(client, world)["Location"] == world.url
        assert "This partner is suspended." in client.get(world.url).content.decode()
        assert not Decision.objects.exists()


class TestUsedLink:
    @pytest.mark.parametrize(
        ("move", "sentence"),
        [(deciding.approve, "has been decided"), (deciding.decline, "was declined")],
    )
    def test_says_so_and_leads_those_who_decided_to_the_receipt(
        self, client, world, move, sentence
    ):
        decision = make.make_decision(world.request, world.customer, by=world.decider)
        move(decision, make.make_answer(decision), by=Actor.objects.of(world.decider))
        answer = client.get(world.url)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert "Fernhill" not in answer.content.decode()
        assert "Sign in to see what your organisation decided" in answer.content.decode()

        client.force_login(world.decider)
        text = client.get(world.url).content.decode()
        assert decision.get_absolute_url() in text
        assert choose(client, world)["Location"] == decision.get_absolute_url()

        client.force_login(make.join_customer(make.make_customer()))
        assert decision.get_absolute_url() not in client.get(world.url).content.decode()

    def test_that_expired_says_so_before_and_after_the_sweep(self, client, world):
        old = make.make_request(
            world.partner, by=world.agent, at=timezone.now() - timedelta(days=40)
        )
        url = reverse("relationships:landing", args=[old.token])
        for _ in range(2):
            answer = client.get(url)
            assert answer.status_code == 200
            assert "This request has expired." in answer.content.decode()
            sweep()
