"""Every row as it stands, read without the querysets that the moves use."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection

ROOMS = ("accounts", "audit", "mail", "customers", "partners", "subscriptions", "relationships")
MODELS = {
    model._meta.db_table: model
    for room in ROOMS
    for model in apps.get_app_config(room).get_models(include_auto_created=True)
}
Table = dict[Any, SimpleNamespace]


class Snapshot:
    """All rows at one moment: as the database gives them, and as Python values by primary key."""

    def __init__(self, raw: dict[str, dict], tables: dict[str, Table]):
        self.raw, self.tables = raw, tables

    def of(self, model: Any) -> Table:
        return self.tables[model._meta.db_table]

    def where(self, model: Any, **values: Any) -> Iterator[SimpleNamespace]:
        """The rows in which these columns hold just that."""
        for row in self.of(model).values():
            if all(getattr(row, name) == value for name, value in values.items()):
                yield row


def read(before: Snapshot | None = None) -> Snapshot:
    """Read everything; only what differs from the snapshot before is turned into values again."""
    raw, tables = {}, {}
    for table, model in MODELS.items():
        raw[table] = _raw(table, model._meta.pk.column)
        if before is not None and raw[table] == before.raw[table]:
            tables[table] = before.tables[table]
            continue
        was = before.raw[table] if before else {}
        kept = before.tables[table] if before else {}
        stale = [key for key, row in raw[table].items() if was.get(key) != row]
        fresh = model._base_manager.filter(pk__in=stale).values()
        values = {row[model._meta.pk.attname]: SimpleNamespace(**row) for row in fresh}
        tables[table] = {
            key: values[key] if key in values else kept[key]
            for key in (*(key for key in kept if key in raw[table]), *sorted(values.keys() - kept))
        }
    return Snapshot(raw, tables)


def _raw(table: str, key: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} AS the_key, whole.* FROM {table} AS whole ORDER BY {key}")
        return {row[0]: row[1:] for row in cursor.fetchall()}


def changed_tables(before: Snapshot, after: Snapshot) -> set[str]:
    return {table for table in MODELS if before.raw[table] != after.raw[table]}


def born(model: Any, before: Snapshot, after: Snapshot) -> list[SimpleNamespace]:
    """The rows that were not there before."""
    known = before.of(model)
    return [row for key, row in after.of(model).items() if key not in known]


def altered(
    model: Any, before: Snapshot, after: Snapshot
) -> list[tuple[SimpleNamespace, SimpleNamespace]]:
    """Each row that was there and is not the same, before and after."""
    now = after.of(model)
    return [
        (row, now[key])
        for key, row in before.of(model).items()
        if key in now and now[key] is not row and vars(now[key]) != vars(row)
    ]
