"""A partner asks: who may, what may be asked, and what stays unwritten when it may not."""

from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit import kinds
from audit.log import entries
from partnercenter.lib.ids import uuid7
from partnercenter.lib.refusals import Refused
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import AccessTerms, AdminRelationship, RelationshipRequest
from relationships.moves import deciding
from relationships.moves.asking import RequestRefused
from relationships.moves.drafting import save_draft
from relationships.moves.requesting import create_request
from relationships.moves.supervising import restore_partner, suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db

TENANT_ID = UUID("5e0d1f3a-8a3e-4a55-9a53-0d3f0e2a1c44")


def nothing_was_written() -> bool:
    return not (
        RelationshipRequest.objects.exists()
        or AdminRelationship.objects.exists()
        or AccessTerms.objects.exists()
    )


class TestCreateRequest:
    @pytest.mark.parametrize(
        ("settings_of", "selling", "with_roles"),
        [
            ({"agent": Agent.ADMIN_AGENT}, True, True),
            ({"agent": Agent.SALES_AGENT}, True, False),
            ({"agent": Agent.HELPDESK_AGENT}, False, False),
            ({"admin": Admin.GLOBAL_ADMIN}, True, True),
            ({"admin": Admin.BILLING_ADMIN}, False, False),
            ({"admin": Admin.USER_MANAGEMENT_ADMIN}, False, False),
        ],
    )
    def test_follows_the_table_of_rights(self, settings_of, selling, with_roles):
        partner = make.make_partner()
        person = make.join_partner(partner, **settings_of)
        for role_ids, may in (((), selling), ((make.EXCHANGE_ADMINISTRATOR,), with_roles)):
            if may:
                make.make_request(partner, by=person, role_ids=role_ids)
                continue
            count = RelationshipRequest.objects.count()
            with pytest.raises(PermissionDenied):
                make.make_request(partner, by=person, role_ids=role_ids)
            assert RelationshipRequest.objects.count() == count

    def test_is_nobodys_of_another_partner(self):
        stranger = make.make_admin_agent(make.make_partner())
        with pytest.raises(PermissionDenied):
            make.make_request(make.make_partner(), by=stranger)
        assert nothing_was_written()

    def test_is_refused_to_a_suspended_partner_and_works_again_after_r61_r63(self):
        partner = make.make_partner()
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            make.make_request(partner)
        assert nothing_was_written()
        restore_partner(partner, by=make.operator(), reason="paid")
        make.make_request(partner)

    def test_is_refused_before_verification(self):
        with pytest.raises(RequestRefused, match="verified"):
            make.make_request(make.make_partner(verified=False))
        assert nothing_was_written()

    def test_is_refused_to_an_indirect_reseller_r45(self):
        with pytest.raises(RequestRefused, match="indirect provider"):
            make.make_request(make.make_partner(kind=PartnerKind.INDIRECT_RESELLER))
        assert nothing_was_written()

    def test_of_an_advisor_never_asks_for_selling(self):
        advisor = make.make_partner(kind=PartnerKind.ADVISOR)
        with pytest.raises(RequestRefused, match="advisor"):
            make.make_request(advisor)
        assert nothing_was_written()
        make.make_request(advisor, asks_selling=False)

    @pytest.mark.parametrize("days", [0, 731, -1])
    def test_refuses_days_that_no_grant_can_have(self, days):
        with pytest.raises(RequestRefused):
            make.make_request(days=days)
        assert nothing_was_written()

    def test_refuses_91_days_of_privileged_roles(self):
        with pytest.raises(RequestRefused, match="User Administrator"):
            make.make_request(role_ids=(make.USER_ADMINISTRATOR,), days=91)
        assert nothing_was_written()
        make.make_request(role_ids=(make.USER_ADMINISTRATOR,), days=90)

    def test_refuses_a_name_that_is_used_and_says_which_is_free(self):
        request = make.make_request(name="Mail")
        with pytest.raises(RequestRefused, match=r"“MAIL” was used.*“MAIL \(2\)” is free"):
            make.make_request(request.partner, name="MAIL")
        assert RelationshipRequest.objects.count() == 1
        make.make_request(request.partner, name="MAIL (2)")

    def test_without_roles_may_have_any_name(self):
        request = make.make_request(name="Mail")
        make.make_request(request.partner, name="Mail", role_ids=())

    def test_asks_for_something(self):
        with pytest.raises(RequestRefused):
            make.make_request(role_ids=(), asks_selling=False)
        assert nothing_was_written()

    def test_links_of_two_requests_differ_and_hold_no_customer_data_r3_r4(self):
        first, second = make.make_request(email="a@fernhill.example"), make.make_request()
        assert first.link != second.link
        assert "fernhill" not in first.link


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ({"email": " Ada@Fernhill.Example "}, "ada@fernhill.example"),
            ({"addressed_domain": "Fernhill.Example."}, "fernhill.example"),
            ({"addressed_tenant_id": TENANT_ID}, str(TENANT_ID)),
            ({}, ""),
        ],
    )
    def test_is_one_of_three_or_none(self, address, shown):
        request = make.make_request(**address)
        assert request.addressed_to == shown
        assert request.is_addressed == bool(address)

    def test_is_never_two(self):
        with pytest.raises(RequestRefused, match="Name only one"):
            make.make_request(email="a@fernhill.example", addressed_domain="fernhill.example")
        assert nothing_was_written()


