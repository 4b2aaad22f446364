"""Staff enter customers; who a customer is never changes."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from accounts.models import Actor, InvitationRefused
from audit.models import Event
from customers.models import Customer, CustomerInvitation
from partnercenter.lib.refusals import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db


class TestAdd:
    def test_is_the_operators_alone(self):
        customer = make.make_customer()
        for person in (make.join_customer(customer), make.make_user(is_staff=True)):
            with pytest.raises(PermissionDenied):
                Customer.objects.add(
                    by=Actor.objects.of(person),
                    name="Mine",
                    primary_domain="mine.example",
                    country="DE",
                    reason="",
                )
        assert Customer.objects.count() == 1


class TestInvite:
    def test_by_staff_reaches_only_the_customers_own_domain(self):
        customer = make.make_customer(domain="fernhill.example")
        with pytest.raises(InvitationRefused, match=r"fernhill\.example"):
            CustomerInvitation.objects.invite(
                by=make.operator(),
                customer=customer,
                email="somebody@alder.example",
                role="global_admin",
            )
        assert not CustomerInvitation.objects.exists()

    def test_is_refused_to_a_reader(self):
        customer = make.make_customer()
        reader = make.join_customer(customer, "reader")
        with pytest.raises(PermissionDenied):
            CustomerInvitation.objects.invite(
                by=Actor.objects.of(reader),
                customer=customer,
                email="friend@people.example",
                role="global_admin",
            )
        assert not CustomerInvitation.objects.exists()


class TestAccountGuard:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE customers_customer SET tenant_id = '11111111111111111111111111111111'",
            "UPDATE customers_customer SET id = id + 1000",
            "DELETE FROM customers_customer",
        ],
    )
    def test_holds_against_sql(self, statement):
        make.make_customer()
        before = Customer.objects.values().get()
        with (
            pytest.raises(IntegrityError, match="guard_customers_customer"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert Customer.objects.values().get() == before

    def test_holds_against_update(self):
        make.make_customer()
        before = Customer.objects.values().get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Customer.objects.update(tenant_id="11111111-1111-1111-1111-111111111111")
        assert Customer.objects.values().get() == before


class TestConfirmDomain:
    def test_stamps_once(self):
        customer = make.make_customer()
        customer.confirm_domain(by=make.operator(), reason="seen")
        first = customer.domain_confirmed_at
        customer.confirm_domain(by=make.operator(), reason="again")
        customer.refresh_from_db()
        assert customer.domain_confirmed_at == first
        event = Event.objects.get(kind="customer.domain_confirmed")
        assert event.details == {"domain": customer.primary_domain, "reason": "seen"}

    def test_needs_a_reason(self):
        customer = make.make_customer()
        with pytest.raises(Refused):
            customer.confirm_domain(by=make.operator(), reason=" ")
        assert Customer.objects.get().domain_confirmed_at is None

    def test_is_the_operators_alone(self):
        customer = make.make_customer()
        for person in (make.join_customer(customer), make.make_user(is_staff=True)):
            with pytest.raises(PermissionDenied):
                customer.confirm_domain(by=Actor.objects.of(person), reason="ours")
        assert Customer.objects.get().domain_confirmed_at is None
