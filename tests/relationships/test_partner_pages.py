"""A partner's pages: what they show, to whom, and what a form does with what was typed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import RelationshipRequest
from relationships.moves import deciding
from relationships.moves.supervising import suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {
    "partner-home": 9,
    "partner-profile": 3,
    "partner-subscriptions": 3,
    "request-list": 3,
    "request-new": 4,
    "request-detail": 7,
}


@pytest.fixture
def partner():
    return make.make_partner("Alder Cloud")


@pytest.fixture
def agent(partner, client):
    person = make.make_admin_agent(partner)
    client.force_login(person)
    return person


def page(name: str, partner, *more) -> str:
    return reverse(f"relationships:{name}", args=[partner.slug, *more])


def typed(**fields) -> dict:
    return {
        "name": "Mail and support",
        "addressed_email": "admin@fernhill.example",
        "asks_selling": "on",
        "roles": [make.EXCHANGE_ADMINISTRATOR],
        "days": "365",
        "reason": "As agreed by telephone.",
        **fields,
    }


def decided(partner, *, approved: bool) -> RelationshipRequest:
    """A request that a customer named Fernhill Foods has answered."""
    customer = make.make_customer("Fernhill Foods")
    decider = make.join_customer(customer)
    request = make.make_request(partner, email=decider.email)
    decision = make.make_decision(request, customer, by=decider)
    move = deciding.approve if approved else deciding.decline
    move(decision, make.make_answer(decision), by=Actor.objects.of(decider))
    return request


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("shown", QUERIES)
def test_page_asks_the_database_as_often_for_many(
    client, partner, agent, shown, count, django_assert_max_num_queries
):
    asked = decided(partner, approved=True)
    customer = partner.reseller_relationships.get().customer
    for _ in range(count):
        make.make_request(partner, by=agent)
        make.make_subscription(customer, seller=partner)
    url = page(shown, partner, *([asked.public_id] if shown == "request-detail" else []))
    client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert client.get(url).status_code == 200


class TestHome:
    def test_shows_what_waits(self, client, partner, agent):
        decided(partner, approved=True)
        waiting = make.make_request(partner, by=agent, name="Still waiting", email="x@glen.example")
        answer = client.get(page("partner-home", partner))
        assert [asked.pk for asked in answer.context["waiting"].rows] == [waiting.pk]
        assert page("request-new", partner) in answer.content.decode()

    def test_of_another_partner_is_not_mixed_in(self, client, partner, agent):
        decided(make.make_partner(), approved=True)
        answer = client.get(page("partner-home", partner))
        assert "Fernhill" not in answer.content.decode()
        assert "Nothing else waits for you" in answer.content.decode()

    def test_says_why_nothing_can_be_requested(self, client, partner, agent):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        text = client.get(page("partner-home", partner)).content.decode()
        assert "Your organisation is suspended." in text
        assert page("request-new", partner) not in text

    def test_says_so_to_those_who_could_not_request_anyway(self, client):
        partner = make.make_partner(verified=False)
        client.force_login(make.join_partner(partner, admin=Admin.BILLING_ADMIN))
        text = client.get(page("partner-home", partner)).content.decode()
        assert "has not verified your organisation yet" in text
        assert page("request-list", partner) not in text


def test_profile_shows_who_the_organisation_is(client, partner, agent):
    text = client.get(page("partner-profile", partner)).content.decode()
    for fact in ("Alder Cloud", partner.primary_domain, "Germany", "France", partner.tenant_id):
        assert str(fact) in text


class TestSubscriptions:
    def test_are_those_that_the_partner_sold(self, client, partner, agent):
        customer = make.make_customer("Fernhill Foods")
        own = make.make_subscription(customer, seller=partner, quantity=17)
        make.make_subscription(customer, seller=make.make_partner())
        make.make_subscription(customer)
        answer = client.get(page("partner-subscriptions", partner))
        assert [row.pk for row in answer.context["subscriptions"]] == [own.pk]
        assert "Fernhill Foods" in answer.content.decode()
        assert ">17<" in answer.content.decode()

    def test_none_is_said_in_words(self, client, partner, agent):
        assert (
            "No subscriptions"
            in client.get(page("partner-subscriptions", partner)).content.decode()
        )


class TestList:
    def test_pages_by_key_without_loss_or_repetition(self, client, partner, agent, monkeypatch):
        monkeypatch.setattr("relationships.views.partner.PAGE", 2)
        made = [make.make_request(partner, by=agent, role_ids=()) for _ in range(5)]
        seen, url = [], page("request-list", partner)
        while url:
            answer = client.get(url)
            seen += [asked.pk for asked in answer.context["requests"]]
            url = answer.context["older_url"]
        assert seen == [request.pk for request in reversed(made)]

    @pytest.mark.parametrize(
        "before", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00Z_" + "9" * 99]
    )
    def test_takes_a_mangled_key(self, client, partner, agent, before):
        make.make_request(partner, by=agent)
        answer = client.get(page("request-list", partner), {"before": before})
        assert answer.status_code == 200

    def test_says_what_each_asks_of_whom(self, client, partner, agent):
        make.make_request(partner, by=agent, email="admin@fernhill.example")
        text = client.get(page("request-list", partner)).content.decode()
        assert "admin@fernhill.example" in text
        assert "selling and roles" in text


class TestNewRequest:
    def test_is_made_as_typed(self, client, partner, agent):
        answer = client.post(page("request-new", partner), typed(auto_extend="on"))
        made = RelationshipRequest.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
        assert (made.partner, made.name) == (partner, "Mail and support")
        assert (made.asks_selling, made.reason) == (True, "As agreed by telephone.")
        assert made.addressed_email == "admin@fernhill.example"
        assert (made.terms.days, made.terms.auto_extend) == (365, True)
        assert [str(role.template_id) for role in made.asked_roles()] == [
            make.EXCHANGE_ADMINISTRATOR
        ]
        assert made.created_by.user == agent
        assert not Delivery.objects.exists()

    def test_says_what_it_does_not_give(self, client, partner, agent):
        text = client.get(page("request-new", partner)).content.decode()
        for sentence in ("No bill for", "No seats, add-ons", "partner of record"):
            assert sentence in text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "n" * 51},
            {"name": "n" * 200_000},
            {"reason": "r" * 200_000},
            {"reason": "a\x00b"},
            {"addressed_email": "a" * 200_000 + "@fernhill.example"},
            {"addressed_email": "nobody"},
            {"roles": ["no-role"]},
            {"roles": ["01a20b4f-fde0-72d4-a1d0-7efbf67ab662"]},
            {"days": "0"},
            {"days": "731"},
            {"days": "9" * 200_000},
            {"days": ""},
            {"roles": [make.USER_ADMINISTRATOR], "days": "91"},
            {"roles": [], "asks_selling": ""},
        ],
        ids=lambda wrong: "-".join(f"{key}-{str(value)[:12]}" for key, value in wrong.items()),
    )
    def test_with_an_error_keeps_what_was_typed(self, client, partner, agent, wrong):
        answer = client.post(page("request-new", partner), typed(**wrong))
        assert answer.status_code == 422
        assert not RelationshipRequest.objects.exists()
        form, data = answer.context["form"], typed(**wrong)
        assert form.errors
        assert "Please check this form" in answer.content.decode()
        for name in ("name", "addressed_email", "reason", "days"):
            assert form[name].value() == data[name]

    def test_keeps_the_ticks(self, client, partner, agent):
        answer = client.post(page("request-new", partner), typed(name=""))
        ticked = [
            role["template_id"]
            for group in answer.context["services"]
            for role in group["roles"]
            if role["ticked"]
        ]
        assert ticked == [make.EXCHANGE_ADMINISTRATOR]

    def test_names_an_unknown_role_beside_the_roles(self, client, partner, agent):
        answer = client.post(page("request-new", partner), typed(roles=["no-role"]))
        text = answer.content.decode()
        assert 'href="#id_roles_0"' in text
        assert 'id="id_roles_0"' in text
        assert 'class="fieldset__error"' in text

    def test_of_a_suspended_partner_is_refused_with_the_sentence(self, client, partner, agent):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        answer = client.post(page("request-new", partner), typed())
        assert answer.status_code == 422
        assert "Your organisation is suspended." in answer.context["form"].non_field_errors()[0]
        assert not RelationshipRequest.objects.exists()

    def test_of_a_sales_agent_has_no_roles(self, client, partner):
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        empty = client.get(page("request-new", partner)).content.decode()
        assert 'name="roles"' not in empty
        assert 'name="days"' not in empty
        client.post(page("request-new", partner), typed())
        made = RelationshipRequest.objects.get()
        assert made.asks_selling
        assert made.terms is None

    def test_of_an_advisor_asks_for_roles_only(self, client):
        advisor = make.make_partner(kind=PartnerKind.ADVISOR)
        client.force_login(make.make_admin_agent(advisor))
        url = page("request-new", advisor)
        assert 'name="asks_selling"' not in client.get(url).content.decode()
        client.post(url, typed())
        assert not RelationshipRequest.objects.get().asks_selling

    def test_without_the_right_names_who_has_it(self, client, partner):
        holder = make.join_partner(partner, admin=Admin.GLOBAL_ADMIN)
        client.force_login(make.join_partner(partner, agent=Agent.HELPDESK_AGENT))
        for answer in (
            client.get(page("request-new", partner)),
            client.post(page("request-new", partner), typed()),
        ):
            assert answer.status_code == 403
            assert holder.get_full_name() in answer.content.decode()
        assert not RelationshipRequest.objects.exists()

    def test_of_a_stranger_is_not_found(self, client, partner):
        client.force_login(make.make_admin_agent(make.make_partner()))
        assert client.post(page("request-new", partner), typed()).status_code == 404
        assert not RelationshipRequest.objects.exists()

    def test_without_the_forms_token_is_refused(self, partner):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make.make_admin_agent(partner))
        assert strict.post(page("request-new", partner), typed()).status_code == 403
        assert not RelationshipRequest.objects.exists()


class TestDetail:
    def test_shows_the_link_while_it_is_open(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="admin@fernhill.example")
        text = client.get(request.get_absolute_url()).content.decode()
        for fact in (request.link, "admin@fernhill.example", "Exchange Administrator", "365"):
            assert fact in text
        assert "A request was created." in text

    def test_shows_what_the_customer_allowed_and_no_link_any_more(self, client, partner, agent):
        request = decided(partner, approved=True)
        text = client.get(request.get_absolute_url()).content.decode()
        for fact in ("Fernhill Foods", "allowed", "Exchange Administrator", "until"):
            assert fact in text
        assert request.link not in text

    def test_names_no_customer_that_declined(self, client, partner, agent):
        """Its name is shown to the partner only after an approval (design 5.2)."""
        request = decided(partner, approved=False)
        text = client.get(request.get_absolute_url()).content.decode()
        assert "The customer declined the request." in text
        assert "not allowed" in text
        assert "Fernhill Foods" not in text

    def test_of_another_partner_is_not_found_at_home_either(self, client, partner, agent):
        other = make.make_request()
        assert client.get(other.get_absolute_url()).status_code == 404
        assert client.get(page("request-detail", partner, other.public_id)).status_code == 404


class TestSend:
    @pytest.fixture
    def request_made(self, partner, agent):
        return make.make_request(
            partner, by=agent, email="admin@fernhill.example", reason="As agreed."
        )

    def send(self, client, request):
        return client.post(page("request-send", request.partner, request.public_id))

    def test_queues_one_mail_that_says_what_it_is(self, client, partner, agent, request_made):
        assert "Send e-mail" in client.get(request_made.get_absolute_url()).content.decode()
        self.send(client, request_made)
        self.send(client, request_made)
        mail = Delivery.objects.get(kind="request")
        assert mail.recipient == "admin@fernhill.example"
        for body in (mail.text, mail.html):
            for fact in (
                "Alder Cloud",
                partner.primary_domain,
                "on behalf of Alder Cloud",
                "Exchange Administrator",
                "As agreed.",
                request_made.link,
                "No link in this mail changes anything.",
            ):
                assert fact in body
        after = client.get(request_made.get_absolute_url()).content.decode()
        assert "Send e-mail" not in after
        assert "has been sent already" in after

    def test_is_a_post(self, client, agent, request_made):
        url = page("request-send", request_made.partner, request_made.public_id)
        assert client.get(url).status_code == 405
        assert not Delivery.objects.exists()

    def test_with_roles_is_not_a_sales_agents(self, client, partner, agent, request_made):
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        assert "Send e-mail" not in client.get(request_made.get_absolute_url()).content.decode()
        answer = self.send(client, request_made)
        assert answer.status_code == 403
        assert agent.get_full_name() in answer.content.decode()
        assert not Delivery.objects.exists()

    def test_is_no_strangers_nor_a_customers(self, client, request_made):
        customer = make.make_customer()
        for person in (
            make.make_admin_agent(make.make_partner()),
            make.join_customer(customer, CustomerRole.GLOBAL_ADMIN),
        ):
            client.force_login(person)
            assert self.send(client, request_made).status_code == 404
        assert not Delivery.objects.exists()

    def test_is_refused_once_expired(self, client, agent, request_made):
        old = make.make_request(
            request_made.partner,
            by=agent,
            email="b@fernhill.example",
            lifetime_days=1,
            at=request_made.created_at - timedelta(days=2),
        )
        answer = client.post(page("request-send", old.partner, old.public_id), follow=True)
        assert "has expired" in answer.content.decode()
        assert not Delivery.objects.exists()
