"""Organisations look after their own people: who may do what to whom, and what follows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Actor, InvitationRefused
from audit.models import Event
from customers.models import CustomerMembership
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.models import PartnerMembership, SecurityGroup
from partners.rights import Admin, Agent
from relationships.moves import claims, inviting, people
from relationships.moves.people import PeopleRefused
from relationships.people import offers_of
from tests import factories as make
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db


def rows():
    """Everything but who acts, which is noted before the act."""
    return {name: rows for name, rows in rows_of_all_tables().items() if name != "accounts_actor"}


class Nothing:
    """Not one row of the whole database differs at the end of the block."""

    def __enter__(self):
        self.before = rows()

    def __exit__(self, *error):
        assert rows() == self.before


@pytest.fixture
def alder():
    alder = make.make_partner("Alder Cloud", domain="alder.example")
    make.join_partner(alder, admin=Admin.GLOBAL_ADMIN)
    return alder


@pytest.fixture
def fernhill():
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    fernhill.chief = make.join_customer(fernhill)
    return fernhill


def place_of(user, organisation):
    return organisation.memberships.get(user=user, removed_at=None)


def given(**roles):
    return {"agent": Agent.NONE, "admin": Admin.NONE} | roles


def acting(user):
    return Actor.objects.of(user)


def told(person):
    return list(Delivery.objects.filter(kind="people", recipient=person.email).order_by("pk"))


class TestWhoMay:
    """What `test_people_table` does not say: oneself, strangers, who is switched off."""

    @pytest.mark.parametrize("admin", [Admin.GLOBAL_ADMIN, Admin.USER_MANAGEMENT_ADMIN])
    def test_never_raises_itself_or_others_to_admin(self, alder, admin):
        """A user-management admin hands out no admin role, to nobody."""
        manager = make.join_partner(alder, admin=Admin.USER_MANAGEMENT_ADMIN)
        agent = make.join_partner(alder, agent=Agent.SALES_AGENT)
        for person in (manager, agent):
            with Nothing(), pytest.raises(PermissionDenied):
                people.change_roles(place_of(person, alder), given(admin=admin), by=acting(manager))

    def test_is_nobody_of_another_organisation(self, alder, fernhill):
        stranger = acting(make.join_partner(make.make_partner(), admin=Admin.GLOBAL_ADMIN))
        place = place_of(fernhill.chief, fernhill)
        own = alder.memberships.first()
        acts = (
            lambda: people.change_roles(own, given(agent=Agent.SALES_AGENT), by=stranger),
            lambda: people.remove(own, by=stranger),
            lambda: people.remove(place, by=stranger),
            lambda: people.leave(place, by=stranger),
            lambda: inviting.invite(alder, "a@b.example", given(), by=stranger),
        )
        for act in acts:
            with Nothing(), pytest.raises(PermissionDenied):
                act()

    def test_is_nobody_whose_account_was_switched_off(self, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        fernhill.chief.is_active = False
        fernhill.chief.save(update_fields=["is_active"])
        with Nothing(), pytest.raises(PermissionDenied):
            people.remove(place_of(reader, fernhill), by=acting(fernhill.chief))


class TestLastGlobalAdmin:
    """One remains who can sign in: removal, demotion and leaving are refused to the last."""

    def refused(self, act):
        with Nothing(), pytest.raises(PeopleRefused, match="only global admin"):
            act()

    def test_of_a_customer_stays(self, fernhill):
        place, by = place_of(fernhill.chief, fernhill), acting(fernhill.chief)
        self.refused(lambda: people.leave(place, by=by))
        self.refused(lambda: people.change_roles(place, {"role": "reader"}, by=by))

    def test_of_a_partner_stays(self, alder):
        place = alder.memberships.get()
        by = acting(place.user)
        self.refused(lambda: people.leave(place, by=by))
        change = given(agent=Agent.ADMIN_AGENT)
        self.refused(lambda: people.change_roles(place, change, by=by))

    def test_is_not_made_up_for_by_one_whose_account_is_switched_off(self, fernhill):
        other = make.join_customer(fernhill)
        other.is_active = False
        other.save(update_fields=["is_active"])
        place = place_of(fernhill.chief, fernhill)
        self.refused(lambda: people.leave(place, by=acting(fernhill.chief)))

    def test_may_go_once_there_is_another(self, fernhill):
        make.join_customer(fernhill)
        people.leave(place_of(fernhill.chief, fernhill), by=acting(fernhill.chief))
        assert fernhill.memberships.current().count() == 1

    @pytest.mark.parametrize("column", ["role", "removed"])
    def test_is_kept_by_the_database_too(self, fernhill, column):
        places = CustomerMembership.objects.filter(customer=fernhill)
        values = {"role": "reader"}
        if column == "removed":
            values = {"removed_at": make.now(), "removed_by": make.operator()}
        with pytest.raises(IntegrityError, match="guard_customers"), transaction.atomic():
            places.update(**values)

    def test_of_a_partner_is_kept_by_the_database_too(self, alder):
        places = PartnerMembership.objects.filter(partner=alder)
        with pytest.raises(IntegrityError, match="guard_partners"), transaction.atomic():
            places.update(admin=Admin.BILLING_ADMIN)

    @pytest.mark.parametrize("column", ["user", "customer"])
    def test_place_is_never_moved_to_another(self, fernhill, column):
        other = {"user": make.make_user(), "customer": make.make_customer()}[column]
        make.join_customer(fernhill)
        with pytest.raises(IntegrityError, match="guard_customers"), transaction.atomic():
            CustomerMembership.objects.filter(user=fernhill.chief).update(**{column: other})


class TestRemove:
    def test_ends_access_in_every_open_window_at_the_next_request(self, fernhill):
        admin = make.join_customer(fernhill)
        windows = [Client(), Client()]
        home = reverse("relationships:customer-home", args=[fernhill.slug])
        form = reverse("relationships:customer-person-invite", args=[fernhill.slug])
        typed = {"email": "friend@elsewhere.example", "role": "global_admin"}
        for window in windows:
            window.force_login(admin)
            assert window.get(home).status_code == 200
            assert window.get(form).status_code == 200
        people.remove(place_of(admin, fernhill), by=acting(fernhill.chief))
        with Nothing():
            for window in windows:
                assert window.get(home).status_code == 404
                assert window.post(form, typed).status_code == 404

    def test_takes_the_person_out_of_the_partner_s_groups(self, alder):
        agent = make.join_partner(alder, agent=Agent.HELPDESK_AGENT)
        group = SecurityGroup.objects.create(partner=alder, name="Mail", created_at=make.now())
        group.places.create(
            membership=place_of(agent, alder), added_at=make.now(), added_by=make.operator()
        )
        chief = acting(alder.memberships.order_by("pk").first().user)
        people.remove(place_of(agent, alder), by=chief)
        assert not group.people().exists()
        assert group.places.get().removed_at is not None

    def test_withdraws_what_was_offered_to_the_same_address(self, fernhill):
        """Nobody comes back by an old link."""
        by = acting(fernhill.chief)
        reader = make.make_user("rita@fernhill.example")
        offer = inviting.invite(fernhill, reader.email, {"role": "reader"}, by=by)
        make.join_customer(fernhill, CustomerRole.READER, user=reader)
        people.remove(place_of(reader, fernhill), by=by)
        offer.refresh_from_db()
        with pytest.raises(InvitationRefused, match="withdrawn"):
            inviting.accept(offer, by=acting(reader))
        assert not fernhill.memberships.current().filter(user=reader).exists()

    def test_is_told_to_the_person_and_the_global_admins_and_logged(self, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        other = make.join_customer(fernhill)
        people.remove(place_of(reader, fernhill), by=acting(fernhill.chief))
        assert [mail.subject for mail in told(reader)] == ["You no longer belong to Fernhill"]
        for admin in (fernhill.chief, other):
            (mail,) = told(admin)
            assert mail.subject == f"{reader.name} no longer belongs to Fernhill"
            assert fernhill.chief.name in mail.text
        event = Event.objects.get(kind="customer.person_removed")
        assert event.details["person"] == str(reader.public_id)

    def test_is_not_for_one_s_own_place(self, fernhill):
        make.join_customer(fernhill)
        place = place_of(fernhill.chief, fernhill)
        with Nothing(), pytest.raises(PeopleRefused, match="leave the organisation"):
            people.remove(place, by=acting(fernhill.chief))

    def test_is_done_once(self, fernhill):
        place = place_of(make.join_customer(fernhill, CustomerRole.READER), fernhill)
        people.remove(place, by=acting(fernhill.chief))
        with Nothing(), pytest.raises(PeopleRefused, match="no place here any more"):
            people.remove(place, by=acting(fernhill.chief))


class TestChangeRoles:
    def test_is_told_with_both_roles_and_logged(self, fernhill):
        reader = make.join_customer(fernhill, CustomerRole.READER)
        place = place_of(reader, fernhill)
        people.change_roles(place, {"role": "billing_admin"}, by=acting(fernhill.chief))
        assert "Before: reader. Now: billing admin." in told(reader)[0].text
        event = Event.objects.get(kind="customer.role_changed")
        assert event.details["was"] == {"role": "reader"}
        assert event.details["is"] == {"role": "billing_admin"}

    def test_refuses_what_is_so_already_and_what_is_no_role(self, alder):
        agent = make.join_partner(alder, agent=Agent.SALES_AGENT)
        place, by = place_of(agent, alder), acting(alder.memberships.first().user)
        for roles in (given(agent=Agent.SALES_AGENT), given()):
            with Nothing(), pytest.raises(PeopleRefused):
                people.change_roles(place, roles, by=by)


@pytest.mark.parametrize("role", ["", "owner", "GLOBAL_ADMIN"])
def test_a_role_that_there_is_not_is_refused_by_the_moves_themselves(fernhill, alder, role):
    by, chief = acting(fernhill.chief), acting(alder.memberships.get().user)
    reader = place_of(make.join_customer(fernhill, CustomerRole.READER), fernhill)
    agent = place_of(make.join_partner(alder, agent=Agent.SALES_AGENT), alder)
    acts = (
        lambda: people.change_roles(reader, {"role": role}, by=by),
        lambda: people.change_roles(agent, given(agent=role), by=chief),
        lambda: inviting.invite(fernhill, "new@people.example", {"role": role}, by=by),
    )
    for act in acts:
        with Nothing(), pytest.raises(PeopleRefused):
            act()


class TestInvite:
    def test_refuses_who_belongs_and_who_is_invited_already(self, fernhill):
        by = acting(fernhill.chief)
        inviting.invite(fernhill, "new@fernhill.example", {"role": "reader"}, by=by)
        for address in ("NEW@fernhill.example", fernhill.chief.email):
            with Nothing(), pytest.raises(PeopleRefused):
                inviting.invite(fernhill, address, {"role": "reader"}, by=by)

    def test_once_more_brings_a_new_link_and_the_old_one_is_over(self, fernhill):
        by, reader = acting(fernhill.chief), make.make_user("rita@fernhill.example")
        long_ago = make.now() - timedelta(days=30)
        old = inviting.invite(fernhill, reader.email, {"role": "reader"}, by=by, at=long_ago)
        new = inviting.send_again(old, by=by)
        assert (new.email, new.role) == (old.email, old.role)
        assert new.token != old.token
        with pytest.raises(InvitationRefused):
            inviting.accept(old, by=acting(reader))
        inviting.accept(new, by=acting(reader))
        assert told(fernhill.chief)[-1].subject == f"{reader.name} now belongs to Fernhill"

    def test_once_more_is_told_to_the_global_admins_as_the_first_time(self, fernhill):
        by, other = acting(fernhill.chief), make.join_customer(fernhill)
        offer = inviting.invite(fernhill, "new@fernhill.example", {"role": "reader"}, by=by)
        inviting.send_again(offer, by=by)
        assert [mail.subject for mail in told(other)] == [
            "new@fernhill.example was invited to Fernhill"
        ] * 2

    def test_once_more_brings_no_second_link_and_none_to_who_belongs(self, fernhill):
        """One that expired stays in the list, while the person comes in by another way."""
        by, long_ago = acting(fernhill.chief), make.now() - timedelta(days=30)
        role = {"role": "reader"}
        old = inviting.invite(fernhill, "new@fernhill.example", role, by=by, at=long_ago)
        new = inviting.invite(fernhill, "new@fernhill.example", role, by=by)
        with Nothing(), pytest.raises(PeopleRefused, match="invited already"):
            inviting.send_again(old, by=by)
        inviting.accept(new, by=acting(make.make_user("new@fernhill.example")))
        with Nothing(), pytest.raises(PeopleRefused, match="belongs to the organisation already"):
            inviting.send_again(old, by=by)

    def test_that_expired_is_cleared_away_by_withdrawing_it(self, fernhill):
        by, long_ago = acting(fernhill.chief), make.now() - timedelta(days=30)
        role = {"role": "reader"}
        old = inviting.invite(fernhill, "new@fernhill.example", role, by=by, at=long_ago)
        inviting.withdraw(old, by=by)
        assert offers_of(fernhill, by) == []
        with Nothing(), pytest.raises(PeopleRefused, match="withdrawn"):
            inviting.withdraw(old, by=by)

    def test_withdrawn_is_over_for_the_invited_person(self, fernhill):
        by, reader = acting(fernhill.chief), make.make_user("rita@fernhill.example")
        offer = inviting.invite(fernhill, reader.email, {"role": "reader"}, by=by)
        inviting.withdraw(offer, by=by)
        with Nothing(), pytest.raises(InvitationRefused, match="withdrawn"):
            inviting.accept(offer, by=acting(reader))

    def test_is_not_for_the_wrong_account_and_works_once(self, fernhill):
        by, reader = acting(fernhill.chief), make.make_user("rita@fernhill.example")
        offer = inviting.invite(fernhill, reader.email, {"role": "reader"}, by=by)
        other = acting(make.make_user())
        with Nothing(), pytest.raises(InvitationRefused, match="another e-mail address"):
            inviting.accept(offer, by=other)
        inviting.accept(offer, by=acting(reader))
        with Nothing(), pytest.raises(InvitationRefused, match="accepted already"):
            inviting.accept(offer, by=acting(reader))


class TestLimits:
    """Nobody floods mailboxes in the operator's name."""

    def test_of_an_organisation_in_an_hour_and_a_day(self, fernhill, settings):
        settings.INVITATIONS_PER_HOUR, settings.INVITATIONS_PER_DAY = 2, 3
        by, role = acting(fernhill.chief), {"role": "reader"}
        earlier = make.now() - timedelta(hours=2)
        inviting.invite(fernhill, "a@people.example", role, by=by, at=earlier)
        for address in ("b@people.example", "c@people.example"):
            inviting.invite(fernhill, address, role, by=by)
        settings.INVITATIONS_PER_DAY = 100
        with Nothing(), pytest.raises(PeopleRefused, match="many invitations"):
            inviting.invite(fernhill, "d@people.example", role, by=by)
        settings.INVITATIONS_PER_HOUR, settings.INVITATIONS_PER_DAY = 100, 3
        with Nothing(), pytest.raises(PeopleRefused, match="many invitations"):
            inviting.invite(fernhill, "d@people.example", role, by=by)

    def test_of_one_address_in_a_day(self, fernhill):
        by = acting(fernhill.chief)
        offer = inviting.invite(fernhill, "a@people.example", {"role": "reader"}, by=by)
        for _ in range(2):
            offer = inviting.send_again(offer, by=by)
        with Nothing(), pytest.raises(PeopleRefused, match="several times today"):
            inviting.send_again(offer, by=by)


