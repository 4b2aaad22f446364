"""Registrations that wait for an answer: what the database lets stand, who sees them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from accounts.models import Actor
from audit.models import Event
from customers.models import CustomerInvitation, CustomerRegistration, RegistrationKind
from customers.rights import CustomerRole
from partnercenter.lib.states import TransitionRefused
from tests import factories as make

pytestmark = pytest.mark.django_db


def keep(user, **fields):
    facts = {
        "kind": RegistrationKind.WAITS_FOR_STAFF,
        "name": "Larch Bakery",
        "country": "FR",
        "created_at": make.now(),
        "created_by": make.operator(),
    }
    return user.customer_registrations.create(**facts | fields)


def is_refused(user, **fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(user, **fields)
    return True


@pytest.fixture
def person():
    return make.make_user("robin@gmail.com")


class TestRow:
    def test_has_a_name(self, person):
        assert is_refused(person, name="")

    def test_waits_once_for_a_person_and_a_name(self, person):
        keep(person)
        assert is_refused(person)
        keep(person, name="Larch Bakery 2")
        keep(make.make_user())

    def test_waits_once_for_a_person_and_a_claimed_domain(self, person):
        claim = {
            "kind": RegistrationKind.CLAIM,
            "domain": "larch.example",
            "customer": make.make_customer(domain="larch.example"),
        }
        keep(person, **claim)
        assert is_refused(person, **claim)
        assert is_refused(person, **claim | {"name": "Larch and Sons"})

    @pytest.mark.parametrize("lacks", ["domain", "customer"])
    def test_of_a_claim_names_domain_and_customer(self, person, lacks):
        claim = {"domain": "larch.example", "customer": make.make_customer()}
        claim[lacks] = None if lacks == "customer" else ""
        assert is_refused(person, kind=RegistrationKind.CLAIM, **claim)

    def test_that_waits_for_staff_has_neither(self, person):
        assert is_refused(person, domain="larch.example", customer=make.make_customer())

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "refused"},
            {"status": "accepted"},
            {"reason": "because"},
            {"status": "refused", "reason": "no such company"},
        ],
    )
    def test_has_the_stamps_of_its_state(self, person, fields):
        assert is_refused(person, **fields)

    def test_says_why_it_was_refused(self, person):
        stamps = {"refused_at": make.now(), "refused_by": make.operator()}
        assert is_refused(person, status="refused", **stamps)
        assert keep(person, status="refused", reason="no such company", **stamps).pk

    def test_is_not_answered_twice(self, person):
        row = keep(person)
        stamps = {"refused_at": make.now(), "refused_by": make.operator()}
        row.move_to("refused", reason="no", **stamps)
        with pytest.raises(TransitionRefused):
            row.move_to("accepted", accepted_at=make.now(), accepted_by=make.operator())
        row.refresh_from_db()
        assert row.status == "refused"


class TestScope:
    def test_shows_a_person_their_own(self, person):
        own, other = keep(person), keep(make.make_user())
        assert list(CustomerRegistration.objects.visible_to(person)) == [own]
        assert other not in CustomerRegistration.objects.visible_to(person)

    def test_shows_staff_all_with_the_permission(self, person):
        keep(person)
        staff = make.make_user(is_staff=True)
        assert not CustomerRegistration.objects.visible_to(staff).exists()
        staff.user_permissions.add(Permission.objects.get(codename="view_customerregistration"))
        staff = type(staff).objects.get(pk=staff.pk)
        assert CustomerRegistration.objects.visible_to(staff).count() == 1


class TestLetIn:
    @pytest.fixture
    def customer(self):
        return make.make_customer("Fernhill Foods", domain="fernhill.example")

    def accept_place(self, customer, claimant):
        admin = Actor.objects.of(make.join_customer(customer))
        invitation = CustomerInvitation.objects.invite(
            by=admin, customer=customer, email=claimant.email, role=CustomerRole.READER
        )
        invitation.accept(by=Actor.objects.of(claimant))
        return admin

    def test_ends_the_claim_by_the_hand_of_who_invited(self, customer):
        claimant = make.make_user("robin@fernhill.example")
        claim = make.make_claim(customer, claimant)
        admin = self.accept_place(customer, claimant)
        claim.refresh_from_db()
        assert (claim.status, claim.accepted_by, claim.customer) == ("accepted", admin, customer)
        event = Event.objects.get(kind="customer.invitation_accepted")
        assert event.details["registrations"] == [str(claim.public_id)]

    def test_leaves_other_claims_and_other_people_waiting(self, customer):
        claimant = make.make_user("robin@fernhill.example")
        others = make.make_claim(customer)
        waits = keep(claimant)
        self.accept_place(customer, claimant)
        for row in (others, waits):
            row.refresh_from_db()
            assert row.status == "waiting"
        event = Event.objects.get(kind="customer.invitation_accepted")
        assert "registrations" not in event.details
