"""The standing link: one for all customers, editable, and replaced by another when it leaked."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit.log import entries
from audit.models import Event
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import AccessTerms, RelationshipRequest, ResellerRelationship
from relationships.moves import deciding
from relationships.moves.asking import ChangedMeanwhile, RequestRefused
from relationships.moves.deciding import ContentChanged
from relationships.moves.standing import edit_standing_link, make_standing_link, rotate
from relationships.moves.supervising import restore_partner, suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make.make_partner("Alder Cloud")


@pytest.fixture
def by(partner):
    return Actor.objects.of(make.make_admin_agent(partner))


@pytest.fixture
def link(partner, by):
    return make.make_link(partner, by=by.user)


def fresh(link) -> RelationshipRequest:
    return RelationshipRequest.objects.get(pk=link.pk)


def accept(link, customer=None, **answer):
    """A customer opens the link and allows what it asks."""
    customer = customer or make.make_customer()
    admin = make.join_customer(customer)
    decision = make.make_decision(link, customer, by=admin)
    deciding.approve(decision, make.make_answer(decision, **answer), by=Actor.objects.of(admin))
    return decision


class TestMake:
    def test_asks_for_selling_alone_and_does_not_end(self, partner, link, by):
        assert (link.kind, link.status, link.name) == ("standing", "open", "Alder Cloud")
        assert (link.asks_selling, link.terms, link.expires_at) == (True, None, None)
        assert link.first_paragraph
        assert link.created_by == by
        assert Event.objects.get(subject_id=str(link.public_id)).kind == "standing_link.created"

    def test_a_second_time_gives_the_first(self, partner, link):
        assert make.make_link(partner) == link
        assert partner.requests.standing().count() == 1

    @pytest.mark.parametrize(
        ("place", "may"),
        [
            ({"agent": Agent.ADMIN_AGENT}, True),
            ({"agent": Agent.SALES_AGENT}, False),
            ({"agent": Agent.HELPDESK_AGENT}, False),
            ({"admin": Admin.GLOBAL_ADMIN}, True),
            ({"admin": Admin.BILLING_ADMIN}, False),
            ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False),
        ],
    )
    def test_is_theirs_who_may_rotate_it(self, partner, place, may):
        person = make.join_partner(partner, **place)
        if may:
            assert make.make_link(partner, by=person)
            return
        with pytest.raises(PermissionDenied):
            make.make_link(partner, by=person)
        assert not RelationshipRequest.objects.exists()

    def test_is_refused_to_those_who_may_not_ask_r14_r45_r61(self, partner):
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        unverified = make.make_partner(verified=False)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        for refused in (reseller, unverified, partner):
            with pytest.raises(RequestRefused):
                make.make_link(refused)
        assert not RelationshipRequest.objects.exists()
        restore_partner(partner, by=make.operator(), reason="paid")
        assert make.make_link(partner)

    def test_of_an_advisor_asks_for_roles(self):
        advisor = make.make_partner(kind=PartnerKind.ADVISOR)
        with pytest.raises(RequestRefused):
            make.make_link(advisor)
        assert not RelationshipRequest.objects.exists()
        by = Actor.objects.of(make.make_admin_agent(advisor))
        link = make_standing_link(advisor, make.make_ask(asks_selling=False), by=by)
        assert link.terms is not None

    def test_by_a_provider_may_name_its_reseller_r46(self):
        provider = make.make_partner(kind=PartnerKind.INDIRECT_PROVIDER)
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(provider, reseller)
        by = Actor.objects.of(make.make_admin_agent(provider))
        link = make_standing_link(provider, make.make_ask(administrator=reseller), by=by)
        decision = accept(link)
        assert decision.admin_relationship.partner == reseller
        assert decision.reseller_relationship.partner == provider

    def test_is_one_for_the_database_too(self, partner, link, by):
        with pytest.raises(IntegrityError), transaction.atomic():
            partner.requests.create(
                administrator=partner,
                kind="standing",
                status="open",
                name="Second",
                token="second",
                created_at=make.now(),
                created_by=by,
            )


class TestLink:
    def test_is_the_partners_own_r3(self, link):
        other = make.make_link()
        assert other.link != link.link
        decision = accept(link)
        related = ResellerRelationship.objects.get(customer=decision.customer)
        assert related.partner == link.partner

    def test_holds_no_customer_data_and_is_the_same_for_all_r4(self, link):
        before = fresh(link).link
        customers = [make.make_customer("Fernhill Foods"), make.make_customer("Glenmoor")]
        for customer in customers:
            accept(link, customer)
            assert fresh(link).link == before
            for word in (customer.name, customer.primary_domain, str(customer.tenant_id)):
                assert word.lower() not in before.lower()

    def test_is_accepted_by_three_customers_r5(self, link):
        decisions = [accept(link) for _ in range(3)]
        assert ResellerRelationship.objects.filter(partner=link.partner).count() == 3
        assert {decision.status for decision in decisions} == {"approved"}
        assert fresh(link).status == "open"

    def test_is_the_ordinary_link_for_asking_again_r37(self, link):
        customer = make.make_customer()
        first = accept(link, customer)
        second = accept(link, customer)
        assert first != second
        assert ResellerRelationship.objects.filter(customer=customer).count() == 1

    def test_that_was_declined_by_one_stays_open_for_the_others(self, link):
        admin = make.join_customer(make.make_customer())
        decision = make.make_decision(link, admin.customer_memberships.get().customer, by=admin)
        deciding.decline(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert fresh(link).status == "open"
        accept(link)


class TestEdit:
    def test_keeps_the_address_and_writes_new_terms(self, link, by):
        edit_standing_link(link, make.make_ask(name="Mail", days=90), by=by, seen=1)
        edited = fresh(link)
        assert (edited.token, edited.version, edited.name) == (link.token, 2, "Mail")
        assert edited.terms.days == 90
        assert edited.first_paragraph
        assert not edited.admin_relationships.exists()
        assert entries(f"partner:{link.partner.tenant_id}").first().kind == "standing_link.edited"

    def test_names_no_customer_r4(self, link, by):
        ask = make.make_ask(email="admin@fernhill.example")
        edit_standing_link(link, ask, by=by, seen=1)
        assert not fresh(link).is_addressed

    def test_is_seen_before_it_is_approved(self, link, by):
        """Who opened it reads what it asks now; nothing is approved by surprise."""
        customer = make.make_customer()
        admin = make.join_customer(customer)
        decision = make.make_decision(link, customer, by=admin)
        answer = make.make_answer(decision)
        edit_standing_link(link, make.make_ask(), by=by, seen=1)
        decision = type(decision).objects.get(pk=decision.pk)
        with pytest.raises(ContentChanged):
            deciding.approve(decision, answer, by=Actor.objects.of(admin))
        assert not ResellerRelationship.objects.exists()
        deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert decision.admin_relationship.status == "active"

    def test_leaves_what_was_approved_before(self, link, by):
        edit_standing_link(link, make.make_ask(name="Wide"), by=by, seen=1)
        decision = accept(fresh(link))
        terms = decision.granted_terms
        edit_standing_link(fresh(link), make.make_ask(role_ids=()), by=by, seen=2)
        decision.admin_relationship.refresh_from_db()
        assert decision.admin_relationship.status == "active"
        assert decision.admin_relationship.granted_terms == terms
        assert decision.admin_relationship.asked_terms.roles.count() == 2

    def test_names_each_relationship_by_its_customer_and_numbers_the_like(self, link, by):
        edit_standing_link(link, make.make_ask(name="Mail"), by=by, seen=1)
        names = []
        for _time in range(2):
            decision = accept(fresh(link), make.make_customer("Fernhill"))
            relationship = decision.admin_relationship
            names.append((relationship.name, relationship.name_key))
        assert names == [
            ("Mail · Fernhill", "mail · fernhill"),
            ("Mail · Fernhill (2)", "mail · fernhill (2)"),
        ]

    def test_of_what_somebody_changed_meanwhile_is_refused(self, link, by):
        edit_standing_link(link, make.make_ask(name="First"), by=by, seen=1)
        with pytest.raises(ChangedMeanwhile, match="Somebody changed the link"):
            edit_standing_link(fresh(link), make.make_ask(name="Second"), by=by, seen=1)
        assert (fresh(link).name, fresh(link).version) == ("First", 2)

    def test_to_the_same_changes_nothing(self, link, by):
        ask = make.make_ask(name="Mail")
        edit_standing_link(link, ask, by=by, seen=1)
        edit_standing_link(fresh(link), ask, by=by, seen=1)
        assert fresh(link).version == 2
        assert AccessTerms.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"role_ids": (), "asks_selling": False},
            {"role_ids": (make.USER_ADMINISTRATOR,), "days": 91},
            {"days": 731},
            {"name": ""},
        ],
    )
    def test_may_ask_no_more_than_a_request(self, link, by, wrong):
        with pytest.raises(RequestRefused):
            edit_standing_link(link, make.make_ask(**wrong), by=by, seen=1)
        assert fresh(link).version == 1
        assert not AccessTerms.objects.exists()

    def test_is_no_sales_agents(self, partner, link):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        with pytest.raises(PermissionDenied):
            edit_standing_link(link, make.make_ask(role_ids=()), by=seller, seen=1)
        assert fresh(link).version == 1

    def test_while_suspended_is_refused_r61(self, partner, link, by):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            edit_standing_link(link, make.make_ask(), by=by, seen=1)
        assert fresh(link).version == 1


class TestRotate:
    def test_puts_a_new_link_in_the_place_of_the_old(self, partner, link, by):
        edit_standing_link(link, make.make_ask(name="Mail"), by=by, seen=1)
        old = fresh(link)
        at = make.now()
        new = rotate(old, by=by, at=at)
        old = fresh(link)
        assert (old.status, old.closed_at, old.closed_by) == ("rotated", at, by)
        assert (new.status, new.name, new.partner) == ("open", "Mail", partner)
        assert new.token != old.token
        assert (new.terms.days, set(new.asked_roles())) == (365, set(old.asked_roles()))
        assert (new.first_paragraph, new.second_paragraph) == (
            old.first_paragraph,
            old.second_paragraph,
        )
        kinds = entries(f"partner:{partner.tenant_id}").values_list("kind", flat=True)
        assert list(kinds[:2]) == ["standing_link.created", "standing_link.rotated"]

    def test_withdraws_what_was_opened_and_not_decided(self, link, by):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        decision = make.make_decision(link, customer, by=admin)
        answer, at = make.make_answer(decision), make.now()
        rotate(link, by=by, at=at)
        decision.refresh_from_db()
        assert (decision.status, decision.decided_at) == ("withdrawn", at)
        own = entries(f"customer:{customer.tenant_id}").first()
        assert (own.kind, own.actor_id, own.at) == ("request.withdrawn", str(by.public_id), at)
        mail = Delivery.objects.get(kind="request_withdrawn")
        assert (mail.recipient, "replaced its link" in mail.text) == (admin.email, True)
        with pytest.raises(deciding.Refused):
            deciding.approve(decision, answer, by=Actor.objects.of(admin))
        assert not ResellerRelationship.objects.exists()

    def test_leaves_relationships_as_they_are(self, link, by):
        edit_standing_link(link, make.make_ask(), by=by, seen=1)
        decision = accept(fresh(link))
        rotate(fresh(link), by=by)
        decision.refresh_from_db()
        assert decision.status == "approved"
        assert decision.reseller_relationship.status == "active"
        assert decision.admin_relationship.status == "active"
        assert not Delivery.objects.filter(kind="request_withdrawn").exists()

    def test_of_a_link_that_is_replaced_already_is_refused(self, partner, link, by):
        new = rotate(link, by=by)
        with pytest.raises(RequestRefused, match="already"):
            rotate(fresh(link), by=by)
        with pytest.raises(RequestRefused, match="already"):
            edit_standing_link(fresh(link), make.make_ask(), by=by, seen=1)
        assert partner.requests.standing().open().get() == new

    def test_is_no_sales_agents_and_no_strangers(self, partner, link):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        stranger = Actor.objects.of(make.make_admin_agent(make.make_partner()))
        for person in (seller, stranger):
            with pytest.raises(PermissionDenied):
                rotate(link, by=person)
        assert fresh(link).status == "open"

    def test_while_suspended_is_refused_r61(self, partner, link, by):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            rotate(link, by=by)
        assert fresh(link).status == "open"

    def test_is_nothing_for_a_single_request(self, partner, by):
        request = make.make_request(partner, by=by.user)
        with pytest.raises(RequestRefused):
            rotate(request, by=by)
        assert fresh(request).status == "open"
