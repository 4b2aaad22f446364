"""An organisation proves its domain by a record, and loses the proof with it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Actor
from audit.models import Event
from customers.models import DomainProof
from customers.name_servers import NoAnswer
from customers.rights import CustomerRole
from mail.models import Delivery
from relationships.moves import proving
from relationships.moves.proving import NotProved, begin_proof, check_domain, sweep
from tests import factories as make

from .partner_side import said
from .scenes import text_of
from .test_people import Nothing

pytestmark = pytest.mark.django_db

RECORDS: dict[str, object] = {}


def pretended(domain):
    """The name servers of the tests."""
    answer = RECORDS.get(domain, [])
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture(autouse=True)
def _name_servers(settings):
    RECORDS.clear()
    settings.DOMAIN_RESOLVER = f"{__name__}.pretended"


@pytest.fixture
def fernhill():
    fernhill = make.make_customer("Fernhill", domain="fernhill.example")
    fernhill.chief = make.join_customer(fernhill)
    fernhill.by = Actor.objects.of(fernhill.chief)
    return fernhill


@pytest.fixture
def proof(fernhill):
    return begin_proof(fernhill, by=fernhill.by)


def publish(proof):
    RECORDS["fernhill.example"] = ["v=spf1 -all", proof.record]


class TestCheck:
    def test_confirms_the_domain_where_the_record_is(self, fernhill, proof):
        publish(proof)
        check_domain(fernhill, by=fernhill.by)
        fernhill.refresh_from_db()
        assert fernhill.domain_confirmed_at is not None
        assert Event.objects.filter(kind="customer.domain_proved").count() == 1

    @pytest.mark.parametrize(
        "records",
        [[], ["partner-center-verification="], ["partner-center-verification=another"]],
    )
    def test_confirms_nothing_without_it(self, fernhill, proof, records):
        RECORDS["fernhill.example"] = records
        with pytest.raises(NotProved, match=r"was not found at fernhill\.example"):
            check_domain(fernhill, by=fernhill.by)
        fernhill.refresh_from_db()
        assert fernhill.domain_confirmed_at is None
        proof.refresh_from_db()
        assert proof.checked_at is not None
        assert proof.proved_at is None

    def test_of_another_organisation_s_record_proves_nothing(self, fernhill, proof):
        other = make.make_customer("Other", domain="other.example")
        theirs = begin_proof(other, by=Actor.objects.of(make.join_customer(other)))
        RECORDS["fernhill.example"] = [theirs.record]
        with pytest.raises(NotProved):
            check_domain(fernhill, by=fernhill.by)
        fernhill.refresh_from_db()
        assert fernhill.domain_confirmed_at is None

    def test_says_nothing_where_nobody_answers(self, fernhill, proof):
        RECORDS["fernhill.example"] = NoAnswer("LifetimeTimeout")
        with Nothing(), pytest.raises(NotProved, match="did not answer"):
            check_domain(fernhill, by=fernhill.by)

    def test_is_the_global_admins_alone(self, fernhill, proof):
        publish(proof)
        reader = Actor.objects.of(make.join_customer(fernhill, CustomerRole.READER))
        for act in (begin_proof, check_domain):
            with Nothing(), pytest.raises(PermissionDenied):
                act(fernhill, by=reader)

    def test_shows_the_same_record_to_who_asks_again(self, fernhill, proof):
        assert begin_proof(fernhill, by=fernhill.by).token == proof.token
        assert DomainProof.objects.count() == 1


class TestSweep:
    @pytest.fixture
    def proved(self, fernhill, proof):
        publish(proof)
        check_domain(fernhill, by=fernhill.by)
        proof.refresh_from_db()
        return proof

    def later(self, days=1):
        return make.now() + timedelta(days=days, minutes=1)

    def test_looks_once_a_day(self, proved):
        assert sweep(at=make.now()) == 0
        assert sweep(at=self.later()) == 1
        assert sweep(at=self.later()) == 0
        assert Event.objects.filter(kind="customer.domain_proved").count() == 1

    def test_warns_staff_once_of_a_lost_record_and_changes_nothing_else(self, fernhill, proved):
        staff = make.make_staff()
        RECORDS.clear()
        for day in (1, 2, 3):
            sweep(at=self.later(day))
        mails = Delivery.objects.filter(kind="domain_lost")
        assert [mail.recipient for mail in mails] == [staff.email]
        fernhill.refresh_from_db()
        assert fernhill.domain_confirmed_at is not None
        proved.refresh_from_db()
        assert proved.missing_since is not None
        publish(proved)
        sweep(at=self.later(4))
        proved.refresh_from_db()
        assert proved.missing_since is None

    def test_takes_no_answer_for_no_loss(self, proved):
        RECORDS["fernhill.example"] = NoAnswer("LifetimeTimeout")
        sweep(at=self.later())
        proved.refresh_from_db()
        assert proved.missing_since is None

    def test_takes_a_week_without_an_answer_for_a_loss_and_says_so_once(self, proved):
        RECORDS["fernhill.example"] = NoAnswer("LifetimeTimeout")
        make.make_staff()
        start = self.later()
        for day in range(10):
            sweep(at=start + make.days(day))
            proved.refresh_from_db()
            assert (proved.missing_since is not None) == (day >= 7), day
        assert Event.objects.filter(kind="customer.domain_lost").count() == 1
        assert Delivery.objects.filter(kind="domain_lost").count() == 1
        publish(proved)
        sweep(at=start + make.days(11))
        proved.refresh_from_db()
        assert (proved.missing_since, proved.silent_since) == (None, None)

    def test_counts_the_silence_from_the_last_answer(self, proved):
        start = self.later()
        for day in range(12):
            RECORDS["fernhill.example"] = NoAnswer("LifetimeTimeout")
            if day == 6:
                publish(proved)
            sweep(at=start + make.days(day))
        proved.refresh_from_db()
        assert proved.missing_since is None

    def test_is_not_held_up_by_domains_that_never_answer(self, proved, monkeypatch):
        monkeypatch.setattr(proving, "BATCH", 1)
        other = make.make_customer("Other", domain="other.example")
        theirs = begin_proof(other, by=Actor.objects.of(make.join_customer(other)))
        RECORDS["other.example"] = [theirs.record]
        check_domain(other, by=theirs.created_by)
        RECORDS.update({"fernhill.example": NoAnswer("LifetimeTimeout"), "other.example": []})
        for _pass in range(2):
            sweep(at=self.later())
        theirs.refresh_from_db()
        assert theirs.missing_since is not None


class TestPage:
    def test_leads_from_the_record_to_the_proof(self, client, fernhill):
        client.force_login(fernhill.chief)
        page = reverse("relationships:customer-profile", args=[fernhill.slug])
        assert "Show the record" in text_of(client.get(page))
        client.post(reverse("relationships:domain-begin", args=[fernhill.slug]))
        proof = DomainProof.objects.get()
        assert proof.record in text_of(client.get(page))
        check = reverse("relationships:domain-check", args=[fernhill.slug])
        assert "was not found" in said(client.post(check, follow=True))[0]
        publish(proof)
        text = text_of(client.post(check, follow=True))
        assert "the domain is proved" in text
        assert "Leave the record where it is" in text
