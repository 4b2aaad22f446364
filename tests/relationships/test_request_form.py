"""The form of a new request and of a draft: what becomes of what was typed."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Actor
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.forms.request import KEYS, new_key
from relationships.models import RelationshipRequest
from relationships.moves.administration import end_grant
from relationships.moves.cancelling import cancel
from relationships.moves.drafting import edit_draft
from relationships.moves.supervising import suspend_partner
from tests import factories as make

from .partner_side import decided, page, said, typed

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {"request-new": 5, "request-edit": 9}


@pytest.mark.parametrize("shown", QUERIES)
def test_page_asks_the_database_as_often_for_many(
    client, partner, agent, shown, django_assert_max_num_queries
):
    draft = make.make_draft(partner, by=agent)
    url = page(shown, partner, *([draft.public_id] if shown == "request-edit" else []))
    client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert client.get(url).status_code == 200


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

    def test_says_why_one_asks_r1(self, client, partner, agent):
        text = client.get(page("request-new", partner)).content.decode()
        assert "work with it beside its other partners" in text
        assert "administration back that it gave to somebody else" in text

    def test_offers_default_paragraphs_that_can_be_dropped_r6(self, client, partner, agent):
        form = client.get(page("request-new", partner)).context["form"]
        first = form["first_paragraph"].value()
        assert "work with your organisation" in first
        client.post(page("request-new", partner), typed(first_paragraph=first, second_paragraph=""))
        made = RelationshipRequest.objects.get()
        assert (made.first_paragraph, made.second_paragraph) == (first, "")

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
            {"addressed_email": ""},
            {"addressed_domain": "fernhill.example"},
            {"addressed_email": "", "addressed_domain": "no domain"},
            {"addressed_email": "", "addressed_domain": "d" * 200_000},
            {"addressed_email": "", "addressed_domain": "https://fernhill.example/"},
            {"addressed_email": "", "addressed_tenant_id": "no-id"},
            {"addressed_email": "", "addressed_tenant_id": "1" * 200_000},
            {"lifetime_days": "0"},
            {"lifetime_days": "91"},
            {"lifetime_days": "9" * 200_000},
            {"first_paragraph": "See www.evil.example"},
            {"second_paragraph": "Write to ada@evil.example"},
            {"second_paragraph": "p" * 1001},
            {"second_paragraph": "p" * 200_000},
            {"administrator": "no-id", "addressed_email": ""},
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
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make.make_admin_agent(partner))
        assert strict.post(page("request-new", partner), typed()).status_code == 403
        assert not RelationshipRequest.objects.exists()


class TestWhom:
    @pytest.mark.parametrize(
        ("address", "stored"),
        [
            ({"addressed_domain": "Fernhill.Example"}, "fernhill.example"),
            (
                {"addressed_tenant_id": "5E0D1F3A-8A3E-4A55-9A53-0D3F0E2A1C44"},
                "5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44",
            ),
        ],
    )
    def test_may_be_an_organisation(self, client, partner, agent, address, stored):
        client.post(page("request-new", partner), typed(addressed_email="", **address))
        assert RelationshipRequest.objects.get().addressed_to == stored

    def test_is_exactly_one(self, client, partner, agent):
        url = page("request-new", partner)
        none = client.post(url, typed(addressed_email=""))
        assert "Say whom you ask" in none.content.decode()
        two = client.post(url, typed(addressed_domain="fernhill.example"))
        assert "Name only one" in two.content.decode()
        assert 'name="addressed_domain" value="fernhill.example"' in two.content.decode()
        assert not RelationshipRequest.objects.exists()


class TestWhoIsHere:
    """A stranger types domains to learn who has an account: every answer is the same."""

    def answers(self, client, partner, **address) -> list[bytes]:
        """What creating, reading and sending say, without what differs for every request."""
        url = page("request-new", partner)
        made = client.post(url, typed(addressed_email="", name="Mail", roles=[], **address))
        request = RelationshipRequest.objects.get(name="Mail")
        found = [made, client.get(made["Location"])]
        sent = client.post(page("request-send", partner, request.public_id))
        found += [sent, client.get(sent["Location"])]
        refused = client.post(page("request-send", partner, request.public_id))
        found += [refused, client.get(refused["Location"])]
        own = [
            str(request.public_id).encode(),
            request.token.encode(),
            request.addressed_to.encode(),
        ]
        RelationshipRequest.objects.update(name="Asked")
        said = []
        for answer in found:
            text = str(answer.status_code).encode() + str(answer.headers.get("Location")).encode()
            text += re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)
            for word in own:
                text = text.replace(word, b"")
            said.append(re.sub(rb"\d{1,2}(:\d\d)*(\.\d+)?( [ap]\.m\.)?|noon|midnight", b"", text))
        return said

    def test_is_not_told_by_a_domain(self, client, partner, agent):
        make.join_customer(make.make_customer("Fernhill Foods", domain="fernhill.example"))
        here = self.answers(client, partner, addressed_domain="fernhill.example")
        nowhere = self.answers(client, partner, addressed_domain="glenmoor.example")
        assert here == nowhere
        assert Delivery.objects.count() == 1

    def test_is_not_told_by_a_tenant_id(self, client, partner, agent):
        customer = make.make_customer("Fernhill Foods")
        make.join_customer(customer)
        here = self.answers(client, partner, addressed_tenant_id=str(customer.tenant_id))
        other = "5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44"
        nowhere = self.answers(client, partner, addressed_tenant_id=other)
        assert here == nowhere
        assert Delivery.objects.count() == 1

    def test_takes_the_database_as_many_questions(self, client, partner, agent):
        make.join_customer(make.make_customer("Fernhill Foods", domain="fernhill.example"))
        counts = []
        make.make_request(partner, by=agent)
        for domain in ("fernhill.example", "glenmoor.example"):
            form = typed(addressed_email="", addressed_domain=domain, roles=[])
            with CaptureQueriesContext(connection) as asked:
                client.post(page("request-new", partner), form)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestTwice:
    def test_a_double_click_makes_one_request(self, client, partner, agent):
        url = page("request-new", partner)
        form = typed(roles=[], key=client.get(url).context["form"]["key"].value())
        first, second = client.post(url, form), client.post(url, form)
        made = RelationshipRequest.objects.get()
        assert first["Location"] == second["Location"] == made.get_absolute_url()

    def test_another_wish_under_the_same_page_is_another_request(self, client, partner, agent):
        url = page("request-new", partner)
        key = client.get(url).context["form"]["key"].value()
        for name in ("First", "Second"):
            client.post(url, typed(roles=[], key=key, name=name))
        assert RelationshipRequest.objects.count() == 2

    @pytest.mark.parametrize("key", ["made-up", "k" * 200, "", "\u0661"])
    def test_a_key_that_nobody_gave_counts_for_nothing(self, client, partner, agent, key):
        answer = client.post(page("request-new", partner), typed(key=key))
        assert answer.status_code == 302
        assert RelationshipRequest.objects.count() == 1

    def test_a_key_of_another_partner_reveals_nothing(self, client, partner, agent):
        other = make.make_request()
        key = KEYS.sign(str(other.public_id))
        client.post(page("request-new", partner), typed(key=key))
        made = partner.requests.get()
        assert made.public_id != other.public_id

    def test_keys_differ(self):
        assert new_key() != new_key()


class TestProvider:
    @pytest.fixture
    def provider(self, client):
        provider = make.make_partner("Cedar", kind=PartnerKind.INDIRECT_PROVIDER)
        client.force_login(make.make_admin_agent(provider))
        return provider

    @pytest.fixture
    def reseller(self, provider):
        reseller = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(provider, reseller)
        return reseller

    def test_may_name_one_of_its_resellers_r46(self, client, provider, reseller):
        form = client.get(page("request-new", provider)).context["form"]
        names = [label for _value, label in form["administrator"].field.choices]
        assert [str(name) for name in names] == ["Our own organisation", "Dogwood"]
        client.post(page("request-new", provider), typed(administrator=str(reseller.tenant_id)))
        assert provider.requests.get().administrator == reseller

    def test_administers_itself_unless_it_names_one(self, client, provider, reseller):
        client.post(page("request-new", provider), typed(administrator=""))
        assert provider.requests.get().administrator == provider

    def test_names_none_without_roles(self, client, provider, reseller):
        form = typed(administrator=str(reseller.tenant_id), roles=[])
        answer = client.post(page("request-new", provider), form)
        assert answer.context["form"].errors["administrator"]
        assert not RelationshipRequest.objects.exists()

    @pytest.mark.parametrize("whose", ["another provider's", "nobody's", "no id"])
    def test_names_nobody_elses(self, client, provider, reseller, whose):
        stranger = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        named = {
            "another provider's": str(stranger.tenant_id),
            "nobody's": "5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44",
            "no id": "x",
        }[whose]
        answer = client.post(page("request-new", provider), typed(administrator=named))
        assert answer.status_code == 422
        assert answer.context["form"].errors["administrator"]
        assert not RelationshipRequest.objects.exists()

    def test_is_the_only_one_with_the_field(self, client, partner, agent):
        assert (
            "administrator" not in client.get(page("request-new", partner)).context["form"].fields
        )


class TestGroups:
    def test_can_be_chosen_where_there_are_several(self, client, partner, agent):
        built_in = partner.security_groups.get()
        mail = partner.security_groups.create(name="Mail people", created_at=make.now())
        form = client.get(page("request-new", partner)).context["form"]
        assert form["groups"].value() == [built_in.public_id]
        client.post(page("request-new", partner), typed(groups=[str(mail.public_id)]))
        assert list(partner.requests.get().terms.planned_groups.all()) == [mail]

    def test_are_asked_for_where_none_is_ticked(self, client, partner, agent):
        partner.security_groups.create(name="Mail people", created_at=make.now())
        answer = client.post(page("request-new", partner), typed())
        assert answer.context["form"].errors["groups"] == ["Choose at least one group."]
        assert not RelationshipRequest.objects.exists()

    def test_of_another_partner_are_none(self, client, partner, agent):
        partner.security_groups.create(name="Mail people", created_at=make.now())
        other = make.make_partner().security_groups.get()
        answer = client.post(page("request-new", partner), typed(groups=[str(other.public_id)]))
        assert answer.status_code == 422
        assert not RelationshipRequest.objects.exists()


class TestDraft:
    def test_is_saved_without_an_address(self, client, partner, agent):
        form = typed(step="draft", addressed_email="")
        answer = client.post(page("request-new", partner), form, follow=True)
        draft = RelationshipRequest.objects.get()
        assert (draft.status, draft.token) == ("draft", None)
        assert "The draft is saved." in said(answer)[0]

    def test_is_not_saved_with_what_no_request_may_have(self, client, partner, agent):
        form = typed(step="draft", days="731")
        assert client.post(page("request-new", partner), form).status_code == 422
        assert not RelationshipRequest.objects.exists()

    @pytest.fixture
    def draft(self, partner, agent):
        return make.make_draft(
            partner,
            by=agent,
            name="Mail",
            email="admin@fernhill.example",
            role_ids=(make.EXCHANGE_ADMINISTRATOR,),
            lifetime_days=7,
            first_paragraph="Hello.",
        )

    def edit(self, client, draft, **fields):
        return client.post(page("request-edit", draft.partner, draft.public_id), typed(**fields))

    def test_opens_as_it_was_saved(self, client, partner, draft):
        answer = client.get(page("request-edit", partner, draft.public_id))
        form = answer.context["form"]
        for name, value in (
            ("name", "Mail"),
            ("addressed_email", "admin@fernhill.example"),
            ("roles", [make.EXCHANGE_ADMINISTRATOR]),
            ("lifetime_days", 7),
            ("first_paragraph", "Hello."),
            ("seen", 1),
        ):
            assert form[name].value() == value

    def test_is_saved_again(self, client, draft):
        answer = self.edit(client, draft, name="Support", step="draft", seen="1")
        assert answer["Location"] == draft.get_absolute_url()
        draft.refresh_from_db()
        assert (draft.status, draft.name, draft.version) == ("draft", "Support", 2)

    def test_becomes_the_request_with_what_stands_in_the_form(self, client, draft):
        self.edit(client, draft, name="Support", step="create", seen="1")
        draft.refresh_from_db()
        assert (draft.status, draft.name) == ("open", "Support")

    @pytest.mark.parametrize("step", ["draft", "create"])
    def test_in_two_tabs_loses_nothing_that_was_typed(self, client, draft, agent, step):
        edit_draft(
            draft,
            make.make_ask(name="First tab", email="first@fernhill.example"),
            by=Actor.objects.of(agent),
            seen=1,
        )
        answer = self.edit(client, draft, name="Second tab", step=step, seen="1")
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "Somebody changed this draft after you opened it." in text
        assert "As it is now" in text
        for part in (
            "First tab",
            "first@fernhill.example",
            "Second tab",
            "As agreed by telephone.",
        ):
            assert part in text
        draft.refresh_from_db()
        assert (draft.status, draft.name) == ("draft", "First tab")
        seen = answer.context["form"]["seen"].value()
        assert self.edit(client, draft, name="Second tab", step=step, seen=seen).status_code == 302
        draft.refresh_from_db()
        assert draft.name == "Second tab"

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 200_000])
    def test_with_a_mangled_version_is_not_saved(self, client, draft, seen):
        assert self.edit(client, draft, name="Mangled", step="draft", seen=seen).status_code == 422
        draft.refresh_from_db()
        assert draft.name == "Mail"

    def test_that_was_made_a_request_or_discarded_is_edited_no_more(self, client, partner, agent):
        request = make.make_request(partner, by=agent)
        discarded = make.make_draft(partner, by=agent)
        cancel(discarded, by=Actor.objects.of(agent))
        for asked in (request, discarded):
            url = page("request-edit", partner, asked.public_id)
            for answer in (client.get(url, follow=True), client.post(url, typed(), follow=True)):
                assert answer.redirect_chain[0][0] == asked.get_absolute_url()
                assert "no draft any more" in said(answer)[0]

    def test_with_roles_is_not_a_sales_agents(self, client, partner, draft, agent):
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        answer = self.edit(client, draft, name="Mine", seen="1")
        assert answer.status_code == 403
        assert agent.get_full_name() in answer.content.decode()
        draft.refresh_from_db()
        assert draft.name == "Mail"


class TestFilledIn:
    """From a request that is over, or from administration that ended (rules R1, R37)."""

    def form(self, client, partner, **query):
        return client.get(page("request-new", partner), query).context["form"]

    def test_from_a_request_asks_the_same_of_the_same_under_a_free_name(
        self, client, partner, agent
    ):
        old = make.make_request(
            partner,
            by=agent,
            name="Mail",
            email="admin@fernhill.example",
            days=90,
            auto_extend=True,
            reason="As agreed.",
            lifetime_days=7,
            second_paragraph="Thank you.",
        )
        cancel(old, by=Actor.objects.of(agent))
        form = self.form(client, partner, request=old.public_id)
        for name, value in (
            ("name", "Mail (2)"),
            ("addressed_email", "admin@fernhill.example"),
            ("asks_selling", True),
            ("days", 90),
            ("auto_extend", True),
            ("reason", "As agreed."),
            ("lifetime_days", 7),
            ("first_paragraph", ""),
            ("second_paragraph", "Thank you."),
        ):
            assert form[name].value() == value
        assert set(form["roles"].value()) == {
            make.EXCHANGE_ADMINISTRATOR,
            make.SERVICE_SUPPORT_ADMINISTRATOR,
        }
        fields = {name: form[name].value() for name in form.fields if form[name].value()}
        assert client.post(page("request-new", partner), fields).status_code == 302

    def test_from_lost_administration_asks_for_it_back_r1(self, client, partner, agent):
        decided(partner, approved=True)
        grant = partner.admin_relationships.get()
        end_grant(grant, because="customer", by=make.operator(), side="customer", at=make.now())
        form = self.form(client, partner, administration=grant.public_id)
        assert form["addressed_tenant_id"].value() == str(grant.customer.tenant_id)
        assert form.names_organisation
        # Selling goes on, so it is not asked for again.
        assert form["asks_selling"].value() is False
        assert set(form["roles"].value()) == {
            make.EXCHANGE_ADMINISTRATOR,
            make.SERVICE_SUPPORT_ADMINISTRATOR,
        }
        assert form["name"].value() == f"{grant.name} (2)"

    def test_of_a_provider_keeps_its_reseller_while_they_work_together(self, client):
        provider = make.make_partner(kind=PartnerKind.INDIRECT_PROVIDER)
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(provider, reseller)
        agent = make.make_admin_agent(provider)
        client.force_login(agent)
        old = make.make_request(provider, by=agent, administrator=reseller)
        cancel(old, by=Actor.objects.of(agent))
        form = self.form(client, provider, request=old.public_id)
        assert form["administrator"].value() == reseller.tenant_id
        make.part(provider, reseller)
        form = self.form(client, provider, request=old.public_id)
        assert not form.initial.get("administrator")

    @pytest.mark.parametrize("what", ["request", "administration"])
    @pytest.mark.parametrize("value", ["x", "", "5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44"])
    def test_from_nothing_is_empty(self, client, partner, agent, what, value):
        assert self.form(client, partner, **{what: value})["name"].value() is None

    def test_from_what_is_anothers_is_empty(self, client, partner, agent):
        other = make.make_partner()
        asked = decided(other, approved=True)
        grant = other.admin_relationships.get()
        end_grant(grant, because="customer", by=make.operator(), side="customer", at=make.now())
        for query in ({"request": asked.public_id}, {"administration": grant.public_id}):
            answer = client.get(page("request-new", partner), query)
            assert answer.context["form"]["name"].value() is None
            assert "Fernhill" not in answer.content.decode()
