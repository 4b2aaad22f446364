"""A draft: kept, changed, made a request of, or discarded."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from partners.rights import Agent
from relationships.models import AccessTerms, AdminRelationship, RelationshipRequest
from relationships.moves.asking import ChangedMeanwhile, RequestRefused
from relationships.moves.cancelling import cancel
from relationships.moves.drafting import edit_draft, finish_draft, open_draft
from relationships.moves.supervising import suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make.make_partner()


@pytest.fixture
def by(partner):
    return Actor.objects.of(make.make_admin_agent(partner))


@pytest.fixture
def draft(partner, by):
    return make.make_draft(partner, by=by.user, name="Mail", email="admin@fernhill.example")


def fresh(draft) -> RelationshipRequest:
    return RelationshipRequest.objects.get(pk=draft.pk)


class TestSave:
    def test_keeps_the_wish_without_a_link_and_without_an_end(self, draft):
        kept = fresh(draft)
        assert (kept.status, kept.token, kept.expires_at, kept.link) == ("draft", None, None, "")
        assert kept.lifetime_days == 30
        relationship = kept.admin_relationships.get()
        assert (relationship.status, relationship.asked_terms) == ("created", kept.terms)
        assert Event.objects.get(subject_id=str(kept.public_id)).kind == "request.drafted"

    def test_without_roles_makes_no_admin_relationship(self, partner, by):
        make.make_draft(partner, by=by.user, role_ids=())
        assert not AdminRelationship.objects.exists()

    def test_is_as_narrow_as_a_request(self, partner):
        seller = make.join_partner(partner, agent=Agent.SALES_AGENT)
        with pytest.raises(PermissionDenied):
            make.make_draft(partner, by=seller)
        with pytest.raises(RequestRefused):
            make.make_draft(partner, role_ids=(make.USER_ADMINISTRATOR,), days=91)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            make.make_draft(partner)
        assert not RelationshipRequest.objects.exists()

    def test_takes_its_name(self, partner, draft):
        with pytest.raises(RequestRefused, match="was used before"):
            make.make_request(partner, name="mail")


class TestEdit:
    def test_writes_new_terms_and_leaves_the_old_ones(self, draft, by):
        old = draft.terms
        ask = make.make_ask(
            name="Support",
            role_ids=(make.TEAMS_ADMINISTRATOR,),
            days=90,
            auto_extend=True,
            addressed_domain="fernhill.example",
            lifetime_days=7,
            reason="New.",
            first_paragraph="Hello.",
        )
        edit_draft(draft, ask, by=by, seen=1)
        kept = fresh(draft)
        assert (kept.name, kept.version, kept.lifetime_days) == ("Support", 2, 7)
        assert (kept.addressed_email, kept.addressed_domain) == ("", "fernhill.example")
        assert (kept.reason, kept.first_paragraph) == ("New.", "Hello.")
        assert kept.terms != old
        assert AccessTerms.objects.get(pk=old.pk).days == 365
        relationship = kept.admin_relationships.get()
        assert (relationship.name, relationship.name_key) == ("Support", "support")
        assert relationship.asked_terms == kept.terms
        assert relationship.extension_wished_by == by

    def test_of_the_name_alone_keeps_the_terms(self, draft, by):
        ask = replace(make.make_ask(email=draft.addressed_email), name="Support")
        edit_draft(draft, ask, by=by, seen=1)
        assert fresh(draft).terms == draft.terms
        assert AccessTerms.objects.count() == 1

    def test_without_roles_drops_the_admin_relationship_and_gives_its_name_back(
        self, partner, draft, by
    ):
        edit_draft(draft, make.make_ask(role_ids=()), by=by, seen=1)
        assert fresh(draft).terms is None
        assert not AdminRelationship.objects.exists()
        make.make_request(partner, by=by.user, name="Mail")

    def test_refuses_a_name_that_another_holds_and_takes_its_own(self, partner, draft, by):
        make.make_request(partner, by=by.user, name="Taken")
        with pytest.raises(RequestRefused, match="was used before"):
            edit_draft(draft, make.make_ask(name="taken"), by=by, seen=1)
        assert fresh(draft).name == "Mail"
        edit_draft(draft, make.make_ask(name="MAIL"), by=by, seen=1)
        assert fresh(draft).name == "MAIL"

    def test_of_what_somebody_changed_meanwhile_is_refused(self, draft, by):
        edit_draft(draft, make.make_ask(name="First"), by=by, seen=1)
        with pytest.raises(ChangedMeanwhile, match="Somebody changed this draft"):
            edit_draft(fresh(draft), make.make_ask(name="Second"), by=by, seen=1)
        assert (fresh(draft).name, fresh(draft).version) == ("First", 2)

    def test_twice_with_the_same_words_changes_nothing_more(self, draft, by):
        ask = make.make_ask(name="Support")
        edit_draft(draft, ask, by=by, seen=1)
        edit_draft(fresh(draft), ask, by=by, seen=1)
        assert fresh(draft).version == 2
        assert Event.objects.filter(kind="request.edited").count() == 1

    def test_of_a_request_that_is_open_is_refused(self, partner, by):
        request = make.make_request(partner, by=by.user, name="Open")
        with pytest.raises(RequestRefused, match="no draft any more"):
            edit_draft(request, make.make_ask(name="Other"), by=by, seen=1)
        assert fresh(request).name == "Open"

    def test_with_roles_is_no_sales_agents(self, partner, draft):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        stranger = Actor.objects.of(make.make_admin_agent(make.make_partner()))
        for person in (seller, stranger):
            with pytest.raises(PermissionDenied):
                edit_draft(draft, make.make_ask(role_ids=()), by=person, seen=1)
        assert fresh(draft).terms == draft.terms

    def test_of_a_selling_draft_may_not_bring_a_sales_agent_roles(self, partner):
        seller = make.join_partner(partner, agent=Agent.SALES_AGENT)
        draft = make.make_draft(partner, by=seller, role_ids=())
        with pytest.raises(PermissionDenied):
            edit_draft(draft, make.make_ask(), by=Actor.objects.of(seller), seen=1)
        assert fresh(draft).terms is None


class TestOpen:
    def test_makes_the_link_and_counts_the_days_from_now(self, draft, by):
        at = make.now() + make.days(200)
        open_draft(draft, by=by, at=at)
        request = fresh(draft)
        assert (request.status, request.expires_at) == ("open", at + make.days(30))
        assert request.token
        assert request.token in request.link
        assert request.admin_relationships.get().status == "approvalPending"
        assert Event.objects.filter(kind="request.created").count() == 1

    def test_happens_once(self, draft, by):
        open_draft(draft, by=by)
        token = fresh(draft).token
        with pytest.raises(RequestRefused, match="no draft any more"):
            open_draft(fresh(draft), by=by)
        assert fresh(draft).token == token

    def test_asks_again_what_may_be_asked(self, partner, draft, by):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            open_draft(draft, by=by)
        assert fresh(draft).status == "draft"

    def test_is_no_sales_agents_where_roles_are_asked(self, partner, draft):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        with pytest.raises(PermissionDenied):
            open_draft(draft, by=seller)
        assert fresh(draft).status == "draft"

    def test_with_an_edit_does_both_or_neither(self, draft, by):
        with pytest.raises(ChangedMeanwhile):
            finish_draft(draft, make.make_ask(name="Late"), by=by, seen=0)
        assert (fresh(draft).status, fresh(draft).name) == ("draft", "Mail")
        finish_draft(draft, make.make_ask(name="In time"), by=by, seen=1)
        assert (fresh(draft).status, fresh(draft).name) == ("open", "In time")


class TestDiscard:
    def test_leaves_no_link_and_terminates_what_waited(self, draft, by):
        cancel(draft, by=by)
        gone = fresh(draft)
        assert (gone.status, gone.token, gone.closed_by) == ("cancelled", None, by)
        relationship = gone.admin_relationships.get()
        assert (relationship.status, relationship.ended_because) == ("terminated", "cancelled")
        assert Event.objects.filter(kind="request.discarded").count() == 1

    def test_is_final(self, draft, by):
        cancel(draft, by=by)
        with pytest.raises(RequestRefused, match="it is cancelled"):
            open_draft(fresh(draft), by=by)
        with pytest.raises(RequestRefused, match="this request is cancelled"):
            cancel(fresh(draft), by=by)
        assert fresh(draft).status == "cancelled"
