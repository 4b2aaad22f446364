"""What was written past the site is never made history by the next ordinary change."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Actor
from partnercenter.lib import guards
from relationships.moves import renewing
from subscriptions.lifecycle import EFFECTS
from subscriptions.models import MadeBy, Subscription
from subscriptions.moves import aging, changing
from subscriptions.moves.writing import NotAsKnown
from tests import factories as make

from .forging import COLUMNS, attname, dump, forge_change, other_value, write
from .test_guards import LEGAL, WAYS_TO

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return make.make_subscription(make.make_customer(), seller=make.make_partner())


@pytest.fixture
def by(row):
    return Actor.objects.of(make.make_admin_agent(row.seller))


def tamper(row, **columns):
    """As the database's owner may: the guards are back in place afterwards."""
    guards.uninstall()
    Subscription.objects.filter(pk=row.pk).update(**(columns or {"quantity": 500}))
    guards.install()


@pytest.mark.parametrize("installed", [True, False])
def test_by_its_seller_is_refused_with_a_sentence(row, by, installed):
    tamper(row)
    if not installed:
        guards.uninstall()
    before = dump(), dump("subscriptions_subscriptionchange")
    for move in (
        lambda: changing.rename(Subscription.objects.get(pk=row.pk), "Ours", by=by),
        lambda: changing.change_quantity(Subscription.objects.get(pk=row.pk), 7, by=by),
    ):
        with pytest.raises(NotAsKnown, match="not as it was known"):
            move()
    assert (dump(), dump("subscriptions_subscriptionchange")) == before


def test_by_the_clock_is_refused_and_holds_up_no_other(row, by):
    other = make.make_subscription(row.customer, seller=row.seller)
    tamper(row)
    end = max(row.term_end, other.term_end)
    renewing.sweep(end)
    aging.sweep(end)
    states = dict(Subscription.objects.values_list("pk", "term_end"))
    assert states[row.pk] == row.term_end
    assert states[other.pk] > other.term_end


def test_by_sql_with_a_change_that_fits_is_refused_by_the_database(row):
    """The new form is what the row then is; what it was before is what no change has said."""
    tamper(row)
    tampered = Subscription.objects.with_parties().get(pk=row.pk)
    tampered.friendly_name = "Ours"
    change = tampered.write_change(
        "rename", made_by=MadeBy.SELLER, by=make.operator(), at=make.YEAR_START
    )
    rows = Subscription.objects.filter(pk=row.pk)
    with pytest.raises(IntegrityError, match="was_as_said"), transaction.atomic():
        rows.update(friendly_name="Ours", last_change=change)


# In which state each column can be touched alone; the others, in any.
STATE_OF = {
    "suspended_at": "suspended",
    "suspension_reason": "suspended",
    "cancelled_at": "cancelled",
    "expired_at": "expired",
    "disabled_at": "disabled",
}
# A state has its stamps, by a check of the table; and what is deleted changes no more.
NOT_ALONE = {"state", "deleted_at"}


def test_by_sql_is_refused_whichever_column_was_touched(row):
    make.make_subscription(row.customer, seller=row.seller)
    for name in COLUMNS:
        if name in NOT_ALONE:
            continue
        one = make.make_subscription(row.customer, seller=row.seller)
        bring(one, STATE_OF.get(name, "active"))
        value = "non_payment" if name == "suspension_reason" else other_value(one, name)
        tamper(one, **{attname(name): value})
        said = Subscription.objects.with_parties().get(pk=one.pk)
        # A change that is as it should be, but for what it leaves unsaid.
        kind, columns = "rename", {"friendly_name": "Ours"}
        if name == "friendly_name":
            kind, columns = "change_quantity", {"quantity": 11}
        for column, then in columns.items():
            setattr(said, column, then)
        hand = {"seller": said.seller, "made_by": "seller"}
        change = forge_change(said, kind, number=90, canonical_form=said.canonical_form(), **hand)
        refused = pytest.raises(IntegrityError, match="was_as_said")
        with refused, transaction.atomic():
            Subscription.objects.filter(pk=one.pk).update(last_change=change, **columns)


def bring(row, state):
    """By lawful changes of the right hand."""
    for kind in WAYS_TO[state]:
        now = Subscription.objects.select_related("last_change").get(pk=row.pk)
        then = Subscription.objects.with_parties().get(pk=row.pk)
        for column, value in LEGAL[kind].items():
            setattr(then, column, value)
        hand = {"made_by": "clock", "seller": None} if "clock" in EFFECTS[kind].hands else {}
        change = forge_change(now, kind, canonical_form=then.canonical_form(), **hand)
        write(now, change, **LEGAL[kind])


def test_that_was_repaired_by_hand_changes_again(row, by):
    tamper(row)
    tamper(row, quantity=row.quantity)
    changing.change_quantity(Subscription.objects.get(pk=row.pk), 7, by=by)
    assert Subscription.objects.get(pk=row.pk).quantity == 7
