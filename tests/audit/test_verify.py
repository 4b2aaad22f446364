from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from audit import verify as verifying
from audit.models import ChainHead, ChainLink, Event, SealedPart
from audit.verify import Report, verify
from partnercenter.lib import guards

from .acting import ALDER, BIRCH, FERNHILL, make_event

pytestmark = pytest.mark.django_db

CUSTOMER_CHAIN = f"customer:{FERNHILL.id}"
PARTNER_CHAIN = f"partner:{ALDER.id}"


@pytest.fixture(autouse=True)
def log():
    """Five events of fernhill and alder, one of birch alone, one of the operator; no guards."""
    events = [make_event(details={"number": number}) for number in range(1, 6)]
    make_event(customer=None, partner=BIRCH)
    make_event("service.added", side="operator", customer=None, partner=None)
    guards.uninstall()
    return events


@pytest.fixture(autouse=True, params=[1000, 2])
def batch(request, monkeypatch):
    """The same findings whether or not the chain fits into one batch."""
    monkeypatch.setattr(verifying, "BATCH", request.param)
    monkeypatch.setattr(verifying._links_after, "__defaults__", (request.param,))


def found(chain=None):
    return [str(finding) for finding in verify(Report(), chain)]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def remove(*, event):
    SealedPart.objects.filter(event=event).delete()
    ChainLink.objects.filter(event=event)._raw_delete("default")
    Event.objects.filter(pk=event.pk)._raw_delete("default")


