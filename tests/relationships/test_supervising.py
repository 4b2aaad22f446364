"""A customer's account is edited by its own global admin or by staff, and nobody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from customers.models import Customer, CustomerInvitation
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partners.rights import Admin
from relationships.models import PartnerRelationship
from relationships.moves.supervising import edit_customer
from tests import factories as make

pytestmark = pytest.mark.django_db


def edits():
    return Event.objects.filter(kind="customer.edited")


def invite(customer, email):
    return CustomerInvitation.objects.invite(
        by=make.operator(),
        customer=customer,
        email=email,
        role=CustomerRole.GLOBAL_ADMIN,
        reason="test",
    )


class TestEditCustomer:
    def test_by_staff_writes_what_differs_with_old_and_new_value(self):
        customer = make.make_customer("Fernhill", country="DE")
        by = Actor.objects.of(make.make_staff())
        edit_customer(customer, {"name": "Fernhill Foods", "country": "DE"}, by=by, reason="merged")
        customer.refresh_from_db()
        assert customer.name == "Fernhill Foods"
        event = edits().get()
        assert (event.side, event.customer_name) == ("operator", "Fernhill Foods")
        assert event.details == {
            "reason": "merged",
            "columns": {"name": {"was": "Fernhill", "is": "Fernhill Foods"}},
        }

    def test_by_its_global_admin_needs_no_reason(self):
        customer = make.make_customer("Fernhill")
        by = Actor.objects.of(make.join_customer(customer))
        edit_customer(customer, {"name": "Fernhill Foods"}, by=by)
        assert edits().get().side == "customer"

    def test_by_staff_needs_one(self):
        customer = make.make_customer("Fernhill")
        with pytest.raises(Refused):
            edit_customer(customer, {"name": "x"}, by=make.operator(), reason=" ")
        assert Customer.objects.get().name == "Fernhill"

    def test_is_refused_to_everybody_else(self):
        customer, partner = make.make_customer("Fernhill"), make.make_partner()
        others = [
            *(make.join_customer(customer, role) for role in CustomerRole.values[1:]),
            make.join_partner(partner, admin=Admin.GLOBAL_ADMIN),
            make.join_customer(make.make_customer()),
            make.make_user(is_staff=True),
        ]
        for person in others:
            with pytest.raises(PermissionDenied):
                edit_customer(
                    customer, {"name": "x"}, by=Actor.objects.of(person), reason="because"
                )
        customer.refresh_from_db()
        assert customer.name == "Fernhill"
        assert not edits().exists()

    def test_keeps_the_place_in_partners_lists(self):
        customer = make.make_customer("Zebra")
        PartnerRelationship.objects.list_pair(make.make_partner(), customer)
        edit_customer(customer, {"name": "Äpfel & Söhne"}, by=make.operator(), reason="renamed")
        assert PartnerRelationship.objects.get().name_key == "apfel & sohne"

    def test_takes_a_name_that_grows_when_it_is_folded(self):
        customer = make.make_customer()
        PartnerRelationship.objects.list_pair(make.make_partner(), customer)
        edit_customer(customer, {"name": "ß" * 200}, by=make.operator(), reason="renamed")
        assert PartnerRelationship.objects.get().name_key == "s" * 200

    @pytest.mark.parametrize("column", ["tenant_id", "slug", "status", "domain_confirmed_at"])
    def test_refuses_what_is_not_edited(self, column):
        customer = make.make_customer()
        before = Customer.objects.values().get()
        with pytest.raises(Refused):
            edit_customer(customer, {column: "closed"}, by=make.operator(), reason="because")
        assert Customer.objects.values().get() == before


class TestDomain:
    def test_is_edited_until_somebody_has_confirmed_it(self):
        customer = make.make_customer(domain="fernhil.example")
        by = make.operator()
        edit_customer(customer, {"primary_domain": "fernhill.example"}, by=by, reason="mistyped")
        customer.confirm_domain(by=by, reason="seen")
        with pytest.raises(Refused):
            edit_customer(customer, {"primary_domain": "other.example"}, by=by, reason="because")
        customer.refresh_from_db()
        assert customer.primary_domain == "fernhill.example"
        assert edits().count() == 1

    def test_that_was_mistaken_takes_its_invitations_with_it(self):
        customer = make.make_customer(domain="fernhil.example")
        mistaken = invite(customer, "greta@fernhil.example")
        edit_customer(
            customer,
            {"primary_domain": "fernhill.example"},
            by=make.operator(),
            reason="mistyped",
        )
        right = invite(customer, "greta@fernhill.example")
        mistaken.refresh_from_db()
        right.refresh_from_db()
        assert mistaken.withdrawn_at is not None
        assert right.withdrawn_at is None
        assert edits().get().details["withdrawn"] == [str(mistaken.public_id)]

    def test_leaves_invitations_that_are_over(self):
        customer = make.make_customer(domain="fernhil.example")
        old = invite(customer, "greta@fernhil.example")
        CustomerInvitation.objects.update(expires_at=old.invited_at - timedelta(days=1))
        edit_customer(
            customer, {"primary_domain": "fernhill.example"}, by=make.operator(), reason="mistyped"
        )
        old.refresh_from_db()
        assert old.withdrawn_at is None
