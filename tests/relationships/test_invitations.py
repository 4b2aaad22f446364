"""The link of an invitation: what it says, and that only the invited person takes the place."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Actor
from customers.models import CustomerInvitation, CustomerMembership
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import PartnerInvitation, PartnerMembership
from partners.rights import Agent
from tests import factories as make
from tests.signin.people import PASSWORD, last_code

pytestmark = pytest.mark.django_db

INVITED = "new.person@fernhill.example"


def to_partner(**fields) -> PartnerInvitation:
    return PartnerInvitation.objects.invite(
        by=make.operator(),
        reason="test",
        partner=make.make_partner("Alder Cloud"),
        email=INVITED,
        agent=Agent.ADMIN_AGENT,
        **fields,
    )


def to_customer(**fields) -> CustomerInvitation:
    return CustomerInvitation.objects.invite(
        by=make.operator(),
        reason="test",
        customer=make.make_customer("Fernhill Foods", domain="fernhill.example"),
        email=INVITED,
        role=CustomerRole.GLOBAL_ADMIN,
        **fields,
    )


BOTH = pytest.mark.parametrize("invite", [to_partner, to_customer])


def places() -> int:
    return PartnerMembership.objects.count() + CustomerMembership.objects.count()


@BOTH
class TestInvitation:
    def test_is_queued_as_a_mail_that_says_what_it_offers(self, client, invite):
        invitation = invite()
        mail = Delivery.objects.get(kind="invitation")
        assert mail.recipient == INVITED
        for body in (mail.text, mail.html):
            assert invitation.organisation.name in body
            assert invitation.role_label in body
            assert invitation.get_absolute_url() in body
            assert "No link in this mail changes anything." in body

    def test_explains_itself_before_signing_in(self, client, invite):
        invitation = invite()
        url = invitation.get_absolute_url()
        answer = client.get(url)
        text = answer.content.decode()
        assert invitation.organisation.name in text
        assert invitation.role_label in text
        back = url.replace("/", "%2F")
        assert f"/accounts/login/?next={back}" in text
        assert f"/accounts/signup/?next={back}" in text
        assert 'method="post"' not in text.partition("<main")[2]
        assert answer["Referrer-Policy"] == "strict-origin"
        assert "noindex" in answer["X-Robots-Tag"]
        assert "no-store" in answer["Cache-Control"]

    def test_gives_nothing_to_who_only_looks_or_has_not_signed_in(self, client, invite):
        url = invite().get_absolute_url()
        client.get(url)
        client.post(url)
        client.force_login(make.make_user(INVITED))
        assert "Accept" in client.get(url).content.decode()
        assert places() == 0

    def test_gives_the_place_to_the_invited_person_once(self, client, invite):
        invitation = invite()
        person = make.make_user(INVITED)
        client.force_login(person)
        answer = client.post(invitation.get_absolute_url())
        assert answer["Location"] == reverse("signin:home")
        membership = invitation.organisation.memberships.get()
        assert membership.user == person
        assert membership.role_label == invitation.role_label
        again = client.post(invitation.get_absolute_url(), follow=True)
        assert "has been accepted already" in again.content.decode()
        assert places() == 1

    def test_finds_the_person_whatever_the_case_of_the_address(self, client, invite):
        invitation = invite()
        client.force_login(make.make_user("New.Person@Fernhill.example"))
        client.post(invitation.get_absolute_url())
        assert places() == 1

    def test_is_nobody_elses(self, client, invite):
        invitation = invite()
        client.force_login(make.make_user())
        text = client.get(invitation.get_absolute_url()).content.decode()
        assert "addressed to another e-mail address than yours" in text
        assert INVITED not in text
        answer = client.post(invitation.get_absolute_url(), follow=True)
        assert "addressed to another e-mail address than yours" in answer.content.decode()
        assert places() == 0

    def test_needs_the_address_to_be_verified(self, client, invite):
        invitation = invite()
        person = make.make_user(INVITED)
        person.emailaddress_set.update(verified=False)
        client.force_login(person)
        client.post(invitation.get_absolute_url())
        assert places() == 0

    def test_that_expired_says_so(self, client, invite):
        invitation = invite(at=timezone.now() - timedelta(days=400))
        client.force_login(make.make_user(INVITED))
        answer = client.get(invitation.get_absolute_url())
        assert answer.status_code == 200
        assert "This invitation has expired." in answer.content.decode()
        client.post(invitation.get_absolute_url())
        assert places() == 0

    def test_that_was_withdrawn_says_so(self, client, invite):
        invitation = invite()
        invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), make.operator()
        invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
        client.force_login(make.make_user(INVITED))
        answer = client.post(invitation.get_absolute_url(), follow=True)
        assert "was withdrawn" in answer.content.decode()
        assert places() == 0

    def test_to_a_member_adds_no_second_place(self, client, invite):
        invitation = invite()
        person = make.make_user(INVITED)
        join = make.join_partner if invite is to_partner else make.join_customer
        how = {"agent": Agent.SALES_AGENT} if invite is to_partner else {}
        join(invitation.organisation, user=person, **how)
        client.force_login(person)
        answer = client.post(invitation.get_absolute_url(), follow=True)
        assert "You belong to this organisation already." in answer.content.decode()
        assert places() == 1


def test_to_a_new_address_leads_over_signing_up_to_the_place(client):
    invitation = to_customer()
    link = invitation.get_absolute_url()
    typed = {"name": "New Person", "email": INVITED, "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/accounts/signup/", {**typed, "next": link})
    answer = client.post(answer.url, {"code": last_code(INVITED)})
    assert answer.url == link
    assert "Accept" in client.get(link).content.decode()
    client.post(link)
    assert invitation.organisation.memberships.get().user.email == INVITED


@pytest.mark.parametrize("token", ["no-such-token", "x" * 2000, "%00"])
def test_of_an_unknown_token_is_not_found(client, token):
    url = f"/invitations/{token}/"
    assert client.get(url).status_code == 404
    client.force_login(make.make_user())
    assert client.post(url).status_code == 404


def test_to_a_customer_comes_from_its_own_domain_or_its_own_people():
    customer = make.make_customer(domain="fernhill.example")
    admin = Actor.objects.of(make.join_customer(customer))
    CustomerInvitation.objects.invite(
        by=admin, customer=customer, email="guest@people.example", role=CustomerRole.READER
    )
    assert Delivery.objects.get(kind="invitation").recipient == "guest@people.example"
