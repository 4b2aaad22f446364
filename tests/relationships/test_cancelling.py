"""A partner takes a request back: what ends, who is told, and what nobody learns."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit import kinds
from audit.log import entries
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partners.rights import Agent
from relationships.models import RelationshipRequest
from relationships.moves import deciding
from relationships.moves.asking import RequestRefused
from relationships.moves.cancelling import cancel
from relationships.moves.supervising import suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return make.make_customer("Fernhill Foods")


@pytest.fixture
def reader(customer):
    return make.join_customer(customer, CustomerRole.READER)


@pytest.fixture
def partner():
    return make.make_partner("Alder Cloud")


@pytest.fixture
def by(partner):
    return Actor.objects.of(make.make_admin_agent(partner))


@pytest.fixture
def asked(partner, by, reader):
    return make.make_request(partner, by=by.user, name="Mail", email=reader.email)


class TestCancel:
    def test_ends_the_request_the_decision_and_what_waited(self, asked, by, customer, reader):
        decision = make.make_decision(asked, customer, by=reader)
        at = make.now()
        cancel(asked, by=by, at=at)
        asked.refresh_from_db()
        assert (asked.status, asked.closed_at, asked.closed_by) == ("cancelled", at, by)
        decision.refresh_from_db()
        assert (decision.status, decision.decided_at) == ("withdrawn", at)
        waiting = asked.admin_relationships.get()
        assert (waiting.status, waiting.ended_because) == ("terminated", "cancelled")
        assert (waiting.ended_at, waiting.ended_by) == (at, by)

    def test_tells_who_had_opened_it(self, asked, by, customer, reader):
        make.join_customer(customer)
        decision = make.make_decision(asked, customer, by=reader)
        cancel(asked, by=by)
        mail = Delivery.objects.get(kind="request_withdrawn")
        assert mail.recipient == reader.email
        for body in (mail.text, mail.html):
            assert "Alder Cloud" in body
            assert "“Mail”" in body
            assert decision.get_absolute_url() in body
            assert "replaced its link" not in body

    def test_tells_nobody_who_has_left_the_organisation(self, asked, by, customer, reader):
        make.make_decision(asked, customer, by=reader)
        reader.customer_memberships.update(removed_at=make.now(), removed_by=make.operator())
        cancel(asked, by=by)
        assert not Delivery.objects.exists()

    def test_before_anybody_opened_it_tells_nobody(self, asked, by):
        cancel(asked, by=by)
        assert not Delivery.objects.exists()

    def test_is_in_the_log_of_both_and_names_no_customer_to_the_partner(
        self, asked, by, customer, reader
    ):
        decision = make.make_decision(asked, customer, by=reader)
        cancel(asked, by=by)
        own = entries(f"customer:{customer.tenant_id}").first()
        assert (own.kind, own.subject_id) == ("request.withdrawn", str(decision.public_id))
        assert own.side == "partner"
        assert kinds.sentence(own) == "Alder Cloud took back “Mail”."
        partners = entries(f"partner:{asked.partner.tenant_id}")
        assert partners.first().kind == "request.cancelled"
        assert not any(event.customer_id or event.customer_name for event in partners)

    def test_leaves_nothing_to_decide(self, asked, by, customer):
        admin = make.join_customer(customer)
        decision = make.make_decision(asked, customer, by=admin)
        answer = make.make_answer(decision)
        cancel(asked, by=by)
        with pytest.raises(Refused):
            deciding.approve(decision, answer, by=Actor.objects.of(admin))
        assert not customer.reseller_relationships.exists()
        assert not Event.objects.filter(kind="request.approved").exists()

    @pytest.mark.parametrize("approved", [True, False])
    def test_after_the_decision_is_refused(self, asked, by, customer, approved):
        admin = make.join_customer(customer)
        decision = make.make_decision(asked, customer, by=admin)
        move = deciding.approve if approved else deciding.decline
        move(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        with pytest.raises(RequestRefused, match="nothing to cancel"):
            cancel(RelationshipRequest.objects.get(pk=asked.pk), by=by)
        asked.refresh_from_db()
        assert asked.status == ("decided" if approved else "declined")
        assert asked.admin_relationships.get().ended_because != "cancelled"

    def test_follows_the_rights_to_ask(self, partner, asked, by):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        stranger = Actor.objects.of(make.make_admin_agent(make.make_partner()))
        for person in (seller, stranger):
            with pytest.raises(PermissionDenied):
                cancel(asked, by=person)
        asked.refresh_from_db()
        assert asked.status == "open"
        selling = make.make_request(partner, by=by.user, role_ids=())
        cancel(selling, by=seller)
        assert selling.status == "cancelled"

    def test_is_open_to_a_suspended_partner(self, partner, asked, by):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        cancel(asked, by=by)
        assert asked.status == "cancelled"

    def test_is_nothing_for_a_standing_link(self, partner, by):
        link = make.make_link(partner, by=by.user)
        with pytest.raises(RequestRefused, match="Replace it"):
            cancel(link, by=by)
        assert RelationshipRequest.objects.get(pk=link.pk).status == "open"