class TestLifetime:
    def test_is_thirty_days_unless_said_otherwise(self):
        request = make.make_request()
        assert request.expires_at == request.created_at + make.days(30)
        request = make.make_request(lifetime_days=90)
        assert request.expires_at == request.created_at + make.days(90)

    @pytest.mark.parametrize("days", [0, 91, -1])
    def test_is_from_one_to_ninety_days(self, days):
        with pytest.raises(RequestRefused, match="from 1 to 90 days"):
            make.make_request(lifetime_days=days)
        assert nothing_was_written()


class TestAdministrator:
    """A provider sells, its indirect reseller administers (rule R46)."""

    @pytest.fixture
    def provider(self):
        return make.make_partner("Cedar", kind=PartnerKind.INDIRECT_PROVIDER)

    @pytest.fixture
    def reseller(self, provider):
        reseller = make.make_partner("Dogwood", kind=PartnerKind.INDIRECT_RESELLER)
        make.work_together(provider, reseller)
        return reseller

    def test_gets_the_administration_and_the_provider_the_sale_r46(self, provider, reseller):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(provider, email=admin.email, administrator=reseller)
        waiting = request.admin_relationships.get()
        assert (waiting.partner, waiting.status) == (reseller, "approvalPending")
        groups = request.terms.planned_groups.all()
        assert [(group.partner, group.built_in) for group in groups] == [(reseller, True)]
        decision = make.make_decision(request, customer, by=admin)
        deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert customer.reseller_relationships.get().partner == provider
        granted = customer.admin_relationships.get()
        assert (granted.partner, granted.status) == (reseller, "active")
        assert granted.assignments.get().group.partner == reseller

    def test_reads_of_it_in_its_own_log(self, provider, reseller):
        request = make.make_request(provider, administrator=reseller)
        own = entries(f"partner:{reseller.tenant_id}").filter(kind="request.names_administrator")
        assert own.get().subject_id == str(request.public_id)
        assert "Cedar asks a customer" in kinds.sentence(own.get())
        assert own.get().partner_id == str(reseller.tenant_id)
        make.make_request(provider)
        assert own.count() == 1

    def test_is_only_a_reseller_that_works_with_the_provider_now(self, provider, reseller):
        stranger = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        for administrator in (stranger, make.make_partner()):
            with pytest.raises(RequestRefused, match="works with you"):
                make.make_request(provider, administrator=administrator)
        make.part(provider, reseller)
        with pytest.raises(RequestRefused, match="works with you"):
            make.make_request(provider, administrator=reseller)
        assert nothing_was_written()

    def test_is_named_by_nobody_but_a_provider(self, reseller):
        direct = make.make_partner()
        make.work_together(direct, reseller)
        with pytest.raises(RequestRefused, match="works with you"):
            make.make_request(direct, administrator=reseller)
        assert nothing_was_written()

    def test_is_not_one_that_is_suspended(self, provider, reseller):
        suspend_partner(reseller, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="Dogwood cannot administer"):
            make.make_request(provider, administrator=reseller)
        assert nothing_was_written()

    def test_is_the_partner_itself_where_no_roles_are_asked(self, provider, reseller):
        request = make.make_request(provider, administrator=reseller, role_ids=())
        assert request.administrator == provider

    def test_that_parted_from_the_provider_is_granted_nothing_any_more(self, provider, reseller):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(provider, email=admin.email, administrator=reseller)
        decision = make.make_decision(request, customer, by=admin)
        make.part(provider, reseller)
        with pytest.raises(Refused, match="no longer work together"):
            deciding.approve(decision, make.make_answer(decision), by=Actor.objects.of(admin))
        assert not customer.admin_relationships.exists()


