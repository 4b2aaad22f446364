"""What staff answer to a registration, and the mail that tells the person."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.models import Customer, CustomerMembership
from customers.rights import CustomerRole
from mail.models import Delivery
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import TransitionRefused
from relationships.models import Decision, RelationshipRequest
from relationships.moves.accepting import accept_registration, refuse_registration
from relationships.moves.registering import RegistrationRefused
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make.make_user("robin@gmail.com", "Robin Fern")


@pytest.fixture
def registration(person):
    return make.make_registration(person, request=make.make_request(email=person.email))


@pytest.fixture
def staff():
    return Actor.objects.of(make.make_staff())


def request_of(registration):
    return RelationshipRequest.objects.get(public_id=registration.request)


def accept(registration, by, **fields):
    fields = {"domain": "larch.example", "reason": "in the trade register"} | fields
    return accept_registration(registration, by=by, **fields)


def is_refused(move, because, error=Refused):
    before = rows_of_all_tables()
    with pytest.raises(error, match=because):
        move()
    assert rows_of_all_tables() == before


class TestAccept:
    def test_makes_the_organisation_with_the_person_as_its_global_admin(
        self, person, registration, staff
    ):
        customer = accept(registration, staff, domain=" Larch.Example. ")
        assert (customer.name, customer.country.code) == ("Larch Bakery", "FR")
        assert customer.primary_domain == "larch.example"
        assert customer.domain_confirmed_at is None
        place = CustomerMembership.objects.get()
        assert (place.user, place.customer, place.role, place.created_by) == (
            person,
            customer,
            CustomerRole.GLOBAL_ADMIN,
            staff,
        )
        registration.refresh_from_db()
        assert (registration.status, registration.accepted_by) == ("accepted", staff)
        assert (registration.customer, registration.domain) == (customer, "larch.example")
        assert registration.reason == "in the trade register"

    def test_stands_in_the_organisation_s_log_with_the_reason(self, registration, staff):
        customer = accept(registration, staff)
        event = Event.objects.get(kind="registration.accepted")
        assert (event.customer_id, event.side) == (str(customer.tenant_id), "operator")
        assert event.details == {"reason": "in the trade register"}
        assert Event.objects.get(kind="customer.added").customer_id == str(customer.tenant_id)

    def test_tells_the_person_who_opens_the_link_again(self, client, person, registration, staff):
        customer = accept(registration, staff)
        letter = Delivery.objects.get()
        assert (letter.kind, letter.recipient) == ("registration_accepted", person.email)
        link = reverse("relationships:landing", args=[request_of(registration).token])
        for body in (letter.text, letter.html):
            assert "Larch Bakery" in body
            assert "larch.example" in body
            assert link in body
        assert letter.forget

        client.force_login(person)
        assert "Larch Bakery" in client.get(link).content.decode()
        on = reverse("relationships:landing-continue", args=[request_of(registration).token])
        client.post(on, {"organisation": str(customer.tenant_id)})
        assert Decision.objects.get().customer == customer

    @pytest.mark.parametrize(
        "domain", ["", "larch", "a b.example", "https://larch.example", "x" * 300]
    )
    def test_needs_a_domain(self, registration, staff, domain):
        is_refused(lambda: accept(registration, staff, domain=domain), "not the name of a domain")

    @pytest.mark.parametrize("domain", ["gmail.com", "GMX.de", "larch.fastmail.com"])
    def test_takes_no_free_mail(self, registration, staff, domain):
        is_refused(lambda: accept(registration, staff, domain=domain), "Everybody can have")

    def test_takes_no_domain_of_another(self, registration, staff):
        make.make_customer(domain="larch.example")
        is_refused(lambda: accept(registration, staff), "Another organisation has this domain")

    def test_takes_no_domain_that_somebody_was_quicker_to_get(
        self, registration, staff, monkeypatch
    ):
        make.make_customer(domain="larch.example")
        monkeypatch.setattr("relationships.moves.accepting.holder_of", lambda domain: None)
        is_refused(lambda: accept(registration, staff), "already a customer with this")

    @pytest.mark.parametrize(
        ("reason", "because"), [("  ", "Give a reason"), ("x" * 501, "at most")]
    )
    def test_needs_a_reason(self, registration, staff, reason, because):
        is_refused(lambda: accept(registration, staff, reason=reason), because)

    def test_is_not_for_a_claim(self, staff):
        claim = make.make_claim(make.make_customer())
        is_refused(lambda: accept(claim, staff), "Invite the person", RegistrationRefused)

    def test_is_not_for_a_person_whose_account_is_off(self, person, registration, staff):
        person.is_active = False
        person.save(update_fields=["is_active"])
        registration.refresh_from_db()
        is_refused(lambda: accept(registration, staff), "switched off")

    def test_twice_makes_one_organisation(self, registration, staff):
        accept(registration, staff)
        is_refused(lambda: accept(registration, staff), "answered already", TransitionRefused)
        is_refused(
            lambda: accept(registration, staff, domain="other.example"),
            "answered already",
            TransitionRefused,
        )


class TestRefuse:
    def test_makes_nothing_and_tells_the_person_why(self, person, registration, staff):
        refuse_registration(registration, by=staff, reason=" no such company ")
        registration.refresh_from_db()
        assert (registration.status, registration.refused_by) == ("refused", staff)
        assert registration.reason == "no such company"
        assert not Customer.objects.exists()
        letter = Delivery.objects.get()
        assert (letter.kind, letter.recipient) == ("registration_refused", person.email)
        for body in (letter.text, letter.html):
            assert "Larch Bakery" in body
            assert "no such company" in body
        event = Event.objects.get(kind="registration.refused")
        assert (event.customer_id, event.side) == ("", "operator")
        assert event.details == {"reason": "no such company"}

    def test_is_for_a_claim_too(self, staff):
        holder = make.make_customer("Fernhill Foods")
        claim = make.make_claim(holder)
        Delivery.objects.all().delete()
        refuse_registration(claim, by=staff, reason="nobody knows you")
        letter = Delivery.objects.get()
        assert letter.recipient == claim.user.email
        assert "Fernhill" not in letter.text
        event = Event.objects.get(kind="registration.refused")
        assert event.customer_id == str(holder.tenant_id)

    @pytest.mark.parametrize(("reason", "because"), [("", "Give a reason"), ("x" * 501, "at most")])
    def test_needs_a_reason(self, registration, staff, reason, because):
        is_refused(lambda: refuse_registration(registration, by=staff, reason=reason), because)

    def test_twice_tells_once(self, registration, staff):
        refuse_registration(registration, by=staff, reason="no such company")
        is_refused(
            lambda: refuse_registration(registration, by=staff, reason="again"),
            "answered already",
            TransitionRefused,
        )


@pytest.mark.parametrize("move", ["accept", "refuse"])
class TestRight:
    def answer(self, move, registration, by):
        if move == "accept":
            accept(registration, by)
        else:
            refuse_registration(registration, by=by, reason="because")

    def test_is_nobody_else_s(self, move, person, registration):
        looks = make.make_user(is_staff=True)
        looks.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        admin = make.join_customer(make.make_customer())
        for somebody in (person, looks, admin, make.make_admin_agent(make.make_partner())):
            by = Actor.objects.of(somebody)
            is_refused(lambda by=by: self.answer(move, registration, by), None, PermissionDenied)

    def test_is_given_by_the_permission(self, move, registration):
        staff = make.make_user(is_staff=True)
        may = ["change_customerregistration", "add_customer"]
        staff.user_permissions.set(Permission.objects.filter(codename__in=may))
        self.answer(move, registration, Actor.objects.of(staff))
        registration.refresh_from_db()
        assert registration.status == f"{move}ed".replace("eed", "ed")