class TestVerify:
    def test_finds_nothing_in_a_log_that_was_only_written(self):
        report = Report()
        assert list(verify(report)) == []
        assert (report.chains, report.links, report.erased, report.findings) == (4, 12, 0, 0)

    @pytest.mark.parametrize("column", ["kind", "payload", "customer_name", "actor_id", "at"])
    def test_finds_an_edit_in_each_chain(self, log, column):
        changed = "2020-01-01T00:00:00Z" if column == "at" else "x"
        Event.objects.filter(pk=log[2].pk).update(**{column: changed})
        assert found() == [
            f"{chain} 3: the event or the link was changed or moved"
            for chain in (CUSTOMER_CHAIN, PARTNER_CHAIN)
        ]
        assert len(found(PARTNER_CHAIN)) == 1

    def test_finds_an_edited_link(self):
        ChainLink.objects.filter(chain=PARTNER_CHAIN, number=3).update(hash="f" * 64)
        assert found() == [
            f"{PARTNER_CHAIN} 3: the event or the link was changed or moved",
            f"{PARTNER_CHAIN} 4: does not follow from the link before it",
        ]

    def test_finds_an_edit_whose_own_hash_was_made_anew(self):
        Event.objects.filter(links__number=3).update(payload="{}")
        for link in ChainLink.objects.filter(number=3):
            ChainLink.objects.filter(pk=link.pk).update(hash=link.computed_hash())
        assert found() == [
            f"{chain} 4: does not follow from the link before it"
            for chain in (CUSTOMER_CHAIN, PARTNER_CHAIN)
        ]

    def test_finds_a_reorder(self):
        links = ChainLink.objects.filter(chain=PARTNER_CHAIN)
        links.filter(number=2).update(number=99)
        links.filter(number=3).update(number=2)
        links.filter(number=99).update(number=3)
        lines = found()
        assert f"{PARTNER_CHAIN} 3: stands out of order" in lines
        assert f"{PARTNER_CHAIN} 2: the event or the link was changed or moved" in lines
        assert not [line for line in lines if not line.startswith(PARTNER_CHAIN)]

    def test_finds_two_events_that_changed_places(self, log):
        second, third = (
            ChainLink.objects.get(chain=PARTNER_CHAIN, number=number) for number in (2, 3)
        )
        for link, event in ((second, third.event_id), (third, second.event_id)):
            sql("DELETE FROM audit_chainlink WHERE event_id = %s AND chain = 'x'", event)
            ChainLink.objects.filter(pk=link.pk)._raw_delete("default")
        for link, event in ((second, third.event), (third, second.event)):
            link.event = event
            link.save(force_insert=True)
        assert f"{PARTNER_CHAIN} 3: stands out of order" in found()

    def test_finds_a_deletion_in_the_middle(self, log):
        remove(event=log[2])
        assert found() == [
            f"{chain} 3: link 3 or its event is missing"
            for chain in (CUSTOMER_CHAIN, PARTNER_CHAIN)
        ]

    def test_finds_a_deletion_at_the_start(self, log):
        remove(event=log[0])
        remove(event=log[1])
        assert found(PARTNER_CHAIN) == [
            f"{PARTNER_CHAIN} 1: links 1 to 2 or their events are missing"
        ]

    def test_finds_a_deletion_at_the_end(self, log):
        remove(event=log[4])
        assert found() == [
            f"{chain} 5: link 5 or its event is missing at the end"
            for chain in (CUSTOMER_CHAIN, PARTNER_CHAIN)
        ]

    def test_finds_a_chain_that_was_taken_away(self, log):
        for event in log:
            remove(event=event)
        assert f"{PARTNER_CHAIN} 1: links 1 to 5 or their events are missing at the end" in found()

    def test_finds_a_head_that_was_set_back_or_taken_away(self):
        ChainHead.objects.filter(name=PARTNER_CHAIN).update(number=3, hash="x")
        ChainHead.objects.filter(name=CUSTOMER_CHAIN).delete()
        assert sorted(found()) == [
            f"{CUSTOMER_CHAIN}: the chain's head is missing",
            f"{PARTNER_CHAIN} 5: the head says that the chain ends at 3",
        ]

    def test_finds_a_head_with_another_hash(self):
        ChainHead.objects.filter(name=PARTNER_CHAIN).update(hash="x")
        assert found() == [f"{PARTNER_CHAIN} 5: the head names another last link"]

    def test_finds_links_that_were_taken_from_events_with_the_head_set_back(self, log):
        last = ChainLink.objects.get(chain=PARTNER_CHAIN, number=5)
        ChainLink.objects.filter(pk=last.pk)._raw_delete("default")
        ChainHead.objects.filter(name=PARTNER_CHAIN).update(number=4, hash=last.previous_hash)
        expected = [f"{PARTNER_CHAIN}: event {log[4].public_id} has no link"]
        assert found() == expected
        assert found(PARTNER_CHAIN) == expected
        assert found(CUSTOMER_CHAIN) == []

    def test_finds_an_event_put_in_without_links(self, log):
        event = log[0]
        event.pk, event.public_id, event.customer_id = None, log[0].subject_id * 32, ""
        event.save(force_insert=True)
        event.refresh_from_db()
        assert found() == [f"{PARTNER_CHAIN}: event {event.public_id} has no link"]

    def test_finds_a_link_into_a_strangers_chain(self, log):
        chain = f"partner:{BIRCH.id}"
        head = ChainHead.objects.get(name=chain)
        link = ChainLink(event=log[4], chain=chain, number=2, previous_hash=head.hash)
        link.hash = link.computed_hash()
        link.save()
        ChainHead.objects.filter(name=chain).update(number=2, hash=link.hash)
        assert f"{chain} 2: event {log[4].public_id} belongs elsewhere" in found()

    def test_finds_a_sealed_part_that_was_exchanged(self, log):
        SealedPart.objects.filter(event=log[1]).update(actor_label="Somebody else")
        assert found(PARTNER_CHAIN) == [
            f"{PARTNER_CHAIN} 2: the sealed part is not the one that was written"
        ]

    def test_counts_what_was_erased_and_finds_no_fault_in_it(self, log):
        log[1].sealed.delete()
        report = Report()
        assert list(verify(report)) == []
        assert report.erased == 2  # the event stands in two chains


class TestVerifyLog:
    def run(self, **options):
        output = StringIO()
        call_command("verify_log", stdout=output, **options)
        return output.getvalue().splitlines()

    def test_says_what_it_read(self):
        assert self.run() == [
            "4 chains, 12 links, 0 of them with the sealed part erased, 0 findings."
        ]

    def test_tells_the_heads_to_be_kept_elsewhere(self):
        head = ChainHead.objects.get(name="operator")
        assert f"operator 1 {head.hash}" in self.run(heads=True)

    def test_exits_with_1_when_something_is_wrong(self, log):
        Event.objects.filter(pk=log[2].pk).update(kind="x")
        with pytest.raises(SystemExit, match="1"):
            self.run(chain=PARTNER_CHAIN)
