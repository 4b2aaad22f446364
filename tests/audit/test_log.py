import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.log import Side, entries, hold, record
from audit.models import ChainHead, ChainLink, Event, SealedPart

from .acting import ALDER, BIRCH, FERNHILL, Origin, Person, make_event

CUSTOMER_CHAIN = f"customer:{FERNHILL.id}"
PARTNER_CHAIN = f"partner:{ALDER.id}"


@pytest.mark.django_db
class TestRecord:
    def test_writes_event_sealed_part_and_a_link_in_each_chain(self):
        at = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
        event = make_event(at=at, details={"days": 30, "asks": ["selling"]})
        event.refresh_from_db()
        assert (event.kind, event.side, event.at) == ("request.created", "partner", at)
        assert event.payload == '{"asks":["selling"],"days":30}'
        assert event.details == {"days": 30, "asks": ["selling"]}
        assert event.sealed.actor_label == "Ada <ada@fernhill.example>"
        assert event.sealed.hash() == event.sealed_hash
        links = event.links.order_by("chain")
        assert [(link.chain, link.number) for link in links] == [
            (CUSTOMER_CHAIN, 1),
            (PARTNER_CHAIN, 1),
        ]
        assert all(link.hash == link.computed_hash() for link in links)

    def test_names_no_person_outside_the_sealed_part(self):
        event = make_event()
        form = event.canonical_form()
        for secret in ("Ada", "ada@", "192.0.2.7", "Browser"):
            assert secret not in form

    def test_gives_the_operator_what_names_no_organisation_and_only_that(self):
        make_event()
        make_event("service.added", side=Side.OPERATOR, customer=None, partner=None)
        assert list(ChainHead.objects.order_by("name").values_list("name", "number")) == [
            (CUSTOMER_CHAIN, 1),
            ("operator", 1),
            (PARTNER_CHAIN, 1),
        ]

    def test_numbers_without_gap_and_chains_the_hashes(self):
        for _ in range(3):
            make_event()
        make_event(customer=None)
        links = list(ChainLink.objects.filter(chain=PARTNER_CHAIN).order_by("number"))
        assert [link.number for link in links] == [1, 2, 3, 4]
        assert [link.previous_hash for link in links] == ["", *[one.hash for one in links[:-1]]]
        head = ChainHead.objects.get(name=PARTNER_CHAIN)
        assert (head.number, head.hash) == (4, links[-1].hash)

    def test_leaves_nothing_behind_when_its_cause_is_rolled_back(self):
        make_event()
        with transaction.atomic():
            make_event()
            transaction.set_rollback(True)
        assert Event.objects.count() == 1
        make_event()
        assert ChainHead.objects.get(name=CUSTOMER_CHAIN).number == 2

    def test_takes_whatever_a_browser_says_of_itself(self):
        odd = Origin(address="x" * 500, user_agent="\x00" + "é" * 1000)
        event = make_event(by=Person(origin=odd))
        event.refresh_from_db()
        assert event.sealed.hash() == event.sealed_hash
        assert event.sealed.user_agent.startswith("é")

    def test_refuses_a_side_that_is_none(self):
        with pytest.raises(ValueError, match="nobody"):
            make_event(side="nobody")

    def test_has_every_column_in_its_canonical_form(self):
        event = make_event()
        columns = {field.name for field in Event._meta.concrete_fields} - {"id"}
        assert set(json.loads(event.canonical_form())) == columns | {"format"}

    def test_seals_every_column_of_the_sealed_part(self):
        sealed = make_event().sealed
        known = sealed.hash()
        for column in {field.name for field in SealedPart._meta.concrete_fields} - {"id", "event"}:
            kept = getattr(sealed, column)
            setattr(sealed, column, "changed")
            assert sealed.hash() != known
            setattr(sealed, column, kept)


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_cause():
    with pytest.raises(transaction.TransactionManagementError):
        record(
            "request.created",
            by=Person(),
            at=timezone.now(),
            side="partner",
            subject=("request", "7"),
        )
    assert not Event.objects.exists()


@pytest.mark.django_db
class TestEntries:
    def test_are_an_organisations_own_newest_first(self):
        first, second = make_event(), make_event("request.sent")
        make_event(partner=BIRCH, customer=None)
        assert list(entries(PARTNER_CHAIN)) == [second, first]
        assert list(entries(CUSTOMER_CHAIN)) == [second, first]


@pytest.mark.django_db
class TestHold:
    def test_makes_the_heads_and_leaves_them_empty(self):
        with transaction.atomic():
            hold(("partner", BIRCH.id), (Side.PARTNER, ALDER.id), ("customer", FERNHILL.id))
            make_event(partner=BIRCH)
        assert ChainHead.objects.count() == 3
        assert ChainHead.objects.get(name=PARTNER_CHAIN).number == 0


@pytest.mark.django_db
class TestGuards:
    """What the database refuses, whatever the code does."""

    @pytest.fixture(autouse=True)
    def event(self):
        return make_event()

    @pytest.mark.parametrize(
        ("guard", "change"),
        [
            ("audit_event_update", lambda: Event.objects.update(kind="x")),
            ("audit_event_delete", lambda: Event.objects.all()._raw_delete("default")),
            ("audit_chainlink_update", lambda: ChainLink.objects.update(number=9)),
            ("audit_chainlink_delete", lambda: ChainLink.objects.all().delete()),
            ("audit_sealedpart_update", lambda: SealedPart.objects.update(address="x")),
            ("audit_chainhead_delete", lambda: ChainHead.objects.all().delete()),
            ("audit_chainhead_step", lambda: ChainHead.objects.update(hash="x")),
            ("audit_chainhead_step", lambda: ChainHead.objects.update(number=0, hash="")),
            ("audit_chainhead_step", lambda: ChainHead.objects.update(number=2, hash="x")),
            ("audit_chainhead_start", lambda: ChainHead(name="x", number=1, hash="x").save()),
            (
                "audit_chainlink_follows",
                lambda: ChainLink(
                    event=Event.objects.get(), chain="operator", number=1, hash="x"
                ).save(),
            ),
            (
                "audit_chainlink_follows",
                lambda: ChainLink(
                    event=make_event(partner=None), chain=PARTNER_CHAIN, number=5, hash="x"
                ).save(),
            ),
        ],
    )
    def test_refuse(self, guard, change):
        with pytest.raises(IntegrityError, match=f"guard_{guard}"), transaction.atomic():
            change()

    def test_let_a_sealed_part_be_erased(self, event):
        event.sealed.delete()
        assert not SealedPart.objects.exists()
