"""A partner asks: who may, what may be asked, and what stays unwritten when it may not."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Actor
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Admin, Agent
from relationships.models import AccessTerms, AdminRelationship, RelationshipRequest
from relationships.moves.requesting import RequestRefused
from relationships.moves.sending import send
from relationships.moves.supervising import restore_partner, suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


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

    def test_refuses_a_name_that_is_used(self):
        request = make.make_request(name="Mail")
        with pytest.raises(RequestRefused, match="MAIL"):
            make.make_request(request.partner, name="MAIL")
        assert RelationshipRequest.objects.count() == 1

    def test_asks_for_something(self):
        with pytest.raises(RequestRefused):
            make.make_request(role_ids=(), asks_selling=False)
        assert nothing_was_written()

    def test_links_of_two_requests_differ_and_hold_no_customer_data_r3_r4(self):
        first, second = make.make_request(email="a@fernhill.example"), make.make_request()
        assert first.link != second.link
        assert "fernhill" not in first.link


class TestSend:
    def test_queues_one_mail_and_no_second(self):
        partner = make.make_partner()
        agent = make.make_admin_agent(partner)
        request = make.make_request(partner, by=agent, email="admin@fernhill.example")
        assert not Delivery.objects.filter(kind="request").exists()
        send(request, by=Actor.objects.of(agent))
        with pytest.raises(RequestRefused):
            send(request, by=Actor.objects.of(agent))
        delivery = Delivery.objects.get(kind="request")
        assert delivery.recipient == "admin@fernhill.example"
        assert request.link in delivery.text


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
        ],
    )
    def test_hold_against_update(self, columns):
        request = make.make_request(email="admin@fernhill.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            RelationshipRequest.objects.filter(pk=request.pk).update(**columns)
        stored = RelationshipRequest.objects.get(pk=request.pk)
        for column in columns:
            assert getattr(stored, column) == getattr(request, column)
