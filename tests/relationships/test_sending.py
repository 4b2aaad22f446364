"""The mail with the link: to whom it goes, and how often."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from customers.rights import CustomerRole
from mail.models import Delivery
from partners.rights import Agent
from relationships.models import RelationshipRequest
from relationships.moves.asking import RequestRefused
from relationships.moves.cancelling import cancel
from relationships.moves.sending import LimitReached, send
from relationships.moves.supervising import suspend_partner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make.make_partner("Alder Cloud")


@pytest.fixture
def by(partner):
    return Actor.objects.of(make.make_admin_agent(partner))


def ask_somebody(partner, by, number: int = 0, **fields) -> RelationshipRequest:
    fields.setdefault("email", f"person{number}@fernhill.example")
    return make.make_request(partner, by=by.user, role_ids=(), **fields)


def mails() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("recipient", flat=True))


class TestSend:
    def test_queues_one_mail_to_the_address(self, partner, by):
        request = ask_somebody(partner, by)
        assert not mails()
        send(request, by=by)
        delivery = Delivery.objects.get()
        assert (delivery.kind, delivery.recipient) == ("request", "person0@fernhill.example")
        assert request.link in delivery.text
        assert delivery.forget
        request.refresh_from_db()
        assert request.sent_by == by
        assert Event.objects.filter(kind="request.sent").count() == 1

    def test_again_after_a_day_sends_the_same_link(self, partner, by):
        request = ask_somebody(partner, by)
        first = make.now()
        send(request, by=by, at=first)
        send(request, by=by, at=first + make.days(1))
        assert len(mails()) == 2
        assert all(request.link in delivery.text for delivery in Delivery.objects.all())

    def test_follows_the_rights_to_ask(self, partner, by):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        with_roles = make.make_request(partner, by=by.user, email="a@fernhill.example")
        stranger = Actor.objects.of(make.make_admin_agent(make.make_partner()))
        for person in (seller, stranger):
            with pytest.raises(PermissionDenied):
                send(with_roles, by=person)
        assert not mails()
        send(ask_somebody(partner, by), by=seller)
        assert len(mails()) == 1

    def test_is_refused_where_nobody_is_named(self, partner, by):
        with pytest.raises(RequestRefused, match="names nobody"):
            send(ask_somebody(partner, by, email=""), by=by)
        with pytest.raises(RequestRefused, match="names nobody"):
            send(make.make_link(partner, by=by.user), by=by)
        assert not mails()

    def test_is_refused_unless_the_request_is_open(self, partner, by):
        draft = make.make_draft(partner, by=by.user, email="a@fernhill.example")
        with pytest.raises(RequestRefused, match="not finished"):
            send(draft, by=by)
        request = ask_somebody(partner, by)
        with pytest.raises(RequestRefused, match="expired"):
            send(request, by=by, at=make.now() + make.days(31))
        cancel(request, by=by)
        with pytest.raises(RequestRefused, match="cancelled"):
            send(request, by=by)
        assert not mails()

    def test_is_refused_to_a_suspended_partner_r61(self, partner, by):
        request = ask_somebody(partner, by)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            send(request, by=by)
        assert not mails()
        request.refresh_from_db()
        assert request.sent_at is None

    def test_names_no_sender_whose_name_leads_somewhere(self, partner):
        person = make.join_partner(
            partner, agent=Agent.ADMIN_AGENT, user=make.make_user(name="Ada www.evil.example")
        )
        agent = Actor.objects.of(person)
        send(ask_somebody(partner, agent), by=agent)
        delivery = Delivery.objects.get()
        assert "evil" not in delivery.text + delivery.html
        assert "Alder Cloud (" in delivery.text


class TestToAnOrganisation:
    """By its domain or its tenant id: its deciders get the mail, if there is such a one."""

    @pytest.fixture
    def fernhill(self):
        return make.make_customer("Fernhill Foods", domain="fernhill.example")

    @pytest.mark.parametrize("named_by", ["domain", "tenant id"])
    def test_goes_to_those_who_decide_there(self, partner, by, fernhill, named_by):
        deciders = [
            make.join_customer(fernhill, role)
            for role in (CustomerRole.GLOBAL_ADMIN, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN)
        ]
        make.join_customer(fernhill, CustomerRole.READER)
        gone = make.join_customer(fernhill)
        gone.is_active = False
        gone.save(update_fields=["is_active"])
        address = (
            {"addressed_domain": "fernhill.example"}
            if named_by == "domain"
            else {"addressed_tenant_id": fernhill.tenant_id}
        )
        send(ask_somebody(partner, by, email="", **address), by=by)
        assert mails() == [person.email for person in deciders]

    def test_leaves_the_same_behind_where_there_is_none(self, partner, by, fernhill):
        make.join_customer(fernhill)
        here = ask_somebody(partner, by, email="", addressed_domain="fernhill.example")
        nowhere = ask_somebody(partner, by, email="", addressed_domain="glenmoor.example")
        at = make.now()
        for request in (here, nowhere):
            send(request, by=by, at=at)
            request.refresh_from_db()
            assert (request.sent_at, request.sent_by) == (at, by)
        assert len(mails()) == 1
        first, second = Event.objects.filter(kind="request.sent").order_by("pk")
        assert first.payload == second.payload
        for request in (here, nowhere):
            with pytest.raises(LimitReached):
                send(request, by=by, at=at + make.days(0.5))

    def test_that_is_closed_goes_to_nobody(self, partner, by, fernhill):
        make.join_customer(fernhill)
        fernhill.move_to("closed", closed_at=make.now(), closed_by=make.operator())
        send(ask_somebody(partner, by, email="", addressed_domain="fernhill.example"), by=by)
        assert not mails()

    def test_writes_to_one_person_once_a_day_under_whatever_name(self, partner, by, fernhill):
        admin, other = make.join_customer(fernhill), make.join_customer(fernhill)
        at = make.now()
        send(ask_somebody(partner, by, email=admin.email), by=by, at=at)
        by_domain = ask_somebody(partner, by, email="", addressed_domain="fernhill.example")
        send(by_domain, by=by, at=at)
        by_id = ask_somebody(partner, by, email="", addressed_tenant_id=fernhill.tenant_id)
        send(by_id, by=by, at=at + make.days(0.6))
        assert mails() == [admin.email, other.email]
        send(by_domain, by=by, at=at + make.days(1.1))
        assert mails() == [admin.email, other.email, admin.email, other.email]


class TestLimits:
    """So many an hour and a day, one a day to the same; each says when it works again."""

    def send_many(self, partner, by, count, *, first, apart):
        for number in range(count):
            send(ask_somebody(partner, by, number), by=by, at=first + number * apart)

    def test_one_a_day_to_the_same_address_of_whatever_request(self, partner, by):
        at = make.now().replace(hour=10, minute=0, second=30)
        send(ask_somebody(partner, by), by=by, at=at)
        second = ask_somebody(partner, by)
        with pytest.raises(LimitReached, match=r"person0@fernhill.example within a day") as refused:
            send(second, by=by, at=at + make.days(0.99))
        tomorrow = at + make.days(1)
        assert f"from {tomorrow.day} {tomorrow:%B %Y}, 10:01" in str(refused.value)
        assert len(mails()) == 1
        second.refresh_from_db()
        assert second.sent_at is None
        send(second, by=by, at=tomorrow)
        assert len(mails()) == 2

    def test_another_partner_may_write_to_the_same_on_the_same_day(self, partner, by):
        send(ask_somebody(partner, by), by=by)
        other = make.make_partner()
        agent = Actor.objects.of(make.make_admin_agent(other))
        send(ask_somebody(other, agent), by=agent)
        assert len(mails()) == 2

    def test_twenty_an_hour(self, partner, by):
        first = make.now().replace(hour=10, minute=0, second=0, microsecond=0)
        self.send_many(partner, by, 20, first=first, apart=make.days(1 / 24 / 60))
        more = ask_somebody(partner, by, 20)
        with pytest.raises(LimitReached, match=r"20 requests .* within an hour.*, 11:00"):
            send(more, by=by, at=first + make.days(59 / 24 / 60))
        assert len(mails()) == 20
        send(more, by=by, at=first + make.days(1 / 24))
        assert len(mails()) == 21

    def test_a_hundred_a_day(self, partner, by, settings):
        settings.REQUEST_MAILS_PER_DAY = 5
        first = make.now().replace(hour=0, minute=30, second=0, microsecond=0)
        self.send_many(partner, by, 5, first=first, apart=make.days(2 / 24))
        more = ask_somebody(partner, by, 5)
        with pytest.raises(LimitReached, match=r"5 requests .* within a day.*, 00:30"):
            send(more, by=by, at=first + make.days(0.9))
        assert len(mails()) == 5
        send(more, by=by, at=first + make.days(1))
        assert len(mails()) == 6

    def test_are_as_the_design_has_them(self, settings):
        assert (settings.REQUEST_MAILS_PER_HOUR, settings.REQUEST_MAILS_PER_DAY) == (20, 100)

    def test_of_one_partner_do_not_bind_another(self, partner, by, settings):
        settings.REQUEST_MAILS_PER_HOUR = 1
        send(ask_somebody(partner, by), by=by)
        other = make.make_partner()
        agent = Actor.objects.of(make.make_admin_agent(other))
        send(ask_somebody(other, agent, 7), by=agent)
        assert len(mails()) == 2

    def test_count_requests_that_are_over_too(self, partner, by, settings):
        settings.REQUEST_MAILS_PER_HOUR = 1
        request = ask_somebody(partner, by)
        send(request, by=by)
        cancel(request, by=by)
        with pytest.raises(LimitReached):
            send(ask_somebody(partner, by, 1), by=by)
        assert len(mails()) == 1
