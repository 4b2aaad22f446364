"""Putting guards in place, taking them away, and finding those that are not as declared."""

from types import ModuleType

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from . import postgresql, sqlite
from .registry import declared

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Bring the database to what is declared, and nothing else.

    Guards that nobody declares any more are dropped; tables that are not there are skipped.
    """
    engine, guards = _engine(using), declared(connections[using].vendor)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        tables = engine.tables(cursor)
        engine.install(cursor, [guard for guard in guards if guard.table in tables])


def uninstall(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every guard."""
    engine = _engine(using)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        engine.uninstall(cursor)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The names of guards that are not there, are switched off, or are not as declared."""
    engine, guards = _engine(using), declared(connections[using].vendor)
    with connections[using].cursor() as cursor:
        tables = engine.tables(cursor)
        wanted = {guard.name for guard in guards if guard.table in tables}
        return sorted(wanted - engine.intact(cursor, guards))


def _engine(using: str) -> ModuleType:
    return ENGINES[connections[using].vendor]