class TestClaim:
    def test_is_let_in_with_the_chosen_role(self, fernhill):
        claim = make.make_claim(fernhill)
        claims.let_in(claim, "reader", by=acting(fernhill.chief))
        assert place_of(claim.user, fernhill).role == "reader"
        claim.refresh_from_db()
        assert claim.status == "accepted"
        assert told(claim.user)[0].subject == "You now belong to Fernhill"

    def test_is_refused_with_a_reason_that_the_person_reads(self, fernhill):
        claim = make.make_claim(fernhill)
        claims.refuse(claim, by=acting(fernhill.chief), reason="We do not know you.")
        letter = Delivery.objects.get(kind="join_refused")
        assert "We do not know you." in letter.text
        assert not fernhill.memberships.filter(user=claim.user).exists()

    def test_is_answered_once_and_by_the_global_admins_alone(self, fernhill):
        claim = make.make_claim(fernhill)
        reader = make.join_customer(fernhill, CustomerRole.READER)
        with Nothing(), pytest.raises(PermissionDenied):
            claims.let_in(claim, "reader", by=acting(reader))
        claims.let_in(claim, "reader", by=acting(fernhill.chief))
        with Nothing(), pytest.raises(PeopleRefused, match="answered already"):
            claims.refuse(claim, by=acting(fernhill.chief), reason="late")
