"""A chain of the log grows by one link at a time, whoever writes by whatever way."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import ChainHead, ChainLink, Event

from .acting import ALDER, BIRCH, FERNHILL, make_event

pytestmark = pytest.mark.django_db

CUSTOMER_CHAIN, PARTNER_CHAIN = f"customer:{FERNHILL.id}", f"partner:{ALDER.id}"
FOREIGN = f"partner:{BIRCH.id}"


@pytest.fixture(autouse=True)
def log():
    """Two links in each chain, that of another partner and the operator's among them."""
    for _ in range(2):
        make_event()
        make_event(partner=BIRCH, customer=None)
        make_event("service.added", side="operator", customer=None, partner=None)


def event_of(customer="", partner=""):
    """One that stands in no chain yet."""
    row = Event.objects.first()
    row.pk, row.public_id = None, None
    row.public_id = Event._meta.get_field("public_id").get_default()
    row.customer_id, row.partner_id = customer, partner
    row.save(force_insert=True)
    return row


def link(chain, event, **fields):
    """The next link of the chain, as it should be but for what is named."""
    head = ChainHead.objects.get(name=chain)
    next_one = {"number": head.number + 1, "previous_hash": head.hash, "hash": "new"}
    return ChainLink.objects.create(event=event, chain=chain, **{**next_one, **fields})


def refused(guard):
    return pytest.raises(IntegrityError, match=f"guard_audit_{guard}")


class TestLink:
    @pytest.mark.parametrize(
        ("chain", "names"),
        [
            (CUSTOMER_CHAIN, {"customer": FERNHILL.id}),
            (CUSTOMER_CHAIN, {"customer": FERNHILL.id, "partner": BIRCH.id}),
            (PARTNER_CHAIN, {"partner": ALDER.id}),
            (PARTNER_CHAIN, {"customer": FERNHILL.id, "partner": ALDER.id}),
            ("operator", {}),
        ],
    )
    def test_that_follows_in_its_own_chain_is_accepted(self, chain, names):
        """The control: what is refused below is refused for its fault alone."""
        assert link(chain, event_of(**names)).number == 3

    @pytest.mark.parametrize(
        ("chain", "names"),
        [
            (FOREIGN, {"partner": ALDER.id}),
            (FOREIGN, {"customer": FERNHILL.id}),
            (FOREIGN, {}),
            (CUSTOMER_CHAIN, {"partner": ALDER.id}),
            ("operator", {"partner": ALDER.id}),
            ("operator", {"customer": FERNHILL.id}),
        ],
    )
    def test_of_another_s_event_is_refused(self, chain, names):
        event = event_of(**names)
        with refused("chainlink_follows"), transaction.atomic():
            link(chain, event)

    def test_of_no_event_is_refused(self):
        event = event_of(partner=ALDER.id)
        event.pk += 1000
        with refused("chainlink_follows"), transaction.atomic():
            link(PARTNER_CHAIN, event)

    @pytest.mark.parametrize("kind", ["customer", "partner"])
    def test_in_a_chain_without_a_name_is_refused(self, kind):
        """An event of no organisation is the operator's, not one of an organisation without id."""
        ChainHead.objects.create(name=f"{kind}:")
        event = event_of()
        with refused("chainlink_follows"), transaction.atomic():
            link(f"{kind}:", event)

    @pytest.mark.parametrize(
        "fault",
        [
            {"number": 4},
            {"previous_hash": "forged"},
            {"previous_hash": ""},
        ],
    )
    def test_that_leaves_a_gap_is_refused(self, fault):
        event = event_of(partner=ALDER.id)
        with refused("chainlink_follows"), transaction.atomic():
            link(PARTNER_CHAIN, event, **fault)

    def test_that_continues_another_chain_is_refused(self):
        make_event(partner=BIRCH, customer=None)
        other = ChainHead.objects.get(name=FOREIGN)
        event = event_of(partner=ALDER.id)
        with refused("chainlink_follows"), transaction.atomic():
            link(PARTNER_CHAIN, event, number=other.number + 1, previous_hash=other.hash)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own way")
