"""Two people register at the same moment: one organisation, and a sentence for the other."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from customers.models import Customer, CustomerMembership, CustomerRegistration
from mail.models import Delivery
from relationships.models import Decision
from relationships.moves.accepting import accept_registration, refuse_registration
from tests import factories as make

from .at_once import at_once
from .repeating import attempts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

TYPED = {"name": "Larch Bakery", "country": "FR"}


def post(person, request):
    """A press of the button; what the person reads then is kept in `answers`."""
    browser = Client()
    browser.force_login(person)
    url = reverse("relationships:landing-register", args=[request.token])

    def act():
        answers.append(browser.post(url, TYPED, follow=True).content.decode())

    answers: list[str] = []
    act.answers = answers
    return act


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
@pytest.mark.parametrize("requests", ["one request", "two partners"])
class TestOneDomain:
    def test_by_two_people_makes_one_organisation(self, attempt, requests):
        first, second = (make.make_user(f"person{n}@larch.example") for n in (1, 2))
        asked = make.make_request()
        other = asked if requests == "one request" else make.make_request()
        acts = [post(first, asked), post(second, other)]
        assert at_once(*acts) == ["done", "done"]

        customer = Customer.objects.get()
        place = CustomerMembership.objects.get()
        claim = CustomerRegistration.objects.get()
        assert claim.customer == place.customer == customer
        assert {place.user, claim.user} == {first, second}
        assert Decision.objects.get().customer == customer
        assert Event.objects.filter(kind="customer.registered").count() == 1
        assert Event.objects.filter(kind="registration.claimed").count() == 1
        assert Delivery.objects.get(kind="claim").recipient == place.user.email
        told = ["We have written to those who can let you in" in act.answers[0] for act in acts]
        assert sorted(told) == [False, True]

    def test_by_one_person_twice_makes_one_organisation(self, attempt, requests):
        person = make.make_user("robin@larch.example")
        asked = make.make_request()
        other = asked if requests == "one request" else make.make_request()
        assert at_once(post(person, asked), post(person, other)) == ["done", "done"]
        assert Customer.objects.count() == CustomerMembership.objects.count() == 1
        assert not CustomerRegistration.objects.exists()
        assert Event.objects.filter(kind="customer.registered").count() == 1
        assert Decision.objects.count() == (1 if asked == other else 2)


@pytest.mark.parametrize("attempt", attempts(on_postgresql=3, on_sqlite=1))
class TestWaiting:
    def test_doubled_waits_once(self, attempt):
        person = make.make_user("robin@gmail.com")
        acts = [post(person, make.make_request()) for _ in range(2)]
        assert at_once(*acts) == ["done", "done"]
        assert CustomerRegistration.objects.count() == 1
        assert Event.objects.filter(kind="registration.made").count() == 1

    def test_is_answered_once(self, attempt):
        registration = make.make_registration()
        fresh = CustomerRegistration.objects.get(pk=registration.pk)

        def accept():
            accept_registration(
                registration, by=make.operator(), domain="larch.example", reason="known"
            )

        def refuse():
            refuse_registration(fresh, by=make.operator(), reason="unknown")

        assert at_once(accept, refuse) == ["This registration was answered already.", "done"]
        registration.refresh_from_db()
        assert Customer.objects.count() == (1 if registration.status == "accepted" else 0)
        assert Delivery.objects.filter(kind__startswith="registration_").count() == 1

    def test_that_gets_a_domain_which_somebody_registers_leaves_one_organisation(self, attempt):
        registration = make.make_registration()
        person, asked = make.make_user("robin@larch.example"), make.make_request()

        def accept():
            accept_registration(
                registration, by=make.operator(), domain="larch.example", reason="known"
            )

        outcomes = at_once(accept, post(person, asked))
        sentences = ("Another organisation has this domain already.", "There is already a customer")
        assert outcomes == ["done", "done"] or outcomes[0].startswith(sentences)
        assert Customer.objects.count() == 1
        assert CustomerRegistration.objects.exclude(status="refused").count() in (1, 2)