class TestGroups:
    def test_are_the_built_in_one_unless_others_are_named(self):
        partner = make.make_partner()
        assert [g.built_in for g in make.make_request(partner).terms.planned_groups.all()] == [True]
        mail = partner.security_groups.create(name="Mail", created_at=make.now())
        request = make.make_request(partner, groups=(mail,))
        assert list(request.terms.planned_groups.all()) == [mail]

    def test_are_the_partners_own_and_open(self):
        partner, other = make.make_partner(), make.make_partner()
        closed = partner.security_groups.create(
            name="Old",
            created_at=make.YEAR_START,
            closed_at=make.now(),
            closed_by=make.operator(),
        )
        for group in (other.security_groups.get(), closed):
            with pytest.raises(RequestRefused, match="Choose groups"):
                make.make_request(partner, groups=(group,))
        assert nothing_was_written()


class TestTexts:
    @pytest.mark.parametrize("place", ["first_paragraph", "second_paragraph"])
    @pytest.mark.parametrize(
        "text", ["See evil.example", "Write to a@b", "https://x", "x" * 1001, "p\n\n" * 600]
    )
    def test_of_the_mail_hold_no_link_no_address_and_no_book_r6(self, place, text):
        with pytest.raises(RequestRefused):
            make.make_request(**{place: text})
        assert nothing_was_written()

    def test_of_the_mail_stay_paragraphs(self):
        request = make.make_request(
            first_paragraph=" One \r\n\r\n two  three \n", second_paragraph=" "
        )
        assert (request.first_paragraph, request.second_paragraph) == ("One\ntwo three", "")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": " "},
            {"name": "n" * 51},
            {"name": "To \u202elive"},
            {"reason": "r" * 1001},
            {"reason": "By \u2066phone"},
        ],
    )
    def test_have_their_lengths(self, wrong):
        with pytest.raises(RequestRefused):
            make.make_request(**wrong)
        assert nothing_was_written()


class TestTwice:
    """The same public id and the same wish are one request: a double click."""

    def test_gives_the_request_that_is_there(self):
        partner, public_id = make.make_partner(), uuid7()
        by, ask = Actor.objects.of(make.make_admin_agent(partner)), make.make_ask()
        first = create_request(partner, ask, by=by, public_id=public_id)
        assert first.public_id == public_id
        assert create_request(partner, ask, by=by, public_id=public_id) == first
        assert RelationshipRequest.objects.count() == 1

    def test_with_another_wish_makes_another_request(self):
        partner, public_id = make.make_partner(), uuid7()
        by = Actor.objects.of(make.make_admin_agent(partner))
        first = create_request(partner, make.make_ask(), by=by, public_id=public_id)
        second = create_request(partner, make.make_ask(), by=by, public_id=public_id)
        assert second.public_id != first.public_id

    def test_by_another_partner_makes_a_request_of_its_own(self):
        first = make.make_request()
        partner = make.make_partner()
        by = Actor.objects.of(make.make_admin_agent(partner))
        second = create_request(partner, make.make_ask(), by=by, public_id=first.public_id)
        assert (second.partner, second.public_id == first.public_id) == (partner, False)

    def test_makes_the_request_of_a_draft_with_the_same_words(self):
        partner, public_id = make.make_partner(), uuid7()
        by, ask = Actor.objects.of(make.make_admin_agent(partner)), make.make_ask()
        draft = save_draft(partner, ask, by=by, public_id=public_id)
        assert save_draft(partner, ask, by=by, public_id=public_id) == draft
        request = create_request(partner, ask, by=by, public_id=public_id)
        assert (request, request.status) == (draft, "open")


class TestConstraints:
    """The database refuses what no move writes."""

    @pytest.mark.parametrize(
        "columns",
        [
            {"token": None},
            {"expires_at": None},
            {"status": "draft"},
            {"status": "cancelled"},
            {"name": ""},
            {"asks_selling": False, "terms": None},
            {"addressed_domain": "fernhill.example"},
            {"lifetime_days": 0},
        ],
    )
    def test_hold_against_update(self, columns):
        request = make.make_request(email="admin@fernhill.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            RelationshipRequest.objects.filter(pk=request.pk).update(**columns)
        stored = RelationshipRequest.objects.get(pk=request.pk)
        for column in columns:
            assert getattr(stored, column) == getattr(request, column)
