"""Two of the staff enter the same organisation at the same moment: one does, one reads why not."""

import pytest

from audit.models import Event
from customers.models import Customer
from partners.models import Partner
from relationships.moves.supervising import edit_customer
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

TAKEN = "There is already a {} with this primary domain: fernhill.example."


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
class TestTheSameDomain:
    def test_is_entered_for_one_customer(self, attempt):
        outcomes = at_once(*[lambda: make.make_customer(domain="fernhill.example")] * 2)
        assert outcomes == [TAKEN.format("customer"), "done"]
        assert Customer.objects.count() == 1
        assert Event.objects.filter(kind="customer.added").count() == 1

    def test_is_entered_for_one_partner(self, attempt):
        def enrol():
            make.make_partner(domain="fernhill.example", verified=False)

        assert at_once(enrol, enrol) == [TAKEN.format("partner"), "done"]
        partner = Partner.objects.get()
        assert partner.security_groups.count() == partner.kind_changes.count() == 1
        assert Event.objects.filter(kind="partner.added").count() == 1

    def test_is_given_to_one_of_two_customers(self, attempt):
        before = [make.make_customer(domain=f"fernhil{number}.example") for number in range(2)]

        def edit(customer):
            changes = {"primary_domain": "fernhill.example"}
            return lambda: edit_customer(
                Customer.objects.get(pk=customer.pk), changes, by=make.operator(), reason="typo"
            )

        assert at_once(*map(edit, before)) == [TAKEN.format("customer"), "done"]
        domains = set(Customer.objects.values_list("primary_domain", flat=True))
        assert domains - {customer.primary_domain for customer in before} == {"fernhill.example"}
        assert len(domains) == 2
        assert Event.objects.filter(kind="customer.edited").count() == 1
