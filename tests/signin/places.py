"""Organisations with places for people who sign in."""

from itertools import count

from django.utils import timezone

from accounts.models import Actor
from customers.models import Customer, CustomerMembership
from partners.models import Partner, PartnerMembership

numbers = count(1)


def enrol(objects, name="", **fields):
    number = next(numbers)
    return objects.add(
        by=Actor.objects.command("tests"),
        name=name or f"Organisation {number}",
        primary_domain=f"organisation-{number}.example",
        country="DE",
        reason="a test",
        **fields,
    )


def give_place_in_partner(user, name=""):
    partner = enrol(Partner.objects, name, kind="direct_bill", markets=["DE"])
    return PartnerMembership.objects.create(
        partner=partner, user=user, agent="admin_agent", **_given()
    )


def give_place_in_customer(user, name=""):
    customer = enrol(Customer.objects, name)
    return CustomerMembership.objects.create(
        customer=customer, user=user, role="reader", **_given()
    )


def _given():
    return {"created_at": timezone.now(), "created_by": Actor.objects.command("tests")}