class TestReplacing:
    """`INSERT OR REPLACE` of what would be right, if it did not take another row's place."""

    @pytest.fixture(autouse=True)
    def as_a_plain_connection(self, log):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=OFF")
            yield cursor
            cursor.execute("PRAGMA recursive_triggers=ON")

    def replace(self, cursor, **row):
        head = ChainHead.objects.get(name=PARTNER_CHAIN)
        row = {
            "id": 1_000_000,
            "event_id": event_of(partner=ALDER.id).pk,
            "chain": PARTNER_CHAIN,
            "number": head.number + 1,
            "previous_hash": head.hash,
            "hash": "new",
            **row,
        }
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(
            f"INSERT OR REPLACE INTO audit_chainlink ({', '.join(row)}) VALUES ({marks})",
            list(row.values()),
        )

    def test_the_next_link_takes_its_own_place(self, as_a_plain_connection):
        """The control."""
        before = ChainLink.objects.count()
        self.replace(as_a_plain_connection)
        assert ChainLink.objects.count() == before + 1

    @pytest.mark.parametrize("key", ["id", "event_id"])
    def test_the_next_link_takes_the_place_of_none(self, as_a_plain_connection, key):
        first = ChainLink.objects.get(chain=PARTNER_CHAIN, number=1)
        with refused("chainlink_replace"), transaction.atomic():
            self.replace(as_a_plain_connection, **{key: getattr(first, key)})

    def test_a_head_begins_not_anew(self, as_a_plain_connection):
        with refused("chainhead_replace"), transaction.atomic():
            as_a_plain_connection.execute(
                "INSERT OR REPLACE INTO audit_chainhead (name, number, hash) VALUES (%s, 0, '')",
                [PARTNER_CHAIN],
            )


class TestHead:
    def step(self, **fields):
        return ChainHead.objects.filter(name=PARTNER_CHAIN).update(**fields)

    def test_takes_the_step_of_its_new_link(self):
        """The control."""
        made = link(PARTNER_CHAIN, event_of(partner=ALDER.id))
        assert self.step(number=made.number, hash=made.hash) == 1

    def test_takes_no_step_without_a_link(self):
        with refused("chainhead_step"), transaction.atomic():
            self.step(number=3, hash=ChainHead.objects.get(name=PARTNER_CHAIN).hash)

    def test_takes_no_other_hash_than_its_link_s(self):
        made = link(PARTNER_CHAIN, event_of(partner=ALDER.id))
        with refused("chainhead_step"), transaction.atomic():
            self.step(number=made.number, hash="forged")

    def test_takes_no_step_of_another_chain_s_link(self):
        made = link(FOREIGN, event_of(partner=BIRCH.id))
        with refused("chainhead_step"), transaction.atomic():
            self.step(number=made.number, hash=made.hash)

    def test_goes_not_back_to_an_older_link(self):
        first = ChainLink.objects.get(chain=PARTNER_CHAIN, number=1)
        with refused("chainhead_step"), transaction.atomic():
            self.step(number=1, hash=first.hash)

    def test_leaves_no_link_out(self):
        """Of two links that were forged ahead of it, it can only take the first."""
        with connection.cursor() as cursor:
            on_table = "" if connection.vendor == "sqlite" else " ON audit_chainlink"
            cursor.execute(f"DROP TRIGGER IF EXISTS guard_audit_chainlink_follows{on_table}")
        link(PARTNER_CHAIN, event_of(partner=ALDER.id))
        ahead = link(PARTNER_CHAIN, event_of(partner=ALDER.id), number=4)
        with refused("chainhead_step"), transaction.atomic():
            self.step(number=ahead.number, hash=ahead.hash)

    def test_takes_no_other_name(self):
        """Not even that of a chain whose next link would fit."""
        with connection.cursor() as cursor:
            on_table = "" if connection.vendor == "sqlite" else " ON audit_chainlink"
            cursor.execute(f"DROP TRIGGER IF EXISTS guard_audit_chainlink_follows{on_table}")
        event = event_of(partner=ALDER.id)
        made = ChainLink.objects.create(event=event, chain="new", number=3, hash="new")
        with refused("chainhead_step"), transaction.atomic():
            self.step(name="new", number=made.number, hash=made.hash)
