"""Writes of somebody who owns the database: past the guards, the moves and the signals."""

from datetime import timedelta

from partnercenter.lib import guards
from partnercenter.lib.ids import uuid7
from subscriptions.models import FROZEN, LIVE, MadeBy, Subscription
from tests import factories as make
from tests.subscriptions.forging import attname, forge_change, other_value

# In which state a row must stand for one of these columns to differ alone: checks of the table.
STANDING = {
    "suspended_at": {"state": "suspended", "suspended_at": 1, "suspension_reason": "misuse"},
    "suspension_reason": {
        "state": "suspended",
        "suspended_at": 1,
        "suspension_reason": "non_payment",
    },
    "cancelled_at": {"state": "cancelled", "cancelled_at": 1},
    "expired_at": {"state": "expired", "expired_at": 1},
    "disabled_at": {"state": "disabled", "disabled_at": 1},
    "deleted_at": {"state": "deleted", "deleted_at": 1},
    "state": {
        "state": "disabled",
        "disabled_at": 1,
        "suspended_at": 1,
        "suspension_reason": "misuse",
    },
}
# A state cannot differ without the stamp that it demands.
WITH_IT = {"state": {"state": "deleted", "deleted_at": make.YEAR_START}}
COLUMNS = (*FROZEN, *LIVE)


def without_guards() -> None:
    guards.uninstall()


def stand_ready(row: Subscription, name: str) -> None:
    """Bring the row, with a change of its own, to where this column can differ alone."""
    columns = {
        key: make.YEAR_START if value == 1 else value
        for key, value in STANDING.get(name, {}).items()
    }
    if not columns:
        return
    for key, value in columns.items():
        setattr(row, key, value)
    made_by = MadeBy.SELLER if row.seller else MadeBy.OPERATOR
    row.last_change = row.write_change(
        "suspend", made_by=made_by, by=make.operator(), at=make.YEAR_START
    )
    Subscription.objects.filter(pk=row.pk).update(**columns, last_change=row.last_change)


def write_column(row: Subscription, name: str) -> None:
    """One column of a row gets another value, and no change says so."""
    if name == "last_change":
        values = {"last_change": forge_change(row, "rename")}
    elif name in WITH_IT:
        values = WITH_IT[name]
    elif name in STANDING and name.endswith("_at"):
        values = {name: getattr(row, name) + timedelta(microseconds=1)}
    else:
        values = {attname(name): other_value(row, name)}
    assert Subscription.objects.filter(pk=row.pk).update(**values) == 1


def delete(row: Subscription) -> None:
    Subscription.objects.filter(pk=row.pk)._raw_delete("default")


def insert_beside(row: Subscription) -> None:
    """A row more, with a change of its own that looks like any other."""
    extra = Subscription.objects.with_parties().get(pk=row.pk)
    extra.pk, extra.public_id = None, uuid7()
    extra.last_change = extra.write_change(
        "import", made_by=MadeBy.OPERATOR, by=make.operator(), at=make.YEAR_START, reason="x"
    )
    Subscription.objects.bulk_create([extra])
