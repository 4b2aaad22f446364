"""The pages of people, on both sides."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import Actor
from customers.models import CustomerInvitation
from customers.rights import CustomerRole
from partners.models import PartnerInvitation
from partners.rights import Admin, Agent
from relationships.moves import inviting
from tests import factories as make
from tests.tables import rows_of_all_tables

from .partner_side import said
from .scenes import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fernhill():
    return make.make_customer("Fernhill", domain="fernhill.example")


@pytest.fixture
def chief(client, fernhill):
    chief = make.join_customer(fernhill)
    Actor.objects.of(chief)
    client.force_login(chief)
    return chief


@pytest.fixture
def alder():
    return make.make_partner("Alder", domain="alder.example")


def page(name, organisation, *more):
    return reverse(f"relationships:{name}", args=[organisation.slug, *more])


class TestPeople:
    def test_say_who_belongs_with_which_role_and_how_each_signs_in(self, client, chief, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
        text = text_of(client.get(page("customer-people", fernhill)))
        for words in (chief.email, reader.email, "global admin", "reader", "code of an app"):
            assert words in text
        signed_in = date_format(localtime(chief.last_login), "SHORT_DATETIME_FORMAT")
        shown = re.findall(r'data-label="Last sign-in">([^<]+)<', text)
        assert sorted(shown) == sorted([signed_in, "never"])
        assert "password" in text
        assert page("customer-person", fernhill, reader.public_id) in text

    def test_are_asked_for_in_as_many_queries_however_many_they_are(
        self, client, chief, fernhill, django_assert_max_num_queries
    ):
        for number in range(12):
            make.join_customer(fernhill, CustomerRole.READER)
            inviting.invite(
                fernhill,
                f"new{number}@fernhill.example",
                {"role": "reader"},
                by=Actor.objects.of(chief),
            )
        url = page("customer-people", fernhill)
        client.get(url)
        with django_assert_max_num_queries(9):
            assert client.get(url).status_code == 200

    def test_show_a_user_management_admin_no_way_to_admins(self, client, alder):
        admin = make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
        agent = make.join_partner(alder, agent=Agent.SALES_AGENT)
        manager = make.join_partner(alder, admin=Admin.USER_MANAGEMENT_ADMIN)
        client.force_login(manager)
        text = text_of(client.get(page("partner-people", alder)))
        assert page("partner-person", alder, agent.public_id) in text
        assert page("partner-person", alder, admin.public_id) not in text
        answer = client.get(page("partner-person", alder, admin.public_id))
        assert answer.status_code == 403
        assert admin.name in answer.content.decode()
        form = text_of(client.get(page("partner-person-invite", alder)))
        assert 'name="agent"' in form
        assert 'name="admin"' not in form


class TestInvite:
    def test_sends_a_mail_and_lists_who_is_invited(self, client, chief, fernhill):
        url = page("customer-person-invite", fernhill)
        answer = client.post(url, {"email": "new@fernhill.example", "role": "reader"}, follow=True)
        assert said(answer) == ["An invitation was sent to new@fernhill.example."]
        offer = CustomerInvitation.objects.get()
        text = text_of(answer)
        assert offer.email in text
        assert page("customer-invitation-withdraw", fernhill, offer.public_id) in text
        assert offer.token not in text

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, client, chief, fernhill):
        before = rows_of_all_tables()
        answer = client.post(
            page("customer-person-invite", fernhill), {"email": chief.email, "role": "reader"}
        )
        assert answer.status_code == 422
        assert "belongs to the organisation already" in text_of(answer)
        assert chief.email in text_of(answer)
        assert rows_of_all_tables() == before

    def test_of_an_admin_by_tampering_is_refused(self, client, alder):
        """The form of a user-management admin has no admin setting, whatever is posted."""
        make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
        manager = make.join_partner(alder, admin=Admin.USER_MANAGEMENT_ADMIN)
        client.force_login(manager)
        client.post(
            page("partner-person-invite", alder),
            {"email": "x@alder.example", "agent": "sales_agent", "admin": "global_admin"},
        )
        assert PartnerInvitation.objects.get().admin == Admin.NONE

    def test_is_sent_again_and_withdrawn_by_one_press(self, client, chief, fernhill):
        by = Actor.objects.of(chief)
        offer = inviting.invite(fernhill, "new@fernhill.example", {"role": "reader"}, by=by)
        client.post(page("customer-invitation-send-again", fernhill, offer.public_id))
        renewed = CustomerInvitation.objects.latest("pk")
        assert renewed.pk != offer.pk
        client.post(page("customer-invitation-withdraw", fernhill, renewed.public_id))
        renewed.refresh_from_db()
        assert renewed.withdrawn_at is not None
        answer = client.post(
            page("customer-invitation-withdraw", fernhill, renewed.public_id), follow=True
        )
        assert said(answer)[-1] == (
            "This invitation was withdrawn by the organisation that sent it."
        )


class TestPerson:
    def test_is_given_another_role(self, client, chief, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        url = page("customer-person", fernhill, reader.public_id)
        answer = client.post(url, {"role": "billing_admin"}, follow=True)
        assert said(answer) == [f"{reader.name} now has the role: billing admin."]

    def test_who_rules_alone_stays_with_a_sentence(self, client, chief, fernhill):
        url = page("customer-person", fernhill, chief.public_id)
        before = rows_of_all_tables()
        answer = client.post(url, {"role": "reader"})
        assert answer.status_code == 422
        assert "only global admin of Fernhill" in text_of(answer)
        assert rows_of_all_tables() == before

    def test_is_removed_after_reading_what_ends(self, client, chief, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        url = page("customer-person-remove", fernhill, reader.public_id)
        text = text_of(client.get(url))
        assert "What ends" in text
        assert "What goes on" in text
        answer = client.post(url, follow=True)
        assert said(answer) == [f"{reader.name} no longer belongs to Fernhill."]
        assert client.get(url).status_code == 404

    def test_of_another_organisation_is_not_found(self, client, chief, fernhill):
        other = make.join_customer(make.make_customer())
        for name in ("customer-person", "customer-person-remove"):
            assert client.get(page(name, fernhill, other.public_id)).status_code == 404


class TestLeave:
    def test_is_for_everybody_but_the_last_global_admin(self, client, chief, fernhill):
        url = page("customer-leave", fernhill)
        before = rows_of_all_tables()
        assert "only global admin" in text_of(client.get(url))
        assert client.post(url).status_code == 409
        assert rows_of_all_tables() == before
        reader = make.join_customer(fernhill, CustomerRole.READER)
        client.force_login(reader)
        answer = client.post(url)
        assert answer["Location"] == reverse("signin:home")
        assert client.get(url).status_code == 404


class TestClaim:
    def test_is_listed_and_let_in_or_refused(self, client, chief, fernhill):
        claim, other = make.make_claim(fernhill), make.make_claim(fernhill)
        text = text_of(client.get(page("customer-people", fernhill)))
        assert claim.user.email in text
        url = page("customer-claim", fernhill, claim.public_id)
        answer = client.post(url, {"role": "reader"}, follow=True)
        assert said(answer) == [f"{claim.user.name} belongs to your organisation now."]
        url = page("customer-claim", fernhill, other.public_id)
        assert client.post(url, {"refuse": "yes", "reason": " "}).status_code == 422
        client.post(url, {"refuse": "yes", "reason": "We do not know you."})
        other.refresh_from_db()
        assert other.status == "refused"
        assert "This was answered already." in text_of(client.get(url))
